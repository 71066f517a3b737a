//! `amber inspect`: what backups lie in a folder or an archive. Also how files of this machine come into a run.
//!
//! Shape: files are read whole, links are not followed. Units: bytes. Exit status 1 if anything is wrong with what was
//! found. Nothing leaves the machine.

use std::fs;
use std::io;
use std::path::Path;
use std::process::ExitCode;

use simulator::archive;
use simulator::inspect::Look;

use crate::args::Inspect;

/// Looks at each path.
pub(crate) fn inspect(options: &Inspect) -> ExitCode {
    let mut sound = true;
    for path in &options.paths {
        let files = match files(path) {
            Ok(files) => files,
            Err(e) => {
                eprintln!("amber: {}: {e}", path.display());
                return ExitCode::from(2);
            }
        };
        let mut look = Look::at_files(files);
        look.passphrase.clone_from(&options.passphrase);
        look.rows = options.rows;
        if options.json {
            println!("{}", look.json());
        } else {
            println!("{}", look.words().join("\n"));
        }
        sound &= look.is_sound();
    }
    ExitCode::from(u8::from(!sound))
}

/// The files of a folder or an archive, by their paths in it.
pub(crate) fn files(path: &Path) -> io::Result<Vec<archive::File>> {
    if path.is_dir() {
        let mut found = Vec::new();
        let mut left = archive::UNPACKED_BYTES_MAX;
        folder(path, "", &mut found, &mut left)?;
        return Ok(found);
    }
    if fs::metadata(path)?.len() > bytes_max() {
        return Err(io::Error::other("the archive is too large"));
    }
    archive::files(&fs::read(path)?).map_err(io::Error::other)
}

fn bytes_max() -> u64 {
    u64::try_from(archive::UNPACKED_BYTES_MAX).unwrap_or(u64::MAX)
}

fn folder(
    path: &Path,
    below: &str,
    found: &mut Vec<archive::File>,
    left: &mut usize,
) -> io::Result<()> {
    let mut entries = fs::read_dir(path)?.collect::<io::Result<Vec<_>>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = format!("{below}{}", entry.file_name().to_string_lossy());
        let kind = entry.file_type()?;
        if kind.is_dir() {
            folder(&entry.path(), &format!("{name}/"), found, left)?;
        } else if kind.is_file() {
            let bytes = fs::read(entry.path())?;
            *left = left
                .checked_sub(bytes.len())
                .ok_or_else(|| io::Error::other("the folder holds too much"))?;
            found.push((name, bytes));
        }
    }
    Ok(())
}

/// `\\sim bucket load PATH URI` as the commands that put each file into the bucket; none for any other line.
pub(crate) fn load(line: &str) -> Option<io::Result<Vec<String>>> {
    let rest = line.trim().strip_prefix("\\sim").unwrap_or(line).trim();
    let (path, uri) = rest.strip_prefix("bucket load ")?.trim().rsplit_once(' ')?;
    let path = path.trim().trim_matches('\'').to_owned();
    Some(
        files(Path::new(&path))
            .map(|found| found.into_iter().flat_map(|one| puts(one, uri)).collect()),
    )
}

/// The most bytes that one command carries.
const PART_BYTES: usize = 2 << 20;

fn puts((name, bytes): archive::File, uri: &str) -> Vec<String> {
    let place = format!("{}/{name}", uri.trim_end_matches('/'));
    let mut lines = vec![format!(
        "bucket put '{place}' '{}'",
        archive::to_base64(bytes.get(..PART_BYTES).unwrap_or(&bytes))
    )];
    for part in bytes.chunks(PART_BYTES).skip(1) {
        lines.push(format!("bucket add '{place}' '{}'", archive::to_base64(part)));
    }
    lines
}
