//! Which signals are known already.
//!
//! Kept in memory and filled from the log at a start. An index in the database was refused: keys are random, so that a commit
//! would touch a page for each, where the log itself touches one.

use std::collections::{HashSet, VecDeque};
use std::hash::{BuildHasher, RandomState};

/// A sender repeats itself within minutes; this is weeks of a practice, and some tens of megabytes if ever full.
const REMEMBERED: usize = 1_000_000;

#[derive(Debug, Default)]
pub struct Keys {
    /// Keyed by a secret of this process, so that nobody can make two keys collide.
    hasher: RandomState,
    known: HashSet<u64>,
    order: VecDeque<u64>,
}

impl Keys {
    /// `None` when the key is known; else a token by which it can be taken back.
    pub fn insert(&mut self, key: &str) -> Option<u64> {
        let hash = self.hasher.hash_one(key);
        if !self.known.insert(hash) {
            return None;
        }
        self.order.push_back(hash);
        if self.order.len() > REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
        Some(hash)
    }

    /// Takes back the last ones: they were not kept after all.
    pub fn take_back(&mut self, count: usize) {
        for hash in self.order.drain(self.order.len().saturating_sub(count)..) {
            self.known.remove(&hash);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_new_once_unless_it_was_taken_back() {
        let mut keys = Keys::default();
        assert!(keys.insert("a").is_some());
        assert!(keys.insert("b").is_some());
        assert!(keys.insert("a").is_none());
        keys.take_back(1);
        assert!(keys.insert("a").is_none());
        assert!(keys.insert("b").is_some());
    }
}
