//! Functions about the session, the catalog and the cluster.
//!
//! Shape: the name comes in lower case, with `crdb_internal.` where it was written. What is not here is refused.

use std::collections::BTreeMap;

use crate::catalog::Snapshot;
use crate::catalog::names;
use crate::types::{Datum, Error};

/// Calls a function.
///
/// *Errors*: a function that Amber does not have.
pub fn call(
    name: &str,
    args: &[Datum],
    snapshot: Option<&Snapshot>,
    scope: names::Scope<'_>,
    vars: &BTreeMap<String, String>,
) -> Result<Datum, Error> {
    let _ = (snapshot, scope);
    match (name, args) {
        ("current_setting", [Datum::String(key), ..]) => {
            Ok(vars.get(&**key).map_or(Datum::Null, |value| Datum::string(value.as_str())))
        }
        _ => Err(Error::Unsupported(format!("function {name}()"))),
    }
}
