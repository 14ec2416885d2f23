//! When an alert that nobody answered goes to the specialist another way: a pure function of events, answers and time.
