//! What tests of the whole share: a file server, a browser, the project's files.
//!
//! | module | holds |
//! |---|---|
//! | [`server`] | the built page on a local address, under a sub-path |
//! | [`webdriver`] | the few WebDriver calls that the tests need |

#![allow(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    reason = "tests run beside a real browser, in real time"
)]

pub mod server;
pub mod webdriver;

use std::path::{Path, PathBuf};

/// What a test of the whole ends with when it cannot go on.
pub type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

/// The project's root.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}
