//! The manifest of a backup: what it holds, as bytes and as words.
//!
//! | module | holds |
//! |---|---|
//! | [`model`] | the messages, with CockroachDB's field numbers |
//! | [`codec`] | checksum, gzip, protobuf: an object and back |
//! | [`gzip`] | the 18 bytes around a deflate stream |
//! | [`invariants`] | what holds in every manifest that a writer finished |
//!
//! *Source*: `spec/manifest-wire.md`.

pub mod codec;
pub mod gzip;
pub mod invariants;
pub mod model;
