//! Files in an archive: tar, tar.gz and zip, as far as people make them of a folder.
//!
//! ```text
//!   tar   512-byte header (name, size in octal, kind) ─ content, padded to 512 ─ next header ─ … ─ zeros
//!   zip   … local header, content … ─ central directory (name, method, sizes, place) ─ end record
//! ```
//!
//! Shape: bytes → paths and contents, in order. A path keeps neither a leading slash nor `..`. Units: bytes; what is
//! unpacked is bounded before it is unpacked. Errors: [`Error`] with what is wrong. Left out: links, devices, encrypted and
//! 64-bit zips, compressions other than deflate.

use backup::dest::ids;
use backup::manifest::gzip;
use base::num;

/// Most files of an archive.
const FILES_MAX: usize = 200_000;
/// Most bytes of all files together. *Units*: bytes.
pub const UNPACKED_BYTES_MAX: usize = 1 << 30;

/// Why bytes are no archive that can be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Error(pub &'static str);

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for Error {}

const CUT: Error = Error("the archive ends too early");
const LARGE: Error = Error("the archive holds too much");

/// A path and what lies there.
pub type File = (String, Vec<u8>);

/// The files of an archive of any of the kinds.
///
/// *Errors*: see [`Error`].
pub fn files(bytes: &[u8]) -> Result<Vec<File>, Error> {
    if bytes.starts_with(b"PK") {
        return zip(bytes);
    }
    if bytes.starts_with(&gzip::MAGIC) {
        let unpacked = gzip::unpack(bytes, UNPACKED_BYTES_MAX)
            .map_err(|_| Error("the archive is no gzip, or holds too much"))?;
        return tar(&unpacked);
    }
    tar(bytes)
}

fn text(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    String::from_utf8_lossy(bytes.get(..end).unwrap_or_default()).into_owned()
}

/// A path without what could lead out of the folder.
fn clean(path: &str) -> String {
    let parts: Vec<&str> =
        path.split(['/', '\\']).filter(|part| !matches!(*part, "" | "." | "..")).collect();
    parts.join("/")
}

fn tar(mut bytes: &[u8]) -> Result<Vec<File>, Error> {
    let mut found: Vec<File> = Vec::new();
    let mut long: Option<String> = None;
    while let Some((header, rest)) = bytes.split_first_chunk::<512>() {
        if header.iter().all(|byte| *byte == 0) {
            break;
        }
        if !header[257..].starts_with(b"ustar") {
            return Err(Error("neither a zip nor a tar archive"));
        }
        let digits = text(&header[124..136]);
        let size =
            usize::from_str_radix(digits.trim(), 8).map_err(|_| Error("a size that is none"))?;
        let content = rest.get(..size).ok_or(CUT)?;
        bytes = rest.get(size.next_multiple_of(512).min(rest.len())..).unwrap_or_default();
        match header[156] {
            b'0' | 0 => {
                let (prefix, name) = (text(&header[345..500]), text(&header[..100]));
                let path = long.take().unwrap_or_else(|| format!("{prefix}/{name}"));
                found.push((clean(&path), content.to_vec()));
            }
            // A name too long for its field: in the content (GNU), or as `path=` in a list of fields (pax).
            b'L' => long = Some(text(content)),
            b'x' => long = pax_path(content).or(long),
            _ => long = None,
        }
        if found.len() > FILES_MAX {
            return Err(LARGE);
        }
    }
    if found.is_empty() { Err(Error("no files in the archive")) } else { Ok(found) }
}

/// `<length> path=<value>\n` among others.
fn pax_path(content: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(content).ok()?;
    let mut lines = text.lines();
    lines.find_map(|line| Some(line.split_once(" path=")?.1.to_owned()))
}

fn u16_at(bytes: &[u8], at: usize) -> Result<usize, Error> {
    let two = bytes.get(at..).and_then(|rest| rest.first_chunk::<2>()).ok_or(CUT)?;
    Ok(usize::from(u16::from_le_bytes(*two)))
}

fn u32_at(bytes: &[u8], at: usize) -> Result<usize, Error> {
    let four = bytes.get(at..).and_then(|rest| rest.first_chunk::<4>()).ok_or(CUT)?;
    Ok(num::index(u32::from_le_bytes(*four)))
}

fn zip(bytes: &[u8]) -> Result<Vec<File>, Error> {
    // The end record is followed by a comment of at most 64 kB.
    let from = bytes.len().saturating_sub(22 + 65_535);
    let tail = bytes.get(from..).unwrap_or_default();
    let end = tail.windows(4).rposition(|four| four == b"PK\x05\x06").ok_or(CUT)?;
    let count = u16_at(tail, end + 10)?;
    let mut at = u32_at(tail, end + 16)?;
    let mut found = Vec::new();
    let mut left = UNPACKED_BYTES_MAX;
    for _ in 0..count.min(FILES_MAX) {
        let entry = bytes.get(at..).ok_or(CUT)?;
        if !entry.starts_with(b"PK\x01\x02") {
            return Err(Error("a broken directory of the archive"));
        }
        let (name, extra, comment) = (u16_at(entry, 28)?, u16_at(entry, 30)?, u16_at(entry, 32)?);
        let path = String::from_utf8_lossy(entry.get(46..46 + name).ok_or(CUT)?).into_owned();
        if !path.ends_with('/') {
            let content = zip_content(bytes, entry, left)?;
            left = left.saturating_sub(content.len());
            found.push((clean(&path), content));
        }
        at += 46 + name + extra + comment;
    }
    Ok(found)
}

