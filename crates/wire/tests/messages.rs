//! Bytes of each kind of field, from the protobuf encoding page; both ways; broken bytes.

#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

use base::map::Map;
use wire::{Enumeration, Error, Message, Oneof};

#[derive(Clone, PartialEq, Message)]
struct Inner {
    #[wire(int32, tag = "1")]
    number: i32,
    #[wire(bool, required, tag = "2")]
    flag: bool,
}

#[derive(Clone, PartialEq, Oneof)]
enum Choice {
    #[wire(string, tag = "7")]
    Word(String),
    #[wire(message, tag = "8")]
    Inner(Inner),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Enumeration)]
#[repr(i32)]
enum Colour {
    Red = 0,
    Blue = 5,
}

#[derive(Clone, PartialEq, Message)]
struct Outer {
    #[wire(uint32, repeated, tag = "4")]
    packed: Vec<u32>,
    #[wire(string, tag = "1")]
    name: String,
    #[wire(uint32, repeated, packed = "false", tag = "5")]
    loose: Vec<u32>,
    #[wire(message, optional, tag = "3")]
    inner: Option<Inner>,
    #[wire(oneof = "Choice", tags = "7, 8")]
    choice: Option<Choice>,
    #[wire(map = "uint32, string", tag = "9")]
    names: Map<u32, String>,
    #[wire(enumeration = "Colour", tag = "10")]
    colour: i32,
    #[wire(float, tag = "11")]
    share: f32,
}

fn sample() -> Outer {
    Outer {
        packed: vec![3, 270, 86_942],
        name: "testing".to_owned(),
        loose: vec![1, 2],
        inner: Some(Inner { number: -1, flag: false }),
        choice: Some(Choice::Inner(Inner { number: 150, flag: true })),
        names: Map::from([(0, "zero".to_owned()), (2, String::new())]),
        colour: Colour::Blue.into(),
        share: 0.5,
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

#[test]
fn bytes_are_those_of_protobuf() {
    let wanted = [
        "0a0774657374696e67",
        "1a0d08ffffffffffffffffff011000",
        "2206038e029ea705",
        "28012802",
        "420508960110",
        "01",
        "4a0612047a65726f",
        "4a020802",
        "5005",
        "5d0000003f",
    ];
    assert_eq!(hex(&sample().encode_to_vec()), wanted.concat());
    assert_eq!(Outer::decode(&sample().encode_to_vec()), Ok(sample()));
    assert_eq!(sample().colour(), Colour::Blue);
    assert_eq!(Outer::decode(&[]), Ok(Outer::default()));
}

#[test]
fn what_is_unknown_or_packed_otherwise_is_read() {
    // Field 4 one by one, field 5 packed, field 20 unknown, field 21 a group.
    let bytes = [0x20, 3, 0x2a, 2, 1, 2, 0xa0, 1, 9, 0xab, 1, 0x08, 1, 0xac, 1];
    let read = Outer::decode(&bytes).unwrap();
    assert_eq!((read.packed, read.loose), (vec![3], vec![1, 2]));
    // The later variant of a oneof wins; the same variant is merged.
    let both = [0x3a, 1, b'x', 0x42, 2, 0x08, 5, 0x42, 2, 0x10, 1];
    let merged = Choice::Inner(Inner { number: 5, flag: true });
    assert_eq!(Outer::decode(&both).unwrap().choice, Some(merged));
}

#[test]
fn broken_bytes_are_refused() {
    let cases: [(&[u8], Error); 6] = [
        (&[0x0a, 5, b'x'], Error::Truncated),
        (&[0x08, 1], Error::WireType),
        (&[0x0a, 1, 0xff], Error::Utf8),
        (&[0x02, 0], Error::Key),
        (&[0x0c], Error::Key),
        (&[0x50, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f], Error::Varint),
    ];
    for (bytes, why) in cases {
        assert_eq!(Outer::decode(bytes), Err(why));
    }
}
