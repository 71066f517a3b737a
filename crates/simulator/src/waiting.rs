//! Statements that meet a range that does not answer: they wait, and fail after a minute.
//!
//! ```text
//!   statement ─▶ r61 does not answer ─▶ all that it did is taken back ─▶ the agenda runs on ─▶ once more
//!                                                     after 60 s, or statement_timeout: the error
//! ```
//!
//! Shape: only while some range of the cluster does not answer is anything kept to go back to. Under policy manual time is
//! the user's: the error comes at once. Source: `kv.replica_circuit_breaker.slow_replication_threshold` (v22.1 on); before
//! that the real system waits for ever.

use std::sync::Arc;

use base::hlc::{NANOS_PER_SEC, Timestamp};
use base::ids::JobId;
use base::sqlstate::SqlState;
use protocol::result::ErrorReply;
use sql::ast::Statement;

use crate::calendar;
use crate::dispatch::{self, Answer};
use crate::input::{Policy, SessionRef};
use crate::state::State;

/// How long a statement waits for a range. *Units*: nanoseconds.
pub(crate) const WAIT_NANOS: i64 = 60 * NANOS_PER_SEC;

/// Most times that one statement is tried.
const TRIES_MAX: u32 = 1_000;

/// Carries a statement out, and waits where ranges do not answer.
pub(crate) fn carry_out(
    state: &mut State,
    name: &str,
    who: &Arc<SessionRef>,
    stmt: &Statement,
) -> Result<Answer, ErrorReply> {
    let begun = state.now();
    let timeout = timeout(state, name, who);
    let until = begun.add_nanos(timeout.unwrap_or(i64::MAX).min(WAIT_NANOS));
    for _ in 0..TRIES_MAX {
        let is_degraded = state.clusters.get(name).is_some_and(|c| c.kv.is_degraded());
        let saved = is_degraded.then(|| Saved::of(state, name)).flatten();
        let at = state.now();
        let answer = dispatch::carry_out(state, name, who, stmt);
        let Err(error) = &answer else { return answer };
        let unavailable = error.code == SqlState::RANGE_UNAVAILABLE.code();
        let Some(saved) = saved.filter(|_| unavailable && state.now().wall == at.wall) else {
            return answer;
        };
        saved.put_back(state, name);
        if state.config.policy == Policy::Manual {
            return answer;
        }
        if state.now() >= until {
            return Err(given_up(error, timeout.is_some_and(|timeout| timeout < WAIT_NANOS)));
        }
        if !state.run_next(until) {
            state.run_until(until);
        }
    }
    Err(dispatch::reply(SqlState::RANGE_UNAVAILABLE, "range unavailable"))
}

fn given_up(error: &ErrorReply, timed_out: bool) -> ErrorReply {
    if timed_out {
        return dispatch::reply(
            SqlState::QUERY_CANCELED,
            "query execution canceled due to statement timeout",
        );
    }
    ErrorReply {
        message: format!("{}: have been waiting 60.00s for slow proposal", error.message),
        ..error.clone()
    }
}

/// The session's `statement_timeout`; a bare number is in milliseconds.
fn timeout(state: &State, name: &str, who: &Arc<SessionRef>) -> Option<i64> {
    let seat = state.clusters.get(name)?.seats.get(who)?;
    let text = seat.session.vars.get("statement_timeout")?;
    let nanos = match text.parse::<i64>() {
        Ok(millis) => millis.checked_mul(1_000_000)?,
        Err(_) => calendar::parse_length(text)?,
    };
    (nanos > 0).then_some(nanos)
}

/// What a statement that could not be carried out goes back to.
struct Saved {
    cluster: crate::cluster::Cluster,
    buckets: cloud::bucket::Buckets,
    agenda: base::agenda::Agenda<crate::state::Item>,
}

impl Saved {
    fn of(state: &State, name: &str) -> Option<Self> {
        Some(Self {
            cluster: state.clusters.get(name)?.clone(),
            buckets: state.buckets.clone(),
            agenda: state.agenda.clone(),
        })
    }

    fn put_back(self, state: &mut State, name: &str) {
        state.clusters.insert(name.to_owned(), self.cluster);
        state.buckets = self.buckets;
        state.manifests.forget_survey();
        state.agenda = self.agenda;
    }
}

/// Why nobody can be spoken to, if no node of the cluster runs.
pub(crate) fn nobody(state: &State, name: &str) -> Option<ErrorReply> {
    let cluster = state.clusters.get(name)?;
    cluster.kv.gateway().is_none().then(|| ErrorReply {
        code: "08001".to_owned(),
        message: "cannot dial server.\nIs the server running?\nIf the server is running, check --host client-side and --advertise server-side.\n\ndial tcp 127.0.0.1:26257: connect: connection refused".to_owned(),
        hint: Some("no node of the cluster runs: \\sim node 1 restart, or \\sim cluster new NAME".to_owned()),
        ..ErrorReply::default()
    })
}

/// Whether the rows of jobs can be read and written.
pub(crate) fn jobs_can_run(state: &State, name: &str) -> bool {
    let Some(cluster) = state.clusters.get(name) else { return true };
    if !cluster.kv.is_degraded() {
        return true;
    }
    let span = sql::row::table_span(sql::catalog::system::ids::JOBS);
    cluster.kv.gateway().is_some() && cluster.kv.ranges_in(&span).all(kv::Range::is_available)
}

/// The error of a statement that waits for a job whose row cannot be read.
pub(crate) fn unreachable_job(id: JobId) -> ErrorReply {
    let text = format!("replica unavailable: job {id} cannot be reached: lost quorum");
    dispatch::reply(SqlState::RANGE_UNAVAILABLE, text)
}

/// What the calls between nodes since the last time would have taken.
pub(crate) fn take_latency(state: &State, name: &str) -> i64 {
    state.clusters.get(name).map_or(0, |cluster| cluster.kv.take_latency())
}

/// Since when a wait has lasted too long.
pub(crate) fn has_waited(since: Timestamp, now: Timestamp) -> bool {
    now >= since.add_nanos(WAIT_NANOS)
}
