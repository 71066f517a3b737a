//! What CREATE SCHEDULE and ALTER BACKUP SCHEDULE say, as values: options, recurrences, targets with whole names.
//!
//! *Source*: `spec/schedules-and-jobs.md` §2, §3, `spec/error-messages.md` §7.

use sql::ast::backup::{Backup, Targets};
use sql::ast::{KvOption, TablePattern};
use sql::catalog::Snapshot as Catalog;
use sql::types::time::{TextCx, parse_timestamptz};

use super::cron::Cron;
use super::record::Details;
use crate::cx::Cx;
use crate::error::Error;
use crate::statement::text;
use crate::sys;
use crate::targets::{self, Scope};

/// The option that keeps the metric of the last backup.
pub const METRIC: &str = "updates_cluster_last_backup_time_metric";

/// A recurrence with its period.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Recurrence {
    /// As typed.
    pub text: String,
    /// *Units*: seconds.
    pub period_secs: i64,
}

/// Reads a recurrence.
///
/// *Errors*: a text that is none.
pub fn recurrence(text: &str, now: i64) -> Result<Recurrence, Error> {
    let cron = Cron::parse(text).ok_or_else(|| Error::BadOption {
        text: format!(
            "error parsing schedule expression: {text:?}; it must be a valid cron expression"
        ),
    })?;
    // What never fires has no period: it counts as the longest.
    let period_secs = cron.period_secs(now).unwrap_or(i64::MAX);
    Ok(Recurrence { text: text.to_owned(), period_secs })
}

/// The options of a schedule.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Options {
    /// `first_run`. *Units*: microseconds since 1970.
    pub first_run: Option<i64>,
    /// `on_previous_running`, as in [`Details::wait`].
    pub wait: Option<i32>,
    /// `on_execution_failure`, as in [`Details::on_error`].
    pub on_error: Option<i32>,
    /// `ignore_existing_backups`.
    pub ignore_existing: bool,
    /// [`METRIC`].
    pub metric: Option<bool>,
}

impl Options {
    /// Sets what was given.
    pub fn apply(&self, details: &mut Details) {
        details.wait = self.wait.unwrap_or(details.wait);
        details.on_error = self.on_error.unwrap_or(details.on_error);
    }
}

/// Reads the options of CREATE SCHEDULE, or those that ALTER takes.
///
/// *Errors*: options that do not exist, or values that they do not take.
pub fn options(given: &[KvOption], create: bool, cx: &Cx<'_, '_>) -> Result<Options, Error> {
    let mut made = Options::default();
    for option in given {
        let key = option.key.to_lowercase();
        let value = match &option.value {
            Some(value) => Some(text(value, &key)?),
            None => None,
        };
        let needed = |value: Option<String>| {
            value.ok_or_else(|| refused(format!("option {key:?} requires a value")))
        };
        match key.as_str() {
            "first_run" if create => made.first_run = Some(moment(&needed(value)?, cx)?),
            "on_execution_failure" => made.on_error = Some(on_error(&needed(value)?)?),
            "on_previous_running" => made.wait = Some(wait(&needed(value)?)?),
            "ignore_existing_backups" if create => {
                no_value(&key, value.as_ref())?;
                made.ignore_existing = true;
            }
            METRIC if create => {
                no_value(&key, value.as_ref())?;
                made.metric = Some(true);
            }
            METRIC => made.metric = Some(metric(value.as_deref())?),
            _ => return Err(refused(format!("invalid option {key:?}"))),
        }
    }
    Ok(made)
}

fn refused(text: String) -> Error {
    Error::BadOption { text }
}

fn no_value(key: &str, value: Option<&String>) -> Result<(), Error> {
    match value {
        None => Ok(()),
        Some(_) => Err(refused(format!("option {key:?} does not take a value"))),
    }
}

fn on_error(word: &str) -> Result<i32, Error> {
    match word.to_lowercase().as_str() {
        "reschedule" => Ok(0),
        "retry" => Ok(1),
        "pause" => Ok(2),
        _ => Err(refused(format!(
            "{word:?} is not a valid on_execution_error; valid values are [retry|reschedule|pause]"
        ))),
    }
}

fn wait(word: &str) -> Result<i32, Error> {
    match word.to_lowercase().as_str() {
        "wait" => Ok(0),
        "start" => Ok(1),
        "skip" => Ok(2),
        _ => Err(refused(format!(
            "{word:?} is not a valid on_previous_running; valid values are [start|skip|wait]"
        ))),
    }
}

/// A boolean as Go's `strconv.ParseBool` reads it.
fn metric(value: Option<&str>) -> Result<bool, Error> {
    match value {
        None | Some("" | "1" | "t" | "T" | "true" | "TRUE" | "True") => Ok(true),
        Some("0" | "f" | "F" | "false" | "FALSE" | "False") => Ok(false),
        Some(other) => Err(Error::Schedule(format!(
            "unexpected value for {METRIC}: {other}: strconv.ParseBool: parsing {other:?}: invalid syntax"
        ))),
    }
}

fn moment(typed: &str, cx: &Cx<'_, '_>) -> Result<i64, Error> {
    let text_cx = TextCx { now: cx.now(), zone_secs: cx.sql.session.zone_secs };
    parse_timestamptz(typed, &text_cx).map_err(|cause| sql::error::Error::from(cause).into())
}

/// Refuses [`METRIC`] to all but admins.
///
/// *Errors*: the refusal.
pub fn check_metric(catalog: &Catalog, cx: &Cx<'_, '_>) -> Result<(), Error> {
    if catalog.users.is_admin(&cx.sql.session.user) {
        return Ok(());
    }
    let text = format!("only users with the admin role are allowed to change {METRIC}");
    Err(Error::Denied { text, hint: None })
}

/// Gives table targets their whole names: the job runs in a session of its own.
///
/// *Errors*: a table that does not exist.
pub fn qualify(backup: &mut Backup, cx: &mut Cx<'_, '_>) -> Result<(), Error> {
    let Some(Targets::Tables(patterns)) = &mut backup.targets else { return Ok(()) };
    let now = cx.sql.clock.tick();
    let snapshot = sys::descriptors_at(cx, now)?;
    let database = cx.sql.session.database.clone();
    let scope =
        Scope { database: &database, search_path: &cx.sql.session.search_path, timed: false };
    for pattern in patterns {
        match pattern {
            TablePattern::Name(name) => {
                let Some(whole) = targets::whole_name(&snapshot, name, scope) else {
                    let text =
                        format!("target table {} could not be resolved", name.parts.join("."));
                    return Err(within("qualifying backup target tables", Error::Schedule(text)));
                };
                name.parts = whole.into();
            }
            TablePattern::All(parts) if parts.is_empty() => parts.push(database.clone()),
            // `x.*` means a schema of the current database before a database.
            TablePattern::All(parts) => {
                if let [schema] = parts.as_slice()
                    && let Some(current) = snapshot.database_named(&database)
                    && snapshot.schema_named(current.id, schema).is_some()
                {
                    parts.insert(0, database.clone());
                }
            }
        }
    }
    Ok(())
}

/// An error with words before it.
pub fn within(words: &'static str, cause: Error) -> Error {
    Error::Within { words, cause: Box::new(cause) }
}
