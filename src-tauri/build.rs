//! Checks that the window's files are there, and lets Tauri read its configuration.

use std::path::Path;
use std::process::exit;

fn main() {
    let window = Path::new("../ui/dist");
    println!("cargo:rerun-if-changed={}", window.display());
    println!("cargo:rerun-if-changed=../icons/tray");
    if !window.join("index.html").exists() {
        println!("cargo:warning=the window's files are missing: run `tests/build-ui` first, which builds them");
        exit(1);
    }
    // Tens of thousands of addresses to be set at start, as bits instead of 24 bytes each: a megabyte less of file and of memory.
    // Loaders know it since glibc 2.36; linkers that do not know it ignore it.
    if std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|system| system == "linux") {
        println!("cargo:rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
    let manifest = tauri_build::AppManifest::new().commands(&["call"]);
    if let Err(error) = tauri_build::try_build(tauri_build::Attributes::new().app_manifest(manifest)) {
        println!("cargo:warning=tauri's configuration is at fault: {error:#}");
        exit(1);
    }
}
