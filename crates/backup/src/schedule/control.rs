//! PAUSE, RESUME, DROP of schedules.
//!
//! Shape: ids in, how many were touched out; an id that is not there is passed over. *Source*:
//! `spec/schedules-and-jobs.md` §7, `spec/gc-and-protected-timestamps.md` §7.

use base::ids::Uuid;
use sql::ast::schedule::ScheduleCommand;
use sql::catalog::{Error as CatalogError, Sys, protected};
use sql::rules::Rules;

use super::create::{check_admin, micros};
use super::record::{self, Schedule};
use crate::cx::Cx;
use crate::error::Error;
use crate::sys;

/// The command in capitals.
pub const fn word(command: ScheduleCommand) -> &'static str {
    match command {
        ScheduleCommand::Pause => "PAUSE",
        ScheduleCommand::Resume => "RESUME",
        ScheduleCommand::Drop => "DROP",
        ScheduleCommand::Execute => "EXECUTE",
    }
}

/// Does something to schedules; answers to how many.
///
/// *Errors*: a user who may not.
pub fn control(
    command: ScheduleCommand,
    chosen: &[i64],
    cx: &mut Cx<'_, '_>,
) -> Result<usize, Error> {
    let rules = cx.rules();
    let catalog = sys::catalog_now(cx)?;
    check_admin(&format!("{} SCHEDULES", word(command)), &catalog, cx)?;
    let user = cx.sql.session.user.clone();
    let is_admin = catalog.users.is_admin(&user);
    let (now, cluster) = (micros(cx), cx.sql.cluster_id.0.to_vec());
    let mut denied = None;
    let count = sys::within(cx, |sys| {
        let mut count = 0;
        for id in chosen {
            let Some(mut one) = record::load(sys, *id)? else { continue };
            if !is_admin && one.owner != user {
                denied = Some(*id);
                break;
            }
            count += 1;
            match command {
                ScheduleCommand::Pause => {
                    one.next_run = None;
                    record::save(sys, &one)?;
                }
                ScheduleCommand::Resume if one.is_paused() => {
                    if !one.details.cluster_id.is_empty() {
                        one.details.cluster_id.clone_from(&cluster);
                    }
                    one.to_next_tick(now);
                    record::save(sys, &one)?;
                }
                ScheduleCommand::Drop => count += drop(sys, &one, rules)?,
                ScheduleCommand::Resume | ScheduleCommand::Execute => {}
            }
        }
        Ok(count)
    })?;
    match (denied, command) {
        (Some(id), _) => {
            let verb = word(command);
            let text = format!("must be admin or owner of the schedule {id} to {verb} it");
            Err(Error::Denied { text, hint: None })
        }
        (None, ScheduleCommand::Execute) if count > 0 => Err(Error::Schedule(
            "EXECUTE SCHEDULE does not run backup schedules; use ALTER BACKUP SCHEDULE … EXECUTE IMMEDIATELY"
                .to_owned(),
        )),
        (None, _) => Ok(count),
    }
}

/// Drops a schedule; answers how many others went with it.
fn drop(sys: &mut Sys<'_>, one: &Schedule, rules: Rules) -> Result<usize, CatalogError> {
    let mut others = 0;
    if let Some(mut partner) = record::load(sys, one.args.dependent_schedule_id)? {
        if rules.drop_schedule_takes_partner() && !one.is_incremental() {
            forget(sys, &partner)?;
            others = 1;
        } else {
            partner.args.dependent_schedule_id = 0;
            partner.args.unpause_on_success = 0;
            record::save(sys, &partner)?;
        }
    }
    forget(sys, one)?;
    Ok(others)
}

/// Removes a schedule and what it holds back.
pub(super) fn forget(sys: &mut Sys<'_>, one: &Schedule) -> Result<(), CatalogError> {
    if let Ok(id) = one.args.protected_timestamp_record.as_slice().try_into() {
        protected::release(sys, Uuid(id))?;
    }
    record::remove(sys, one.id)?;
    Ok(())
}
