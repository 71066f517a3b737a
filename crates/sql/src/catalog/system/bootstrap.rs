//! The first rows of a new cluster.
//!
//! ```text
//!   21.2   system 1 · defaultdb 50 · postgres 51 · next 52           public is 29 everywhere, without a descriptor
//!   26.2   system 1 · defaultdb 100, public 101 · postgres 102, public 103 · next 104
//! ```
//!
//! *Source*: `spec/system-tables.md` §1–2, `spec/zone-configs-and-cluster.md` §3. Ours: the licence's text.

use base::hlc::Clock;
use base::ids::Uuid;

use super::{PUBLIC_SCHEMA, SYSTEM_DB, SystemTables, ids};
use crate::catalog::descpb::{DatabaseDescriptor, SchemaDescriptor, SchemaEntry};
use crate::catalog::error::Error;
use crate::catalog::privilege::{self, Privilege};
use crate::catalog::sys::Sys;
use crate::catalog::{users, write, zones};
use crate::types::{Datum, Decimal};

/// A licence of type trial for organization "Amber", without an end.
pub const TRIAL_LICENSE: &str = "crl-0-GAMiBUFtYmVy";

/// Regions with their places, so that `system.locations` is not empty.
const LOCATIONS: &[(&str, &str, &str)] = &[
    ("asia-east1", "24.051333000000000", "120.516666000000000"),
    ("asia-northeast1", "35.689500000000000", "139.691700000000000"),
    ("asia-southeast1", "1.344133000000000", "103.704933000000000"),
    ("australia-southeast1", "-33.865000000000000", "151.209444000000000"),
    ("europe-north1", "60.569200000000000", "27.188000000000000"),
    ("europe-west1", "50.449440000000000", "3.818000000000000"),
    ("europe-west2", "51.507351000000000", "-0.127758000000000"),
    ("europe-west3", "50.110922000000000", "8.682127000000000"),
    ("southamerica-east1", "-23.550520000000000", "-46.633308000000000"),
    ("us-central1", "42.032974000000000", "-93.581543000000000"),
    ("us-east1", "33.836082000000000", "-81.163727000000000"),
    ("us-east4", "37.478397000000000", "-76.453077000000000"),
    ("us-west1", "43.804133000000000", "-120.554200000000000"),
    ("us-west2", "34.052230000000000", "-118.243680000000000"),
];

/// Writes the rows of a new cluster in one transaction.
pub fn bootstrap(
    kv: &mut kv::Kv,
    clock: &mut Clock,
    tables: &SystemTables,
    cluster_id: Uuid,
) -> Result<(), Error> {
    let now = clock.tick();
    let mut txn = kv.begin(now);
    let mut sys = Sys { kv, txn: &mut txn, tables };
    databases(&mut sys, now)?;
    for table in tables.iter() {
        let mut desc = (*table.desc).clone();
        desc.modification_time = now.into();
        write::create(&mut sys, desc, now)?;
    }
    people(&mut sys)?;
    settings(&mut sys, cluster_id, now)?;
    for (id, zone) in zones::presets(tables.rules()) {
        zones::put(&mut sys, id, &zone)?;
    }
    for (region, latitude, longitude) in LOCATIONS {
        let number =
            |text: &str| Datum::decimal(Decimal::parse(text).unwrap_or_else(|_| Decimal::zero()));
        let row = [
            ("localityKey", Datum::from("region")),
            ("localityValue", Datum::from(*region)),
            ("latitude", number(latitude)),
            ("longitude", number(longitude)),
        ];
        sys.insert(ids::LOCATIONS, &row)?;
    }
    kv.commit(txn, clock.tick())?;
    Ok(())
}

