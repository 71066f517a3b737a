//! Temporary tables, sequences and views: where they lie.
//!
//! ```text
//!   session ─ first temporary object in a database ─▶ (db, 0, "pg_temp_<time>_<node>") ▶ an id without a descriptor
//! ```
//!
//! Shape: the session's search path begins with its temporary schema, so that its objects hide others of the same name.
//! *Source*: CockroachDB's temporary tables page. Left out: they are not dropped when their session ends.

use base::sqlstate::SqlState;

use crate::ast::ObjectName;
use crate::ast::ddl::Persistence;
use crate::catalog::error::Error as CatalogError;
use crate::catalog::names::{Place, TEMP_PREFIX};
use crate::catalog::snapshot::Snapshot;
use crate::catalog::write;
use crate::cx::Cx;
use crate::error::Error;

/// Where a new object goes: the session's temporary schema, or where its name says.
pub(crate) fn place_for(
    name: &ObjectName,
    persistence: Persistence,
    snapshot: &Snapshot,
    cx: &mut Cx<'_>,
) -> Result<Place, Error> {
    let place = snapshot.place_for(name, cx.name_scope())?;
    if persistence != Persistence::Temporary {
        return Ok(place);
    }
    if !cx.session.flag("experimental_enable_temp_tables", false) {
        let error = CatalogError::refused(
            SqlState::FEATURE_NOT_SUPPORTED,
            "temporary tables are only supported experimentally",
        );
        let hint = "You can enable temporary tables by running `SET experimental_enable_temp_tables = 'on'`.";
        return Err(error.with_hint(hint).into());
    }
    schema(place.database, place.database_name, snapshot, cx)
}

/// The session's temporary schema of a database, made if it is not there.
fn schema(
    database: u32,
    database_name: String,
    snapshot: &Snapshot,
    cx: &mut Cx<'_>,
) -> Result<Place, Error> {
    let known = cx.session.search_path.iter().find(|name| name.starts_with(TEMP_PREFIX)).cloned();
    let name = if let Some(name) = known {
        name
    } else {
        let name = format!("{TEMP_PREFIX}{}_{}", cx.clock.now().wall, cx.node);
        cx.session.search_path.insert(0, name.clone());
        name
    };
    let id = if let Some(id) = snapshot.id_of(database, 0, &name) {
        id
    } else {
        let id = cx.new_desc_id()?;
        write::set_name(&mut cx.sys_changing()?, database, 0, &name, id)?;
        id
    };
    Ok(Place { database, database_name, schema: id, schema_name: name })
}
