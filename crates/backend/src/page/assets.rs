//! The page's script and stylesheet, taken in at compile time from the UI's build.

use base64::prelude::{BASE64_STANDARD, Engine};
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

/// Empty when the UI was not built; the page then shows time and link, as it does without scripts.
pub static SCRIPT: Asset = Asset {
    kind: "text/javascript; charset=utf-8",
    plain: SCRIPT_BYTES,
    packed: include_bytes!(concat!(env!("OUT_DIR"), "/page.js.gz")),
    hash: LazyLock::new(|| Sha256::digest(SCRIPT_BYTES).iter().take(8).map(|byte| format!("{byte:02x}")).collect()),
};

/// Stands in the document itself: a file of its own would hold up the first painting for one more trip to a far telephone.
pub const STYLE: &str = include_str!(concat!(env!("OUT_DIR"), "/page.css"));

/// What a policy names the stylesheet by (<https://www.w3.org/TR/CSP3/#grammardef-hash-source>).
pub static STYLE_SOURCE: LazyLock<String> =
    LazyLock::new(|| format!("'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(STYLE))));