fn databases(sys: &mut Sys<'_>, now: base::hlc::Timestamp) -> Result<(), Error> {
    let rules = sys.tables.rules();
    let mut bits = Privilege::Connect.bit();
    if !rules.grant_options() {
        bits |= Privilege::Grant.bit();
    }
    let system = DatabaseDescriptor {
        name: "system".to_owned(),
        id: SYSTEM_DB,
        privileges: Some(privilege::for_system(bits, rules)),
        modification_time: now.into(),
        version: 1,
        ..Default::default()
    };
    write::create(sys, system, now)?;
    write::set_name(sys, SYSTEM_DB, 0, "public", PUBLIC_SCHEMA)?;
    let mut next = rules.first_user_id();
    for name in ["defaultdb", "postgres"] {
        let (db, schema) = new_database(name, next, rules, users::ROOT);
        next += 1;
        match schema {
            Some(schema) => {
                write::create(sys, schema, now)?;
                next += 1;
            }
            None => write::set_name(sys, db.id, 0, "public", PUBLIC_SCHEMA)?,
        }
        write::create(sys, db, now)?;
    }
    write::raise_counter(sys.kv, sys.txn, rules, next)
}

/// A new database of an owner, and its schema `public` where the version has one of its own (with the next id).
pub fn new_database(
    name: &str,
    id: u32,
    rules: crate::rules::Rules,
    owner: &str,
) -> (DatabaseDescriptor, Option<SchemaDescriptor>) {
    let mut privileges = privilege::for_owner(owner, rules);
    privilege::grant(&mut privileges, users::PUBLIC, Privilege::Connect.bit(), false);
    let mut db = DatabaseDescriptor {
        name: name.to_owned(),
        id,
        privileges: Some(privileges),
        ..Default::default()
    };
    if !rules.public_schema_descriptor() {
        return (db, None);
    }
    let public = id + 1;
    db.schemas.insert("public".to_owned(), SchemaEntry { id: public, dropped: false });
    let mut privileges = privilege::for_owner(owner, rules);
    let bits = Privilege::Create.bit() | Privilege::Usage.bit();
    privilege::grant(&mut privileges, users::PUBLIC, bits, false);
    let schema = SchemaDescriptor {
        parent_id: id,
        name: "public".to_owned(),
        id: public,
        privileges: Some(privileges),
        ..Default::default()
    };
    (db, Some(schema))
}

fn people(sys: &mut Sys<'_>) -> Result<(), Error> {
    let numbered = sys.tables.rules().user_ids();
    let with = |mut row: Vec<(&'static str, Datum)>, numbers: &[(&'static str, u32)]| {
        if numbered {
            row.extend(numbers.iter().map(|(name, number)| (*name, Datum::Oid(*number))));
        }
        row
    };
    for (name, is_role, number) in [(users::ADMIN, true, 2), (users::ROOT, false, 1)] {
        let row = vec![
            ("username", Datum::from(name)),
            ("hashedPassword", Datum::bytes(Vec::new())),
            ("isRole", Datum::Bool(is_role)),
        ];
        sys.insert(ids::USERS, &with(row, &[("user_id", number)]))?;
        let row = vec![("username", Datum::from(name)), ("option", Datum::from("CREATEROLE"))];
        sys.insert(ids::ROLE_OPTIONS, &with(row, &[("user_id", number)]))?;
    }
    let row = vec![
        ("role", Datum::from(users::ADMIN)),
        ("member", Datum::from(users::ROOT)),
        ("isAdmin", Datum::Bool(true)),
    ];
    sys.insert(ids::ROLE_MEMBERS, &with(row, &[("role_id", 2), ("member_id", 1)]))
}

fn settings(sys: &mut Sys<'_>, cluster_id: Uuid, now: base::hlc::Timestamp) -> Result<(), Error> {
    let version = sys.tables.rules().version().short();
    let rows = [
        ("version", version.to_owned(), "m"),
        ("cluster.secret", cluster_id.to_string(), "s"),
        ("diagnostics.reporting.enabled", "true".to_owned(), "b"),
        ("cluster.organization", "Amber".to_owned(), "s"),
        ("enterprise.license", TRIAL_LICENSE.to_owned(), "s"),
    ];
    for (name, value, kind) in rows {
        let row = [
            ("name", Datum::from(name)),
            ("value", Datum::from(value)),
            ("lastUpdated", Datum::Timestamp(now.wall / 1000)),
            ("valueType", Datum::from(kind)),
        ];
        sys.insert(ids::SETTINGS, &row)?;
    }
    Ok(())
}
