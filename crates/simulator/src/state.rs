//! The value behind the door: everything that a run can influence, cheap to clone.
//!
//! ```text
//!   now ──────────────┬──────────────┬───────────▶ to          run_until(to)
//!                  job step      GC visit that removes something, chain torn, chain broken
//!                  (agenda)      (computed in closed form, never stored; visits that find nothing are skipped)
//! ```
//!
//! Shape: one clock, one agenda, buckets, clusters by name. Ties at one moment: what happens by itself (GC, chains) comes
//! before the agenda; the agenda goes by sequence. Units: nanoseconds.

use std::sync::Arc;

use base::agenda::Agenda;
use base::hlc::{Clock, NANOS_PER_SEC, Timestamp};
use base::ids::JobId;
use base::map::Map;
use base::rng::Rng;
use cloud::bucket::Buckets;
use protocol::result::{ErrorReply, StatementResult};

use crate::chains::Manifests;
use crate::cluster::Cluster;
use crate::event::Event;
use crate::input::{Config, Input};
use crate::nature::{self, Nature};
use crate::sizes::Sizes;
use crate::{command, dispatch, hash, job, nodes, scenario, schedule, waiting, workload};

/// What a plain statement costs. *Units*: nanoseconds.
pub(crate) const STATEMENT_NANOS: i64 = 1_000_000;

/// Longest time that one input may let pass: 100 years.
const ADVANCE_NANOS_MAX: i64 = 100 * 365 * 86_400 * NANOS_PER_SEC;

/// Latest time a clock may reach: 2200-01-01, well inside what dates and 64-bit nanoseconds hold.
pub(crate) const CLOCK_MAX: Timestamp = Timestamp::from_secs(7_258_118_400);

/// How long the scheduler waits when its rows cannot be read.
const POSTPONED_NANOS: i64 = 30 * NANOS_PER_SEC;

/// Most items of the agenda that one input may run.
pub(crate) const ITEMS_MAX: u64 = 1_000_000;

/// Something on the agenda.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Item {
    /// A job takes its next step.
    JobStep {
        /// The cluster's name.
        cluster: String,
        /// Which job.
        job: JobId,
        /// Whether nobody waits for it: the GC of dropped tables.
        background: bool,
    },
    /// The scheduler looks for schedules that are due.
    Scheduler {
        /// The cluster's name.
        cluster: String,
    },
    /// Liveness records of a cluster's nodes run out, or nodes count as dead.
    Liveness {
        /// The cluster's name.
        cluster: String,
    },
    /// A change of the replicate queue is done.
    Replicate {
        /// The cluster's name.
        cluster: String,
        /// Which change.
        change: Arc<kv::Change>,
    },
    /// A workload writes.
    Workload {
        /// The cluster's name.
        cluster: String,
        /// Its own.
        name: String,
    },
    /// A fault that was put off.
    Fault {
        /// The cluster that it was meant for.
        cluster: String,
        /// The line without its time.
        line: Arc<str>,
    },
}

/// A backup that was to extend a chain and failed: for the map.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Attempt {
    pub(crate) at: Timestamp,
    /// The collection as the map names it.
    pub(crate) collection: Arc<str>,
    /// The chain's full.
    pub(crate) subdir: String,
    pub(crate) error: ErrorReply,
}

/// The world at one moment.
#[derive(Clone, Debug)]
pub(crate) struct State {
    pub(crate) config: Config,
    pub(crate) clock: Clock,
    pub(crate) agenda: Agenda<Item>,
    pub(crate) buckets: Buckets,
    pub(crate) clusters: Map<String, Cluster>,
    /// The cluster that the shell talks to.
    pub(crate) current: String,
    pub(crate) rng: Rng,
    /// What is known of the chains and what will befall them: derived, dropped when backups or zones change.
    pub(crate) nature: Option<Nature>,
    /// Manifests read so far: derived.
    pub(crate) manifests: Manifests,
    /// Answers of statements that waited (policy manual), since someone last took them.
    pub(crate) answers: Vec<StatementResult>,
    /// Backups that were to extend a chain and failed, oldest first.
    pub(crate) attempts: Vec<Attempt>,
    /// Events since someone last took them.
    pub(crate) outbox: Vec<Event>,
    /// Bytes over time: derived.
    pub(crate) sizes: Sizes,
    /// Work since the last checkpoint. *Units*: about a statement.
    pub(crate) work: u64,
}

