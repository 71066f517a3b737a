//! Pause points: places where a job stops for a look, named by the setting `jobs.debug.pausepoints`.
//!
//! Shape: a job asks at each place; if the setting names it, the job becomes paused and its step answers
//! [`super::Step::PausedAt`]. After RESUME the same place is not asked again as long as the setting is unchanged by then;
//! scripts clear it first, as in the real system.

use base::hlc::Timestamp;
use base::ids::JobId;

use super::record::Record;
use super::registry::save;
use super::state::Status;
use crate::catalog::error::Error;
use crate::catalog::snapshot::Snapshot;
use crate::catalog::sys::Sys;

/// Why a job is paused that met a point.
pub fn reason(point: &str) -> String {
    format!("pause point \"{point}\" hit")
}

/// What the statement that waits for the job says.
pub fn waiting_error(job: JobId, point: &str) -> String {
    format!("job {job} was paused before it completed with reason: {}", reason(point))
}

/// Whether the setting names a point.
pub fn is_set(snapshot: &Snapshot, point: &str) -> bool {
    snapshot.settings.pauses_at(snapshot.rules(), point)
}

/// Pauses a job at a point.
pub fn pause(
    sys: &mut Sys<'_>,
    record: &mut Record,
    point: &str,
    now: Timestamp,
) -> Result<(), Error> {
    record.status = Status::Paused;
    record.payload.pause_reason = reason(point);
    save(sys, record, now)
}
