//! What befalls nodes and their network, and what the cluster makes of it over time.
//!
//! ```text
//!   \sim node 2 stop ─▶ kv ─▶ follow ─▶ agenda: Liveness (records run out, nodes count as dead)
//!                                              Replicate (catch up, replace, move leases, balance), one change after another
//! ```
//!
//! Shape: each fault changes the key space's nodes; [`follow`] then puts what must come on the agenda in the place of what
//! was foreseen before. Events say what happened and what became of ranges.
//! Left out: sessions that stay with their node (clients are led to the first node that takes them).
//! Source: `design.md` 5, `spec/time.md` 3.

use std::sync::Arc;

use base::hlc::Timestamp;
use base::ids::NodeId;
use base::sqlstate::SqlState;
use cloud::access::Scheme;
use cloud::bucket::{StoreId, Trouble};
use kv::{Change, ChangeKind, Kv, Membership, Process, Standing};
use protocol::agenda::Tone;

use crate::calendar;
use crate::cluster::{self, Cluster};
use crate::command::{Refusal, refuse};
use crate::event::{Event, Kind};
use crate::sim_command::fault::{Fault, NodeVerb};
use crate::state::{Item, State};

/// Most nodes of a cluster.
const NODES_MAX: usize = 64;

/// How many ranges stand how.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Toll {
    pub(crate) lost: usize,
    pub(crate) waiting: usize,
}

/// How the ranges of a key space stand.
pub(crate) fn toll(kv: &Kv) -> Toll {
    let mut toll = Toll::default();
    if kv.is_degraded() {
        for range in kv.ranges().filter(|range| !range.is_available()) {
            match range.standing() {
                Standing::LostQuorum => toll.lost += 1,
                Standing::Served | Standing::LeaseHeld | Standing::CatchingUp => toll.waiting += 1,
            }
        }
    }
    toll
}

/// A node or the network is befallen; answers what to say.
pub(crate) fn befall(state: &mut State, name: &str, fault: &Fault) -> Result<String, Refusal> {
    let now = state.now();
    let Some(cluster) = state.clusters.get_mut(name) else {
        return Err(refuse(SqlState::UNDEFINED_OBJECT, format!("there is no cluster \"{name}\"")));
    };
    let before = toll(&cluster.kv);
    let words = change(&mut cluster.kv, fault, now)?;
    cluster.balancing = true;
    let is_grave =
        matches!(fault, Fault::Node(_, NodeVerb::Stop | NodeVerb::Kill) | Fault::Partition(_));
    let tone = if is_grave { Tone::Warn } else { Tone::Neutral };
    state.note(Event::new(now, Kind::Node, tone, words.clone()));
    if let Fault::Node(id, NodeVerb::Kill) = fault {
        lose_disk(state, name, *id);
    }
    if let Fault::Clock(id, nanos) = fault {
        stop_the_skewed(state, name, *id, *nanos);
    }
    aftermath(state, name, before);
    Ok(words)
}

/// What follows for ranges, stores and the agenda.
fn aftermath(state: &mut State, name: &str, before: Toll) {
    tell_ranges(state, name, before);
    mark_stores(state, name);
    follow(state, name);
}

fn known(kv: &Kv, id: u32) -> Result<&kv::Node, Refusal> {
    kv.node(NodeId(id))
        .ok_or_else(|| refuse(SqlState::UNDEFINED_OBJECT, format!("there is no node {id}")))
}

fn not_now(message: String) -> Refusal {
    refuse(SqlState::OBJECT_NOT_IN_PREREQUISITE_STATE, message)
}

