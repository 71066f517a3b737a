//! Changing descriptors and names: rows of `system.descriptor` and `system.namespace`.
//!
//! ```text
//!   create   new id ─▶ descriptor row (version 1) + name row
//!   update   descriptor row (version + 1)
//!   drop     state DROP, name row gone; later the descriptor row goes too
//! ```
//!
//! Shape: every function works inside the caller's transaction but [`new_id`], which, as in the real system, takes a
//! number for good even if the transaction fails.

use base::hlc::{Clock, Timestamp};
use wire::Message;

use super::descpb::Descriptor;
use super::error::Error;
use super::sys::Sys;
use super::system::{self, ids};
use crate::rules::Rules;
use crate::types::Datum;

/// The next free descriptor id.
pub fn new_id(kv: &mut kv::Kv, clock: &mut Clock, rules: Rules) -> Result<u32, Error> {
    let key = system::id_counter_key(rules);
    let mut txn = kv.begin(clock.tick()).autocommit();
    let next = match kv.get(&mut txn, &key)? {
        Some(value) => {
            decode_counter(&value).ok_or(Error::Wire { place: "descriptor id counter" })?
        }
        None => i64::from(rules.first_user_id()),
    };
    kv.put(&mut txn, &key, &encode_counter(&key, next + 1))?;
    kv.commit(txn, clock.tick())?;
    u32::try_from(next).map_err(|_| Error::Wire { place: "descriptor id counter" })
}

/// Lets the counter stand at `next` at least: for RESTORE of a whole cluster and for a new one.
pub fn raise_counter(
    kv: &mut kv::Kv,
    txn: &mut kv::Txn,
    rules: Rules,
    next: u32,
) -> Result<(), Error> {
    let key = system::id_counter_key(rules);
    let now = kv.get(txn, &key)?.and_then(|value| decode_counter(&value)).unwrap_or(0);
    if now < i64::from(next) {
        kv.put(txn, &key, &encode_counter(&key, i64::from(next)))?;
    }
    Ok(())
}

fn encode_counter(key: &[u8], n: i64) -> Vec<u8> {
    let zigzag = base::num::as_unsigned((n << 1) ^ (n >> 63));
    let mut data = Vec::new();
    wire::put_varint(zigzag, &mut data);
    kv::mvcc::value::encode(key, kv::mvcc::value::tag::INT, &data)
}

fn decode_counter(value: &[u8]) -> Option<i64> {
    let mut data = kv::mvcc::value::decode(value)?.data;
    let zigzag = wire::take_varint(&mut data).ok()?;
    Some(base::num::as_signed(zigzag >> 1) ^ -base::num::as_signed(zigzag & 1))
}

/// Writes a descriptor as it stands.
pub fn put(sys: &mut Sys<'_>, desc: &Descriptor) -> Result<(), Error> {
    let row = [
        ("id", Datum::Int(i64::from(desc.id()))),
        ("descriptor", Datum::bytes(desc.encode_to_vec())),
    ];
    sys.upsert(ids::DESCRIPTOR, &row)
}

/// Writes a changed descriptor: one version more, changed now.
pub fn update(sys: &mut Sys<'_>, desc: impl Into<Descriptor>, now: Timestamp) -> Result<(), Error> {
    let mut desc = desc.into();
    desc.touch(now);
    put(sys, &desc)
}

/// Writes a new descriptor (its version becomes 1) and its name.
pub fn create(sys: &mut Sys<'_>, desc: impl Into<Descriptor>, now: Timestamp) -> Result<(), Error> {
    let mut desc = desc.into();
    if desc.version() == 0 {
        desc.touch(now);
    }
    let (parent, schema) = desc.parents();
    let schema = if parent == 0 { 0 } else { schema };
    if desc.is_named() {
        set_name(sys, parent, schema, desc.name(), desc.id())?;
    }
    put(sys, &desc)
}

/// Removes a descriptor's row. Its name must be gone already.
pub fn remove(sys: &mut Sys<'_>, id: u32) -> Result<(), Error> {
    sys.delete(ids::DESCRIPTOR, &[Datum::Int(i64::from(id))])?;
    Ok(())
}

/// Gives a name to an id.
pub fn set_name(
    sys: &mut Sys<'_>,
    parent: u32,
    schema: u32,
    name: &str,
    id: u32,
) -> Result<(), Error> {
    let row = [
        ("parentID", Datum::Int(i64::from(parent))),
        ("parentSchemaID", Datum::Int(i64::from(schema))),
        ("name", Datum::from(name)),
        ("id", Datum::Int(i64::from(id))),
    ];
    sys.upsert(ids::NAMESPACE, &row)
}

/// Takes a name away.
pub fn drop_name(sys: &mut Sys<'_>, parent: u32, schema: u32, name: &str) -> Result<(), Error> {
    let key = [Datum::Int(i64::from(parent)), Datum::Int(i64::from(schema)), Datum::from(name)];
    sys.delete(ids::NAMESPACE, &key)?;
    Ok(())
}
