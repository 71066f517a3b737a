//! ALTER … CONFIGURE ZONE.
//!
//! ```text
//!   USING a = 1, b = COPY FROM PARENT    the row of the target, changed          USING DEFAULT   a row that says nothing
//!   DISCARD                              the row goes; the target inherits
//! ```
//!
//! *Source*: `spec/zone-configs-and-cluster.md` §1–5. Left out: partitions.

use base::sort;
use base::sqlstate::SqlState;

use super::ddl_index;
use crate::ast::expr::{Expr, Literal};
use crate::ast::zone::{ConfigureZone, ZoneChange, ZoneTarget};
use crate::catalog::descpb::TableDescriptor;
use crate::catalog::error::{Error as CatalogError, Kind};
use crate::catalog::names::dotted;
use crate::catalog::privilege::Privilege;
use crate::catalog::snapshot::Snapshot;
use crate::catalog::system::SYSTEM_DB;
use crate::catalog::zonepb::{GcPolicy, Subzone, SubzoneSpan, ZoneConfig};
use crate::catalog::{zone_text, zones};
use crate::cx::Cx;
use crate::error::Error;
use crate::outcome::Outcome;
use crate::plan::Planner;
use crate::types::Datum;

/// What a zone statement is about.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// The row of `system.zones`.
    pub id: u32,
    /// The index, if the zone is a subzone.
    pub index: Option<u32>,
    /// As the user named it: `TABLE carts`.
    pub shown: String,
    /// The table, where there is one.
    pub table: Option<std::sync::Arc<TableDescriptor>>,
}

/// The place of a target.
pub(crate) fn place(target: &ZoneTarget, snapshot: &Snapshot, cx: &Cx<'_>) -> Result<Place, Error> {
    match target {
        ZoneTarget::Range(name) => {
            let found = zones::NAMED.iter().find(|(_, known)| known == name);
            let (id, _) = found.ok_or_else(|| {
                let text = format!("\"{name}\" is not a built-in zone");
                CatalogError::refused(SqlState::INVALID_NAME, text)
            })?;
            Ok(Place { id: *id, index: None, shown: format!("RANGE {name}"), table: None })
        }
        ZoneTarget::Database(name) => {
            let db = snapshot.resolve_database(name)?;
            let shown = format!("DATABASE {}", quoted(name));
            Ok(Place { id: db.id, index: None, shown, table: None })
        }
        ZoneTarget::Table(name) => {
            let desc = snapshot.resolve_relation(name, cx.name_scope())?;
            let shown = format!("TABLE {}", shown_name(&name.parts));
            let table = Some(std::sync::Arc::clone(desc));
            Ok(Place { id: desc.id, index: None, shown, table })
        }
        ZoneTarget::Index(index) => {
            let (desc, id) = ddl_index::resolve(index, snapshot, cx)?;
            let table = index.table.as_ref().map_or_else(|| desc.name.clone(), dotted);
            let shown = format!("INDEX {table}@{}", index.index.object());
            Ok(Place { id: desc.id, index: Some(id), shown, table: Some(desc) })
        }
        ZoneTarget::TablePartition(..) | ZoneTarget::IndexPartition(..) => {
            Err(CatalogError::unsupported("zones of partitions").into())
        }
    }
}

/// A name as SQL writes it, quoted where it must be.
pub(crate) fn quoted(name: &str) -> String {
    super::show::name_text(name)
}

fn shown_name(parts: &[String]) -> String {
    parts.iter().map(|part| quoted(part)).collect::<Vec<_>>().join(".")
}

