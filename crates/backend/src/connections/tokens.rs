//! Where renewed tokens are kept: a file of the data folder that only its owner can read.
//!
//! Whoever renews a pair of tokens must keep the new one, since the old is of no use any more.
//! The file remembers which configured token its pair came from: an operator who sets another one means that.

use crate::people::hash;
use kabinet_domain::Sensitive;
use kabinet_providers::sign_in::Tokens;
use serde::{Deserialize, Serialize};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

#[derive(Debug, Clone)]
pub struct TokenFile {
    path: PathBuf,
    /// The hash of the configured tokens.
    seed: String,
}

/// The file's form. Private, so that nothing else can write tokens down.
#[derive(Serialize, Deserialize)]
struct Kept {
    seed: String,
    tokens: String,
}

impl TokenFile {
    #[must_use]
    pub fn new(folder: &Path, id: &str, configured: &Tokens) -> Self {
        let text = |token: Option<&Sensitive<String>>| token.map(Sensitive::reveal).cloned().unwrap_or_default();
        let all = format!("{}\n{}", text(Some(&configured.access)), text(configured.refresh.as_ref()));
        let seed = hash(&all).iter().map(|byte| format!("{byte:02x}")).collect();
        Self { path: folder.join(format!("{id}.tokens")), seed }
    }

    /// What was renewed since; `None` when nothing was, or the configured ones are newer.
    #[must_use]
    pub fn read(&self) -> Option<Tokens> {
        let text = std::fs::read_to_string(&self.path).ok()?;
        let kept: Kept = serde_json::from_str(&text).ok().filter(|kept: &Kept| kept.seed == self.seed)?;
        Tokens::from_keychain(&kept.tokens.into()).ok()
    }

    /// Keeps a renewed pair; it is on disk when this returns. A slow disk holds up nobody else meanwhile.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub async fn keep(&self, tokens: Tokens) -> io::Result<()> {
        let file = self.clone();
        tokio::task::spawn_blocking(move || file.write(&tokens)).await.map_err(io::Error::other)?
    }

    fn write(&self, tokens: &Tokens) -> io::Result<()> {
        let kept = Kept { seed: self.seed.clone(), tokens: tokens.for_keychain().into_inner() };
        let new = self.path.with_extension("new");
        match std::fs::remove_file(&new) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut options = std::fs::File::options();
        options.create_new(true).write(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&new)?;
        file.write_all(serde_json::to_string(&kept).map_err(io::Error::other)?.as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&new, &self.path)?;
        // The name is durable once its folder is.
        #[cfg(unix)]
        if let Some(folder) = self.path.parent() {
            std::fs::File::open(folder)?.sync_all()?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(access: &str) -> Tokens {
        Tokens { access: access.into(), refresh: Some("refresh".into()), expires_at: None, renew_at: None }
    }

    #[tokio::test]
    async fn a_renewed_pair_is_kept_for_its_owner_until_the_operator_sets_another() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = TokenFile::new(folder.path(), "rooms", &tokens("first"));
        assert_eq!(file.read(), None);
        file.keep(tokens("second")).await.expect("kept");
        file.keep(tokens("third")).await.expect("kept over it");
        assert_eq!(file.read(), Some(tokens("third")));
        assert_eq!(TokenFile::new(folder.path(), "rooms", &tokens("another")).read(), None);
        #[cfg(unix)]
        {
            let mode = std::fs::metadata(folder.path().join("rooms.tokens")).expect("a file").permissions();
            assert_eq!(std::os::unix::fs::PermissionsExt::mode(&mode) & 0o777, 0o600);
        }
    }
}
