//! One cluster of the world: its key space, the cache of its catalog, its sessions.
//!
//! ```text
//!   rows of system.zones, descriptor, settings, protected_ts_records
//!      └─ changed since last pushed? ─▶ span configs, strict GC, protections ─▶ kv
//! ```
//!
//! Shape: a plain value. What a statement may touch is lent by [`Cluster::lend`].

use std::sync::Arc;

use base::hlc::{Clock, NANOS_PER_SEC, Timestamp};
use base::ids::{JobId, NodeId, RangeId, UniqueInts, Uuid};
use base::map::Map;
use base::num;
use base::rng::Rng;
use base::span::Span;
use protocol::result::ErrorReply;
use sql::ast::ObjectName;
use sql::catalog::descpb::State as DescState;
use sql::catalog::names::Scope;
use sql::catalog::system::{self, ids};
use sql::catalog::{Catalog, Snapshot, Sys, protected, zones};
use sql::cx::Cx;
use sql::rules::Rules;
use sql::session::{Session, TxnState};

use crate::chains;
use crate::hash::Hasher;
use crate::input::SessionRef;
use crate::nature;
use crate::sim_command::NewCluster;
use crate::state::State;
use crate::workload::Workload;

const STRICT_GC: &str = "kv.gc_ttl.strict_enforcement.enabled";

/// Where liveness records lie.
const LIVENESS_KEY: &[u8] = b"\x04\x00liveness-";

/// How long a node is suspect before it counts as dead (`server.time_until_store_dead`).
const STORE_DEAD_NANOS: i64 = 300 * NANOS_PER_SEC;

/// Localities of nodes for which none were named: one region, its zones in turn.
const DEFAULT_ZONES: [&str; 3] = ["b", "c", "d"];

/// One cluster.
#[derive(Clone, Debug)]
pub(crate) struct Cluster {
    pub(crate) name: String,
    pub(crate) id: Uuid,
    pub(crate) rules: Rules,
    pub(crate) kv: kv::Kv,
    pub(crate) catalog: Catalog,
    pub(crate) rng: Rng,
    pub(crate) ints: UniqueInts,
    pub(crate) seats: Map<Arc<SessionRef>, Seat>,
    /// The last visit of GC whose effect the ranges show.
    pub(crate) visited: Timestamp,
    /// The replicate queue also makes nodes hold equally much: so after something befell them.
    pub(crate) balancing: bool,
    /// What writes in the background, by name.
    pub(crate) workloads: Map<String, Workload>,
    /// Non-admins may use storage with implicit access.
    pub(crate) implicit_access: bool,
    /// Why jobs failed, with what their rows do not keep: for whoever waits.
    pub(crate) failures: Map<JobId, ErrorReply>,
    /// Jobs whose node is gone, and when another may take them.
    pub(crate) orphans: Map<JobId, Timestamp>,
    /// How new the zones were when waiting jobs were last asked.
    pub(crate) zones_seen: Timestamp,
    /// When old jobs were last forgotten.
    pub(crate) purged: Timestamp,
    /// How new the rows of schedules were when the scheduler's next look was set.
    pub(crate) schedules_seen: Timestamp,
    pushed: Pushed,
}

/// A session and what it waits for.
#[derive(Clone, Debug)]
pub(crate) struct Seat {
    pub(crate) session: Session,
    /// The job whose end answers the session's last statement.
    pub(crate) waits_for: Option<JobId>,
}

/// How new the rows were from which the key space was last told.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
struct Pushed {
    catalog: Timestamp,
    protections: Timestamp,
}

/// The parts of a cluster that a statement may touch, with its session apart.
pub(crate) struct Loan<'a> {
    pub(crate) cx: Cx<'a>,
    pub(crate) cluster: &'a str,
}

impl Cluster {
    /// A new cluster with its system tables. Time does not pass.
    pub(crate) fn new(state: &mut State, new: &NewCluster) -> Self {
        let version = state.config.version;
        let rules = Rules::of(version);
        let mut rng = state.rng.fork(&format!("cluster/{}", new.name));
        let id = Uuid::from_chance(rng.bytes16());
        let mut kv = kv::Kv::new(kv::Config { nodes: nodes(new), start: state.now() });
        kv.set_row_prefix(row_prefix_len);
        kv.set_liveness_key(LIVENESS_KEY);
        kv.set_liveness(rules.liveness_nanos(), STORE_DEAD_NANOS);
        let catalog = Catalog::new(rules);
        // Only a bug could make the first rows of an empty key space fail.
        let booted = system::bootstrap(&mut kv, &mut state.clock, catalog.system(), id);
        assert!(booted.is_ok(), "bootstrap of {}: {booted:?}", new.name);
        let mut cluster = Self {
            name: new.name.clone(),
            id,
            rules,
            kv,
            catalog,
            rng,
            ints: UniqueInts::default(),
            seats: Map::new(),
            visited: nature::visit_before(state.now()),
            balancing: false,
            workloads: Map::new(),
            implicit_access: new.implicit_access,
            failures: Map::new(),
            orphans: Map::new(),
            zones_seen: Timestamp::ZERO,
            purged: state.now(),
            schedules_seen: Timestamp::ZERO,
            pushed: Pushed::default(),
        };
        cluster.push(&mut state.clock);
        // A new cluster has had its time: replicas are where zones want them.
        while let Some(change) = cluster.kv.next_change(false) {
            cluster.kv.make_change(&change, state.now());
        }
        cluster
    }

