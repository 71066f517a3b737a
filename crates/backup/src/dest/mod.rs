//! Where backups lie: names, collections, chains, locks.
//!
//! | module | holds |
//! |---|---|
//! | [`names`] | every object name, built and parsed in one place |
//! | [`collection`] | LATEST, the list of fulls, which directory a statement means |
//! | [`chain`] | the layers of one full in order, and what is wrong with them |
//! | [`home`] | one store, or one for each locality |
//! | [`ids`] | ids of backups, a preview of v26.2 |
//! | [`lock`] | what keeps two backups out of one directory |
//! | [`error`] | why a collection refuses |
//!
//! *Source*: `spec/collections-and-chains.md`, `spec/manifest-wire.md` §8.

pub mod chain;
pub mod collection;
pub mod error;
pub mod home;
pub mod ids;
pub mod lock;
pub mod names;

pub use error::Error;
