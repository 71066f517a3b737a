//! Calls into `backup` that are on their way.
use backup::cx::{Cx, Planned};
use backup::error::Error;
use base::ids::JobId;
use sql::ast::{Restore, ShowBackup, ShowBackups};
use sql::jobs::Step;
use sql::outcome::Rows;

type Answer<T> = Result<T, Error>;

pub(crate) fn restore_plan(_: &Restore, _: &mut Cx<'_, '_>) -> Answer<Planned> {
    Ok(Planned { job: JobId(0), detached: true })
}
pub(crate) fn backups(_: &ShowBackups, _: &mut Cx<'_, '_>) -> Answer<Rows> {
    Ok(Rows::default())
}
pub(crate) fn backup(_: &ShowBackup, _: &mut Cx<'_, '_>) -> Answer<Rows> {
    Ok(Rows::default())
}
pub(crate) fn step(_: JobId, _: &mut Cx<'_, '_>) -> Answer<Step> {
    Ok(Step::Finished)
}
pub(crate) fn abandon(_: JobId, _: &mut Cx<'_, '_>) -> Answer<()> {
    Ok(())
}
pub(crate) fn result_rows(_: JobId, _: &mut Cx<'_, '_>) -> Answer<Rows> {
    Ok(Rows::default())
}