    /// Tells the key space what changed in the rows that it cannot read; answers whether anything did.
    pub(crate) fn push(&mut self, clock: &mut Clock) -> bool {
        let written = self.catalog.system().last_write(&self.kv);
        let protected = self.kv.last_write(&sql::row::table_span(ids::PROTECTED_TS_RECORDS));
        let stale = Pushed { catalog: written, protections: protected };
        if stale == self.pushed {
            return false;
        }
        // Rows under an open transaction cannot be read yet; its end brings us here again.
        let Ok(snapshot) = self.catalog.committed(&mut self.kv, clock.tick()) else { return false };
        if written != self.pushed.catalog {
            self.kv.set_strict_gc(snapshot.settings.bool(self.rules, STRICT_GC));
            let configs = zones::span_configs(&snapshot);
            self.kv.set_span_configs(configs, clock.now());
        }
        let mut txn = self.kv.begin(clock.tick());
        let mut sys = Sys { kv: &mut self.kv, txn: &mut txn, tables: self.catalog.system() };
        let records = protected::protections(&mut sys, &snapshot);
        self.kv.rollback(txn);
        let Ok(records) = records else { return false };
        self.kv.set_protections(records);
        self.pushed = stale;
        true
    }

    /// Drops what no row holds: sessions with their open transactions, caches, what was pushed.
    pub(crate) fn forget(&mut self) {
        for seat in std::mem::take(&mut self.seats).into_values() {
            match seat.session.txn {
                TxnState::Open(open) | TxnState::Aborted(open) => self.kv.rollback(open.kv),
                TxnState::Idle => {}
            }
        }
        self.catalog = Catalog::new(self.rules);
        self.failures.clear();
        self.pushed = Pushed::default();
    }

    /// The session of `who`, made if it is not there.
    ///
    /// *Errors*: a user who does not exist.
    pub(crate) fn seat(
        &mut self,
        who: &Arc<SessionRef>,
        now: Timestamp,
    ) -> Result<&mut Seat, sql::catalog::Error> {
        if !self.seats.contains_key(who) {
            if who.user != "root" {
                self.catalog.committed(&mut self.kv, now)?.users.check(&who.user)?;
            }
            let session = Session::new(who.user.clone(), "defaultdb");
            self.seats.insert(Arc::clone(who), Seat { session, waits_for: None });
        }
        match self.seats.get_mut(who) {
            Some(seat) => Ok(seat),
            None => Err(sql::catalog::Error::undefined(sql::catalog::Kind::Role, &who.user)),
        }
    }