fn zip_content(bytes: &[u8], entry: &[u8], limit: usize) -> Result<Vec<u8>, Error> {
    if u16_at(entry, 8)? & 1 != 0 {
        return Err(Error("the archive is encrypted"));
    }
    let (method, packed, local) = (u16_at(entry, 10)?, u32_at(entry, 20)?, u32_at(entry, 42)?);
    let head = bytes.get(local..).ok_or(CUT)?;
    let from = 30 + u16_at(head, 26)? + u16_at(head, 28)?;
    let content = head.get(from..).and_then(|rest| rest.get(..packed)).ok_or(CUT)?;
    match method {
        0 if packed <= limit => Ok(content.to_vec()),
        8 => gzip::inflate(content, limit)
            .map_err(|_| Error("a file of the archive is broken or too large")),
        0 => Err(LARGE),
        _ => Err(Error("a compression that is not known")),
    }
}

/// Bytes from base64, padded or not; none if it is not.
pub fn base64(text: &str) -> Option<Vec<u8>> {
    ids::base64(text)
}

/// Base64 of bytes, padded.
pub fn to_base64(bytes: &[u8]) -> String {
    ids::to_base64(bytes, b"+/")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// `tar cf - a/b.txt` with content `hello`.
    fn tar_of(path: &str, content: &[u8]) -> Vec<u8> {
        let mut header = [0_u8; 512];
        header[..path.len()].copy_from_slice(path.as_bytes());
        let size = format!("{:011o}", content.len());
        header[124..135].copy_from_slice(size.as_bytes());
        header[156] = b'0';
        header[257..262].copy_from_slice(b"ustar");
        let mut bytes = header.to_vec();
        bytes.extend_from_slice(content);
        bytes.resize(bytes.len().next_multiple_of(512) + 1024, 0);
        bytes
    }

    /// A zip of one stored file.
    fn zip_of(path: &str, content: &[u8]) -> Vec<u8> {
        let (n, size) = (u16::try_from(path.len()).unwrap(), u32::try_from(content.len()).unwrap());
        let mut bytes = b"PK\x03\x04".to_vec();
        bytes.resize(26, 0);
        bytes.extend_from_slice(&n.to_le_bytes());
        bytes.extend_from_slice(&[0, 0]);
        bytes.extend_from_slice(path.as_bytes());
        bytes.extend_from_slice(content);
        let directory = u32::try_from(bytes.len()).unwrap();
        let mut entry = b"PK\x01\x02".to_vec();
        entry.resize(46, 0);
        entry[20..24].copy_from_slice(&size.to_le_bytes());
        entry[24..28].copy_from_slice(&size.to_le_bytes());
        entry[28..30].copy_from_slice(&n.to_le_bytes());
        bytes.extend_from_slice(&entry);
        bytes.extend_from_slice(path.as_bytes());
        let mut end = b"PK\x05\x06".to_vec();
        end.resize(22, 0);
        end[10..12].copy_from_slice(&1_u16.to_le_bytes());
        end[16..20].copy_from_slice(&directory.to_le_bytes());
        bytes.extend_from_slice(&end);
        bytes
    }

    #[test]
    fn both_kinds() {
        let wanted = Ok(vec![("a/b.txt".to_owned(), b"hello".to_vec())]);
        assert_eq!(files(&tar_of("./a/b.txt", b"hello")), wanted);
        assert_eq!(files(&gzip::pack(&tar_of("../a/b.txt", b"hello"))), wanted);
        assert_eq!(files(&zip_of("/a/b.txt", b"hello")), wanted);
        assert!(files(b"nothing").is_err());
    }

    proptest! {
        #[test]
        fn noise_is_an_error_and_no_panic(noise in proptest::collection::vec(any::<u8>(), 0..700), kind in 0..3) {
            let mut bytes = match kind { 0 => b"PK".to_vec(), 1 => gzip::MAGIC.to_vec(), _ => Vec::new() };
            bytes.extend_from_slice(&noise);
            let _ = files(&bytes);
        }

        #[test]
        fn damage_never_panics(at in 0_usize..400, byte in any::<u8>()) {
            let mut bytes = zip_of("a/b.txt", &[7; 200]);
            let at = at % bytes.len();
            bytes[at] = byte;
            let _ = files(&bytes);
        }
    }
}
