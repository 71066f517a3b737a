//! Cluster settings: which exist, what they may be, and what they are.
//!
//! ```text
//!   SET CLUSTER SETTING jobs.retention_time = '7d' ─▶ parse by kind ─▶ row of system.settings (value, valueType)
//!   SHOW CLUSTER SETTING jobs.retention_time       ◀─ the row, else the default of the version
//! ```
//!
//! Shape: a registry of constants and the values of one snapshot. Units: durations in nanoseconds, sizes in bytes.
//! *Source*: `spec/zone-configs-and-cluster.md` §9, `spec/v26.2.md` §9, `spec/system-tables.md` §2.2.

mod registry;
pub mod value;

pub use registry::{Setting, all, find};
pub use value::{Kind, Value};

use crate::catalog::error::Error;
use crate::catalog::sys::Sys;
use crate::catalog::system::ids;
use crate::rules::Rules;
use base::map::Map;

/// Values that differ from their defaults: what `system.settings` holds.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Values {
    rows: Map<String, String>,
}

impl Values {
    pub(crate) fn read(sys: &mut Sys<'_>) -> Result<Self, Error> {
        let rows = sys
            .rows(ids::SETTINGS, &[])?
            .iter()
            .filter_map(|row| Some((row.str("name")?.to_owned(), row.str("value")?.to_owned())))
            .collect();
        Ok(Self { rows })
    }

    /// The text of a row, if there is one.
    pub fn stored(&self, name: &str) -> Option<&str> {
        self.rows.get(name).map(String::as_str)
    }

    /// The value of a setting: its row, else its default. `None` for a name that no version knows.
    pub fn get(&self, rules: Rules, name: &str) -> Option<Value> {
        let setting = find(rules, name)?;
        let text = self.stored(name).unwrap_or_else(|| setting.default(rules));
        Value::decode(setting.kind, text)
    }

    /// A boolean; false for what is none.
    pub fn bool(&self, rules: Rules, name: &str) -> bool {
        matches!(self.get(rules, name), Some(Value::Bool(true)))
    }

    /// An integer, a size in bytes or a duration in nanoseconds; 0 for what is none.
    pub fn number(&self, rules: Rules, name: &str) -> i64 {
        match self.get(rules, name) {
            Some(Value::Int(n) | Value::Size(n) | Value::Duration(n)) => n,
            Some(Value::Bool(_) | Value::Float(_) | Value::Text(_)) | None => 0,
        }
    }

    /// A string; empty for what is none.
    pub fn text(&self, rules: Rules, name: &str) -> String {
        match self.get(rules, name) {
            Some(Value::Text(text)) => text,
            Some(
                Value::Bool(_)
                | Value::Int(_)
                | Value::Float(_)
                | Value::Duration(_)
                | Value::Size(_),
            )
            | None => String::new(),
        }
    }

    /// Whether a job must stop at a point (`jobs.debug.pausepoints`, a comma list).
    pub fn pauses_at(&self, rules: Rules, point: &str) -> bool {
        self.text(rules, "jobs.debug.pausepoints").split(',').any(|name| name.trim() == point)
    }
}
