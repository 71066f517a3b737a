//! Simulated object storage.
//!
//! ```text
//!   's3://acme/c?AWS_ACCESS_KEY_ID=…'  ──parse──▶ Uri ──open──▶ Store ──put, get, list──▶ Buckets
//!    text, as typed                                (credentials checked)                 (the world's)
//! ```
//!
//! | module | holds |
//! |---|---|
//! | [`uri`] | a URI in its parts, and its redacted text |
//! | [`access`] | schemes, credentials, who needs the admin role |
//! | [`bucket`] | the objects of all stores: one plain value |
//! | [`store`] | an opened place: put, get, list, delete, size, each with the time it took |
//! | [`fault`] | what a person does to objects behind the database's back |
//! | [`kms`] | key services and their master keys |
//! | [`aead`] | the one cipher |
//! | [`error`] | what stores answer when they refuse |
//!
//! Never knows: ranges, tables; an object is bytes to it.

pub mod access;
pub mod aead;
pub mod bucket;
pub mod error;
pub mod fault;
pub mod kms;
pub mod store;
pub mod uri;
