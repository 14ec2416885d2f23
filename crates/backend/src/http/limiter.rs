//! Slows down whoever tries secrets. Right tokens always pass, so nobody can lock anybody out; pairing codes, which are short, do not.

use kabinet_domain::Timestamp;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Mutex;

/// So many addresses are remembered; beyond it the oldest minute is forgotten.
const MOST_ADDRESSES: usize = 10_000;

const MINUTE: chrono::Duration = chrono::Duration::minutes(1);

#[derive(Debug)]
pub struct Limiter {
    per_minute: u32,
    wrong: Mutex<HashMap<IpAddr, Wrong>>,
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
        if wrong.len() >= MOST_ADDRESSES {
            wrong.retain(|_, known| now - known.since < MINUTE);
        }
        let known = wrong.entry(block(address)).or_insert(Wrong { since: now, count: 0 });
        if now - known.since >= MINUTE {
            *known = Wrong { since: now, count: 0 };
        }
        known.count = known.count.saturating_add(1);
        if known.count <= self.per_minute { Ok(()) } else { Err(known.pause(now)) }
    }

    /// Whether another attempt may be made at all, for what can be guessed. Otherwise: how many seconds to wait.
    pub fn may_try(&self, address: IpAddr, now: Timestamp) -> Result<(), u64> {
        let wrong = self.wrong.lock().expect("nobody panics while holding this");
        match wrong.get(&block(address)) {
            Some(known) if known.count >= self.per_minute && now - known.since < MINUTE => Err(known.pause(now)),
            _ => Ok(()),
        }
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
}
