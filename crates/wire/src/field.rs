//! What a field may be, and how each of them goes to and comes from the wire.
//!
//! | in Rust | on the wire |
//! |---|---|
//! | `bool`, `u32`, `i32`, `u64`, `i64` | varint, negative ones as 64 bits |
//! | `f32`, `f64` | four, eight bytes |
//! | `String`, `Vec<u8>` | bytes |
//! | a message, boxed or not | bytes |
//! | `Option` of one of these | it, or nothing |
//! | `Vec` of one of these | each; numbers packed into one piece, unless said otherwise |
//! | `Map` | a message of key (1) and value (2) each |

use crate::raw::{
    BYTES, EIGHT, Error, FOUR, VARINT, Wire, low_i32, next, put_bytes, put_key, put_length_before,
    put_varint, take_varint,
};
use crate::{How, Spec};
use base::map::Map;

/// A field of a message.
pub trait Field {
    /// Writes it with its tag.
    fn put(&self, spec: &Spec, out: &mut Vec<u8>);
    /// Takes in what stands under one of its tags.
    ///
    /// *Errors*: [`Error`].
    fn merge(&mut self, tag: u32, wire: Wire<'_>, depth: u32) -> Result<(), Error>;
    /// Whether it is as a new message has it.
    fn is_zero(&self) -> bool;
}

/// One value: what may stand alone, in an `Option`, in a list.
pub trait Value: Sized {
    /// Whether a list of it is packed.
    const PACKS: bool = false;
    /// The value to begin with under a tag.
    fn start(tag: u32) -> Self;
    /// Writes it with a tag.
    fn put_value(&self, tag: u32, out: &mut Vec<u8>);
    /// As a varint, if that is what it is.
    fn to_varint(&self) -> u64 {
        0
    }
    /// Takes in what stands on the wire.
    ///
    /// *Errors*: [`Error`].
    fn merge_value(&mut self, tag: u32, wire: Wire<'_>, depth: u32) -> Result<(), Error>;
    /// Whether it is the one to begin with.
    fn is_start(&self) -> bool;
}

macro_rules! varints {
    ($($ty:ty: $to:path, $from:path;)*) => {$(
        impl Value for $ty {
            const PACKS: bool = true;

            fn start(_tag: u32) -> Self {
                Self::default()
            }

            fn put_value(&self, tag: u32, out: &mut Vec<u8>) {
                put_number(tag, self.to_varint(), out);
            }

            fn to_varint(&self) -> u64 {
                $to(*self)
            }

            fn merge_value(&mut self, _: u32, wire: Wire<'_>, _: u32) -> Result<(), Error> {
                *self = $from(wire.varint()?);
                Ok(())
            }

            fn is_start(&self) -> bool {
                *self == Self::default()
            }
        }
    )*};
}

varints! {
    bool: u64::from, is_true;
    u32: u64::from, base::num::low_u32;
    i32: sign_extended, low_i32;
    u64: std::convert::identity, std::convert::identity;
    i64: i64::cast_unsigned, u64::cast_signed;
}

fn is_true(number: u64) -> bool {
    number != 0
}

fn sign_extended(number: i32) -> u64 {
    i64::from(number).cast_unsigned()
}

fn put_number(tag: u32, number: u64, out: &mut Vec<u8>) {
    put_key(tag, VARINT, out);
    put_varint(number, out);
}

impl Value for f32 {
    fn start(_tag: u32) -> Self {
        0.0
    }

    fn put_value(&self, tag: u32, out: &mut Vec<u8>) {
        put_key(tag, FOUR, out);
        out.extend_from_slice(&self.to_le_bytes());
    }

    fn merge_value(&mut self, _: u32, wire: Wire<'_>, _: u32) -> Result<(), Error> {
        let Wire::Four(bytes) = wire else { return Err(Error::WireType) };
        *self = Self::from_le_bytes(bytes);
        Ok(())
    }

    fn is_start(&self) -> bool {
        *self == 0.0
    }
}

impl Value for f64 {
    fn start(_tag: u32) -> Self {
        0.0
    }

    fn put_value(&self, tag: u32, out: &mut Vec<u8>) {
        put_key(tag, EIGHT, out);
        out.extend_from_slice(&self.to_le_bytes());
    }

    fn merge_value(&mut self, _: u32, wire: Wire<'_>, _: u32) -> Result<(), Error> {
        let Wire::Eight(bytes) = wire else { return Err(Error::WireType) };
        *self = Self::from_le_bytes(bytes);
        Ok(())
    }

    fn is_start(&self) -> bool {
        *self == 0.0
    }
}

impl Value for String {
    fn start(_tag: u32) -> Self {
        Self::new()
    }

