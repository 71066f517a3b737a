//! SHOW BACKUPS IN: the fulls of a collection, by name.
//!
//! *Source*: `spec/show-backup.md` §2. With `use_backups_with_ids` (v26.2, a
//! preview) all backups by their ids.

use base::hlc::{NANOS_PER_SEC, Timestamp};
use cloud::store::Store;
use sql::ast::Expr;
use sql::ast::backup::ShowBackups;
use sql::outcome::{Column, Notice, Rows};
use sql::types::{Datum, Type};

use crate::connection;
use crate::cx::Cx;
use crate::dest::{chain, collection, home, ids};
use crate::error::Error;
use crate::statement::{self, texts};
use crate::sys;

/// Lists the paths of all finished fulls. An empty collection has none.
///
/// *Errors*: URIs that the user may not use, or that no store answers to.
pub fn backups(stmt: &ShowBackups, cx: &mut Cx<'_, '_>) -> Result<Rows, Error> {
    let catalog = sys::catalog_now(cx)?;
    let uris = texts(&stmt.collection, "SHOW BACKUPS IN")?;
    statement::check_uris("SHOW BACKUPS IN", &uris, &catalog, cx)?;
    let by_id =
        cx.rules().show_backups_with_ids() && cx.sql.session.flag("use_backups_with_ids", false);
    if by_id {
        return with_ids(stmt, &uris, cx);
    }
    if stmt.newer_than.is_some() || stmt.older_than.is_some() {
        let text = "NEWER THAN and OLDER THAN need use_backups_with_ids".to_owned();
        return Err(Error::BadOption { text });
    }
    let mut rows = Vec::new();
    if let Some(first) = uris.first() {
        let uri = connection::resolve(first, cx)?;
        let home = cx.open(&uri)?;
        let paths = collection::fulls(&home, cx.buckets, &mut 0);
        rows.extend(paths.into_iter().map(|path| vec![Datum::string(path)]));
    }
    Ok(Rows { columns: vec![Column::new("path", Type::STRING)], rows })
}

/// Most backups that are listed without both bounds.
const LISTED_MAX: usize = 50;

/// Every backup that can be restored, the newest first.
fn with_ids(stmt: &ShowBackups, uris: &[String], cx: &mut Cx<'_, '_>) -> Result<Rows, Error> {
    let now = cx.sql.clock.tick();
    let bound = |expr: Option<&Expr>| -> Result<Option<i64>, Error> {
        let cause = |error: sql::types::Error| Error::from(sql::error::Error::from(error));
        let at = expr.map(|expr| sql::types::as_of::eval(expr, now)).transpose().map_err(cause)?;
        Ok(at.map(|at| at.wall))
    };
    let (newer, older) = (bound(stmt.newer_than.as_ref())?, bound(stmt.older_than.as_ref())?);
    let uris = connection::resolve_all(uris, cx)?;
    let home = cx.home(&home::listed(&uris))?.main;
    let rules = cx.rules();
    let mut found = ids::all(&home, cx.buckets, rules, &mut 0)?;
    // Both bounds are inclusive, in whole seconds rounded outwards.
    let secs = |wall: i64| wall.div_euclid(NANOS_PER_SEC);
    found.retain(|named| {
        let end = secs(named.end.wall);
        newer.is_none_or(|wall| end >= secs(wall)) && older.is_none_or(|wall| end <= secs(wall) + 1)
    });
    if found.len() > LISTED_MAX && (newer.is_none() || older.is_none()) {
        found.truncate(LISTED_MAX);
        let last = found.last().map_or(0, |named| secs(named.end.wall));
        let at = crate::moment::plain_text(Timestamp::from_secs(last));
        cx.sql.notice(Notice::new(format!(
            "only showing 50 most recent backups. To see more, please run SHOW BACKUPS IN ... OLDER THAN '{at}' or \
             specify both OLDER THAN and NEWER THAN."
        )));
    }
    let mut columns =
        vec![Column::new("id", Type::STRING), Column::new("backup_time", Type::TIMESTAMPTZ)];
    let with_start = stmt.options.revision_start_time;
    if with_start {
        columns.push(Column::new("revision_start_time", Type::TIMESTAMPTZ));
    }
    let rows = found.into_iter().map(|named| {
        let micros = secs(named.end.wall).saturating_mul(1_000_000);
        let mut row = vec![Datum::string(named.id()), Datum::TimestampTz(micros)];
        if with_start {
            row.push(revision_start(&home, &named.subdir, cx));
        }
        row
    });
    Ok(Rows { rows: rows.collect(), columns })
}

/// Where a backup's history begins; NULL without one, and where the manifest cannot be read.
fn revision_start(home: &Store, subdir: &str, cx: &Cx<'_, '_>) -> Datum {
    let read = chain::read_manifest(&home.join(subdir), None, cx.buckets, &mut 0);
    match read {
        Ok(manifest) if manifest.has_history() => {
            Datum::TimestampTz(manifest.revision_start().wall.div_euclid(1000))
        }
        Ok(_) | Err(_) => Datum::Null,
    }
}
