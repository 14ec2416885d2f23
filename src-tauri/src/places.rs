//! Where things are kept on this computer.

use kabinet_app::Operator;
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
    /// The file of whoever looks after this computer.
    pub operator: OperatorFile,
}

/// Where the operator's file is.
#[derive(Debug, Clone)]
pub enum OperatorFile {
    /// `KABINET_OPERATOR` names it, so it is missed when it is not there.
    Named(PathBuf),
    /// Where the system keeps what counts for everybody. Most computers have none.
    Usual(PathBuf),
}

impl OperatorFile {
    fn of_this_computer() -> Self {
        let named = env::var_os("KABINET_OPERATOR").filter(|file| !file.is_empty());
        named.map_or_else(|| Self::Usual(usual_folder().join("operator.toml")), |file| Self::Named(file.into()))
    }

    #[must_use]
    pub fn read(&self) -> Operator {
        match self {
            Self::Named(file) => Operator::read(file),
            Self::Usual(file) => Operator::read_if_there(file),
        }
    }
}

fn usual_folder() -> PathBuf {
    if cfg!(target_os = "macos") {
        PathBuf::from("/Library/Application Support/Kabinet")
    } else if cfg!(windows) {
        env::var_os("ProgramData").map_or_else(|| PathBuf::from(r"C:\ProgramData"), PathBuf::from).join("Kabinet")
    } else {
        PathBuf::from("/etc/kabinet")
    }
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
        Self { data, logs, runtime, operator: OperatorFile::of_this_computer() }
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
