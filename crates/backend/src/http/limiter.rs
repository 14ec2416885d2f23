//! Slows down whoever tries secrets. Right tokens always pass, so nobody can lock anybody out; pairing codes, which are short, do not.

use kabinet_domain::Timestamp;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Mutex;

/// So many addresses are remembered at most; beyond it those are forgotten that were longest not heard of.
const MOST_ADDRESSES: usize = 10_000;

const MINUTE: chrono::Duration = chrono::Duration::minutes(1);

#[derive(Debug)]
pub struct Limiter {
    per_minute: u32,
    wrong: Mutex<Known>,
}

/// Half of what may be remembered is being filled, the half before it is still looked at: so the map is bounded, and no attempt has to
/// look for the oldest among thousands.
#[derive(Debug, Default)]
struct Known {
    recent: HashMap<IpAddr, Wrong>,
    older: HashMap<IpAddr, Wrong>,
}

#[derive(Debug, Clone, Copy)]
struct Wrong {
    since: Timestamp,
    count: u32,
}

impl Wrong {
    /// Seconds until its minute is over.
    fn pause(self, now: Timestamp) -> u64 {
        u64::try_from((self.since + MINUTE - now).num_seconds()).unwrap_or(0).max(1)
    }
}

impl Limiter {
    #[must_use]
    pub fn new(per_minute: u32) -> Self {
        Self { per_minute, wrong: Mutex::default() }
    }

    /// Notes a wrong attempt. Beyond the limit: how many seconds to wait.
    pub fn wrong(&self, address: IpAddr, now: Timestamp) -> Result<(), u64> {
        let mut wrong = self.wrong.lock().expect("nobody panics while holding this");
        let known = wrong.of(block(address), now);
        if now - known.since >= MINUTE {
            *known = Wrong { since: now, count: 0 };
        }
        known.count = known.count.saturating_add(1);
        if known.count <= self.per_minute { Ok(()) } else { Err(known.pause(now)) }
    }

    /// Whether another attempt may be made at all, for what can be guessed. Otherwise: how many seconds to wait.
    pub fn may_try(&self, address: IpAddr, now: Timestamp) -> Result<(), u64> {
        let wrong = self.wrong.lock().expect("nobody panics while holding this");
        let address = block(address);
        match wrong.recent.get(&address).or_else(|| wrong.older.get(&address)) {
            Some(known) if known.count >= self.per_minute && now - known.since < MINUTE => Err(known.pause(now)),
            _ => Ok(()),
        }
    }
}

impl Known {
    fn of(&mut self, address: IpAddr, now: Timestamp) -> &mut Wrong {
        if self.recent.len() >= MOST_ADDRESSES / 2 && !self.recent.contains_key(&address) {
            self.older = std::mem::take(&mut self.recent);
        }
        let before = self.older.remove(&address);
        self.recent.entry(address).or_insert(before.unwrap_or(Wrong { since: now, count: 0 }))
    }
}

/// Who has one IPv6 address has 2^64 of them.
fn block(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => v6.to_ipv4_mapped().map_or_else(|| IpAddr::V6((v6.to_bits() >> 64 << 64).into()), IpAddr::V4),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beyond_the_limit_one_waits_for_the_minute_to_end() {
        let limiter = Limiter::new(2);
        let now = chrono::DateTime::UNIX_EPOCH;
        let address: IpAddr = "2001:db8::1".parse().expect("an address");
        let neighbour: IpAddr = "2001:db8::2".parse().expect("an address");
        assert_eq!(limiter.wrong(address, now), Ok(()));
        assert_eq!(limiter.may_try(neighbour, now), Ok(()));
        assert_eq!(limiter.wrong(neighbour, now), Ok(()));
        assert_eq!(limiter.may_try(address, now), Err(60));
        assert_eq!(limiter.wrong(address, now + chrono::Duration::seconds(20)), Err(40));
        assert_eq!(limiter.wrong("192.0.2.1".parse().expect("an address"), now), Ok(()));
        assert_eq!(limiter.wrong(address, now + chrono::Duration::seconds(60)), Ok(()));
    }

    #[test]
    fn under_many_addresses_it_stays_small_and_knows_whoever_goes_on() {
        let limiter = Limiter::new(3);
        let now = chrono::DateTime::UNIX_EPOCH;
        let guesser: IpAddr = "192.0.2.1".parse().expect("an address");
        for _ in 0..3 {
            assert_eq!(limiter.wrong(guesser, now), Ok(()));
        }
        for number in 0..4 * u32::try_from(MOST_ADDRESSES).expect("it fits") {
            let _ = limiter.wrong(IpAddr::V4(number.into()), now);
            if number % 1_000 == 0 {
                assert_eq!(limiter.wrong(guesser, now), Err(60), "after {number}");
            }
        }
        let known = limiter.wrong.lock().expect("nobody panicked");
        assert!(known.recent.len() + known.older.len() <= MOST_ADDRESSES);
    }
}
