//! External connections: names for URIs, kept in the cluster.
//!
//! ```text
//!   CREATE EXTERNAL CONNECTION foo AS 's3://acme/c?…'      row of system.external_connections, a probe object in the store
//!   BACKUP INTO 'external://foo/nightly'                    's3://acme/c/nightly?…'
//! ```
//!
//! Shape: a name is resolved when a statement is planned; the job keeps the URI. *Source*: `spec/storage-uris.md` §5,
//! `spec/system-tables.md` §2.2. Errors: names that are taken or unknown, privileges. Left out: connections to
//! a KMS or a sink; the details are kept as a plain URI.

use base::ids::NodeId;
use base::sqlstate::SqlState;
use cloud::store::{Opener, Store};
use sql::ast::Expr;
use sql::ast::backup::{CheckExternalConnection, CreateExternalConnection, DropExternalConnection};
use sql::catalog::Error as CatalogError;
use sql::catalog::privilege::Privilege;
use sql::catalog::system::ids;
use sql::outcome::{Column, Notice, Rows};
use sql::print::Flags;
use sql::types::{Datum, Type};

use crate::cx::Cx;
use crate::error::Error;
use crate::statement::text;
use crate::sys;

/// What is written to a store to see whether it can be written to.
const PROBE: &str = "crdb_external_storage_location";

/// Makes a connection.
///
/// *Errors*: a user who may not, a name that is taken, a URI that no store answers to.
pub fn create(stmt: &CreateExternalConnection, cx: &mut Cx<'_, '_>) -> Result<(), Error> {
    check_version(cx)?;
    let user = cx.sql.session.user.clone();
    let catalog = sys::catalog_now(cx)?;
    if !catalog.users.may_system(&user, Privilege::ExternalConnection) {
        let text = format!("user {user} does not have EXTERNALCONNECTION system privilege");
        return Err(Error::Denied { text, hint: None });
    }
    let name = text(&stmt.name, "CREATE EXTERNAL CONNECTION")?;
    let uri = text(&stmt.uri, "CREATE EXTERNAL CONNECTION")?;
    if uri_of(&name, cx)?.is_some() {
        if stmt.if_not_exists {
            let words = format!("external connection {name} already exists, skipping");
            cx.sql.notice(Notice::new(words));
            return Ok(());
        }
        let message = format!("external connection with connection name '{name}' already exists");
        return Err(CatalogError::refused(SqlState::DUPLICATE_OBJECT, message).into());
    }
    let store = cx.open(&uri)?;
    let now = cx.now();
    store.put(cx.buckets, PROBE, *b"", now);
    let owner = catalog.users.get(&user).map_or(0, |user| user.id);
    let micros = now.wall / 1000;
    let row = [
        ("connection_name", Datum::from(name.as_str())),
        ("created", Datum::Timestamp(micros)),
        ("updated", Datum::Timestamp(micros)),
        ("connection_type", Datum::from("STORAGE")),
        ("connection_details", Datum::bytes(uri.into_bytes())),
        ("owner", Datum::from(user.as_str())),
        ("owner_id", Datum::Oid(owner)),
    ];
    sys::within(cx, |sys| sys.insert(ids::EXTERNAL_CONNECTIONS, &row))
}

/// Removes a connection. What lies in its store stays.
///
/// *Errors*: a name that is unknown.
pub fn remove(stmt: &DropExternalConnection, cx: &mut Cx<'_, '_>) -> Result<(), Error> {
    check_version(cx)?;
    let name = text(&stmt.name, "DROP EXTERNAL CONNECTION")?;
    check_privilege(&name, Privilege::Drop, cx)?;
    let key = [Datum::from(name.as_str())];
    let was_there = sys::within(cx, |sys| sys.delete(ids::EXTERNAL_CONNECTIONS, &key))?;
    if was_there || stmt.if_exists { Ok(()) } else { Err(unknown(&name)) }
}

