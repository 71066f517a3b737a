//! Jobs, in the columns and words of the DB Console.

use base::num;
use base::sort;
use protocol::jobs::{Job, JobStep, JobsView};
use protocol::time::Nanos;
use sql::jobs::{self, Kind, Record, Status};

use crate::event::Event;
use crate::state::State;
use crate::world::World;

/// Most jobs listed.
const JOBS_MAX: usize = 200;

pub(super) fn jobs(world: &World) -> JobsView {
    let mut records = records(&world.state);
    sort::by_key(&mut records, |record| std::cmp::Reverse((record.created_micros, record.id)));
    let all = records.len();
    records.truncate(JOBS_MAX);
    JobsView {
        more: num::to_u32(all - records.len()),
        jobs: records.iter().map(|record| job(record, world.events())).collect(),
    }
}

/// All jobs of the cluster in use, read from a copy of its key space.
pub(super) fn records(state: &State) -> Vec<Record> {
    let Some(cluster) = state.clusters.get(&state.current) else { return Vec::new() };
    let mut kv = cluster.kv.clone();
    let mut catalog = cluster.catalog.clone();
    let mut clock = state.clock.clone();
    let mut world =
        jobs::World { kv: &mut kv, catalog: &mut catalog, clock: &mut clock, rules: cluster.rules };
    world.in_txn(jobs::all).unwrap_or_default()
}

fn job(record: &Record, events: &[Event]) -> Job {
    let status = record.status;
    let payload = &record.payload;
    let cancelable = record.kind() != Kind::SchemaChangeGc && !payload.noncancelable;
    Job {
        id: record.id.to_string(),
        kind: record.kind().words().to_owned(),
        description: payload.description.clone(),
        user: payload.username.clone(),
        status: status.word().to_owned(),
        running_status: text(&record.progress.running_status),
        permille: permille(record),
        created: Nanos(record.created_micros.saturating_mul(1000)),
        finished: (payload.finished_micros != 0)
            .then(|| Nanos(payload.finished_micros.saturating_mul(1000))),
        error: text(&payload.error),
        can_pause: matches!(status, Status::Pending | Status::Running | Status::Reverting),
        can_resume: status == Status::Paused,
        can_cancel: cancelable
            && matches!(status, Status::Pending | Status::Running | Status::Paused),
        steps: events
            .iter()
            .filter(|event| event.job == Some(record.id))
            .map(|event| JobStep {
                at: Nanos(event.at.wall),
                words: event.words.as_ref().to_owned(),
            })
            .collect(),
    }
}

fn text(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

fn permille(record: &Record) -> u32 {
    let fraction = record.fraction().unwrap_or(0.0);
    let whole = num::truncate_f64(f64::from(fraction) * 1000.0);
    u32::try_from(whole.clamp(0, 1000)).unwrap_or(0)
}