/// Runs CONFIGURE ZONE.
pub(crate) fn configure(stmt: &ConfigureZone, cx: &mut Cx<'_>) -> Result<Outcome, Error> {
    cx.check_writable("CONFIGURE ZONE")?;
    let snapshot = cx.snapshot()?;
    let place = place(&stmt.target, &snapshot, cx)?;
    authorize(&place, &snapshot, cx)?;
    let old = snapshot.zones.get(place.id).cloned();
    let count = match &stmt.change {
        ZoneChange::Discard => discard(&place, old, cx)?,
        ZoneChange::Default => {
            let fresh = if place.id == zones::DEFAULT_ZONE {
                default_zone(cx)
            } else {
                zones::inherits_all()
            };
            write(&place, old, fresh, cx)?;
            1
        }
        ZoneChange::Using(assigns) => {
            let mut zone = own(&place, old.as_ref());
            let parent = parent(&place, &snapshot);
            for (name, value) in assigns {
                assign(&mut zone, name, value.as_ref(), &parent, cx)?;
            }
            check(&zone, assigns, &place, &snapshot, cx)?;
            write(&place, old, zone, cx)?;
            1
        }
    };
    Ok(Outcome::tag(format!("CONFIGURE ZONE {count}")))
}

fn authorize(place: &Place, snapshot: &Snapshot, cx: &mut Cx<'_>) -> Result<(), Error> {
    if place.table.is_none()
        && !snapshot.databases().any(|db| db.id == place.id && db.id != SYSTEM_DB)
    {
        return cx.require_admin(snapshot, "alter system ranges");
    }
    if let Some(table) = &place.table {
        if table.parent_id == SYSTEM_DB {
            cx.require_admin(snapshot, "alter the system database")?;
            // These few tables share a range that must keep the database's zone.
            if table.id <= 10 {
                let text = "cannot set zone configs for system config tables; try setting your \
                            config on the entire \"system\" database instead";
                return Err(CatalogError::refused(SqlState::CHECK_VIOLATION, text).into());
            }
            return Ok(());
        }
        let on = table.privileges.as_ref();
        if snapshot.users.may(&cx.session.user, on, Privilege::ZoneConfig) {
            return Ok(());
        }
        return cx.require(snapshot, on, Privilege::Create, (Kind::Relation, &table.name));
    }
    let db = snapshot.database(place.id).ok_or(CatalogError::Wire { place: "database" })?;
    let on = db.privileges.as_ref();
    if snapshot.users.may(&cx.session.user, on, Privilege::ZoneConfig) {
        return Ok(());
    }
    cx.require(snapshot, on, Privilege::Create, (Kind::Database, &db.name))
}

/// What the target itself says now.
fn own(place: &Place, row: Option<&ZoneConfig>) -> ZoneConfig {
    let Some(row) = row else { return zones::inherits_all() };
    match place.index {
        None if zones::is_placeholder(row) => zones::inherits_all(),
        None => ZoneConfig { subzones: Vec::new(), subzone_spans: Vec::new(), ..row.clone() },
        Some(index) => row
            .subzones
            .iter()
            .find(|subzone| subzone.index_id == index)
            .map_or_else(zones::inherits_all, |subzone| subzone.config.clone()),
    }
}

/// What the target inherits, every field filled in.
pub(crate) fn parent(place: &Place, snapshot: &Snapshot) -> ZoneConfig {
    let zones = &snapshot.zones;
    match (&place.table, place.index) {
        (Some(table), Some(_)) => zones.effective(&zones.chain(table, None)),
        (Some(table), None) => {
            let chain: Vec<&ZoneConfig> = zones.get(table.parent_id).into_iter().collect();
            zones.effective(&chain)
        }
        (None, _) => zones.effective(&[]),
    }
}

fn default_zone(cx: &Cx<'_>) -> ZoneConfig {
    ZoneConfig {
        range_min_bytes: Some(134_217_728),
        range_max_bytes: Some(536_870_912),
        gc: Some(GcPolicy { ttl_seconds: cx.rules.default_gc_ttl_secs() }),
        num_replicas: Some(3),
        ..Default::default()
    }
}

