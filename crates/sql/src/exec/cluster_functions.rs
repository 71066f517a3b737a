//! Functions about the session, the catalog and the cluster.
//!
//! | function | answers |
//! |---|---|
//! | `current_setting` | what SET gave |
//! | `has_…_privilege`, `pg_has_role`, `crdb_internal.is_admin` | whether a user may |
//! | `pg_get_viewdef`, `crdb_internal.get_database_id`, … | what the catalog holds |
//! | `crdb_internal.table_span`, `pretty_span` | keys |
//!
//! Shape: the name comes in lower case, with `crdb_internal.` where it was written. What is not here is refused.

use base::map::Map;
use base::sqlstate::SqlState;

use super::host::parse_name;
use crate::catalog::Snapshot;
use crate::catalog::descpb::PrivilegeDescriptor;
use crate::catalog::names;
use crate::catalog::privilege::Privilege;
use crate::row;
use crate::types::{Datum, Error};

/// What the functions look at.
pub struct About<'a> {
    /// The catalog as the statement sees it.
    pub snapshot: Option<&'a Snapshot>,
    /// From where names are looked up.
    pub scope: names::Scope<'a>,
    /// What SET gave.
    pub vars: &'a Map<String, String>,
}

/// Calls a function.
///
/// *Errors*: a function that Amber does not have.
pub fn call(name: &str, args: &[Datum], about: &About<'_>) -> Result<Datum, Error> {
    let refused = || Error::Unsupported(format!("function {name}()"));
    match name {
        "current_setting" => setting(args, about),
        "obj_description" | "col_description" | "shobj_description" => Ok(Datum::Null),
        "pg_table_is_visible" => Ok(Datum::Bool(true)),
        "pg_encoding_to_char" => Ok(Datum::from("UTF8")),
        "crdb_internal.cluster_name" => Ok(Datum::from("")),
        "crdb_internal.pb_to_json" => match args {
            [Datum::String(message), Datum::Bytes(bytes), ..] => {
                super::descriptor_json::pb_to_json(message, bytes)
            }
            _ => Ok(Datum::Null),
        },
        _ => about.of_catalog(name, args).transpose().unwrap_or_else(|| Err(refused())),
    }
}

fn setting(args: &[Datum], about: &About<'_>) -> Result<Datum, Error> {
    let key = args.first().and_then(Datum::as_str).unwrap_or_default().to_lowercase();
    if let Some(value) = about.vars.get(&key) {
        return Ok(Datum::string(value.as_str()));
    }
    match key.as_str() {
        "database" => return Ok(Datum::string(about.scope.database)),
        "search_path" => return Ok(Datum::string(about.scope.search_path.join(", "))),
        _ => {}
    }
    if args.get(1) == Some(&Datum::Bool(true)) {
        return Ok(Datum::Null);
    }
    Err(Error::Refused {
        code: SqlState::UNDEFINED_OBJECT,
        message: format!("unrecognized configuration parameter \"{key}\""),
        hint: None,
    })
}

impl About<'_> {
    /// Functions that look into the catalog; `None` for one that is not known.
    fn of_catalog(&self, name: &str, args: &[Datum]) -> Result<Option<Datum>, Error> {
        let Some(snapshot) = self.snapshot else { return Ok(None) };
        let text = |at: usize| args.get(at).and_then(Datum::as_str);
        let number = |at: usize| match args.get(at) {
            Some(Datum::Int(n)) => u32::try_from(*n).ok(),
            Some(Datum::Oid(n)) => Some(*n),
            _ => None,
        };
        let int = |id: Option<u32>| id.map_or(Datum::Null, |id| Datum::Int(i64::from(id)));
        let answer = match name {
            "crdb_internal.is_admin" => Datum::Bool(snapshot.users.is_admin(self.scope.user)),
            "crdb_internal.has_role_option" => {
                Datum::Bool(snapshot.users.has_option(self.scope.user, text(0).unwrap_or("")))
            }
            "crdb_internal.get_database_id" => {
                int(text(0).and_then(|db| snapshot.database_by_name(db)).map(|db| db.id))
            }
            "crdb_internal.get_namespace_id" => {
                let parent = number(0).unwrap_or(0);
                let here = |schema| snapshot.id_of(parent, schema, text(1).unwrap_or(""));
                int(here(0).or_else(|| here(crate::catalog::system::PUBLIC_SCHEMA)))
            }
            "crdb_internal.node_executable_version" => {
                Datum::string(snapshot.rules().version().short())
            }
            "crdb_internal.table_span" => span(&row::table_span(number(0).unwrap_or(0))),
            "crdb_internal.index_span" => {
                span(&row::index_span(number(0).unwrap_or(0), number(1).unwrap_or(0)))
            }
            "pg_get_viewdef" => number(0)
                .and_then(|id| snapshot.table_desc(id))
                .filter(|desc| !desc.view_query.is_empty())
                .map_or(Datum::Null, |desc| Datum::string(desc.view_query.as_str())),
            "pg_get_userbyid" => Datum::string(self.scope.user),
            "has_table_privilege" | "has_database_privilege" | "has_schema_privilege" => {
                self.has_privilege(snapshot, name, args)?
            }
            "pg_has_role" => {
                let (user, role) = match args.len() {
                    3 => (text(0).unwrap_or(""), text(1).unwrap_or("")),
                    _ => (self.scope.user, text(0).unwrap_or("")),
                };
                Datum::Bool(snapshot.users.identities(user).contains(role))
            }
            _ => return Ok(None),
        };
        Ok(Some(answer))
    }

    /// `has_table_privilege([user,] object, privileges)`: any of the privileges between commas is enough.
    fn has_privilege(
        &self,
        snapshot: &Snapshot,
        name: &str,
        args: &[Datum],
    ) -> Result<Datum, Error> {
        let text = |at: usize| args.get(at).and_then(Datum::as_str).unwrap_or_default();
        let (user, object, wanted) = match args.len() {
            3 => (text(0), text(1), text(2)),
            _ => (self.scope.user, text(0), text(1)),
        };
        let parsed = parse_name(object);
        let host = |cause: &crate::catalog::Error| Error::Host {
            code: cause.sqlstate(),
            message: cause.to_string(),
            hint: None,
        };
        let on: Option<PrivilegeDescriptor> = match name {
            "has_table_privilege" => snapshot
                .resolve_relation(&parsed, self.scope)
                .map_err(|cause| host(&cause))?
                .privileges
                .clone(),
            "has_database_privilege" => snapshot
                .resolve_database(parsed.object())
                .map_err(|cause| host(&cause))?
                .privileges
                .clone(),
            _ => {
                let place =
                    snapshot.resolve_schema(&parsed, self.scope).map_err(|cause| host(&cause))?;
                match snapshot.schema(place.schema) {
                    Some(schema) => schema.privileges.clone(),
                    None => return Ok(Datum::Bool(true)),
                }
            }
        };
        let mut found = false;
        for word in wanted.split(',') {
            let privilege =
                Privilege::parse(&word.trim().to_uppercase()).map_err(|cause| host(&cause))?;
            found |= snapshot.users.may(user, on.as_ref(), privilege);
        }
        Ok(Datum::Bool(found))
    }
}

/// A span as an array of its two keys.
fn span(span: &base::span::Span) -> Datum {
    Datum::array(vec![Datum::bytes(span.start.as_slice()), Datum::bytes(span.end.as_slice())])
}
