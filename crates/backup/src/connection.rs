//! External connections: names for URIs, kept in the cluster.
//!
//! ```text
//!   CREATE EXTERNAL CONNECTION foo AS 's3://acme/c?…'      row of system.external_connections, a probe object in the store
//!   BACKUP INTO 'external://foo/nightly'                    's3://acme/c/nightly?…'
//! ```
//!
//! Shape: a name is resolved when a statement is planned; the job keeps the URI. *Source*: `spec/storage-uris.md` §5,
//! `spec/system-tables.md` §2.2. Errors: names that are taken or unknown, privileges. Left out: connections to a KMS or
//! a sink; the details are kept as a plain URI.

use base::sqlstate::SqlState;
use sql::ast::backup::{CreateExternalConnection, DropExternalConnection};
use sql::catalog::Error as CatalogError;
use sql::catalog::privilege::Privilege;
use sql::catalog::system::ids;
use sql::outcome::Notice;
use sql::types::Datum;

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
    let (place, query) = match stands_for.split_once('?') {
        Some((place, query)) => (place, format!("?{query}")),
        None => (stands_for.as_str(), String::new()),
    };
    Ok(format!("{}{query}", cloud::uri::join_path(place, more)))
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