fn discard(place: &Place, old: Option<ZoneConfig>, cx: &mut Cx<'_>) -> Result<u32, Error> {
    if place.id == zones::DEFAULT_ZONE {
        let text = "cannot remove default zone";
        return Err(CatalogError::refused(SqlState::CHECK_VIOLATION, text).into());
    }
    let Some(mut row) = old else { return Ok(0) };
    if let Some(index) = place.index {
        let before = row.subzones.len();
        row.subzones.retain(|subzone| subzone.index_id != index);
        let count = u32::from(row.subzones.len() < before);
        if row.subzones.is_empty() && row.num_replicas == Some(0) {
            zones::remove(&mut cx.sys_changing()?, place.id)?;
        } else {
            set_spans(&mut row);
            zones::put(&mut cx.sys_changing()?, place.id, &row)?;
        }
        return Ok(count);
    }
    if row.subzones.is_empty() {
        zones::remove(&mut cx.sys_changing()?, place.id)?;
    } else {
        let placeholder = ZoneConfig {
            num_replicas: Some(0),
            subzones: row.subzones,
            subzone_spans: row.subzone_spans,
            ..zones::inherits_all()
        };
        zones::put(&mut cx.sys_changing()?, place.id, &placeholder)?;
    }
    Ok(1)
}

/// Puts what the target says into its row.
fn write(
    place: &Place,
    old: Option<ZoneConfig>,
    zone: ZoneConfig,
    cx: &mut Cx<'_>,
) -> Result<(), Error> {
    let row = match place.index {
        None => {
            let (subzones, subzone_spans) =
                old.map(|row| (row.subzones, row.subzone_spans)).unwrap_or_default();
            ZoneConfig { subzone_spans, subzones, ..zone }
        }
        Some(index) => {
            let mut row = old
                .unwrap_or_else(|| ZoneConfig { num_replicas: Some(0), ..zones::inherits_all() });
            row.subzones.retain(|subzone| subzone.index_id != index);
            row.subzones.push(Subzone {
                index_id: index,
                partition_name: String::new(),
                config: zone,
            });
            sort::by_key(&mut row.subzones, |subzone| subzone.index_id);
            set_spans(&mut row);
            row
        }
    };
    zones::put(&mut cx.sys_changing()?, place.id, &row)?;
    Ok(())
}

/// Keys of the subzones, without the table's prefix.
fn set_spans(row: &mut ZoneConfig) {
    row.subzone_spans = (0..)
        .zip(&row.subzones)
        .map(|(at, subzone)| SubzoneSpan {
            key: Some(crate::catalog::system::table_prefix(subzone.index_id)),
            end_key: None,
            subzone_index: at,
        })
        .collect();
}

fn assign(
    zone: &mut ZoneConfig,
    name: &str,
    value: Option<&Expr>,
    parent: &ZoneConfig,
    cx: &mut Cx<'_>,
) -> Result<(), Error> {
    let Some(expr) = value else { return copy_from_parent(zone, name, parent) };
    let datum = evaluate(expr, cx)?;
    if datum.is_null() {
        let text = format!("unsupported NULL value for \"{name}\"");
        return Err(CatalogError::refused(SqlState::INVALID_PARAMETER_VALUE, text).into());
    }
    match name {
        "range_min_bytes" => zone.range_min_bytes = Some(int(name, &datum)?),
        "range_max_bytes" => zone.range_max_bytes = Some(int(name, &datum)?),
        "gc.ttlseconds" => {
            zone.gc = Some(GcPolicy { ttl_seconds: int32(name, &datum)? });
        }
        "num_replicas" => zone.num_replicas = Some(int32(name, &datum)?),
        "num_voters" => zone.num_voters = Some(int32(name, &datum)?),
        "global_reads" => zone.global_reads = datum.as_bool(),
        "constraints" => {
            zone.constraints = zone_text::parse_constraints(text(name, &datum)?)?;
            zone.inherited_constraints = false;
        }
        "voter_constraints" => {
            zone.voter_constraints = zone_text::parse_constraints(text(name, &datum)?)?;
            zone.null_voter_constraints_is_empty = true;
        }
        "lease_preferences" => {
            zone.lease_preferences = zone_text::parse_leases(text(name, &datum)?)?;
            zone.inherited_lease_preferences = false;
        }
        other => return Err(unknown(other)),
    }
    Ok(())
}