/// A URI with `external://name/more` replaced by what the name stands for.
///
/// *Errors*: a name that is unknown.
pub fn resolve(uri: &str, cx: &mut Cx<'_, '_>) -> Result<String, Error> {
    let Some(rest) = uri.strip_prefix("external://").filter(|_| cx.rules().external_connections())
    else {
        return Ok(uri.to_owned());
    };
    let (name, more) = rest.split_once('/').unwrap_or((rest, ""));
    let stands_for = uri_of(name, cx)?.ok_or_else(|| unknown(name))?;
    check_privilege(name, Privilege::Usage, cx)?;
    let (place, query) = match stands_for.split_once('?') {
        Some((place, query)) => (place, format!("?{query}")),
        None => (stands_for.as_str(), String::new()),
    };
    Ok(format!("{}{query}", cloud::uri::join_path(place, more)))
}

/// Refuses a user who neither made the connection nor was granted the privilege on it.
fn check_privilege(name: &str, wanted: Privilege, cx: &mut Cx<'_, '_>) -> Result<(), Error> {
    let user = cx.sql.session.user.clone();
    let catalog = sys::catalog_now(cx)?;
    let path = format!("/externalconn/{name}");
    if catalog.users.is_admin(&user) || catalog.users.holds_path(&user, &path, wanted) {
        return Ok(());
    }
    let key = [Datum::from(name)];
    let row = sys::within(cx, |sys| sys.row(ids::EXTERNAL_CONNECTIONS, &key))?;
    if row.as_ref().and_then(|row| row.str("owner")).is_some_and(|owner| owner == user) {
        return Ok(());
    }
    let word = wanted.word();
    let text = format!("user {user} does not have {word} privilege on external_connection {name}");
    Err(Error::Denied { text, hint: None })
}

/// What CHECK EXTERNAL CONNECTION transfers unless told. *Units*: bytes.
const TRANSFER_BYTES: i64 = 32 << 20;
/// What is really written to see how fast a store is. *Units*: bytes.
const SAMPLE_BYTES: usize = 1 << 20;
/// Most runs of one check.
const RUNS_MAX: i64 = 100;

/// Tries a store from every live node: writes, reads, deletes. One row a node and run.
///
/// *Errors*: a URI that the user may not use, options that are none. What a node meets stands in its row.
pub fn check(stmt: &CheckExternalConnection, cx: &mut Cx<'_, '_>) -> Result<Rows, Error> {
    if !cx.rules().check_external_connection() {
        let message = "at or near \"check\": syntax error";
        return Err(CatalogError::refused(SqlState::SYNTAX_ERROR, message).into());
    }
    let uris = [text(&stmt.uri, "CHECK EXTERNAL CONNECTION")?];
    let catalog = sys::catalog_now(cx)?;
    crate::statement::check_uris("CHECK EXTERNAL CONNECTION", &uris, &catalog, cx)?;
    let [uri] = uris;
    let uri = resolve(&uri, cx)?;
    let (mut transfer, mut runs) = (TRANSFER_BYTES, 1);
    for option in &stmt.options {
        let value = option.value.as_ref();
        match option.key.as_str() {
            "transfer" => transfer = bytes_of(value).ok_or_else(|| bad_option("transfer"))?,
            "concurrently" => {
                let typed = value.map(|expr| sql::print::expr_to_string(expr, &Flags::plain()));
                let count = typed.and_then(|text| text.parse().ok());
                runs = count
                    .filter(|n| (1..=RUNS_MAX).contains(n))
                    .ok_or_else(|| bad_option("concurrently"))?;
            }
            "time" => {}
            other => return Err(bad_option(other)),
        }
    }
    let nodes: Vec<(NodeId, String)> = cx
        .sql
        .kv
        .nodes()
        .iter()
        .filter(|node| node.live)
        .map(|node| (node.config.id, node.config.locality_text()))
        .collect();
    let mut rows = Vec::new();
    for (node, locality) in nodes {
        for _ in 0..runs {
            rows.push(check_from(&uri, node, &locality, transfer, cx));
        }
    }
    let columns = [
        ("node", Type::INT),
        ("locality", Type::STRING),
        ("ok", Type::Bool),
        ("error", Type::STRING),
        ("transferred", Type::STRING),
        ("read_speed", Type::STRING),
        ("write_speed", Type::STRING),
        ("can_delete", Type::Bool),
    ];
    let columns = columns.map(|(name, ty)| Column::new(name, ty)).to_vec();
    Ok(Rows { columns, rows })
}

