//! ALTER BACKUP SCHEDULE.
//!
//! Shape: both of a pair are loaded, whichever was named, changed as values, checked by a dry run and written. *Source*:
//! `spec/v26.2.md` §6, `spec/error-messages.md` §7.

use sql::ast::backup::{Backup, BackupDest, BackupOptions};
use sql::ast::expr::Expr;
use sql::ast::schedule::{AlterBackupSchedule, AlterScheduleCommand, FullBackup};
use sql::catalog::privilege::Privilege;
use sql::outcome::Rows;

use super::create::{self, micros, new_id, slower};
use super::options::{self, Options, recurrence, within};
use super::record::{self, Schedule, WAITING};
use crate::cx::Cx;
use crate::error::Error;
use crate::statement::text;
use crate::{sys, take};

/// A full schedule and its incremental, with what they run.
struct Pair {
    full: Schedule,
    full_backup: Backup,
    incremental: Option<(Schedule, Backup)>,
    /// An incremental that is to go.
    dropped: Option<Schedule>,
}

/// Changes a schedule and its partner; answers a row for each.
///
/// *Errors*: whatever is wrong with it; then nothing is changed.
pub fn alter(stmt: &AlterBackupSchedule, cx: &mut Cx<'_, '_>) -> Result<Rows, Error> {
    let rules = cx.rules();
    let said = read(stmt, cx)?;
    let mut pair = load(stmt.id, cx)?;
    check_allowed(&pair, cx)?;
    let now = micros(cx);
    full_recurrence(&mut pair, said.full.as_ref(), now, cx)?;
    if let Some(text) = &said.recurring {
        let one = match &mut pair.incremental {
            Some((incremental, _)) => incremental,
            None => &mut pair.full,
        };
        set_recurrence(one, text, now)?;
    }
    if let Some((incremental, _)) = &pair.incremental {
        let often = recurrence(&incremental.recurrence, now)?;
        if often.period_secs > recurrence(&pair.full.recurrence, now)?.period_secs {
            return Err(slower());
        }
    }
    if let Some(label) = &said.label {
        pair.each(|one, _| one.label.clone_from(label));
    }
    if let Some(into) = &said.into {
        move_to(&mut pair, into, now);
    }
    pair.each(|_, backup| combine(&mut backup.options, &said.with));
    policies(&mut pair, &said.options, cx)?;
    if let Some(full) = said.execute {
        execute(&mut pair, full, now)?;
    }
    take::dry_run(&pair.full_backup, cx)
        .map_err(|cause| within("failed to dry run backup", cause))?;
    write(pair, cx).map(|made| create::rows(&made, rules))
}

/// What the statement says.
#[derive(Default)]
struct Said {
    full: Option<FullBackup>,
    recurring: Option<String>,
    label: Option<String>,
    into: Option<Vec<Expr>>,
    with: BackupOptions,
    options: Options,
    /// EXECUTE IMMEDIATELY, and whether FULL.
    execute: Option<bool>,
}

fn read(stmt: &AlterBackupSchedule, cx: &Cx<'_, '_>) -> Result<Said, Error> {
    let mut said = Said::default();
    let mut given = Vec::new();
    let twice = |what: &str| Err(Error::Schedule(format!("can specify {what} at most once")));
    for command in &stmt.commands {
        match command {
            AlterScheduleCommand::FullBackup(_) if said.full.is_some() => {
                return twice("SET FULL BACKUP");
            }
            AlterScheduleCommand::Recurring(_) if said.recurring.is_some() => {
                return twice("SET RECURRING");
            }
            AlterScheduleCommand::Label(_) if said.label.is_some() => return twice("SET LABEL"),
            AlterScheduleCommand::Into(_) if said.into.is_some() => return twice("SET INTO"),
            AlterScheduleCommand::FullBackup(full) => said.full = Some(full.clone()),
            AlterScheduleCommand::Recurring(cron) => {
                said.recurring = Some(text(cron, "RECURRING")?);
            }
            AlterScheduleCommand::Label(label) => said.label = Some(text(label, "LABEL")?),
            AlterScheduleCommand::Into(uris) => said.into = Some(uris.clone()),
            AlterScheduleCommand::With(with) if with.detached.is_some() => {
                return Err(Error::Schedule(
                    "DETACHED is required for scheduled backups and cannot be altered".to_owned(),
                ));
            }
            AlterScheduleCommand::With(with) => combine(&mut said.with, with),
            AlterScheduleCommand::Option(option) => given.push(option.clone()),
            AlterScheduleCommand::Execute => said.execute = Some(false),
            AlterScheduleCommand::ExecuteFull => said.execute = Some(true),
        }
    }
    said.options = options::options(&given, false, cx)?;
    Ok(said)
}