    /// Lends what a statement of `session` may touch.
    pub(crate) fn lend<'a>(
        &'a mut self,
        clock: &'a mut Clock,
        session: &'a mut Session,
    ) -> Loan<'a> {
        let node = self.kv.gateway().unwrap_or(NodeId(1));
        Loan {
            cx: Cx {
                kv: &mut self.kv,
                catalog: &mut self.catalog,
                session,
                rules: &self.rules,
                clock,
                rng: &mut self.rng,
                ints: &mut self.ints,
                cluster_id: self.id,
                node,
                holes: Vec::new(),
                notices: Vec::new(),
                jobs_started: Vec::new(),
            },
            cluster: &self.name,
        }
    }

    /// How many sessions wait for a job.
    pub(crate) fn waiting(&self) -> usize {
        self.seats.values().filter(|seat| seat.waits_for.is_some()).count()
    }

    /// What exists now, for people to look at: nothing of the cluster moves.
    pub(crate) fn look(&self, now: Timestamp) -> Option<Arc<Snapshot>> {
        let mut kv = self.kv.clone();
        self.catalog.clone().committed(&mut kv, now.next()).ok()
    }

    /// All ranges, each with the user table that begins or lies in it.
    pub(crate) fn ranges_with_tables(&self) -> Vec<(RangeId, Option<u32>)> {
        let first = self.rules.first_user_id();
        self.kv
            .ranges()
            .map(|range| {
                let table = chains::table_of(&range.span().start).filter(|id| *id >= first);
                (range.id(), table)
            })
            .collect()
    }

    /// A table's name: `bank.carts`; its number if it has none any more.
    pub(crate) fn table_name(&self, id: u32, now: Timestamp) -> String {
        let snapshot = self.look(now);
        let desc = snapshot.as_ref().and_then(|snapshot| {
            snapshot.table_desc(id).filter(|desc| desc.state() != DescState::Drop)
        });
        match (snapshot.as_ref(), desc) {
            (Some(snapshot), Some(desc)) => {
                let [database, schema, name] = snapshot.full_name(desc);
                if schema == "public" {
                    format!("{database}.{name}")
                } else {
                    format!("{database}.{schema}.{name}")
                }
            }
            (Some(_) | None, _) => format!("table {id}"),
        }
    }

    /// The keys of a table by its name.
    pub(crate) fn table_span(&self, name: &str, now: Timestamp) -> Option<Span> {
        let snapshot = self.look(now)?;
        let session = Session::new("root", "defaultdb");
        let name = ObjectName { parts: name.split('.').map(str::to_owned).collect() };
        // A bare name is looked for in every database: the caller is no session.
        let found = snapshot.find(&name, Scope::of(&session)).map(|(_, id)| id).or_else(|| {
            let mut tables = snapshot.tables();
            tables.find(|table| table.name == name.object()).map(|table| table.id)
        })?;
        Some(sql::row::table_span(found))
    }

    /// Adds the cluster to a state hash.
    pub(crate) fn hash(&self, hasher: &mut Hasher) {
        hasher.bytes(&self.id.0);
        hasher.wide(self.kv.state_hash());
        hasher.word(self.rng.state());
        for range in self.kv.ranges() {
            hasher.word(range.id().0);
            hasher.bytes(&range.span().start);
            hasher.time(range.gc_threshold());
            hasher.word(u64::from(range.leaseholder().0));
            for replica in range.replicas() {
                hasher.word(u64::from(replica.node.0));
                hasher.word(replica.position);
            }
        }
        for (name, workload) in &self.workloads {
            hasher.bytes(name.as_bytes());
            workload.hashed().into_iter().for_each(|word| hasher.word(word));
        }
        for node in self.kv.nodes() {
            hasher.bytes(node.liveness_word().as_bytes());
            hasher.word(node.epoch);
            hasher.word(u64::from(node.side));
            hasher.time(node.expires.unwrap_or(Timestamp::ZERO));
            hasher.word(num::as_unsigned(node.clock_offset_nanos));
        }
        for (who, seat) in &self.seats {
            hasher.bytes(who.user.as_bytes());
            hasher.bytes(who.name.as_bytes());
            hash_session(&seat.session, hasher);
            hasher.word(seat.waits_for.map_or(0, |job| num::as_unsigned(job.0)));
        }
    }
}

fn hash_session(session: &Session, hasher: &mut Hasher) {
    hasher.bytes(session.user.as_bytes());
    hasher.bytes(session.database.as_bytes());
    for part in &session.search_path {
        hasher.bytes(part.as_bytes());
    }
    for (name, value) in &session.vars {
        hasher.bytes(name.as_bytes());
        hasher.bytes(value.as_bytes());
    }
    match &session.txn {
        TxnState::Idle => hasher.word(0),
        TxnState::Open(open) => {
            hasher.word(1);
            hasher.time(open.started);
        }
        TxnState::Aborted(open) => {
            hasher.word(2);
            hasher.time(open.started);
        }
    }
}

/// How much of a key is its row, so that ranges split between rows.
fn row_prefix_len(key: &[u8]) -> usize {
    sql::row::row_prefix(key).map_or(key.len(), <[u8]>::len)
}

fn nodes(new: &NewCluster) -> Vec<kv::NodeConfig> {
    (0..new.nodes.max(1))
        .map(|i| {
            let zone = DEFAULT_ZONES[num::index(i) % DEFAULT_ZONES.len()];
            let default = || format!("region=us-east1,az={zone}");
            let named = new.localities.get(num::index(i)).cloned();
            let locality = tiers(&named.unwrap_or_else(default));
            kv::NodeConfig { id: NodeId(i + 1), locality }
        })
        .collect()
}

/// `region=us-east1,az=b` as pairs.
pub(crate) fn tiers(text: &str) -> Vec<(String, String)> {
    text.split(',')
        .filter_map(|tier| tier.split_once('='))
        .map(|(key, value)| (key.trim().to_owned(), value.trim().to_owned()))
        .collect()
}
