//! The client's page: whose token it is, what it shows, and who waits on it.
