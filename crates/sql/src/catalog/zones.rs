//! Zone configurations: rows of `system.zones`, and what they mean for spans of keys.
//!
//! ```text
//!   partition ─▶ index ─▶ table ─▶ database ─▶ RANGE default        the nearest that says something wins, field by field
//!   RANGE meta, liveness, system, timeseries ─▶ RANGE default
//! ```
//!
//! *Source*: `spec/zone-configs-and-cluster.md` §2–4. Left out: partitions.

use base::map::Map;
use base::sort;
use base::span::Span;
use wire::Message;

use super::descpb::{State, TableDescriptor};
use super::error::Error;
use super::snapshot::Snapshot;
use super::sys::Sys;
use super::system::{self, SYSTEM_DB, ids};
use super::zonepb::{Constraint, ConstraintsConjunction, GcPolicy, ZoneConfig};
use crate::rules::Rules;
use crate::types::Datum;

/// Zones that belong to ranges instead of objects: id, name.
pub const NAMED: &[(u32, &str)] = &[
    (0, "default"),
    (16, "meta"),
    (17, "system"),
    (18, "timeseries"),
    (22, "liveness"),
    (38, "tenants"),
];

/// `RANGE default`.
pub const DEFAULT_ZONE: u32 = 0;

/// All rows of `system.zones`.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Zones {
    rows: Map<u32, ZoneConfig>,
}

impl Zones {
    pub(super) fn read(sys: &mut Sys<'_>) -> Result<Self, Error> {
        let mut rows = Map::new();
        for row in sys.rows(ids::ZONES, &[])? {
            let id = row.int("id").and_then(|id| u32::try_from(id).ok());
            if let (Some(id), Some(bytes)) = (id, row.bytes("config")) {
                let zone =
                    ZoneConfig::decode(bytes).map_err(|_| Error::Wire { place: "system.zones" })?;
                rows.insert(id, zone);
            }
        }
        Ok(Self { rows })
    }

    /// The row of an id, as it stands.
    pub fn get(&self, id: u32) -> Option<&ZoneConfig> {
        self.rows.get(&id)
    }

    /// All rows in order of id.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &ZoneConfig)> {
        self.rows.iter().map(|(id, zone)| (*id, zone))
    }

    /// The effective zone along a chain of rows, nearest first; `RANGE default` ends every chain.
    pub fn effective(&self, chain: &[&ZoneConfig]) -> ZoneConfig {
        let mut zone = ZoneConfig {
            inherited_constraints: true,
            inherited_lease_preferences: true,
            ..Default::default()
        };
        for parent in chain.iter().copied().chain(self.get(DEFAULT_ZONE)) {
            inherit(&mut zone, parent);
        }
        zone
    }

    /// Rows that say something about a table, nearest first; with an index, its subzone before all.
    pub fn chain(&self, table: &TableDescriptor, index: Option<u32>) -> Vec<&ZoneConfig> {
        let mut chain = Vec::new();
        if let Some(row) = self.get(table.id) {
            if let Some(index) = index {
                let own = row
                    .subzones
                    .iter()
                    .find(|subzone| subzone.index_id == index && subzone.partition_name.is_empty());
                chain.extend(own.map(|subzone| &subzone.config));
            }
            if !is_placeholder(row) {
                chain.push(row);
            }
        }
        chain.extend(self.get(table.parent_id).filter(|_| table.parent_id != 0));
        chain
    }
}

/// Whether a row is only there to carry subzones.
pub fn is_placeholder(zone: &ZoneConfig) -> bool {
    zone.num_replicas == Some(0) && !zone.subzones.is_empty()
}

/// A row that says nothing: everything is inherited.
pub fn inherits_all() -> ZoneConfig {
    ZoneConfig {
        inherited_constraints: true,
        inherited_lease_preferences: true,
        ..Default::default()
    }
}

/// Fills what `zone` leaves open from `parent`.
pub fn inherit(zone: &mut ZoneConfig, parent: &ZoneConfig) {
    zone.range_min_bytes = zone.range_min_bytes.or(parent.range_min_bytes);
    zone.range_max_bytes = zone.range_max_bytes.or(parent.range_max_bytes);
    zone.gc = zone.gc.or(parent.gc);
    zone.num_replicas = zone.num_replicas.or(parent.num_replicas);
    zone.num_voters = zone.num_voters.or(parent.num_voters);
    zone.global_reads = zone.global_reads.or(parent.global_reads);
    if zone.inherited_constraints && !parent.inherited_constraints {
        zone.constraints.clone_from(&parent.constraints);
        zone.inherited_constraints = false;
    }
    if zone.inherited_lease_preferences && !parent.inherited_lease_preferences {
        zone.lease_preferences.clone_from(&parent.lease_preferences);
        zone.inherited_lease_preferences = false;
    }
    if zone.voter_constraints.is_empty() && !zone.null_voter_constraints_is_empty {
        zone.voter_constraints.clone_from(&parent.voter_constraints);
        zone.null_voter_constraints_is_empty = parent.null_voter_constraints_is_empty;
    }
}

