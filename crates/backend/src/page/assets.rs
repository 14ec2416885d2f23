//! The page's script and stylesheet, taken in at compile time from the UI's build.

use sha2::{Digest, Sha256};
use std::sync::LazyLock;

/// A file as it is served.
#[derive(Debug)]
pub struct Asset {
    pub kind: &'static str,
    pub plain: &'static [u8],
    /// By gzip; every browser takes it.
    pub packed: &'static [u8],
    pub hash: LazyLock<String>,
}

const SCRIPT_BYTES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/page.js"));
const STYLE_BYTES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/page.css"));

/// Empty when the UI was not built; the page then shows time and link, as it does without scripts.
pub static SCRIPT: Asset = Asset {
    kind: "text/javascript; charset=utf-8",
    plain: SCRIPT_BYTES,
    packed: include_bytes!(concat!(env!("OUT_DIR"), "/page.js.gz")),
    hash: LazyLock::new(|| hash(SCRIPT_BYTES)),
};

pub static STYLE: Asset = Asset {
    kind: "text/css; charset=utf-8",
    plain: STYLE_BYTES,
    packed: include_bytes!(concat!(env!("OUT_DIR"), "/page.css.gz")),
    hash: LazyLock::new(|| hash(STYLE_BYTES)),
};

fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
