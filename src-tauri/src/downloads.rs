//! Files for the person: written into the folder of their downloads, never over another file.

use kabinet_app::desktop::DesktopError;
use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// So many files of one name are enough.
const MOST_NAMES: u32 = 1000;

/// Writes a file under its name, or under one like it that is free.
pub async fn save(name: String, bytes: Vec<u8>) -> Result<PathBuf, DesktopError> {
    let folder = dirs::download_dir().or_else(|| dirs::home_dir().map(|home| home.join("Downloads")));
    let Some(folder) = folder else { return Err(DesktopError { code: "no_downloads", cause: None }) };
    let written = tokio::task::spawn_blocking(move || write_new(&folder, &name, &bytes)).await;
    written.map_err(io::Error::other).flatten().map_err(|error| DesktopError { code: code(&error), cause: Some(Box::new(error)) })
}

/// Opens the folder; which of its files is meant, no system-wide way can say on every desktop.
pub async fn show(file: &Path) -> Result<(), DesktopError> {
    let folder = file.parent().unwrap_or(file).to_owned();
    match tokio::task::spawn_blocking(move || open::that_detached(folder)).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(DesktopError { code: "no_file_manager", cause: Some(Box::new(error)) }),
        Err(panicked) => Err(DesktopError { code: "no_file_manager", cause: Some(Box::new(panicked)) }),
    }
}

fn code(error: &io::Error) -> &'static str {
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "disk_full",
        ErrorKind::NotFound | ErrorKind::NotADirectory => "no_downloads",
        _ => "file_not_saved",
    }
}

fn write_new(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<PathBuf> {
    std::fs::create_dir_all(folder)?;
    let (mut file, path) = free(folder, name)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    if let Err(error) = written {
        // Half a file would be taken for a whole one.
        let _ = std::fs::remove_file(&path);
        return Err(error);
    }
    Ok(path)
}

fn free(folder: &Path, name: &str) -> io::Result<(File, PathBuf)> {
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    for number in 1..=MOST_NAMES {
        let path = folder.join(if number == 1 { name.to_owned() } else { format!("{stem} ({number}).{ending}") });
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        // It tells who the clients are: nobody else on this computer needs to read it.
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        match options.open(&path) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            opened => return opened.map(|file| (file, path)),
        }
    }
    Err(ErrorKind::AlreadyExists.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_never_written_over_another() {
        let folder = tempfile::tempdir().expect("a folder");
        let downloads = folder.path().join("Downloads");
        let names: Vec<_> = (0..3)
            .map(|number| write_new(&downloads, "kabinet.csv", &[number]).expect("written"))
            .map(|path| path.file_name().expect("a name").to_string_lossy().into_owned())
            .collect();
        assert_eq!(names, ["kabinet.csv", "kabinet (2).csv", "kabinet (3).csv"]);
        assert_eq!(std::fs::read(downloads.join("kabinet.csv")).expect("read"), [0]);
    }

    #[test]
    fn what_went_wrong_is_told_apart() {
        assert_eq!(code(&ErrorKind::StorageFull.into()), "disk_full");
        assert_eq!(code(&ErrorKind::PermissionDenied.into()), "file_not_saved");
        let folder = tempfile::tempdir().expect("a folder");
        let taken = folder.path().join("Downloads");
        std::fs::write(&taken, "a file in its place").expect("written");
        assert!(write_new(&taken, "kabinet.csv", b"x").is_err());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_told() {
        let error = File::options().write(true).open("/dev/full").and_then(|mut file| file.write_all(b"x"));
        assert_eq!(error.map_err(|error| code(&error)), Err("disk_full"));
    }
}
