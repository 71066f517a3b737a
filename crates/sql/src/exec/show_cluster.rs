//! SHOW ZONE CONFIGURATION(S), CLUSTER SETTING(S), LOCALITY, REGIONS.
//!
//! *Source*: `spec/zone-configs-and-cluster.md` §4, §8, §9; `spec/system-tables.md` §5.

use base::map::{Map, Set};
use base::sqlstate::SqlState;

use super::show::{name_text, one_text, texts};
use super::zone as zone_stmt;
use crate::ast::show::RegionsFrom;
use crate::ast::zone::ZoneTarget;
use crate::catalog::descpb::{State, Union};
use crate::catalog::error::Error as CatalogError;
use crate::catalog::privilege::Privilege;
use crate::catalog::snapshot::Snapshot;
use crate::catalog::zonepb::ZoneConfig;
use crate::catalog::{zone_text, zones as zone_rows};
use crate::cx::Cx;
use crate::error::Error;
use crate::outcome::{Column, Rows};
use crate::settings::{self, Value};
use crate::types::{Datum, Type};

const COLUMNS: [&str; 2] = ["target", "raw_config_sql"];

/// SHOW ZONE CONFIGURATION FROM: the effective zone, told under the name of the nearest target that has one.
pub(crate) fn zone(target: &ZoneTarget, cx: &mut Cx<'_>) -> Result<Rows, Error> {
    let snapshot = cx.snapshot()?;
    let place = zone_stmt::place(target, &snapshot, cx)?;
    let zones = &snapshot.zones;
    let row = zones.get(place.id);
    let own = match place.index {
        Some(index) => row.is_some_and(|row| row.subzones.iter().any(|s| s.index_id == index)),
        None => row.is_some_and(|row| !zone_rows::is_placeholder(row)),
    };
    let shown = if own { place.shown.clone() } else { ancestor(&place, &snapshot) };
    let full = match &place.table {
        Some(table) => zones.effective(&zones.chain(table, place.index)),
        None => zones.effective(&row.into_iter().collect::<Vec<_>>()),
    };
    let text = zone_text::statement(&shown, &full);
    Ok(Rows { columns: texts(&COLUMNS), rows: vec![vec![Datum::from(shown), Datum::from(text)]] })
}

/// The nearest target above that has a zone.
fn ancestor(place: &zone_stmt::Place, snapshot: &Snapshot) -> String {
    let zones = &snapshot.zones;
    if let Some(table) = &place.table {
        let has_own = zones.get(table.id).is_some_and(|row| !zone_rows::is_placeholder(row));
        if place.index.is_some() && has_own {
            let name = place.shown.trim_start_matches("INDEX ");
            let table = name.split('@').next().unwrap_or(name);
            return format!("TABLE {table}");
        }
        if zones.get(table.parent_id).is_some() {
            let db = snapshot.database(table.parent_id).map_or("", |db| &db.name);
            return format!("DATABASE {}", name_text(db));
        }
    }
    "RANGE default".to_owned()
}

/// SHOW ZONE CONFIGURATIONS: every row, with the fields that it sets.
pub(crate) fn zones(cx: &mut Cx<'_>) -> Result<Rows, Error> {
    let snapshot = cx.snapshot()?;
    let mut rows = Vec::new();
    for (target, zone) in listed(&snapshot) {
        let text = zone_text::statement(&target, &zone);
        rows.push(vec![Datum::from(target), Datum::from(text)]);
    }
    Ok(Rows { columns: texts(&COLUMNS), rows })
}

/// Every zone with the full name of its target, in order of id; a table before its indexes.
pub(crate) fn listed(snapshot: &Snapshot) -> Vec<(String, ZoneConfig)> {
    let mut all = Vec::new();
    for (id, row) in snapshot.zones.iter() {
        let Some(target) = target_name(id, snapshot) else { continue };
        if !zone_rows::is_placeholder(row) {
            all.push((target.clone(), row.clone()));
        }
        let Some(table) = snapshot.table_desc(id) else { continue };
        for subzone in &row.subzones {
            let index = table.indexes.iter().chain([&table.primary_index]);
            let Some(index) = index.into_iter().find(|index| index.id == subzone.index_id) else {
                continue;
            };
            let name = target.trim_start_matches("TABLE ");
            all.push((format!("INDEX {name}@{}", name_text(&index.name)), subzone.config.clone()));
        }
    }
    all
}

/// `TABLE shop.public.carts`, `DATABASE shop`, `RANGE default`; `None` for what is gone.
pub fn target_name(id: u32, snapshot: &Snapshot) -> Option<String> {
    if let Some((_, name)) = zone_rows::NAMED.iter().find(|(known, _)| *known == id) {
        return Some(format!("RANGE {name}"));
    }
    match &snapshot.descriptor(id)?.union {
        Some(Union::Database(db)) => Some(format!("DATABASE {}", name_text(&db.name))),
        Some(Union::Table(table)) if table.state() != State::Drop => {
            let parts = snapshot.full_name(table);
            let name: Vec<String> = parts.iter().map(|part| name_text(part)).collect();
            Some(format!("TABLE {}", name.join(".")))
        }
        Some(Union::Table(_) | Union::Type(_) | Union::Schema(_) | Union::Function(_)) | None => {
            None
        }
    }
}

