//! From JavaScript objects to the types of `protocol`.
//!
//! ```text
//!   plain!(Layer { kind, start, end, … })      one line a type; a field that is missing or of another type is its default
//! ```
//!
//! Why not serde: its derived code for these types is 130 kB of wasm, a fifth of a page that wants to be small. The engine on
//! the other side of the port is ours and of the same build; what others send never comes this way.

use js_sys::{Array, Reflect};
use protocol::agenda::{AgendaItem, AgendaKind, AgendaView, Consequence, Tone};
use protocol::chain::{
    Attempt, Chain, ChainMap, ChainState, Collection, ForecastKind, ForecastMark, GcEdge, Layer,
    LayerKind, Protection, RestorePlan, Writes,
};
use protocol::cluster::{ClusterView, Node, Range};
use protocol::data::{DataRow, RowsView, Table, TablesView, Version, VersionState, VersionsView};
use protocol::event::{EventsView, SimEvent};
use protocol::jobs::{Job, JobStep, JobsView};
use protocol::message::{Info, RpcError, Scenario};
use protocol::moment::{Branch, InputMoment, Mark, MomentsView};
use protocol::plots::{PlotsView, SizePoint};
use protocol::result::{
    Cause, CauseAxis, CauseMark, CauseMarkKind, Column, ErrorReply, Notice, Remedy, StatementResult,
};
use protocol::schedules::{LastRun, Schedule, SchedulesView};
use protocol::storage::{Bucket, Object, ObjectView, Section, StorageView};
use protocol::text::{Completion, Completions, Token, TokenKind};
use protocol::time::{Clock, Nanos, Policy, Prompt};
use wasm_bindgen::{JsCast, JsValue};

use crate::num;

/// What can be read from a JavaScript value; anything else gives the default.
pub(crate) trait Decode: Sized {
    /// Reads it.
    fn decode(value: &JsValue) -> Self;
}

/// A field of an object, `undefined` if it has none.
pub(crate) fn field(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &JsValue::from_str(name)).unwrap_or(JsValue::UNDEFINED)
}

/// A field, read.
fn get<T: Decode>(object: &JsValue, name: &str) -> T {
    T::decode(&field(object, name))
}

fn whole(value: &JsValue) -> i64 {
    num::whole(value.as_f64().unwrap_or(0.0))
}

impl Decode for String {
    fn decode(value: &JsValue) -> Self {
        value.as_string().unwrap_or_default()
    }
}

impl Decode for bool {
    fn decode(value: &JsValue) -> Self {
        value.is_truthy()
    }
}

impl Decode for u32 {
    fn decode(value: &JsValue) -> Self {
        Self::try_from(whole(value)).unwrap_or_default()
    }
}

impl Decode for i32 {
    fn decode(value: &JsValue) -> Self {
        Self::try_from(whole(value)).unwrap_or_default()
    }
}

impl Decode for u64 {
    fn decode(value: &JsValue) -> Self {
        Self::try_from(whole(value)).unwrap_or_default()
    }
}

impl Decode for i64 {
    fn decode(value: &JsValue) -> Self {
        whole(value)
    }
}

impl Decode for Nanos {
    fn decode(value: &JsValue) -> Self {
        Self(value.as_string().and_then(|text| text.parse().ok()).unwrap_or_default())
    }
}

impl<T: Decode> Decode for Option<T> {
    fn decode(value: &JsValue) -> Self {
        if value.is_null() || value.is_undefined() { None } else { Some(T::decode(value)) }
    }
}

impl<T: Decode> Decode for Box<T> {
    fn decode(value: &JsValue) -> Self {
        Self::new(T::decode(value))
    }
}

impl<T: Decode> Decode for Vec<T> {
    fn decode(value: &JsValue) -> Self {
        match value.dyn_ref::<Array>() {
            Some(list) => (0..list.length()).map(|at| T::decode(&list.get(at))).collect(),
            None => Self::new(),
        }
    }
}

/// Structs: their fields by name.
macro_rules! plain {
    ($($name:ident { $($field:ident),* $(; $key:literal => $other:ident)? })*) => {
        $(impl Decode for $name {
            fn decode(value: &JsValue) -> Self {
                Self { $($field: get(value, stringify!($field)),)* $($other: get(value, $key),)? }
            }
        })*
    };
}

/// Enums: their words, the first for anything unknown.
macro_rules! words {
    ($($name:ident { $($variant:ident = $word:literal),* ; $fallback:ident })*) => {
        $(impl Decode for $name {
            fn decode(value: &JsValue) -> Self {
                match value.as_string().unwrap_or_default().as_str() {
                    $($word => Self::$variant,)*
                    _ => Self::$fallback,
                }
            }
        })*
    };
}