/// Options that were given take the place of those that were there; an empty text takes an option away.
fn combine(old: &mut BackupOptions, new: &BackupOptions) {
    let empty = |expr: &Expr| expr.as_str() == Some("");
    let one = |old: &mut Option<Expr>, new: &Option<Expr>| {
        if let Some(value) = new {
            *old = (!empty(value)).then(|| value.clone());
        }
    };
    one(&mut old.revision_history, &new.revision_history);
    one(&mut old.encryption_passphrase, &new.encryption_passphrase);
    one(&mut old.execution_locality, &new.execution_locality);
    one(&mut old.updates_cluster_monitoring_metrics, &new.updates_cluster_monitoring_metrics);
    one(&mut old.include_all_virtual_clusters, &new.include_all_virtual_clusters);
    for (old, new) in
        [(&mut old.kms, &new.kms), (&mut old.incremental_location, &new.incremental_location)]
    {
        if !new.is_empty() {
            *old = if new.iter().all(empty) { Vec::new() } else { new.clone() };
        }
    }
    old.strict_storage_locality |= new.strict_storage_locality;
}

impl Pair {
    fn each(&mut self, mut change: impl FnMut(&mut Schedule, &mut Backup)) {
        change(&mut self.full, &mut self.full_backup);
        if let Some((incremental, backup)) = &mut self.incremental {
            change(incremental, backup);
        }
    }
}

fn load(id: u64, cx: &mut Cx<'_, '_>) -> Result<Pair, Error> {
    let rules = cx.rules();
    let mut found = |id: i64| -> Result<(Schedule, Backup), Error> {
        let schedule = sys::within(cx, |sys| record::load(sys, id))?.ok_or_else(|| missing(id))?;
        let backup = schedule.statement(rules).ok_or_else(|| missing(id))?;
        Ok((schedule, backup))
    };
    if id == 0 {
        return Err(Error::Schedule("Schedule ID expected, none found".to_owned()));
    }
    let named = found(i64::try_from(id).unwrap_or(i64::MAX))?;
    let partner = match named.0.args.dependent_schedule_id {
        0 => None,
        id => Some(found(id)?),
    };
    let (full, incremental) = if named.0.is_incremental() {
        let id = named.0.id;
        (partner.ok_or_else(|| orphan(id))?, Some(named))
    } else {
        (named, partner)
    };
    Ok(Pair { full: full.0, full_backup: full.1, incremental, dropped: None })
}

/// The refusal of a schedule that is not there.
pub(super) fn missing(id: i64) -> Error {
    Error::Schedule(format!("scheduled job with ID {id} does not exist"))
}

fn orphan(id: i64) -> Error {
    Error::Schedule(format!(
        "incremental backup schedule {id} has no corresponding full backup schedule; drop schedule {id} and recreate"
    ))
}

fn check_allowed(pair: &Pair, cx: &mut Cx<'_, '_>) -> Result<(), Error> {
    let catalog = sys::catalog_now(cx)?;
    let user = &cx.sql.session.user;
    let owns = pair.full.owner == *user
        && pair.incremental.as_ref().is_none_or(|(one, _)| one.owner == *user);
    if owns
        || catalog.users.is_admin(user)
        || catalog.users.may_system(user, Privilege::RepairCluster)
    {
        return Ok(());
    }
    let text = "must be admin or the owner of the schedules being altered, or have REPAIRCLUSTER privilege";
    Err(Error::Denied { text: text.to_owned(), hint: None })
}

/// Sets a recurrence. A schedule that is paused stays so.
fn set_recurrence(one: &mut Schedule, text: &str, now: i64) -> Result<(), Error> {
    // ALTER tells of a bad text without the code that CREATE gives it.
    let read = recurrence(text, now).map_err(|cause| Error::Schedule(cause.to_string()))?;
    one.recurrence = read.text;
    if !one.is_paused() {
        one.to_next_tick(now);
    }
    Ok(())
}