#[expect(clippy::wildcard_enum_match_arm, reason = "faults of stores are not for nodes")]
fn change(kv: &mut Kv, fault: &Fault, now: Timestamp) -> Result<String, Refusal> {
    match fault {
        Fault::Node(id, verb) => change_node(kv, *id, *verb, now),
        Fault::Join(locality) => {
            if kv.nodes().len() >= NODES_MAX {
                return Err(refuse(
                    SqlState::PROGRAM_LIMIT_EXCEEDED,
                    "a cluster has 64 nodes at most",
                ));
            }
            let id = kv.join_node(cluster::tiers(locality), now);
            let at = if locality.is_empty() { String::new() } else { format!(" ({locality})") };
            Ok(format!("n{id}{at} joined the cluster"))
        }
        Fault::Partition(groups) => {
            let mut ids = Vec::with_capacity(groups.len());
            for group in groups {
                for id in group {
                    known(kv, *id)?;
                }
                ids.push(group.iter().map(|id| NodeId(*id)).collect());
            }
            kv.partition(&ids, now);
            let text: Vec<String> = groups.iter().map(|group| list(group)).collect();
            Ok(format!("the network is cut: {}", text.join(" | ")))
        }
        Fault::Heal => {
            if !kv.is_cut() {
                return Err(not_now("the network is whole".to_owned()));
            }
            kv.heal(now);
            Ok("the network is whole again".to_owned())
        }
        Fault::Clock(id, nanos) => {
            known(kv, *id)?;
            let sign = if *nanos < 0 { "-" } else { "+" };
            Ok(format!(
                "the clock of n{id} is off by {sign}{}",
                calendar::length(nanos.saturating_abs())
            ))
        }
        Fault::Link(a, b, nanos) => {
            known(kv, *a)?;
            known(kv, *b)?;
            kv.slow_link(kv::SlowLink { a: NodeId(*a), b: NodeId(*b), nanos: (*nanos).max(0) });
            kv.refollow(now);
            Ok(format!(
                "messages between n{a} and n{b} take {} longer",
                calendar::length((*nanos).max(0))
            ))
        }
        _ => Ok(String::new()),
    }
}

fn list(group: &[u32]) -> String {
    group.iter().map(|id| format!("n{id}")).collect::<Vec<_>>().join(", ")
}

fn change_node(kv: &mut Kv, id: u32, verb: NodeVerb, now: Timestamp) -> Result<String, Refusal> {
    let node = known(kv, id)?;
    let (process, membership, draining) = (node.process, node.membership, node.draining);
    let runs = process == Process::Running;
    let fits = match verb {
        NodeVerb::Stop => runs,
        NodeVerb::Kill => process != Process::Lost,
        NodeVerb::Restart => {
            process == Process::Stopped && membership != Membership::Decommissioned
        }
        NodeVerb::Drain => runs && !draining,
        NodeVerb::Undrain => runs && draining,
        NodeVerb::Decommission => membership == Membership::Active,
        NodeVerb::Recommission => membership == Membership::Decommissioning,
    };
    if !fits {
        return Err(not_now(format!("node {id} is {}", node.liveness_word())));
    }
    let node = NodeId(id);
    let words = match verb {
        NodeVerb::Stop => {
            kv.stop_node(node, false, now);
            "stopped"
        }
        NodeVerb::Kill => {
            kv.stop_node(node, true, now);
            "is gone for ever, and its disk with it"
        }
        NodeVerb::Restart => {
            kv.start_node(node, now);
            "runs again"
        }
        NodeVerb::Drain => {
            kv.drain_node(node, true, now);
            "drains: its leases go elsewhere, it takes no clients"
        }
        NodeVerb::Undrain => {
            kv.drain_node(node, false, now);
            "takes leases and clients again"
        }
        NodeVerb::Decommission => {
            kv.set_membership(node, Membership::Decommissioning, now);
            "is decommissioned: its replicas go elsewhere"
        }
        NodeVerb::Recommission => {
            kv.set_membership(node, Membership::Active, now);
            "stays in the cluster"
        }
    };
    Ok(format!("n{id} {words}"))
}

/// A clock too far from the others makes nodes stop themselves.
fn stop_the_skewed(state: &mut State, name: &str, id: u32, nanos: i64) {
    let now = state.now();
    let Some(cluster) = state.clusters.get_mut(name) else { return };
    for (id, near, all) in cluster.kv.set_clock_offset(NodeId(id), nanos) {
        cluster.kv.stop_node(id, false, now);
        let words = format!(
            "n{id} stopped itself: clock synchronization error: this node is more than 500ms away from at least half of the known nodes ({near} of {all} are within the offset)"
        );
        state.outbox.push(Event::new(now, Kind::Node, Tone::Breaks, words));
    }
}

fn nodelocal(state: &State, name: &str, id: NodeId) -> StoreId {
    StoreId {
        scheme: Scheme::Nodelocal,
        host: id.to_string(),
        cluster: state.buckets.nodelocal_owner(name).to_owned(),
    }
}

