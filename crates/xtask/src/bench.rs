//! Sizes and speeds, as a command and never as a timed test.

use std::fs;
use std::path::Path;

use crate::run::{Result, command, root, run, say};
use crate::{page, tools};

/// Sizes of what the browser loads, then speeds under Node, where the same V8 runs the same wasm.
pub(crate) fn all() -> Result {
    tools::setup_page()?;
    page::release()?;
    say("sizes, kB");
    println!("  {:<34}{:>9}{:>9}", "file", "raw", "brotli");
    sizes(&root().join("dist"))?;
    say("speeds in wasm (Node), peers beside them where npm has them");
    run(command("node", &["tests/bench/bench.mjs"]))
}

fn sizes(dist: &Path) -> Result {
    let mut files: Vec<_> = fs::read_dir(dist)?.collect::<std::result::Result<_, _>>()?;
    files.sort_by_key(fs::DirEntry::file_name);
    for file in files.iter().filter(|file| file.path().is_file()) {
        let bytes = fs::read(file.path())?;
        let name = file.file_name().to_string_lossy().into_owned();
        println!("  {name:<34}{:>9}{:>9}", kilobytes(bytes.len()), kilobytes(brotli_len(&bytes)?));
    }
    Ok(())
}

fn kilobytes(bytes: usize) -> String {
    format!("{}.{}", bytes / 1000, bytes % 1000 / 100)
}

fn brotli_len(bytes: &[u8]) -> Result<usize> {
    let mut out = Vec::new();
    let params = brotli::enc::BrotliEncoderParams { quality: 11, ..Default::default() };
    brotli::BrotliCompress(&mut &bytes[..], &mut out, &params)?;
    Ok(out.len())
}