impl State {
    /// The first moment of a world.
    pub(crate) fn new(config: Config) -> Self {
        let start = config.start;
        let mut state = Self {
            clock: Clock::new(start),
            agenda: Agenda::default(),
            buckets: Buckets::default(),
            clusters: Map::new(),
            current: "main".to_owned(),
            rng: Rng::new(config.seed),
            nature: None,
            manifests: Manifests::default(),
            answers: Vec::new(),
            attempts: Vec::new(),
            outbox: Vec::new(),
            sizes: Sizes::default(),
            work: 0,
            config,
        };
        scenario::set_up(&mut state);
        state.work = 0;
        state
    }

    /// Where the clock stands.
    pub(crate) const fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Carries out one input.
    pub(crate) fn apply(&mut self, input: &Input) -> Vec<StatementResult> {
        let answers = match input {
            Input::Exec { session, sql, batch } => {
                self.work += 1 + base::num::to_u64(sql.len()) / 1024;
                dispatch::exec(self, session, sql, *batch)
            }
            Input::Sim { line } => vec![command::apply(self, line)],
            Input::Advance { nanos } => {
                self.work += 1;
                self.advance(*nanos);
                Vec::new()
            }
        };
        self.measure();
        answers
    }

    /// Measures the cluster in use for the plots.
    pub(crate) fn measure(&mut self) {
        let now = self.now();
        if let Some(cluster) = self.clusters.get(&self.current) {
            self.sizes.measure(cluster, now);
        }
    }

    /// Lets time pass. What is asked for beyond the clock's end is left out.
    pub(crate) fn advance(&mut self, nanos: i64) {
        let to = self.now().add_nanos(nanos.clamp(0, ADVANCE_NANOS_MAX)).min(CLOCK_MAX);
        self.run_until(to);
    }

    /// Lets time pass up to `to`, with everything that is due by then.
    pub(crate) fn run_until(&mut self, to: Timestamp) {
        let mut left = ITEMS_MAX;
        while left > 0 && self.run_next(to) {
            left -= 1;
        }
        nature::pass(self, to);
    }

    /// Runs the next thing that happens up to `to`: by itself or from the agenda. Without one, the clock goes to `to`.
    pub(crate) fn run_one(&mut self, to: Timestamp) -> bool {
        let due = self.agenda.next_due().filter(|due| *due <= to);
        if nature::pass_one(self, due.unwrap_or(to)) {
            return true;
        }
        due.is_some() && self.run_next(to)
    }

    /// Runs the next item of the agenda if it is due at `to` or before; time passes up to it.
    pub(crate) fn run_next(&mut self, to: Timestamp) -> bool {
        let Some(due) = self.agenda.next_due().filter(|due| *due <= to) else { return false };
        nature::pass(self, due);
        if let Some((_, item)) = self.agenda.pop_due(due.max(self.now())) {
            self.work += 1;
            if let Item::Scheduler { cluster } = &item
                && !waiting::jobs_can_run(self, cluster)
            {
                // Where the rows of schedules cannot be read nothing can be done but wait.
                self.agenda.push(self.now().add_nanos(POSTPONED_NANOS), item);
                return true;
            }
            match item {
                Item::JobStep { cluster, job, background } => {
                    job::step(self, &cluster, job, background);
                }
                Item::Scheduler { cluster } => schedule::tick(self, &cluster),
                Item::Liveness { cluster } => nodes::expire(self, &cluster),
                Item::Replicate { cluster, change } => nodes::replicate(self, &cluster, &change),
                Item::Workload { cluster, name } => workload::tick(self, &cluster, &name),
                Item::Fault { cluster, line } => command::fault_due(self, &cluster, &line),
            }
        }
        true
    }

    /// Whether a job that someone may wait for is on the agenda.
    pub(crate) fn jobs_run(&self) -> bool {
        self.agenda.iter().any(|(_, item)| match item {
            Item::JobStep { background, .. } => !background,
            Item::Scheduler { .. }
            | Item::Liveness { .. }
            | Item::Replicate { .. }
            | Item::Workload { .. }
            | Item::Fault { .. } => false,
        })
    }

    /// How many sessions wait for a statement's answer.
    pub(crate) fn waiting(&self) -> usize {
        self.clusters.values().map(Cluster::waiting).sum()
    }

    /// What all clusters store. *Units*: bytes.
    pub(crate) fn stored_bytes(&self) -> u64 {
        self.clusters.values().map(|cluster| cluster.kv.size_bytes()).sum()
    }

    /// Notes something that happened.
    pub(crate) fn note(&mut self, event: Event) {
        self.outbox.push(event);
    }

    /// Backups, zones or protections changed: what was foreseen may no longer come.
    pub(crate) fn forget_forecast(&mut self) {
        self.nature = None;
    }

    /// The state's hash: blind to how it is stored, equal on every platform.
    pub(crate) fn hash(&self) -> u128 {
        hash::of(self)
    }
}
