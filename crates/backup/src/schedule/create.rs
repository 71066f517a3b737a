//! CREATE SCHEDULE … FOR BACKUP.
//!
//! ```text
//!   RECURRING @hourly                        full @daily at once  + incremental @hourly, paused until the full succeeds
//!   RECURRING @daily                         full @weekly at once + incremental @daily, paused
//!   RECURRING @weekly                        full @weekly at once
//!   RECURRING @daily FULL BACKUP @weekly     full @weekly from its next tick + incremental @daily, paused
//!   RECURRING @daily FULL BACKUP ALWAYS      full @daily from its next tick
//! ```
//!
//! *Source*: `spec/schedules-and-jobs.md` §1 to §4, `spec/v26.2.md` §6, `spec/error-messages.md` §7.

use sql::ast::backup::{Backup, BackupDest};
use sql::ast::schedule::{CreateSchedule, FullBackup};
use sql::catalog::Snapshot as Catalog;
use sql::outcome::{Column, Notice, Rows};
use sql::rules::Rules;
use sql::types::{Datum, Type};

use super::options::{self, Options, Recurrence, recurrence, within};
use super::record::{self, Args, Details, Schedule, WAITING};
use crate::connection;
use crate::cx::Cx;
use crate::dest;
use crate::dest::collection;
use crate::error::Error;
use crate::statement::{text, texts};
use crate::{sys, take};

const SECS_PER_HOUR: i64 = 3600;

/// Makes one schedule or a pair; answers a row for each.
///
/// *Errors*: whatever is wrong with it, the first thing first; then nothing is made.
pub fn create(stmt: &CreateSchedule, cx: &mut Cx<'_, '_>) -> Result<Rows, Error> {
    let rules = cx.rules();
    let catalog = sys::catalog_now(cx)?;
    check_admin("CREATE SCHEDULE FOR BACKUP", &catalog, cx)?;
    let mut full = stmt.backup.clone();
    options::qualify(&mut full, cx)?;
    let label = stmt.label.as_ref().map(|label| text(label, "label")).transpose()?;
    let Some(recurring) = &stmt.recurring else {
        return Err(Error::Schedule("RECURRING clause required".to_owned()));
    };
    let recurring = text(recurring, "RECURRING")?;
    let options = options::options(&stmt.options, true, cx)?;
    let now = micros(cx);
    if stmt.if_not_exists && label.as_ref().is_some_and(|label| exists(label, cx)) {
        let label = label.unwrap_or_default();
        cx.sql.notice(Notice::new(format!("schedule {label:?} already exists, skipping")));
        return Ok(Rows::with_columns(columns()));
    }
    let cadence = cadence(&recurring, &stmt.full_backup, now, &catalog, cx)?;
    full.options.detached = Some(true);
    let incremental = Backup { dest: BackupDest::IntoLatest, ..full.clone() };
    if rules.schedule_history_incrementals_only() && cadence.incremental.is_some() {
        full.options.revision_history = None;
    }
    take::dry_run(&full, cx).map_err(|cause| within("failed to dry run backup", cause))?;
    let label = label.unwrap_or_else(|| format!("BACKUP {}", now / 1_000_000));
    if !options.ignore_existing {
        check_no_backups(&full, cx)?;
    }
    if options.metric == Some(true) {
        options::check_metric(&catalog, cx)?;
    }
    let chains = cadence.incremental.is_some()
        && catalog.settings.bool(rules, "schedules.backup.gc_protection.enabled");
    let draft = Draft { label, now, chains, options };
    let made = draft.make(cadence, full, incremental, cx);
    sys::within(cx, |sys| made.iter().try_for_each(|schedule| record::save(sys, schedule)))?;
    Ok(rows(&made, rules))
}

/// The time as rows have it.
pub(super) fn micros(cx: &Cx<'_, '_>) -> i64 {
    cx.now().wall.div_euclid(1000)
}

/// Refuses everybody but admins, where the version has no finer rule.
pub(super) fn check_admin(what: &str, catalog: &Catalog, cx: &Cx<'_, '_>) -> Result<(), Error> {
    if cx.rules().schedule_owner_controls() || catalog.users.is_admin(&cx.sql.session.user) {
        return Ok(());
    }
    let text = format!("only users with the admin role are allowed to {what}");
    Err(Error::Denied { text, hint: None })
}

fn exists(label: &str, cx: &mut Cx<'_, '_>) -> bool {
    let all = sys::within(cx, record::all).unwrap_or_default();
    all.iter().any(|schedule| schedule.label == label)
}

/// When fulls and incrementals are taken.
struct Cadence {
    full: Recurrence,
    incremental: Option<Recurrence>,
    /// Whether the full runs at once: nobody said when, and incrementals need it.
    at_once: bool,
}

