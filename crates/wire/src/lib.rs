//! Protobuf messages by tables.
//!
//! ```text
//!   #[derive(Message)] struct ─▶ a table (tag, place, how) ─┐
//!                              a place's value, as dyn Field ─┴─▶ one loop that writes, one loop that reads
//! ```
//!
//! Generated code that reads and writes each field costs some two kilobytes of wasm a message, and the formats have more
//! than a hundred. Here a message is a table of its fields and two look-ups; all else is shared.
//!
//! Shape: fields go out in the order of their tags. `required` ones are always written, plain ones unless they are zero,
//! `Option`s when they are set. Unknown fields are skipped. *Errors*: [`Error`].
//! *Source*: the encoding page of protobuf; `spec/manifest-wire.md` §1. Left out: groups (skipped), fixed-width integers,
//! zigzag integers.

mod field;
mod raw;

pub use field::{Field, Value};
pub use raw::{Error, Wire, put_varint, take_varint};
pub use wire_derive::{Enumeration, Message, Oneof};

use std::fmt;

use raw::{DEPTH_MAX, next, put_key};

/// One tag of a message.
#[derive(Clone, Copy, Debug)]
pub struct Spec {
    /// Its number on the wire.
    pub tag: u32,
    /// Which field of the struct it fills; the tags of a oneof share one.
    pub place: usize,
    /// How it is written.
    pub how: How,
}

/// How a field is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum How {
    /// Unless it is zero; numbers of a list in one packed piece.
    Plain,
    /// Always.
    Required,
    /// Numbers of a list one by one.
    Unpacked,
}

/// A message as its table and its fields; derived.
pub trait Fields {
    /// Its tags, in ascending order.
    fn specs(&self) -> &'static [Spec];
    /// The field at a place.
    fn get(&self, place: usize) -> &dyn Field;
    /// The field at a place, to be filled.
    fn get_mut(&mut self, place: usize) -> &mut dyn Field;
}

/// A message.
pub trait Message: Fields + Default {
    /// Its bytes.
    fn encode_to_vec(&self) -> Vec<u8> {
        let mut out = Vec::new();
        put_fields(self, &mut out);
        out
    }

    /// The message that bytes are.
    ///
    /// *Errors*: [`Error`].
    fn decode(bytes: &[u8]) -> Result<Self, Error> {
        let mut message = Self::default();
        merge_fields(&mut message, bytes, DEPTH_MAX)?;
        Ok(message)
    }
}

/// Shows a message by its bytes: names of fields would cost more than they tell.
///
/// *Errors*: those of the formatter.
pub fn debug(name: &str, message: &dyn Fields, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut bytes = Vec::new();
    put_fields(message, &mut bytes);
    write!(f, "{name}(")?;
    bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
    f.write_str(")")
}

fn put_fields(message: &dyn Fields, out: &mut Vec<u8>) {
    let mut before = None;
    for spec in message.specs() {
        if before != Some(spec.place) {
            message.get(spec.place).put(spec, out);
        }
        before = Some(spec.place);
    }
}

/// Writes a message inside another.
pub fn put_message(message: &dyn Fields, tag: u32, out: &mut Vec<u8>) {
    put_key(tag, raw::BYTES, out);
    let start = out.len();
    put_fields(message, out);
    raw::put_length_before(start, out);
}

fn merge_fields(message: &mut dyn Fields, mut bytes: &[u8], depth: u32) -> Result<(), Error> {
    while let Some((tag, wire)) = next(&mut bytes, depth)? {
        if let Some(spec) = message.specs().iter().find(|spec| spec.tag == tag) {
            message.get_mut(spec.place).merge(tag, wire, depth)?;
        }
    }
    Ok(())
}

/// Takes a message inside another in.
///
/// *Errors*: [`Error`].
pub fn merge_message(message: &mut dyn Fields, wire: Wire<'_>, depth: u32) -> Result<(), Error> {
    let depth = depth.checked_sub(1).ok_or(Error::Depth)?;
    merge_fields(message, wire.bytes()?, depth)
}

/// Whether a message is as a new one.
pub fn is_zero(message: &dyn Fields) -> bool {
    message.specs().iter().all(|spec| message.get(spec.place).is_zero())
}
