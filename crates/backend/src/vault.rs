//! The backend's own key: it seals what names people, makes the tokens of clients' pages, and hashes what must be found but not read.

use crate::Error;
use crate::storage::Rows;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kabinet_domain::{ConsultationId, Ids, Sensitive};
use kabinet_seal::StoreKey;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

/// Beside the database, for its owner alone. Who has the database without it reads no phone, no message and no link.
const FILE: &str = "kabinet.key";

#[derive(Debug, Clone)]
pub struct Vault {
    key: StoreKey,
    ids: Arc<dyn Ids>,
}

impl Vault {
    /// With the key that a program gives, else with the one that lies in the folder, which is made when there is none.
    ///
    /// # Errors
    /// When the file cannot be read or written, or holds no key.
    pub fn open(folder: &Path, given: Option<StoreKey>, ids: Arc<dyn Ids>) -> Result<Self, Error> {
        let failed = |cause| Error::Folder { folder: folder.join(FILE), cause };
        if let Some(key) = given {
            return Ok(Self { key, ids });
        }
        match std::fs::read_to_string(folder.join(FILE)) {
            Ok(kept) => {
                let damaged = || failed(std::io::Error::new(std::io::ErrorKind::InvalidData, "it holds no key"));
                Ok(Self { key: StoreKey::read(&Sensitive::new(kept)).ok_or_else(damaged)?, ids })
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let (key, written) = StoreKey::make(ids.as_ref());
                keep(&folder.join(FILE), &written).map_err(failed)?;
                Ok(Self { key, ids })
            }
            Err(error) => Err(failed(error)),
        }
    }

    /// How private rows are written and read.
    #[must_use]
    pub fn rows(&self) -> Rows {
        Rows::new(Some(self.key.clone()), Arc::clone(&self.ids))
    }

    /// The token of a consultation's page: 256 bits that nobody can guess, and that need not be kept.
    #[must_use]
    pub fn page_token(&self, consultation: ConsultationId, generation: i64) -> Sensitive<String> {
        Sensitive::new(URL_SAFE_NO_PAD.encode(self.key.mac("page", &format!("{consultation}/{generation}"))))
    }

    /// A hash that only this backend can make: for what is searched for but must not be readable, such as a chat's id.
    #[must_use]
    pub fn hash(&self, purpose: &str, text: &str) -> [u8; 32] {
        self.key.mac(purpose, text)
    }
}

/// Whole or not at all: half a key would lock everything that is sealed.
fn keep(path: &Path, key: &Sensitive<String>) -> std::io::Result<()> {
    let half = path.with_extension("key.new");
    let mut options = std::fs::File::options();
    options.create(true).truncate(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&half)?;
    file.write_all(key.reveal().as_bytes())?;
    file.sync_all()?;
    std::fs::rename(half, path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use kabinet_domain::SystemIds;

    #[test]
    fn the_key_outlives_a_restart_and_tokens_with_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let open = || Vault::open(folder.path(), None, Arc::new(SystemIds)).expect("a key");
        let id = ConsultationId(SystemIds.next());
        let token = open().page_token(id, 0);
        assert_eq!(open().page_token(id, 0), token);
        assert_ne!(open().page_token(id, 1), token);
        assert_eq!(token.reveal().len(), 43);
        std::fs::write(folder.path().join(FILE), "rubbish").expect("written");
        assert!(Vault::open(folder.path(), None, Arc::new(SystemIds)).is_err());
    }
}