fn check_from(
    uri: &str,
    node: NodeId,
    locality: &str,
    transfer: i64,
    cx: &mut Cx<'_, '_>,
) -> Vec<Datum> {
    let user = cx.sql.session.user.clone();
    let who = Opener { cluster: cx.cluster, node, user: &user };
    let now = cx.now();
    let name = format!("{PROBE}-{node}");
    let tried = Store::open(uri, who, cx.buckets).and_then(|store| {
        let wrote = store.put(cx.buckets, &name, vec![0; SAMPLE_BYTES], now).took_nanos;
        let read = store.get(cx.buckets, &name)?.took_nanos;
        store.delete(cx.buckets, &name);
        Ok((wrote, read, !store.exists(cx.buckets, &name).value))
    });
    let speed = |nanos: i64| {
        let sample = base::num::to_i64(SAMPLE_BYTES);
        let a_second = sample.saturating_mul(1_000_000_000) / nanos.max(1);
        Datum::string(format!("{} MiB/s", a_second >> 20))
    };
    let (ok, error, told) = match tried {
        Ok((wrote, read, can_delete)) => {
            let moved = format!("{} MiB", transfer >> 20);
            let told = [Datum::string(moved), speed(read), speed(wrote), Datum::Bool(can_delete)];
            (true, Datum::from(""), told)
        }
        Err(cause) => {
            let nothing = [
                Datum::from("0 B"),
                Datum::from("0 B/s"),
                Datum::from("0 B/s"),
                Datum::Bool(false),
            ];
            (false, Datum::string(cause.to_string()), nothing)
        }
    };
    let mut row =
        vec![Datum::Int(i64::from(node.0)), Datum::from(locality), Datum::Bool(ok), error];
    row.extend(told);
    row
}

/// `'50MiB'` in bytes.
fn bytes_of(value: Option<&Expr>) -> Option<i64> {
    let text = text(value?, "transfer").ok()?;
    let at = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(at);
    let shift = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 0,
        "kb" | "kib" | "k" => 10,
        "mb" | "mib" | "m" => 20,
        "gb" | "gib" | "g" => 30,
        _ => return None,
    };
    number.parse::<i64>().ok().filter(|n| *n > 0 && *n < 1 << 20).map(|n| n << shift)
}

fn bad_option(name: &str) -> Error {
    Error::BadOption { text: format!("invalid option \"{name}\"") }
}

/// [`resolve`] for a list.
///
/// *Errors*: as [`resolve`].
pub fn resolve_all(uris: &[String], cx: &mut Cx<'_, '_>) -> Result<Vec<String>, Error> {
    uris.iter().map(|uri| resolve(uri, cx)).collect()
}

fn uri_of(name: &str, cx: &mut Cx<'_, '_>) -> Result<Option<String>, Error> {
    let key = [Datum::from(name)];
    let row = sys::within(cx, |sys| sys.row(ids::EXTERNAL_CONNECTIONS, &key))?;
    let details = row.as_ref().and_then(|row| row.bytes("connection_details"));
    Ok(details.map(|bytes| String::from_utf8_lossy(bytes).into_owned()))
}

/// Earlier versions do not know the statement.
fn check_version(cx: &Cx<'_, '_>) -> Result<(), Error> {
    if cx.rules().external_connections() {
        return Ok(());
    }
    let message = "at or near \"external\": syntax error";
    Err(CatalogError::refused(SqlState::SYNTAX_ERROR, message).into())
}

fn unknown(name: &str) -> Error {
    let message = format!("external connection with connection name '{name}' does not exist");
    CatalogError::refused(SqlState::UNDEFINED_OBJECT, message).into()
}
