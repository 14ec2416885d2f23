//! The log: one file that is rotated by size. What is written holds no names, links or secrets
//! ([`kabinet_domain::Sensitive`] sees to that), so that it can be sent to whoever helps.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use tracing_subscriber::EnvFilter;

const USUAL: &str = "warn,kabinet=info,kabinet_app=info,kabinet_backend=info";

const FILE: &str = "kabinet.log";
const PREVIOUS: &str = "kabinet.1.log";
/// Two files of this size are weeks of a quiet application, and small enough to send.
const LIMIT: u64 = 1024 * 1024;

/// Sends `tracing` to the log file. `KABINET_LOG` says how much, as in `kabinet_app=debug`.
pub fn start(folder: &Path) -> io::Result<()> {
    let file = Rotating::open(folder)?;
    let filter = EnvFilter::try_from_env("KABINET_LOG").unwrap_or_else(|_| EnvFilter::new(USUAL));
    // Whatever was asked for: this one writes down whole messages, with the names in notifications.
    let filter = filter.add_directive("zbus=warn".parse().expect("it is well formed"));
    tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false).with_writer(Mutex::new(file)).init();
    std::panic::set_hook(Box::new(|panic| {
        // The payload may carry a person's words; the place alone says which promise broke.
        tracing::error!(place = panic.location().map(ToString::to_string), "panicked");
    }));
    Ok(())
}

struct Rotating {
    folder: PathBuf,
    file: File,
    written: u64,
}

impl Rotating {
    fn open(folder: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().create(true).append(true).open(folder.join(FILE))?;
        let written = file.metadata()?.len();
        Ok(Self { folder: folder.to_owned(), file, written })
    }

    fn rotate(&mut self) -> io::Result<()> {
        std::fs::rename(self.folder.join(FILE), self.folder.join(PREVIOUS))?;
        *self = Self::open(&self.folder)?;
        Ok(())
    }
}

impl Write for Rotating {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if self.written >= LIMIT {
            // A log that cannot be rotated (a full disk) goes on in the old file.
            let _ = self.rotate();
        }
        let written = self.file.write(line)?;
        self.written += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_log_moves_aside() {
        let folder = tempfile::tempdir().unwrap();
        let mut log = Rotating::open(folder.path()).unwrap();
        log.write_all(&vec![b'a'; LIMIT as usize]).unwrap();
        log.write_all(b"new").unwrap();
        assert_eq!(std::fs::read(folder.path().join(FILE)).unwrap(), b"new");
        assert_eq!(std::fs::metadata(folder.path().join(PREVIOUS)).unwrap().len(), LIMIT);
    }
}
