//! Where things are kept on this computer.

use std::env;
use std::path::PathBuf;

/// The folders of this person's Kabinet.
#[derive(Debug, Clone)]
pub struct Places {
    /// The local store and the embedded backend's database.
    pub data: PathBuf,
    pub logs: PathBuf,
    /// Files that live as long as the session: the socket, the tray's pictures.
    pub runtime: PathBuf,
}

impl Places {
    /// `KABINET_DATA_DIR` keeps everything of a private run in one folder; else the system says.
    #[must_use]
    pub fn of_this_person() -> Self {
        let chosen = env::var_os("KABINET_DATA_DIR").filter(|dir| !dir.is_empty()).map(PathBuf::from);
        let home = || dirs::home_dir().unwrap_or_else(env::temp_dir);
        let data = chosen
            .clone()
            .unwrap_or_else(|| dirs::data_local_dir().unwrap_or_else(|| home().join(".local/share")).join("kabinet"));
        let logs = match chosen {
            Some(dir) => dir.join("log"),
            None => dirs::state_dir().unwrap_or_else(|| data.clone()).join("kabinet"),
        };
        // A socket's path has at most 107 bytes, so the runtime folder comes before a long data folder.
        let runtime = dirs::runtime_dir().unwrap_or_else(|| data.join("run")).join("kabinet");
        Self { data, logs, runtime }
    }

    /// Makes the folders, for this person's eyes only.
    pub fn make(&self) -> std::io::Result<()> {
        for folder in [&self.data, &self.logs, &self.runtime] {
            let mut builder = std::fs::DirBuilder::new();
            builder.recursive(true);
            #[cfg(unix)]
            std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
            builder.create(folder)?;
        }
        Ok(())
    }

    #[must_use]
    pub fn socket(&self) -> PathBuf {
        self.runtime.join("control")
    }
}
