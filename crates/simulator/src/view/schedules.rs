//! Backup schedules of the cluster in use, in the columns and words of SHOW SCHEDULES.

use backup::schedule::cron::Cron;
use backup::schedule::record::{self, CREATED_BY, Schedule as Row};
use backup::schedule::show;
use base::hlc::Timestamp;
use base::num;
use protocol::agenda::{AgendaItem, AgendaKind, Consequence, Tone};
use protocol::chain::{Collection, ForecastKind, ForecastMark};
use protocol::schedules::{LastRun, Schedule, SchedulesView};
use protocol::time::Nanos;
use sql::catalog::{Sys, protected};
use sql::jobs::jobspb::Details;
use sql::jobs::{self, Record, Status};
use sql::rules::Rules;

use crate::schedule::{look_at, moment};
use crate::state::State;

/// Most schedules listed.
const SCHEDULES_MAX: usize = 200;

/// How many runs after the next are told.
const THEN_MAX: usize = 64;

pub(super) fn schedules(state: &State) -> SchedulesView {
    let Some(found) = read(state) else { return SchedulesView::default() };
    let all = found.schedules.len();
    let metric = found.schedules.iter().filter(|row| row.args.updates_last_backup_metric);
    SchedulesView {
        schedules: found.schedules.iter().take(SCHEDULES_MAX).map(|row| found.told(row)).collect(),
        more: num::to_u32(all.saturating_sub(SCHEDULES_MAX)),
        last_completed: metric.filter_map(|row| found.last_completed(row)).max(),
    }
}

/// The next firing of each schedule that is not paused.
pub(super) fn firings(state: &State) -> impl Iterator<Item = AgendaItem> {
    let now = state.now();
    let rules = state.clusters.get(&state.current).map(|cluster| cluster.rules);
    let schedules = in_copy(state, record::all).unwrap_or_default();
    schedules.into_iter().filter_map(move |row| {
        let next = moment(row.next_run?);
        let (kind, words) = if row.is_incremental() {
            ("an incremental", "extends its chain")
        } else {
            ("a full", "begins a chain")
        };
        Some(AgendaItem {
            due: Nanos(look_at(next.max(now)).wall),
            kind: AgendaKind::Schedule,
            title: format!("schedule {} takes {kind} backup", row.label),
            subject: Some(row.label.clone()),
            detail: format!("{}: {}", row.recurrence, row.shown_statement(rules?)),
            consequence: Some(Consequence { tone: Tone::Safe, words: words.to_owned() }),
            repeats: 0,
        })
    })
}

/// The runs to come of schedules whose collections are known by name, for the map.
pub(super) fn marks(state: &State, collections: &[Collection]) -> Vec<ForecastMark> {
    let mut marks = Vec::new();
    for one in schedules(state).schedules {
        // The statement names the collection; of two names that fit, the longer is meant.
        let fitting = collections.iter().filter(|lane| one.command.contains(&*lane.name));
        let lane = fitting.max_by_key(|lane| lane.name.len()).map(|lane| lane.name.clone());
        let (kind, what) = if one.backup_type == "FULL" {
            (ForecastKind::ScheduledFull, "a full")
        } else {
            (ForecastKind::ScheduledIncremental, "an incremental")
        };
        marks.extend(one.next_run.into_iter().chain(one.then).map(|at| ForecastMark {
            at,
            kind,
            collection: lane.clone(),
            words: format!("schedule {} takes {what}", one.label),
        }));
    }
    marks
}

struct Found {
    rules: Rules,
    schedules: Vec<Row>,
    jobs: Vec<Record>,
    protections: Vec<protected::Record>,
}

/// Reads rows of the cluster in use from a copy of its key space.
fn in_copy<T>(
    state: &State,
    work: impl FnMut(&mut Sys<'_>) -> Result<T, sql::catalog::Error>,
) -> Option<T> {
    let cluster = state.clusters.get(&state.current)?;
    let mut kv = cluster.kv.clone();
    let mut catalog = cluster.catalog.clone();
    let mut clock = state.clock.clone();
    let rules = cluster.rules;
    let mut world = jobs::World { kv: &mut kv, catalog: &mut catalog, clock: &mut clock, rules };
    world.in_txn(work).ok()
}

fn read(state: &State) -> Option<Found> {
    let rules = state.clusters.get(&state.current)?.rules;
    in_copy(state, |sys| {
        let schedules = record::all(sys)?;
        if schedules.is_empty() {
            return Ok(None);
        }
        Ok(Some(Found {
            rules,
            schedules,
            jobs: jobs::all(sys)?,
            protections: protected::records(sys)?,
        }))
    })
    .flatten()
}

impl Found {
    fn jobs_of<'a>(&'a self, row: &'a Row) -> impl Iterator<Item = &'a Record> {
        self.jobs.iter().filter(|job| {
            let by = job.created_by.as_ref();
            by.is_some_and(|by| by.kind == CREATED_BY && by.id == row.id)
        })
    }

    /// The end time of the newest backup of a schedule.
    fn last_completed(&self, row: &Row) -> Option<Nanos> {
        let done = self.jobs_of(row).filter(|job| job.status == Status::Succeeded);
        done.filter_map(|job| {
            let Some(Details::Backup(details)) = &job.payload.details else { return None };
            details.end_time
        })
        .map(|end| Nanos(Timestamp::from(end).wall))
        .max()
    }

    fn told(&self, row: &Row) -> Schedule {
        let cron = Cron::parse(&row.recurrence);
        let mut at = row.next_run;
        let then = std::iter::from_fn(|| {
            at = cron.zip(at).and_then(|(cron, at)| cron.next(at));
            at.map(nanos)
        });
        let from = row.next_run.unwrap_or(row.created);
        let every = cron.and_then(|cron| cron.period_secs(from));
        let id = |id: i64| (id != 0).then(|| id.to_string());
        let record = row.args.protected_timestamp_record.as_slice();
        Schedule {
            id: row.id.to_string(),
            label: row.label.clone(),
            status: show::status(row).to_owned(),
            state: text(&row.state),
            next_run: row.next_run.map(nanos),
            recurrence: row.recurrence.clone(),
            every: every.map(|secs| Nanos(secs.saturating_mul(1_000_000_000))),
            then: then.take(THEN_MAX).collect(),
            backup_type: show::backup_type(row).to_owned(),
            partner: id(row.args.dependent_schedule_id),
            unpauses: id(row.args.unpause_on_success),
            command: row.shown_statement(self.rules),
            owner: row.owner.clone(),
            created: nanos(row.created),
            jobs_running: num::to_u32(
                self.jobs_of(row).filter(|job| !job.status.is_terminal()).count(),
            ),
            on_previous_running: show::wait(row).to_owned(),
            on_execution_failure: show::on_error(row).to_owned(),
            protects_from: self
                .protections
                .iter()
                .find(|held| held.id.0.as_slice() == record)
                .map(|held| Nanos(held.ts.wall)),
            last: self.jobs_of(row).max_by_key(|job| (job.created_micros, job.id)).map(last),
        }
    }
}

fn nanos(micros: i64) -> Nanos {
    Nanos(micros.saturating_mul(1000))
}

fn text(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

fn last(job: &Record) -> LastRun {
    let finished = job.payload.finished_micros;
    LastRun {
        job: job.id.to_string(),
        status: job.status.word().to_owned(),
        started: nanos(job.created_micros),
        finished: (finished != 0).then(|| nanos(finished)),
        error: text(&job.payload.error),
    }
}
