//! SHOW BACKUPS IN: the fulls of a collection, by name.
//!
//! *Source*: `spec/show-backup.md` §2. Left out: ids of backups (v26.2, a preview).

use sql::ast::backup::ShowBackups;
use sql::outcome::{Column, Rows};
use sql::types::{Datum, Type};

use crate::connection;
use crate::cx::Cx;
use crate::dest::collection;
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
    let by_id = cx.sql.session.flag("use_backups_with_ids", false);
    if by_id || stmt.newer_than.is_some() || stmt.older_than.is_some() {
        return Err(Error::NotSimulated { what: "ids of backups".to_owned() });
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