/// A lost disk takes the node's own directory with it, unless that is a mount shared with another cluster.
fn lose_disk(state: &mut State, name: &str, id: u32) {
    if state.buckets.shares_nodelocal(name) {
        return;
    }
    let store = nodelocal(state, name, NodeId(id));
    let gone = state.buckets.remove_prefix(&store, "");
    if gone > 0 {
        state.forget_forecast();
        let words = format!("{gone} objects at nodelocal://{id} are gone with the disk of n{id}");
        state.note(Event::new(state.now(), Kind::Bucket, Tone::Breaks, words));
    }
}

/// The directory of a node that does not run cannot be reached.
fn mark_stores(state: &mut State, name: &str) {
    let Some(cluster) = state.clusters.get(name) else { return };
    if state.buckets.shares_nodelocal(name) {
        return;
    }
    let nodes = cluster.kv.nodes().iter();
    let down: Vec<_> = nodes.map(|node| (node.id(), node.process != Process::Running)).collect();
    for (id, is_down) in down {
        let store = nodelocal(state, name, id);
        state.buckets.set_trouble(&store, Trouble::NodeDown, is_down);
    }
}

/// Says what became of ranges, if it is not what it was.
fn tell_ranges(state: &mut State, name: &str, before: Toll) {
    let Some(cluster) = state.clusters.get(name) else { return };
    let after = toll(&cluster.kv);
    if after == before {
        return;
    }
    let (tone, words) = match after {
        Toll { lost: 0, waiting: 0 } => (Tone::Safe, "all ranges answer".to_owned()),
        Toll { lost: 0, waiting } => (
            Tone::Warn,
            format!("{} until leases have moved or replicas have caught up", silent(waiting)),
        ),
        Toll { lost, waiting } => {
            let words = format!("{}: they have lost their majority", silent(lost + waiting));
            (Tone::Breaks, words)
        }
    };
    state.note(Event::new(state.now(), Kind::Range, tone, words));
}

fn silent(count: usize) -> String {
    if count == 1 {
        "1 range does not answer".to_owned()
    } else {
        format!("{count} ranges do not answer")
    }
}

/// Puts on the agenda what must come for a cluster's nodes, in the place of what was foreseen.
pub(crate) fn follow(state: &mut State, name: &str) {
    let now = state.now();
    let Some(cluster) = state.clusters.get_mut(name) else { return };
    let expiry = cluster.kv.next_expiry();
    let change = cluster.kv.next_change(cluster.balancing);
    if change.is_none() {
        cluster.balancing = false;
    }
    let mut is_planned = false;
    state.agenda.retain(|_, item| match item {
        Item::Liveness { cluster } => cluster != name,
        Item::Replicate { cluster, change: planned } if cluster == name => {
            // What is under way goes on; it does not begin again because something else happened.
            is_planned = change.as_ref() == Some(&**planned);
            is_planned
        }
        Item::Replicate { .. }
        | Item::JobStep { .. }
        | Item::Scheduler { .. }
        | Item::Workload { .. }
        | Item::Fault { .. } => true,
    });
    if let Some(at) = expiry {
        state.agenda.push(at.max(now), Item::Liveness { cluster: name.to_owned() });
    }
    if let Some(change) = change.filter(|_| !is_planned) {
        let at = now.add_nanos(change.took_nanos());
        state
            .agenda
            .push(at, Item::Replicate { cluster: name.to_owned(), change: Arc::new(change) });
    }
}

/// Liveness records run out, nodes count as dead.
pub(crate) fn expire(state: &mut State, name: &str) {
    let now = state.now();
    let Some(cluster) = state.clusters.get_mut(name) else { return };
    let before = toll(&cluster.kv);
    let leases = leases(&cluster.kv);
    let told = cluster.kv.expire(now);
    let after = self::leases(&cluster.kv);
    for (id, is_dead) in told {
        let words = if is_dead {
            format!("n{id} counts as dead: its replicas are replaced where there is room")
        } else {
            let of = |held: &[(NodeId, usize)]| {
                held.iter().find(|(node, _)| *node == id).map_or(0, |(_, count)| *count)
            };
            let moved = of(&leases).saturating_sub(of(&after));
            format!("the liveness record of n{id} ran out: {moved} leases moved to other nodes")
        };
        state.outbox.push(Event::new(now, Kind::Node, Tone::Warn, words));
    }
    aftermath(state, name, before);
}

