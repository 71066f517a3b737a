//! Buckets, their objects, and one object decoded.

use serde::{Deserialize, Serialize};

use crate::time::Nanos;

/// All stores with objects.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct StorageView {
    /// Stores by URI.
    pub buckets: Vec<Bucket>,
}

/// One store.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct Bucket {
    /// `s3`, `gs`, `azure`, `nodelocal`, `userfile`.
    pub scheme: String,
    /// Without path and secrets: `s3://acme`.
    pub uri: String,
    /// Bytes of all its objects.
    pub size_bytes: u64,
    /// Objects by path.
    pub objects: Vec<Object>,
    /// Objects left out because there are too many.
    pub more: u32,
}

/// One object.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct Object {
    /// Path in the store, without leading slash.
    pub path: String,
    /// Its size.
    pub size_bytes: u64,
    /// When it was last written.
    pub modified: Nanos,
    /// What it is, by its name: `manifest`, `checksum`, `data`, `latest`, `lock`, `checkpoint`, `statistics`, `metadata`, `other`.
    pub kind: String,
}

/// One object, decoded as far as it goes.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct ObjectView {
    /// Its full URI without secrets.
    pub uri: String,
    /// Its size.
    pub size_bytes: u64,
    /// What it is, as in [`Object::kind`].
    pub kind: String,
    /// In a sentence: what this object is for and whether it is sound.
    pub words: String,
    /// Whether its checksums hold.
    pub sound: bool,
    /// Its content as named parts.
    pub sections: Vec<Section>,
    /// Its first bytes, a line of 16 each: `0000  0a 10 …  |..|`.
    pub hex: Vec<String>,
}

/// A small table inside a decoded object.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct Section {
    /// Its title: `files`, `entries`.
    pub title: String,
    /// Column heads.
    pub columns: Vec<String>,
    /// Cells.
    pub rows: Vec<Vec<String>>,
    /// Rows left out.
    pub more: u64,
}