fn require_settings(snapshot: &Snapshot, cx: &Cx<'_>) -> Result<(), Error> {
    let user = &cx.session.user;
    let users = &snapshot.users;
    let may = users.has_option(user, "MODIFYCLUSTERSETTING")
        || users.has_option(user, "VIEWCLUSTERSETTING")
        || users.may_system(user, Privilege::ModifyClusterSetting)
        || users.may_system(user, Privilege::ViewClusterSetting);
    if may {
        return Ok(());
    }
    let text = "only users with either MODIFYCLUSTERSETTING or VIEWCLUSTERSETTING privileges are allowed to show cluster settings";
    Err(CatalogError::refused(SqlState::INSUFFICIENT_PRIVILEGE, text).into())
}

/// SHOW CLUSTER SETTING name.
pub(crate) fn setting(name: &str, cx: &mut Cx<'_>) -> Result<Rows, Error> {
    let snapshot = cx.snapshot()?;
    let name = name.to_lowercase();
    require_settings(&snapshot, cx)?;
    let Some(setting) = settings::find(*cx.rules, &name) else {
        let text = format!("unknown setting: \"{name}\"");
        return Err(CatalogError::refused(SqlState::UNCATEGORIZED, text).into());
    };
    let value = snapshot.settings.get(*cx.rules, &name).map_or(Datum::Null, |value| value.datum());
    let columns = vec![Column::new(name, setting.kind.sql_type())];
    Ok(Rows { columns, rows: vec![vec![value]] })
}

/// SHOW CLUSTER SETTINGS.
pub(crate) fn settings(all: bool, cx: &mut Cx<'_>) -> Result<Rows, Error> {
    let snapshot = cx.snapshot()?;
    require_settings(&snapshot, cx)?;
    let rules = *cx.rules;
    let mut columns = texts(&["variable", "value", "setting_type"]);
    if all {
        columns.push(Column::new("public", Type::Bool));
    }
    columns.push(Column::new("description", Type::STRING));
    let late = rules.user_ids();
    if late {
        columns.extend(texts(&["default_value", "origin"]));
    }
    let mut rows = Vec::new();
    for setting in settings::all(rules) {
        if setting.hidden || !(all || setting.public) {
            continue;
        }
        let shown = |text: &str| {
            Value::decode(setting.kind, text).map_or_else(String::new, |value| value.shown())
        };
        let stored = snapshot.settings.stored(setting.name);
        let secret = setting.name == "enterprise.license" && stored.is_some();
        let value = if secret {
            "<redacted>".to_owned()
        } else {
            shown(stored.unwrap_or_else(|| setting.default(rules)))
        };
        let mut row =
            vec![Datum::from(setting.name), Datum::from(value), Datum::from(setting.kind.letter())];
        if all {
            row.push(Datum::Bool(setting.public));
        }
        row.push(Datum::from(setting.description));
        if late {
            row.push(Datum::from(shown(setting.default(rules))));
            row.push(Datum::from(if stored.is_some() { "override" } else { "default" }));
        }
        rows.push(row);
    }
    Ok(Rows { columns, rows })
}

/// SHOW LOCALITY: of the gateway node.
pub(crate) fn locality(cx: &Cx<'_>) -> Rows {
    one_text("locality", locality_of(cx.kv, cx.node))
}

/// `region=us-east,az=a` of a node.
pub fn locality_of(kv: &kv::Kv, node: base::ids::NodeId) -> String {
    let found = kv.nodes().iter().find(|known| known.config.id == node);
    let tiers: Vec<String> = found
        .iter()
        .flat_map(|node| &node.config.locality)
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    tiers.join(",")
}

/// SHOW REGIONS: regions and zones of the nodes' localities.
pub(crate) fn regions(from: &RegionsFrom, cx: &Cx<'_>) -> Rows {
    let list = Type::array(Type::STRING);
    let mut zones: Map<&str, Set<&str>> = Map::new();
    for node in cx.kv.nodes() {
        let tier = |names: &[&str]| {
            let mut tiers = node.config.locality.iter();
            tiers.find(|(key, _)| names.contains(&key.as_str())).map(|(_, value)| value.as_str())
        };
        if let Some(region) = tier(&["region"]) {
            zones.entry(region).or_default().extend(tier(&["az", "zone", "availability-zone"]));
        }
    }
    if matches!(from, RegionsFrom::Database(_) | RegionsFrom::AllDatabases) {
        return Rows::with_columns(texts(&["database", "region"]));
    }
    let rows = zones
        .into_iter()
        .map(|(region, zones)| {
            let zones = zones.into_iter().map(Datum::from).collect();
            vec![Datum::from(region), Datum::array(zones)]
        })
        .collect();
    let columns = vec![Column::new("region", Type::STRING), Column::new("zones", list)];
    Rows { columns, rows }
}
