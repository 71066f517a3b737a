//! The table of functions.

use super::EvalCx;
use crate::types::{Datum, Error, Type};

/// Code of a function.
pub type EvalFn = fn(&[Datum], &mut EvalCx<'_>) -> Result<Datum, Error>;

/// One way to call a function.
#[derive(Debug)]
pub struct Overload {
    /// The function, lower case.
    pub name: &'static str,
    /// Whether equal arguments always give equal values.
    pub immutable: bool,
    /// Whether it is called with NULL too; else NULL gives NULL.
    pub null_ok: bool,
}

/// Whether a function of that name exists.
pub fn exists(_name: &str) -> bool {
    false
}

/// What follows is only there so that the type is used.
pub type Ret = Type;
