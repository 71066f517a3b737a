//! Keys, varints and lengths.
//!
//! ```text
//!   key = varint(tag << 3 | type)     type 0 varint · 1 eight bytes · 2 length, bytes · 3, 4 a group · 5 four bytes
//! ```

use std::fmt;

use base::num::{low_u32, to_u64};

pub(crate) const VARINT: u32 = 0;
pub(crate) const EIGHT: u32 = 1;
pub(crate) const BYTES: u32 = 2;
const GROUP: u32 = 3;
const GROUP_END: u32 = 4;
pub(crate) const FOUR: u32 = 5;

/// Messages inside each other at most.
pub(crate) const DEPTH_MAX: u32 = 100;

/// Why bytes are no message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Error {
    /// They end too early.
    Truncated,
    /// A varint longer than ten bytes.
    Varint,
    /// A key with no tag or of no type.
    Key,
    /// A field of another type.
    WireType,
    /// A string that is not UTF-8.
    Utf8,
    /// Too many messages inside each other.
    Depth,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("failed to decode Protobuf message: ")?;
        f.write_str(match self {
            Self::Truncated => "buffer underflow",
            Self::Varint => "invalid varint",
            Self::Key => "invalid key value",
            Self::WireType => "invalid wire type",
            Self::Utf8 => "invalid string value: data is not UTF-8 encoded",
            Self::Depth => "recursion limit reached",
        })
    }
}

/// A field's value as it stands on the wire.
#[derive(Clone, Copy, Debug)]
pub enum Wire<'a> {
    /// A number.
    Varint(u64),
    /// Eight bytes.
    Eight([u8; 8]),
    /// Bytes: a string, a message, packed numbers.
    Bytes(&'a [u8]),
    /// Four bytes.
    Four([u8; 4]),
}

impl<'a> Wire<'a> {
    /// The number that it must be.
    ///
    /// *Errors*: [`Error::WireType`].
    pub fn varint(self) -> Result<u64, Error> {
        if let Self::Varint(number) = self { Ok(number) } else { Err(Error::WireType) }
    }

    /// The bytes that it must be.
    ///
    /// *Errors*: [`Error::WireType`].
    pub fn bytes(self) -> Result<&'a [u8], Error> {
        if let Self::Bytes(bytes) = self { Ok(bytes) } else { Err(Error::WireType) }
    }
}

/// Writes a varint.
pub fn put_varint(mut number: u64, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    out.push(number.to_le_bytes()[0]);
}

/// Reads a varint and moves past it.
///
/// *Errors*: [`Error::Truncated`], [`Error::Varint`].
pub fn take_varint(bytes: &mut &[u8]) -> Result<u64, Error> {
    let mut number = 0_u64;
    for shift in (0..70).step_by(7) {
        let (&byte, rest) = bytes.split_first().ok_or(Error::Truncated)?;
        *bytes = rest;
        let part = u64::from(byte & 0x7f);
        if shift == 63 && part > 1 {
            return Err(Error::Varint);
        }
        number |= part << shift;
        if byte & 0x80 == 0 {
            return Ok(number);
        }
    }
    Err(Error::Varint)
}

pub(crate) fn put_key(tag: u32, kind: u32, out: &mut Vec<u8>) {
    put_varint(u64::from(tag << 3 | kind), out);
}

pub(crate) fn put_bytes(tag: u32, bytes: &[u8], out: &mut Vec<u8>) {
    put_key(tag, BYTES, out);
    put_varint(to_u64(bytes.len()), out);
    out.extend_from_slice(bytes);
}

/// Puts the length of what follows `start` before it: it is known only now.
pub(crate) fn put_length_before(start: usize, out: &mut Vec<u8>) {
    let end = out.len();
    put_varint(to_u64(end - start), out);
    let width = out.len() - end;
    out[start..].rotate_right(width);
}

fn take<'a>(bytes: &mut &'a [u8], len: u64) -> Result<&'a [u8], Error> {
    let len = usize::try_from(len).map_err(|_| Error::Truncated)?;
    let (taken, rest) = bytes.split_at_checked(len).ok_or(Error::Truncated)?;
    *bytes = rest;
    Ok(taken)
}

/// The next field; none at the end. Groups are passed over.
pub(crate) fn next<'a>(bytes: &mut &'a [u8], depth: u32) -> Result<Option<(u32, Wire<'a>)>, Error> {
    while !bytes.is_empty() {
        if let (tag, Some(wire)) = value(bytes, depth)? {
            return Ok(Some((tag, wire)));
        }
    }
    Ok(None)
}

/// A tag and its value; of a group only that it was there.
fn value<'a>(bytes: &mut &'a [u8], depth: u32) -> Result<(u32, Option<Wire<'a>>), Error> {
    let (tag, kind) = key(bytes)?;
    let wire = match kind {
        VARINT => Wire::Varint(take_varint(bytes)?),
        EIGHT => Wire::Eight(take(bytes, 8)?.try_into().map_err(|_| Error::Truncated)?),
        BYTES => {
            let len = take_varint(bytes)?;
            Wire::Bytes(take(bytes, len)?)
        }
        FOUR => Wire::Four(take(bytes, 4)?.try_into().map_err(|_| Error::Truncated)?),
        GROUP => {
            skip_group(bytes, tag, depth.checked_sub(1).ok_or(Error::Depth)?)?;
            return Ok((tag, None));
        }
        _ => return Err(Error::Key),
    };
    Ok((tag, Some(wire)))
}

fn key(bytes: &mut &[u8]) -> Result<(u32, u32), Error> {
    let key = u32::try_from(take_varint(bytes)?).map_err(|_| Error::Key)?;
    if key >> 3 == 0 { Err(Error::Key) } else { Ok((key >> 3, key & 7)) }
}

fn skip_group(bytes: &mut &[u8], group: u32, depth: u32) -> Result<(), Error> {
    loop {
        let mut ahead = *bytes;
        let (tag, kind) = key(&mut ahead)?;
        if kind == GROUP_END {
            *bytes = ahead;
            return if tag == group { Ok(()) } else { Err(Error::Key) };
        }
        value(bytes, depth)?;
    }
}

/// A number's low 32 bits, read as signed: how an `int32` stands in a varint.
pub(crate) fn low_i32(number: u64) -> i32 {
    low_u32(number).cast_signed()
}
