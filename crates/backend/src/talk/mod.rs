//! Threads: what clients wrote and what was written to them.