fn leases(kv: &Kv) -> Vec<(NodeId, usize)> {
    let held = |id| kv.ranges().filter(|range| range.leaseholder() == id).count();
    kv.nodes().iter().map(|node| (node.id(), held(node.id()))).collect()
}

/// A change of the replicate queue is done.
pub(crate) fn replicate(state: &mut State, name: &str, change: &Change) {
    let now = state.now();
    let Some(cluster) = state.clusters.get_mut(name) else { return };
    let before = toll(&cluster.kv);
    let done = cluster.kv.make_change(change, now);
    if done > 0 {
        let words = change_words(cluster, change, now, true);
        let tone = if matches!(change.kind, ChangeKind::Lease | ChangeKind::Balance) {
            Tone::Neutral
        } else {
            Tone::Safe
        };
        state.note(Event::new(now, Kind::Range, tone, words));
    }
    leave(state, name);
    aftermath(state, name, before);
}

/// Nodes that leave and hold nothing any more have left.
fn leave(state: &mut State, name: &str) {
    let now = state.now();
    let Some(cluster) = state.clusters.get_mut(name) else { return };
    let empty = |node: &&kv::Node| {
        node.membership == Membership::Decommissioning
            && cluster.kv.ranges().all(|range| range.nodes().all(|id| id != node.id()))
    };
    let gone: Vec<NodeId> = cluster.kv.nodes().iter().filter(empty).map(kv::Node::id).collect();
    for id in gone {
        cluster.kv.set_membership(id, Membership::Decommissioned, now);
        let words = format!("n{id} has left the cluster: no replica is left on it");
        state.outbox.push(Event::new(now, Kind::Node, Tone::Safe, words));
    }
}

/// A change in words: to come, or done.
pub(crate) fn change_words(
    cluster: &Cluster,
    change: &Change,
    now: Timestamp,
    done: bool,
) -> String {
    let count = change.moves.len();
    let what = match (count, change.moves.first()) {
        (1, Some(one)) => range_words(cluster, one.range, now),
        _ => format!("{count} ranges"),
    };
    let mut to: Vec<u32> = change.moves.iter().filter_map(|one| one.to).map(|id| id.0).collect();
    let mut from: Vec<u32> =
        change.moves.iter().filter_map(|one| one.from).map(|id| id.0).collect();
    for list in [&mut to, &mut from] {
        list.sort_unstable();
        list.dedup();
    }
    let (to, from) = (list(&to), list(&from));
    let bytes = change.bytes;
    let s = |now: &'static str, past: &'static str| if done { past } else { now };
    match change.kind {
        ChangeKind::Log => {
            format!("{to} {} with {what} by log: {bytes} bytes", s("catches up", "caught up"))
        }
        ChangeKind::Snapshot => {
            format!("{to} {} with {what} by snapshot: {bytes} bytes", s("catches up", "caught up"))
        }
        ChangeKind::Replace => {
            format!("replicas of {what} {} from {from} to {to}: {bytes} bytes", s("move", "moved"))
        }
        ChangeKind::Balance => format!(
            "replicas of {what} {} from {from} to {to}, which holds fewer: {bytes} bytes",
            s("move", "moved")
        ),
        ChangeKind::Add => {
            format!("{what} {} a replica on {to}: {bytes} bytes", s("get", "got"))
        }
        ChangeKind::Remove => format!("{what} {} a replica on {from}", s("lose", "lost")),
        ChangeKind::Lease => {
            format!("leases of {what} {} from {from} to {to}", s("move", "moved"))
        }
    }
}

fn range_words(cluster: &Cluster, id: base::ids::RangeId, now: Timestamp) -> String {
    let range = cluster.kv.ranges().find(|range| range.id() == id);
    let table = range
        .and_then(|range| crate::chains::table_of(&range.span().start))
        .filter(|table| *table >= cluster.rules.first_user_id());
    match table {
        Some(table) => format!("r{id} ({})", cluster.table_name(table, now)),
        None => format!("r{id}"),
    }
}
