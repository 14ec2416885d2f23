//! A link from anywhere: it is pasted, opened and handed on as it is. It works when nothing else does.

use crate::registry::{
    ConnectionError, ConnectionSettings, Entry, LinkIdentity, Provider, RoomError, RoomProvider, SpecialistLink,
};
use async_trait::async_trait;
use kabinet_domain::Sensitive;
use kabinet_domain::ports::PortError;
use kabinet_domain::provider::{Capabilities, ProviderInfo};
use url::Url;

pub const INFO: ProviderInfo = ProviderInfo {
    id: "link",
    name: "Link",
    icon: "link",
    capabilities: Capabilities::NONE,
    fields: &[],
    of_host: &[],
    addresses: &[],
};

/// It takes any link, so it claims none.
pub(crate) const PROVIDER: Provider = Provider { info: INFO, open, sign_in: None, recognises: |_| None };

fn open(_: &ConnectionSettings, _: reqwest::Client) -> Result<Box<dyn RoomProvider>, ConnectionError> {
    Ok(Box::new(PastedLink))
}

#[derive(Debug)]
struct PastedLink;

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PastedLinkError {
    #[error("not a web address")]
    NotAnAddress,
    #[error("the address must hold neither a user name nor a password")]
    Credentials,
}

#[async_trait]
impl RoomProvider for PastedLink {
    fn client_link(&self, pasted: &str) -> Result<String, RoomError> {
        address(pasted).map_err(|error| RoomError::Name(Box::new(error)))
    }

    fn specialist_link(&self, entry: &Entry<'_>) -> Result<SpecialistLink, RoomError> {
        let link = Sensitive::new(self.client_link(entry.room)?);
        Ok(SpecialistLink { link, identity: LinkIdentity::None })
    }

    async fn check(&self) -> Result<(), PortError> {
        Ok(())
    }
}

/// Whether a link that somebody else gave can be kept and opened as it came.
pub(crate) fn is_link(text: &str) -> bool {
    !text.chars().any(|c| c.is_control() || c.is_whitespace()) && address(text).is_ok()
}

/// Only web addresses: whatever is pasted here will be opened by the system, and a system opens more than pages.
fn address(pasted: &str) -> Result<String, PastedLinkError> {
    let url = Url::parse(pasted.trim()).map_err(|_| PastedLinkError::NotAnAddress)?;
    if !matches!(url.scheme(), "https" | "http") || url.host_str().is_none() {
        return Err(PastedLinkError::NotAnAddress);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(PastedLinkError::Credentials);
    }
    Ok(url.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(" https://telemost.example.org/j/1234567890 ", Ok("https://telemost.example.org/j/1234567890"))]
    #[case(
        "https://встреча.рф/Комната?a=1#b",
        Ok("https://xn--80adj7beg1b.xn--p1ai/%D0%9A%D0%BE%D0%BC%D0%BD%D0%B0%D1%82%D0%B0?a=1#b")
    )]
    #[case("", Err(PastedLinkError::NotAnAddress))]
    #[case("file:///etc/passwd", Err(PastedLinkError::NotAnAddress))]
    #[case("javascript:alert(1)", Err(PastedLinkError::NotAnAddress))]
    #[case("meet.example.org/room", Err(PastedLinkError::NotAnAddress))]
    #[case("https://bank.example.org@evil.example.org/", Err(PastedLinkError::Credentials))]
    fn only_web_addresses_are_links(#[case] pasted: &str, #[case] link: Result<&str, PastedLinkError>) {
        assert_eq!(address(pasted).as_deref().map_err(|error| *error), link);
    }
}