    fn put_value(&self, tag: u32, out: &mut Vec<u8>) {
        put_bytes(tag, self.as_bytes(), out);
    }

    fn merge_value(&mut self, _: u32, wire: Wire<'_>, _: u32) -> Result<(), Error> {
        let text = std::str::from_utf8(wire.bytes()?).map_err(|_| Error::Utf8)?;
        text.clone_into(self);
        Ok(())
    }

    fn is_start(&self) -> bool {
        self.is_empty()
    }
}

impl Value for Vec<u8> {
    fn start(_tag: u32) -> Self {
        Self::new()
    }

    fn put_value(&self, tag: u32, out: &mut Vec<u8>) {
        put_bytes(tag, self, out);
    }

    fn merge_value(&mut self, _: u32, wire: Wire<'_>, _: u32) -> Result<(), Error> {
        wire.bytes()?.clone_into(self);
        Ok(())
    }

    fn is_start(&self) -> bool {
        self.is_empty()
    }
}

impl<T: Value> Value for Box<T> {
    fn start(tag: u32) -> Self {
        Self::new(T::start(tag))
    }

    fn put_value(&self, tag: u32, out: &mut Vec<u8>) {
        (**self).put_value(tag, out);
    }

    fn merge_value(&mut self, tag: u32, wire: Wire<'_>, depth: u32) -> Result<(), Error> {
        (**self).merge_value(tag, wire, depth)
    }

    fn is_start(&self) -> bool {
        (**self).is_start()
    }
}

impl<T: Value> Field for T {
    fn put(&self, spec: &Spec, out: &mut Vec<u8>) {
        if spec.how == How::Required || !self.is_start() {
            self.put_value(spec.tag, out);
        }
    }

    fn merge(&mut self, tag: u32, wire: Wire<'_>, depth: u32) -> Result<(), Error> {
        self.merge_value(tag, wire, depth)
    }

    fn is_zero(&self) -> bool {
        self.is_start()
    }
}

impl<T: Value> Field for Option<T> {
    fn put(&self, spec: &Spec, out: &mut Vec<u8>) {
        if let Some(value) = self {
            value.put_value(spec.tag, out);
        }
    }

    fn merge(&mut self, tag: u32, wire: Wire<'_>, depth: u32) -> Result<(), Error> {
        self.get_or_insert_with(|| T::start(tag)).merge_value(tag, wire, depth)
    }

    fn is_zero(&self) -> bool {
        self.is_none()
    }
}

impl<T: Value> Field for Vec<T> {
    fn put(&self, spec: &Spec, out: &mut Vec<u8>) {
        if !T::PACKS || spec.how == How::Unpacked {
            for value in self {
                value.put_value(spec.tag, out);
            }
        } else if !self.is_empty() {
            put_key(spec.tag, BYTES, out);
            let start = out.len();
            for value in self {
                put_varint(value.to_varint(), out);
            }
            put_length_before(start, out);
        }
    }

    fn merge(&mut self, tag: u32, wire: Wire<'_>, depth: u32) -> Result<(), Error> {
        if T::PACKS
            && let Wire::Bytes(mut packed) = wire
        {
            while !packed.is_empty() {
                let number = Wire::Varint(take_varint(&mut packed)?);
                let mut value = T::start(tag);
                value.merge_value(tag, number, depth)?;
                self.push(value);
            }
            return Ok(());
        }
        let mut value = T::start(tag);
        value.merge_value(tag, wire, depth)?;
        self.push(value);
        Ok(())
    }

    fn is_zero(&self) -> bool {
        self.is_empty()
    }
}

impl<K: Value + Ord, V: Value> Field for Map<K, V> {
    fn put(&self, spec: &Spec, out: &mut Vec<u8>) {
        for (key, value) in self {
            put_key(spec.tag, BYTES, out);
            let start = out.len();
            key.put(&Spec { tag: 1, place: 0, how: How::Plain }, out);
            value.put(&Spec { tag: 2, place: 1, how: How::Plain }, out);
            put_length_before(start, out);
        }
    }

    fn merge(&mut self, _: u32, wire: Wire<'_>, depth: u32) -> Result<(), Error> {
        let depth = depth.checked_sub(1).ok_or(Error::Depth)?;
        let (mut key, mut value) = (K::start(1), V::start(2));
        let mut bytes = wire.bytes()?;
        while let Some((tag, wire)) = next(&mut bytes, depth)? {
            match tag {
                1 => key.merge_value(tag, wire, depth)?,
                2 => value.merge_value(tag, wire, depth)?,
                _ => {}
            }
        }
        self.insert(key, value);
        Ok(())
    }

    fn is_zero(&self) -> bool {
        self.is_empty()
    }
}