#[expect(clippy::wildcard_enum_match_arm, reason = "everything else is evaluated")]
fn evaluate(expr: &Expr, cx: &mut Cx<'_>) -> Result<Datum, Error> {
    match expr {
        Expr::Column(parts) => Ok(Datum::from(parts.join("."))),
        Expr::Literal(Literal::String(text)) => Ok(Datum::from(text.as_str())),
        other => Planner::new(cx).value(other, None),
    }
}

fn unknown(name: &str) -> Error {
    let text = format!("unsupported zone config parameter: \"{name}\"");
    CatalogError::refused(SqlState::INVALID_PARAMETER_VALUE, text).into()
}

fn copy_from_parent(zone: &mut ZoneConfig, name: &str, parent: &ZoneConfig) -> Result<(), Error> {
    match name {
        "range_min_bytes" => zone.range_min_bytes = parent.range_min_bytes,
        "range_max_bytes" => zone.range_max_bytes = parent.range_max_bytes,
        "gc.ttlseconds" => zone.gc = parent.gc,
        "num_replicas" => zone.num_replicas = parent.num_replicas,
        "num_voters" => zone.num_voters = parent.num_voters,
        "global_reads" => zone.global_reads = parent.global_reads,
        "constraints" => {
            zone.constraints.clone_from(&parent.constraints);
            zone.inherited_constraints = false;
        }
        "voter_constraints" => {
            zone.voter_constraints.clone_from(&parent.voter_constraints);
            zone.null_voter_constraints_is_empty = parent.null_voter_constraints_is_empty;
        }
        "lease_preferences" => {
            zone.lease_preferences.clone_from(&parent.lease_preferences);
            zone.inherited_lease_preferences = false;
        }
        other => return Err(unknown(other)),
    }
    Ok(())
}

fn wrong_type(name: &str, wanted: &str, datum: &Datum) -> Error {
    let found = datum.ty().to_string().to_lowercase();
    let text = format!(
        "could not parse \"{}\" as type {wanted} for {name}: type {found}",
        datum.to_text()
    );
    CatalogError::refused(SqlState::INVALID_TEXT_REPRESENTATION, text).into()
}

fn int(name: &str, datum: &Datum) -> Result<i64, Error> {
    let parsed = datum.as_int().or_else(|| datum.as_str().and_then(|text| text.parse().ok()));
    parsed.ok_or_else(|| wrong_type(name, "int", datum))
}

fn int32(name: &str, datum: &Datum) -> Result<i32, Error> {
    i32::try_from(int(name, datum)?).map_err(|_| wrong_type(name, "int4", datum))
}

fn text<'a>(name: &str, datum: &'a Datum) -> Result<&'a str, Error> {
    datum.as_str().ok_or_else(|| wrong_type(name, "string", datum))
}

/// What is set must make sense with what is inherited, and name nodes that exist.
fn check(
    zone: &ZoneConfig,
    assigns: &[(String, Option<Expr>)],
    place: &Place,
    snapshot: &Snapshot,
    cx: &Cx<'_>,
) -> Result<(), Error> {
    if zone.range_min_bytes.is_some() != zone.range_max_bytes.is_some() {
        return Err(CatalogError::refused(
            SqlState::INVALID_PARAMETER_VALUE,
            "range_min_bytes and range_max_bytes must be set together",
        )
        .into());
    }
    let mut full = zone.clone();
    zones::inherit(&mut full, &parent(place, snapshot));
    zone_text::validate(&full)?;
    if assigns.iter().any(|(name, _)| name == "constraints" || name == "voter_constraints") {
        zone_text::validate_nodes(&zone.constraints, |key, value| {
            key.is_empty()
                || cx
                    .kv
                    .nodes()
                    .iter()
                    .any(|node| node.config.locality.iter().any(|(k, v)| k == key && v == value))
        })?;
    }
    Ok(())
}
