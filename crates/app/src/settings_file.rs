//! `settings.json`: what a person chose. Written whole to a second file that then takes the first one's place,
//! so that a crash leaves the old or the new one.

use crate::state::Kept;
use std::io::{self, Write};
use std::path::Path;

const NAME: &str = "settings.json";

/// What was kept, and whether there was a file that could not be read (it is set aside, not overwritten).
#[derive(Debug)]
pub struct Read {
    pub kept: Kept,
    pub unreadable: bool,
}

#[must_use]
pub fn read(folder: &Path) -> Read {
    let path = folder.join(NAME);
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Read { kept: Kept::default(), unreadable: false },
        Err(_) => return Read { kept: Kept::default(), unreadable: true },
    };
    match serde_json::from_str(&text) {
        Ok(kept) => Read { kept, unreadable: false },
        Err(error) => {
            tracing::warn!(line = error.line(), "the settings cannot be read; they are set aside");
            if let Err(error) = std::fs::rename(&path, folder.join(format!("{NAME}.unreadable"))) {
                tracing::warn!(%error, "the settings cannot be set aside");
            }
            Read { kept: Kept::default(), unreadable: true }
        }
    }
}

/// # Errors
/// When the folder or the disk does not allow it.
pub fn write(folder: &Path, kept: &Kept) -> io::Result<()> {
    let next = folder.join(format!("{NAME}.next"));
    let mut file = std::fs::File::create(&next)?;
    file.write_all(&serde_json::to_vec_pretty(kept).expect("settings are plain data"))?;
    file.sync_all()?;
    std::fs::rename(next, folder.join(NAME))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_come_back_and_unknown_keys_do_not_hurt() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut kept = Kept::default();
        kept.settings.specialist_name = "Анна".into();
        kept.first_run_done = true;
        write(folder.path(), &kept).expect("written");
        assert_eq!(read(folder.path()).kept, kept);
        std::fs::write(folder.path().join(NAME), r#"{"settings":{"sound":false,"of_a_later_version":1}}"#).expect("written");
        let read = read(folder.path());
        assert!(!read.kept.settings.sound && !read.unreadable);
    }

    #[test]
    fn a_broken_file_is_set_aside() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join(NAME), "{").expect("written");
        assert!(read(folder.path()).unreadable);
        assert!(folder.path().join("settings.json.unreadable").exists());
    }
}
