//! `settings.json`: what a person chose. Written whole to a second file that then takes the first one's place,
//! so that a crash leaves the old or the new one.

use crate::state::Kept;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::io::{self, Write};
use std::path::Path;

const NAME: &str = "settings.json";
const ASIDE: &str = "settings.json.unreadable";

/// What was kept, and what is to be told about it.
#[derive(Debug)]
pub struct Read {
    pub kept: Kept,
    /// Part of the file or all of it could not be read: the code of what to say. A copy is set aside, as the next save writes over it.
    pub trouble: Option<&'static str>,
}

#[must_use]
pub fn read(folder: &Path) -> Read {
    let path = folder.join(NAME);
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Read { kept: Kept::default(), trouble: None },
        Err(error) => {
            tracing::warn!(%error, "the settings cannot be read; they are set aside");
            let aside = std::fs::rename(&path, folder.join(ASIDE));
            return Read {
                kept: Kept::default(),
                trouble: Some(if aside.is_ok() { "settings_unreadable" } else { "settings_lost" }),
            };
        }
    };
    if let Ok(kept) = serde_json::from_slice(&bytes) {
        return Read { kept, trouble: None };
    }
    tracing::warn!("the settings cannot be read as they stand; a copy is set aside");
    let aside = std::fs::copy(&path, folder.join(ASIDE));
    // A sign that is no text spoils the value it stands in, and no other.
    let readable = serde_json::from_str(&String::from_utf8_lossy(&bytes)).ok().map(what_fits);
    let trouble = match (aside, &readable) {
        (Err(_), _) => "settings_lost",
        (Ok(_), Some(_)) => "settings_partly_unreadable",
        (Ok(_), None) => "settings_unreadable",
    };
    Read { kept: readable.unwrap_or_default(), trouble: Some(trouble) }
}

/// Everything of a file that can be understood; the rest is as if it were not there.
fn what_fits(found: Value) -> Kept {
    let mut good = Value::Object(Map::new());
    put(&mut good, &mut Vec::new(), found);
    serde_json::from_value(good).unwrap_or_default()
}

/// Puts a value in its place if the settings can be read with it; of a table, each entry with which they can.
fn put(good: &mut Value, place: &mut Vec<String>, value: Value) {
    let before = good.clone();
    set(good, place, value.clone());
    if Kept::deserialize(&*good).is_ok() {
        return;
    }
    *good = before;
    let Value::Object(entries) = value else { return };
    for (key, value) in entries {
        place.push(key);
        put(good, place, value);
        place.pop();
    }
}

/// Tables on the way are made.
fn set(whole: &mut Value, place: &[String], value: Value) {
    let mut here = whole;
    for key in place {
        if !here.is_object() {
            *here = Value::Object(Map::new());
        }
        here = &mut here[key.as_str()];
    }
    *here = value;
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
        assert!(!read.kept.settings.sound && read.trouble.is_none());
    }

    #[test]
    fn what_cannot_be_read_is_set_aside_and_costs_nothing_else() {
        let check = |text: &[u8], trouble: &str, kept: &dyn Fn(&Kept) -> bool| {
            let folder = tempfile::tempdir().expect("a folder");
            std::fs::write(folder.path().join(NAME), text).expect("written");
            let read = read(folder.path());
            assert_eq!(read.trouble, Some(trouble));
            assert!(kept(&read.kept), "{:?}", read.kept);
            write(folder.path(), &read.kept).expect("written");
            assert_eq!(std::fs::read(folder.path().join(ASIDE)).expect("set aside"), text);
        };
        check(b"{", "settings_unreadable", &|kept| *kept == Kept::default());
        let paired = |kept: &Kept| {
            kept.shared_backend.as_deref() == Some("https://events.example.org/")
                && kept.connections["jitsi"]["base_url"] == "https://meet.example.org"
        };
        let rest =
            r#""shared_backend":"https://events.example.org/","connections":{"jitsi":{"base_url":"https://meet.example.org"}}"#;
        let file = format!(r#"{{"settings":{{"language":"de","sound":false}},{rest}}}"#);
        check(file.as_bytes(), "settings_partly_unreadable", &|kept| {
            paired(kept) && !kept.settings.sound && kept.settings.language == Kept::default().settings.language
        });
        let mut file = format!(r#"{{"settings":{{"specialist_name":"A?"}},{rest}}}"#).into_bytes();
        let spoilt = file.iter().position(|byte| *byte == b'?').expect("a sign");
        file[spoilt] = 0xff;
        check(&file, "settings_partly_unreadable", &paired);
        check(format!(r#"{{"settings":7,{rest}}}"#).as_bytes(), "settings_partly_unreadable", &paired);
    }
}
