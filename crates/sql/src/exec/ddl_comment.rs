//! COMMENT ON: rows of `system.comments`.
//!
//! | type | object | sub id |
//! |---|---|---|
//! | 0 | database | 0 |
//! | 1 | table | 0 |
//! | 2 | table | column |
//! | 3 | table | index |
//! | 4 | schema | 0 |
//! | 5 | table | constraint |
//! | 6 | type | 0 |
//!
//! *Source*: `spec/system-tables.md` §2.1.

use base::sqlstate::SqlState;

use super::{ddl_build, ddl_index};
use crate::ast::ddl::{Comment, CommentTarget};
use crate::catalog::error::{Error as CatalogError, Kind};
use crate::catalog::privilege::Privilege;
use crate::catalog::snapshot::Snapshot;
use crate::catalog::sys::Sys;
use crate::catalog::system::ids;
use crate::cx::Cx;
use crate::error::Error;
use crate::outcome::Outcome;
use crate::types::Datum;

/// What kind of thing a comment is on: the number in `system.comments.type`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum On {
    /// A database.
    Database = 0,
    /// A table, view or sequence.
    Table = 1,
    /// A column.
    Column = 2,
    /// An index.
    Index = 3,
    /// A schema.
    Schema = 4,
    /// A constraint.
    Constraint = 5,
    /// A type.
    Type = 6,
}

impl On {
    const fn number(self) -> i64 {
        match self {
            Self::Database => 0,
            Self::Table => 1,
            Self::Column => 2,
            Self::Index => 3,
            Self::Schema => 4,
            Self::Constraint => 5,
            Self::Type => 6,
        }
    }
}

/// Runs COMMENT ON.
pub(crate) fn run(stmt: &Comment, cx: &mut Cx<'_>) -> Result<Outcome, Error> {
    cx.check_writable("COMMENT")?;
    let snapshot = cx.snapshot()?;
    let (on, object, sub) = target(&stmt.target, &snapshot, cx)?;
    let mut sys = cx.sys()?;
    let key = [Datum::Int(on.number()), Datum::Int(i64::from(object)), Datum::Int(i64::from(sub))];
    match stmt.text.as_deref().filter(|text| !text.is_empty()) {
        Some(text) => {
            let [kind, object, sub] = key;
            let row = [
                ("type", kind),
                ("object_id", object),
                ("sub_id", sub),
                ("comment", Datum::from(text)),
            ];
            sys.upsert(ids::COMMENTS, &row)?;
        }
        None => {
            sys.delete(ids::COMMENTS, &key)?;
        }
    }
    Ok(Outcome::tag(match on {
        On::Database => "COMMENT ON DATABASE",
        On::Table => "COMMENT ON TABLE",
        On::Column => "COMMENT ON COLUMN",
        On::Index => "COMMENT ON INDEX",
        On::Schema => "COMMENT ON SCHEMA",
        On::Constraint => "COMMENT ON CONSTRAINT",
        On::Type => "COMMENT ON TYPE",
    }))
}

fn target(
    target: &CommentTarget,
    snapshot: &Snapshot,
    cx: &mut Cx<'_>,
) -> Result<(On, u32, u32), Error> {
    Ok(match target {
        CommentTarget::Database(name) => {
            let db = snapshot.resolve_database(name)?;
            let on = db.privileges.as_ref();
            cx.require(snapshot, on, Privilege::Create, (Kind::Database, &db.name))?;
            (On::Database, db.id, 0)
        }
        CommentTarget::Schema(name) => {
            (On::Schema, snapshot.resolve_schema(name, cx.name_scope())?.schema, 0)
        }
        CommentTarget::Table(name) => {
            let desc = snapshot.resolve_relation(name, cx.name_scope())?;
            cx.require_alter(snapshot, desc)?;
            (On::Table, desc.id, 0)
        }
        CommentTarget::Column(table, column) => {
            let desc = snapshot.resolve_relation(table, cx.name_scope())?;
            cx.require_alter(snapshot, desc)?;
            (On::Column, desc.id, ddl_build::find_column(desc, column)?.id)
        }
        CommentTarget::Index(index) => {
            let (desc, id) = ddl_index::resolve(index, snapshot, cx)?;
            cx.require_alter(snapshot, &desc)?;
            (On::Index, desc.id, id)
        }
        CommentTarget::Constraint(name, table) => {
            let desc = snapshot.resolve_relation(table, cx.name_scope())?;
            cx.require_alter(snapshot, desc)?;
            if !ddl_build::name_taken(desc, name) {
                let text =
                    format!("constraint \"{name}\" of relation \"{}\" does not exist", desc.name);
                return Err(CatalogError::refused(SqlState::UNDEFINED_OBJECT, text).into());
            }
            let id = desc.checks.iter().find(|check| check.name == *name);
            (On::Constraint, desc.id, id.and_then(|check| check.constraint_id).unwrap_or(1))
        }
        CommentTarget::Type(name) => {
            (On::Type, snapshot.resolve_type(name, cx.name_scope())?.id, 0)
        }
    })
}

/// The comment on something.
pub(crate) fn get(
    sys: &mut Sys<'_>,
    on: On,
    object: u32,
    sub: u32,
) -> Result<Option<String>, Error> {
    let key = [Datum::Int(on.number()), Datum::Int(i64::from(object)), Datum::Int(i64::from(sub))];
    let row = sys.row(ids::COMMENTS, &key)?;
    Ok(row.and_then(|row| row.str("comment").map(str::to_owned)))
}

/// All comments on things of a kind in one object: sub id and text, in order.
pub(crate) fn all(sys: &mut Sys<'_>, on: On, object: u32) -> Result<Vec<(u32, String)>, Error> {
    let key = [Datum::Int(on.number()), Datum::Int(i64::from(object))];
    let rows = sys.rows(ids::COMMENTS, &key)?;
    Ok(rows
        .iter()
        .filter_map(|row| {
            let sub = u32::try_from(row.int("sub_id")?).ok()?;
            Some((sub, row.str("comment")?.to_owned()))
        })
        .collect())
}

/// Removes all comments on a table and its parts.
pub(crate) fn remove_all(table: u32, cx: &mut Cx<'_>) -> Result<(), Error> {
    let mut sys = cx.sys()?;
    for on in [On::Table, On::Column, On::Index, On::Constraint] {
        let prefix = [Datum::Int(on.number()), Datum::Int(i64::from(table))];
        for row in sys.rows(ids::COMMENTS, &prefix)? {
            let key = ["type", "object_id", "sub_id"].map(|column| row.get(column).clone());
            sys.delete(ids::COMMENTS, &key)?;
        }
    }
    Ok(())
}
