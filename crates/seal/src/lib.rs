//! Rows of a local database, sealed one by one (XChaCha20-Poly1305): the file tells how many rows there are and their ids, nothing else.
//! The application's store and the backend inside the application use it; the key is in the keychain.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use kabinet_domain::{Ids, Sensitive};
use sha2::{Digest, Sha256};
use std::fmt;

const NONCE: usize = 24;

/// The key of a local database; kept in the keychain.
#[derive(Clone)]
pub struct StoreKey {
    cipher: XChaCha20Poly1305,
    mark: i64,
    mac: [u8; 32],
}

impl fmt::Debug for StoreKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StoreKey")
    }
}

impl StoreKey {
    fn of(bytes: [u8; 32]) -> Self {
        let digest = Sha256::new().chain_update(b"kabinet-seal").chain_update(bytes).finalize();
        let (mark, _) = digest.split_first_chunk().expect("a digest has 32 bytes");
        let mac = Sha256::new().chain_update(b"kabinet-mac").chain_update(bytes).finalize().into();
        Self { cipher: XChaCha20Poly1305::new(&bytes.into()), mark: i64::from_be_bytes(*mark), mac }
    }

    /// A new key, and how it is written into the keychain.
    #[must_use]
    pub fn make(ids: &dyn Ids) -> (Self, Sensitive<String>) {
        let mut bytes = [0u8; 32];
        ids.fill(&mut bytes);
        (Self::of(bytes), STANDARD.encode(bytes).into())
    }

    /// Reads a key as the keychain has it; `None` when it is none.
    #[must_use]
    pub fn read(kept: &Sensitive<String>) -> Option<Self> {
        let bytes: [u8; 32] = STANDARD.decode(kept.reveal().trim()).ok()?.try_into().ok()?;
        Some(Self::of(bytes))
    }

    /// Tells one key from another without telling anything of it.
    #[must_use]
    pub fn fingerprint(&self) -> i64 {
        self.mark
    }

    /// What only the bearer of this key can make of `text` (HMAC-SHA-256): a token that need not be kept, a hash that nobody can search.
    /// `purpose` keeps the uses apart.
    #[must_use]
    pub fn mac(&self, purpose: &str, text: &str) -> [u8; 32] {
        let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(&self.mac).expect("any length is a key");
        mac.update(purpose.as_bytes());
        mac.update(&[0]);
        mac.update(text.as_bytes());
        mac.finalize().into_bytes().into()
    }

    /// Seals `plain` for the row `place`: moved to another row it does not open.
    #[must_use]
    pub fn seal(&self, place: &str, plain: &[u8], ids: &dyn Ids) -> Vec<u8> {
        let mut nonce = [0u8; NONCE];
        ids.fill(&mut nonce);
        let payload = Payload { msg: plain, aad: place.as_bytes() };
        let sealed =
            self.cipher.encrypt(XNonce::from_slice(&nonce), payload).expect("a row is far shorter than the cipher's limit");
        [nonce.as_slice(), &sealed].concat()
    }

    /// `None` when it was sealed with another key, for another row, or was changed since.
    #[must_use]
    pub fn open(&self, place: &str, sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, sealed) = sealed.split_at_checked(NONCE)?;
        self.cipher.decrypt(XNonce::from_slice(nonce), Payload { msg: sealed, aad: place.as_bytes() }).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kabinet_domain::SystemIds;

    #[test]
    fn a_row_opens_in_its_place_alone() {
        let (key, kept) = StoreKey::make(&SystemIds);
        let sealed = key.seal("events/1", b"Ivan", &SystemIds);
        let again = StoreKey::read(&kept).expect("a key");
        assert_eq!(again.open("events/1", &sealed).as_deref(), Some(b"Ivan".as_slice()));
        assert_eq!(again.open("events/2", &sealed), None);
        let mut broken = sealed.clone();
        *broken.last_mut().expect("bytes") ^= 1;
        assert_eq!(again.open("events/1", &broken), None);
        assert_eq!(StoreKey::make(&SystemIds).0.open("events/1", &sealed), None);
        assert_eq!(again.fingerprint(), key.fingerprint());
        assert_ne!(StoreKey::make(&SystemIds).0.fingerprint(), key.fingerprint());
        assert!(!sealed.windows(4).any(|part| part == b"Ivan"));
    }
}