plain! {
    Clock {
        now, logical, start, policy, scenario, seed, version, branch, branches, inputs, events, next_due, prompt
    }
    Prompt { user, host, database, txn, cluster, nodes_live, nodes }
    StatementResult { n, sql, at, took, tag, columns, rows, notices, error, lines, jobs }
    Column { name; "type" => ty }
    Notice { severity, code, message, hint, detail }
    ErrorReply { code, message, detail, hint, position, cause }
    Cause { title, text, culprit, axis, remedies, why }
    CauseAxis { from, to, gone_before, marks }
    CauseMark { at, kind, words }
    Remedy { title, words, lines }
    ChainMap { now, start, collections, edges, protections, writes, forecast, starter }
    Collection { name, uri, words, latest, chains }
    Chain {
        subdir, target, target_words, is_latest, encrypted, layers, state, extendable_until, culprit, ttl_secs, words,
        restore_words, restorable, attempts
    }
    Layer {
        kind, start, end, finished, size_bytes, rows, index_entries, files, revision_history, restorable_from, path, job_id,
        fault
    }
    Attempt { at, code, message, job_id, cause }
    GcEdge { target, table, ttl_secs, readable_since, threshold, next_visit, held_by, words }
    Protection { id, at, target, job_id, words }
    Writes { words, start, step, puts, deletes }
    ForecastMark { at, kind, collection, words }
    RestorePlan { at, possible, words, layers, files, size_bytes, statement, nearest }
    AgendaView { now, items, horizon, more }
    AgendaItem { due, kind, title, subject, detail, consequence, repeats }
    Consequence { tone, words }
    ClusterView {
        name, id, version, clusters, nodes, ranges, more_ranges, unavailable, under_replicated, is_cut, queue
    }
    Node {
        id, locality, liveness, is_live, replicas, leases, size_bytes, process, is_gateway, draining, membership, side,
        clock_offset, expires, lagging
    }
    Range {
        id, start, end, table, is_system, replicas, leaseholder, live_bytes, garbage_bytes, keys, gc_threshold, ttl_secs,
        next_visit, available, standing, lagging
    }
    JobsView { jobs, more }
    Job {
        id, kind, description, user, status, running_status, permille, created, finished, error, can_pause, can_resume,
        can_cancel, steps
    }
    JobStep { at, words }
    SchedulesView { schedules, more, last_completed }
    Schedule {
        id, label, status, state, next_run, recurrence, every, then, backup_type, partner, unpauses, command, owner,
        created, jobs_running, on_previous_running, on_execution_failure, protects_from, last
    }
    LastRun { job, status, started, finished, error }
    TablesView { tables }
    Table {
        id, database, schema, name, sql_name, kind, rows, ttl_secs, live_bytes, garbage_bytes, readable_since
    }
    RowsView { table, at, columns, rows, more, error }
    DataRow { key, values, written, versions }
    VersionsView { pretty, columns, versions, readable_since, collected }
    Version { at, logical, deleted, values, state, collectable_at }
    StorageView { buckets }
    Bucket { scheme, uri, size_bytes, objects, more }
    Object { path, size_bytes, modified, kind }
    ObjectView { uri, size_bytes, kind, words, sound, sections, hex }
    Section { title, columns, rows, more }
    EventsView { events, next }
    SimEvent { seq, at, kind, tone, words, job_id }
    PlotsView { sizes }
    SizePoint { at, live_bytes, garbage_bytes }
    MomentsView { branches, inputs, marks, position }
    Branch { name, parent, forked_at, head, is_current }
    InputMoment { n, at, text }
    Mark { name, at }
    Token { start, end, kind }
    Completions { start, end, items }
    Completion { text, kind, words }
    Info { v, build, scenarios, versions, max_sql_bytes }
    Scenario { name, words, starter }
    RpcError { code, message }
}

words! {
    Policy { Manual = "manual"; Auto }
    ChainState { Torn = "torn", Broken = "broken", Damaged = "damaged"; Healthy }
    LayerKind { Incremental = "incremental"; Full }
    ForecastKind {
        ScheduledFull = "scheduled_full", ScheduledIncremental = "scheduled_incremental", GcPasses = "gc_passes"; ChainEnds
    }
    CauseMarkKind {
        ChainEnd = "chain_end", Threshold = "threshold", Protection = "protection", Wanted = "wanted"; Now
    }
    AgendaKind {
        Gc = "gc", Ttl = "ttl", Schedule = "schedule", Job = "job", Protection = "protection", Fault = "fault"; Other
    }
    Tone { Safe = "safe", Warn = "warn", Breaks = "breaks", Hold = "hold"; Neutral }
    VersionState { History = "history", Garbage = "garbage", Intent = "intent"; Live }
    TokenKind {
        Keyword = "keyword", String = "string", Number = "number", Comment = "comment", Operator = "operator",
        Placeholder = "placeholder", Command = "command", Error = "error"; Name
    }
}
