//! Whose request it is when a reverse proxy brings it.

use axum::http::HeaderMap;
use ipnet::IpNet;
use serde::{Deserialize, Deserializer};
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

/// What a proxy says of its client (RFC 7239, section 1, names it; it is what nginx and Caddy send).
const FORWARDED_FOR: &str = "x-forwarded-for";

/// More proxies in a row than this are nobody's.
const MOST_PROXIES: usize = 16;

/// The proxies that are believed when they say whose request they bring.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<IpNet>);

impl TrustedProxies {
    /// Whom a request is from. Each proxy adds at the right whom it heard it from, so it is read from there, as far as those who say so
    /// are trusted: what a stranger has put into the header before changes nothing.
    #[must_use]
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut nearest = peer.to_canonical();
        let said = headers.get_all(FORWARDED_FOR).into_iter().rev();
        let mut hops = said.flat_map(|value| value.to_str().unwrap_or_default().rsplit(',')).take(MOST_PROXIES);
        while self.contains(nearest) {
            // Behind what is no address nobody is known; then it is the proxy's own business.
            let Some(before) = hops.next().and_then(address) else { break };
            nearest = before;
        }
        nearest
    }

    fn contains(&self, address: IpAddr) -> bool {
        self.0.iter().any(|net| net.contains(&address))
    }
}

/// Addresses and prefixes with spaces between them: `127.0.0.1 10.1.0.0/16 ::1`.
impl FromStr for TrustedProxies {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let net = |word: &str| word.parse::<IpNet>().or_else(|_| word.parse::<IpAddr>().map(IpNet::from));
        text.split_whitespace()
            .map(net)
            .collect::<Result<_, _>>()
            .map(Self)
            .map_err(|_| "must be addresses or prefixes like 127.0.0.1 10.1.0.0/16, with spaces between them")
    }
}

impl<'de> Deserialize<'de> for TrustedProxies {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1`, `[2001:db8::1]` or `[2001:db8::1]:4711`.
fn address(said: &str) -> Option<IpAddr> {
    let said = said.trim();
    let bare = said.strip_prefix('[').and_then(|said| said.strip_suffix(']')).unwrap_or(said);
    let found = bare.parse::<IpAddr>().ok().or_else(|| Some(said.parse::<SocketAddr>().ok()?.ip()));
    found.map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    const HOME: &str = "127.0.0.0/8 ::1 10.1.0.0/16";

    #[rstest]
    #[case::no_proxy("192.0.2.1", &[], "192.0.2.1")]
    #[case::a_stranger_is_not_believed("192.0.2.1", &["198.51.100.7"], "192.0.2.1")]
    #[case::our_proxy_is("127.0.0.1", &["198.51.100.7"], "198.51.100.7")]
    #[case::by_ipv6_too("::1", &["2001:db8::7"], "2001:db8::7")]
    #[case::also_where_both_are_heard_on_one_socket("::ffff:127.0.0.1", &["::ffff:198.51.100.7"], "198.51.100.7")]
    #[case::what_its_client_had_put_there_changes_nothing("127.0.0.1", &["203.0.113.1, 198.51.100.7"], "198.51.100.7")]
    #[case::nor_that_it_names_one_of_ours("127.0.0.1", &["10.1.2.3, 198.51.100.7"], "198.51.100.7")]
    #[case::two_of_ours_in_a_row("127.0.0.1", &["203.0.113.1, 198.51.100.7, 10.1.2.3"], "198.51.100.7")]
    #[case::several_headers_are_one_list("127.0.0.1", &["203.0.113.1", "198.51.100.7", "10.1.2.3"], "198.51.100.7")]
    #[case::with_ports("127.0.0.1", &["[2001:db8::7]:4711,10.1.2.3:80"], "2001:db8::7")]
    #[case::in_brackets("127.0.0.1", &["[2001:db8::7]"], "2001:db8::7")]
    #[case::nonsense_is_the_proxys_own("127.0.0.1", &["unknown"], "127.0.0.1")]
    #[case::nothing_behind_nonsense_is_read("127.0.0.1", &["198.51.100.7, _hidden, 10.1.2.3"], "10.1.2.3")]
    #[case::only_our_own("127.0.0.1", &["10.1.2.3"], "10.1.2.3")]
    #[case::empty("127.0.0.1", &[""], "127.0.0.1")]
    fn it_is_the_nearest_who_is_no_proxy_of_ours(#[case] peer: &str, #[case] said: &[&str], #[case] client: &str) {
        let trusted: TrustedProxies = HOME.parse().expect("proxies");
        let mut headers = HeaderMap::new();
        for said in said {
            headers.append(FORWARDED_FOR, said.parse().expect("a value"));
        }
        assert_eq!(trusted.client(peer.parse().expect("an address"), &headers).to_string(), client);
    }

    #[test]
    fn proxies_are_addresses_and_prefixes() {
        for right in ["", "127.0.0.1", " ::1   fd00::/8 ", HOME] {
            assert!(right.parse::<TrustedProxies>().is_ok(), "{right}");
        }
        for wrong in ["localhost", "127.0.0.1,::1", "10.0.0.0/33", "10.0.0/8", "*"] {
            assert!(wrong.parse::<TrustedProxies>().is_err(), "{wrong}");
        }
        let nobody = TrustedProxies::default();
        let headers = HeaderMap::from_iter([(FORWARDED_FOR.parse().expect("a name"), "198.51.100.7".parse().expect("a value"))]);
        assert_eq!(nobody.client("127.0.0.1".parse().expect("an address"), &headers).to_string(), "127.0.0.1");
    }
}
