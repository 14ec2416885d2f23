//! Packs the client's page, where the UI has been built: `ui/dist-page/{page.js,page.css}`. Without it the page has no script.

use flate2::{Compression, write::GzEncoder};
use std::io::Write;
use std::path::{Path, PathBuf};

fn main() -> std::io::Result<()> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ui/dist-page");
    // Watched, so it has to be there: what is missing counts as changed each time.
    let _ = std::fs::create_dir(&source);
    println!("cargo::rerun-if-changed={}", source.display());
    println!("cargo::rerun-if-changed=migrations");
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo says where"));
    let script = std::fs::read(source.join("page.js")).unwrap_or_default();
    if script.is_empty() {
        println!("cargo::warning=the client's page gets no script: run `tests/build-ui` first, which builds it");
    }
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    packed.write_all(&script)?;
    std::fs::write(out.join("page.js.gz"), packed.finish()?)?;
    std::fs::write(out.join("page.js"), script)?;
    std::fs::write(out.join("page.css"), std::fs::read(source.join("page.css")).unwrap_or_default())
}
