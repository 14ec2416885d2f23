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
    for name in ["page.js", "page.css"] {
        let plain = std::fs::read(source.join(name)).unwrap_or_default();
        let mut packed = GzEncoder::new(Vec::new(), Compression::best());
        packed.write_all(&plain)?;
        std::fs::write(out.join(format!("{name}.gz")), packed.finish()?)?;
        std::fs::write(out.join(name), plain)?;
    }
    Ok(())
}
