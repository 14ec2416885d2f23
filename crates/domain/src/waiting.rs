//! Who waits on the client's page: a pure function of what the pages said, of what was told, and of time.