fn cadence(
    recurring: &str,
    full: &FullBackup,
    now: i64,
    catalog: &Catalog,
    cx: &Cx<'_, '_>,
) -> Result<Cadence, Error> {
    let often = recurrence(recurring, now)?;
    let licence = || take::check_licence("BACKUP INTO LATEST", catalog, cx);
    match full {
        FullBackup::Always => Ok(Cadence { full: often, incremental: None, at_once: false }),
        FullBackup::Cron(cron) => {
            let full = recurrence(&text(cron, "FULL BACKUP")?, now)?;
            if often.period_secs > full.period_secs {
                return Err(slower());
            }
            licence()?;
            Ok(Cadence { full, incremental: Some(often), at_once: false })
        }
        FullBackup::Unset => {
            let licensed = !cx.rules().schedule_licence_fallback() || licence().is_ok();
            let word = match often.period_secs {
                _ if !licensed => None,
                secs if secs <= SECS_PER_HOUR => Some("@daily"),
                secs if secs <= 24 * SECS_PER_HOUR => Some("@weekly"),
                _ => None,
            };
            Ok(match word {
                Some(word) => Cadence {
                    full: recurrence(word, now)?,
                    incremental: Some(often),
                    at_once: true,
                },
                None => Cadence { full: often, incremental: None, at_once: licensed },
            })
        }
    }
}

/// The refusal of incrementals that come more seldom than fulls.
pub(super) fn slower() -> Error {
    Error::Schedule("incremental backups must occur more often than full backups".to_owned())
}

/// Refuses a collection that holds backups already.
fn check_no_backups(backup: &Backup, cx: &mut Cx<'_, '_>) -> Result<(), Error> {
    let uris = texts(&backup.to, "BACKUP")?;
    let default = uris.iter().find(|uri| uri.contains("COCKROACH_LOCALITY=default"));
    let Some(typed) = default.or_else(|| uris.first()) else { return Ok(()) };
    let uri = connection::resolve(typed, cx)?;
    let home = cx.open(&uri)?;
    let shown = cloud::uri::redact(typed);
    match collection::read_latest(&home, cx.buckets, cx.rules(), &mut 0) {
        Ok(_) => Err(Error::Schedule(format!(
            "backups already created in {shown}; to ignore existing backups, the schedule can be created with the \
             'ignore_existing_backups' option"
        ))),
        Err(dest::Error::NoLatest { .. }) => Ok(()),
        Err(cause) => Err(Error::Schedule(format!(
            "unexpected error occurred when checking for existing backups in {shown}: {cause}"
        ))),
    }
}

/// What both of a pair share.
struct Draft {
    label: String,
    now: i64,
    chains: bool,
    options: Options,
}

impl Draft {
    /// The incremental, if there is one, then the full.
    fn make(
        &self,
        cadence: Cadence,
        full: Backup,
        incremental: Backup,
        cx: &mut Cx<'_, '_>,
    ) -> Vec<Schedule> {
        let mut made = Vec::new();
        if let Some(often) = cadence.incremental {
            let mut one = self.schedule(often.text, incremental, cx);
            one.args.backup_type = 1;
            one.pause(WAITING);
            made.push(one);
        }
        let mut one = self.schedule(cadence.full.text, full, cx);
        if self.options.first_run.is_some() {
            one.next_run = self.options.first_run;
        } else if cadence.at_once {
            one.next_run = Some(self.now);
        }
        if let Some(other) = made.first_mut() {
            other.args.dependent_schedule_id = one.id;
            one.args.dependent_schedule_id = other.id;
            one.args.unpause_on_success = other.id;
            if cx.rules().scheduled_incremental_waits() {
                other.details.wait = 0;
            }
        }
        made.push(one);
        made
    }

    fn schedule(&self, recurrence: String, backup: Backup, cx: &mut Cx<'_, '_>) -> Schedule {
        let rules = cx.rules();
        let mut details = Details::default();
        self.options.apply(&mut details);
        if rules.cluster_restore_pauses_schedules() {
            details.cluster_id = cx.sql.cluster_id.0.to_vec();
        }
        let mut one = Schedule {
            id: new_id(cx),
            label: self.label.clone(),
            created: self.now,
            owner: cx.sql.session.user.clone(),
            next_run: None,
            state: String::new(),
            recurrence,
            details,
            args: Args {
                updates_last_backup_metric: self.options.metric == Some(true),
                chain_protected_timestamp_records: self.chains,
                ..Args::default()
            },
        };
        one.set_statement(backup, rules);
        one.to_next_tick(self.now);
        one
    }
}

/// A number for a new schedule.
pub(super) fn new_id(cx: &mut Cx<'_, '_>) -> i64 {
    cx.sql.ints.next(cx.sql.clock.now(), cx.sql.node)
}

/// The columns of CREATE SCHEDULE and ALTER BACKUP SCHEDULE.
fn columns() -> Vec<Column> {
    vec![
        Column::new("schedule_id", Type::INT),
        Column::new("label", Type::STRING),
        Column::new("status", Type::STRING),
        Column::new("first_run", Type::TIMESTAMPTZ),
        Column::new("schedule", Type::STRING),
        Column::new("backup_stmt", Type::STRING),
    ]
}

/// A row for each schedule.
pub(super) fn rows(made: &[Schedule], rules: Rules) -> Rows {
    let row = |one: &Schedule| {
        let mut status = super::show::status(one).to_owned();
        if one.is_paused() && !one.state.is_empty() {
            status = format!("{status}: {}", one.state);
        }
        vec![
            Datum::Int(one.id),
            Datum::from(one.label.as_str()),
            Datum::from(status),
            one.next_run.map_or(Datum::Null, Datum::TimestampTz),
            Datum::from(one.recurrence.as_str()),
            Datum::from(one.shown_statement(rules)),
        ]
    };
    Rows { columns: columns(), rows: made.iter().map(row).collect() }
}