/// The rows of a new cluster.
pub(super) fn presets(rules: Rules) -> Vec<(u32, ZoneConfig)> {
    let whole = |ttl_seconds: i32, num_replicas: i32| ZoneConfig {
        range_min_bytes: Some(134_217_728),
        range_max_bytes: Some(536_870_912),
        gc: Some(GcPolicy { ttl_seconds }),
        num_replicas: Some(num_replicas),
        ..Default::default()
    };
    let short = ZoneConfig { gc: Some(GcPolicy { ttl_seconds: 600 }), ..inherits_all() };
    let ttl = rules.default_gc_ttl_secs();
    vec![
        (DEFAULT_ZONE, whole(ttl, 3)),
        (SYSTEM_DB, whole(ttl, 5)),
        (16, whole(3600, 5)),
        (17, whole(ttl, 5)),
        (22, whole(600, 5)),
        (ids::REPLICATION_CONSTRAINT_STATS, short.clone()),
        (ids::REPLICATION_STATS, short),
    ]
}

/// Writes a row.
pub fn put(sys: &mut Sys<'_>, id: u32, zone: &ZoneConfig) -> Result<(), Error> {
    let row = [("id", Datum::Int(i64::from(id))), ("config", Datum::bytes(zone.encode_to_vec()))];
    sys.upsert(ids::ZONES, &row)
}

/// Removes a row; answers whether there was one.
pub fn remove(sys: &mut Sys<'_>, id: u32) -> Result<bool, Error> {
    sys.delete(ids::ZONES, &[Datum::Int(i64::from(id))])
}

/// What zones say about every span that a table, an index or a system range has. Dropped tables count until their
/// descriptors are gone. Spans are apart and in order.
pub fn span_configs(snapshot: &Snapshot) -> Vec<(Span, kv::SpanConfig)> {
    let zones = &snapshot.zones;
    let mut configs = Vec::new();
    let named = |id: u32| zones.effective(&zones.get(id).into_iter().collect::<Vec<_>>());
    for (span, id) in system_spans() {
        configs.push((span, span_config(&named(id), true)));
    }
    for table in snapshot.tables() {
        if !has_span(table) {
            continue;
        }
        let system = table.parent_id == SYSTEM_DB;
        let own = |index: Option<u32>| {
            let mut config = span_config(&zones.effective(&zones.chain(table, index)), system);
            config.exclude_data_from_backup = table.exclude_data_from_backup == Some(true);
            config
        };
        let mut from = system::table_prefix(table.id);
        let mut subzones: Vec<u32> = zones
            .get(table.id)
            .into_iter()
            .flat_map(|row| row.subzones.iter().map(|subzone| subzone.index_id))
            .collect();
        sort::natural(&mut subzones);
        subzones.dedup();
        for index in subzones {
            let span = Span::prefix(system::index_prefix(table.id, index));
            if from < span.start {
                configs.push((Span::new(from.clone(), span.start.clone()), own(None)));
            }
            from.clone_from(&span.end);
            configs.push((span, own(Some(index))));
        }
        configs.push((Span::new(from, system::table_prefix(table.id + 1)), own(None)));
    }
    configs
}

/// Whether a descriptor has keys of its own: views have none.
fn has_span(table: &TableDescriptor) -> bool {
    (table.view_query.is_empty() || table.is_materialized_view) && table.state() != State::Add
}

/// Spans below the tables, with the zone of each.
fn system_spans() -> Vec<(Span, u32)> {
    let liveness = (b"\x04\x00liveness-".to_vec(), b"\x04\x00liveness.".to_vec());
    let series = (b"\x04tsd".to_vec(), b"\x04tse".to_vec());
    vec![
        (Span::new(b"\x02".to_vec(), b"\x04".to_vec()), 16),
        (Span::new(b"\x04".to_vec(), liveness.0.clone()), 17),
        (Span::new(liveness.0, liveness.1.clone()), 22),
        (Span::new(liveness.1, series.0.clone()), 17),
        (Span::new(series.0, series.1.clone()), 18),
        (Span::new(series.1, system::table_prefix(0)), 17),
    ]
}

fn span_config(zone: &ZoneConfig, system: bool) -> kv::SpanConfig {
    let fallback = kv::SpanConfig::default();
    kv::SpanConfig {
        gc_ttl_secs: zone.gc.map_or(fallback.gc_ttl_secs, |gc| i64::from(gc.ttl_seconds)),
        num_replicas: zone
            .num_replicas
            .and_then(|n| u32::try_from(n).ok())
            .unwrap_or(fallback.num_replicas),
        range_min_bytes: zone.range_min_bytes.unwrap_or(fallback.range_min_bytes),
        range_max_bytes: zone.range_max_bytes.unwrap_or(fallback.range_max_bytes),
        constraints: zone.constraints.iter().map(conjunction).collect(),
        lease_preferences: zone
            .lease_preferences
            .iter()
            .map(|preference| preference.constraints.iter().map(constraint).collect())
            .collect(),
        exclude_data_from_backup: false,
        ignore_strict_enforcement: system,
    }
}

fn conjunction(from: &ConstraintsConjunction) -> kv::zone::Conjunction {
    kv::zone::Conjunction {
        num_replicas: u32::try_from(from.num_replicas).ok().filter(|n| *n > 0),
        constraints: from.constraints.iter().map(constraint).collect(),
    }
}

fn constraint(from: &Constraint) -> kv::zone::Constraint {
    kv::zone::Constraint {
        key: from.key.clone(),
        value: from.value.clone(),
        prohibited: from.kind == 2,
    }
}