/// SET FULL BACKUP: makes, removes or keeps the incremental.
fn full_recurrence(
    pair: &mut Pair,
    full: Option<&FullBackup>,
    now: i64,
    cx: &mut Cx<'_, '_>,
) -> Result<(), Error> {
    match full {
        None | Some(FullBackup::Unset) => Ok(()),
        Some(FullBackup::Always) => {
            if let Some((incremental, _)) = pair.incremental.take() {
                // The full takes over how often something is to be taken.
                pair.full.recurrence.clone_from(&incremental.recurrence);
                pair.full.args.dependent_schedule_id = 0;
                pair.full.args.unpause_on_success = 0;
                pair.dropped = Some(incremental);
            }
            Ok(())
        }
        Some(FullBackup::Cron(cron)) => {
            if pair.incremental.is_none() {
                pair.incremental = Some(new_incremental(pair, now, cx));
            }
            set_recurrence(&mut pair.full, &text(cron, "FULL BACKUP")?, now)
        }
    }
}

/// An incremental beside a full that had none: as often as the full was, paused until a full succeeds.
fn new_incremental(pair: &mut Pair, now: i64, cx: &mut Cx<'_, '_>) -> (Schedule, Backup) {
    let mut made = pair.full.clone();
    made.id = new_id(cx);
    made.created = now;
    made.owner.clone_from(&cx.sql.session.user);
    made.pause(WAITING);
    made.args.backup_type = 1;
    made.args.unpause_on_success = 0;
    made.args.dependent_schedule_id = pair.full.id;
    pair.full.args.dependent_schedule_id = made.id;
    pair.full.args.unpause_on_success = made.id;
    let backup = Backup { dest: BackupDest::IntoLatest, ..pair.full_backup.clone() };
    (made, backup)
}

/// SET INTO: nothing can be appended there before a full has succeeded.
fn move_to(pair: &mut Pair, into: &[Expr], now: i64) {
    pair.each(|_, backup| backup.to = into.to_vec());
    let Some((incremental, _)) = &mut pair.incremental else { return };
    let was_paused = incremental.is_paused();
    incremental.pause(WAITING);
    pair.full.args.unpause_on_success = incremental.id;
    if !was_paused {
        pair.full.next_run = Some(now);
    }
}

fn policies(pair: &mut Pair, options: &Options, cx: &mut Cx<'_, '_>) -> Result<(), Error> {
    if let Some(on) = options.metric {
        let catalog = sys::catalog_now(cx)?;
        options::check_metric(&catalog, cx)?;
        pair.each(|one, _| one.args.updates_last_backup_metric = on);
    }
    pair.each(|one, _| options.apply(&mut one.details));
    if let (Some(_), Some((incremental, _))) = (options.wait, &mut pair.incremental) {
        incremental.details.wait = 0;
    }
    Ok(())
}

/// EXECUTE IMMEDIATELY, with FULL or without.
fn execute(pair: &mut Pair, full: bool, now: i64) -> Result<(), Error> {
    let one = match &mut pair.incremental {
        Some((incremental, _)) if !full => incremental,
        Some(_) | None => &mut pair.full,
    };
    if one.is_paused() {
        return Err(Error::Schedule(
            "cannot execute a paused schedule; use RESUME SCHEDULE instead".to_owned(),
        ));
    }
    one.next_run = Some(now);
    Ok(())
}

/// Writes both; answers them in the order of their rows.
fn write(pair: Pair, cx: &mut Cx<'_, '_>) -> Result<Vec<Schedule>, Error> {
    let rules = cx.rules();
    let Pair { mut full, full_backup, incremental, dropped } = pair;
    full.set_statement(full_backup, rules);
    let mut made = Vec::new();
    if let Some((mut one, backup)) = incremental {
        one.set_statement(backup, rules);
        made.push(one);
    }
    made.push(full);
    sys::within(cx, |sys| {
        if let Some(gone) = &dropped {
            super::control::forget(sys, gone)?;
        }
        made.iter().try_for_each(|one| record::save(sys, one))
    })?;
    Ok(made)
}
