//! Whether a cluster is empty enough for a restore of the whole.
//!
//! | version | stands in the way | printed |
//! |---|---|---|
//! | v21.2 | every user table, type, schema, database but `defaultdb` and `postgres` | `[orders shop]`, by name |
//! | v26.2 | the same, schema `public` of a user's database too | `shop, public`, by id, twenty at most |
//!
//! *Source*: `spec/restore.md` §4, `spec/error-messages.md` §4.

use base::sort;
use sql::catalog::Snapshot as Catalog;
use sql::catalog::descpb::{Descriptor, State, Union};
use sql::rules::Rules;

use super::error::Error;
use crate::targets::{SYSTEM_DB, parents};

/// Databases that every cluster has.
pub(super) const DEFAULT_DATABASES: [&str; 2] = ["defaultdb", "postgres"];

/// Refuses a cluster in use.
///
/// *Errors*: [`Error::ClusterInUse`].
pub(super) fn check(catalog: &Catalog, rules: Rules) -> Result<(), Error> {
    let found: Vec<&Descriptor> = catalog.descriptors().filter(|d| is_users(d, catalog)).collect();
    if found.is_empty() {
        return Ok(());
    }
    let commas = rules.cluster_restore_counts_public();
    let mut names: Vec<String> = found.iter().map(|d| d.name().to_owned()).collect();
    if !commas {
        sort::natural(&mut names);
    }
    Err(Error::ClusterInUse { count: found.len(), names, commas })
}

/// Whether a user made this object, and it is still there.
fn is_users(descriptor: &Descriptor, catalog: &Catalog) -> bool {
    let (parent, _) = parents(descriptor);
    if parent == SYSTEM_DB || descriptor.id() == SYSTEM_DB || descriptor.state() == State::Drop {
        return false;
    }
    let is_default = |id: u32| {
        catalog.database(id).is_some_and(|d| DEFAULT_DATABASES.contains(&d.name.as_str()))
    };
    match &descriptor.union {
        Some(Union::Database(d)) => !is_default(d.id),
        Some(Union::Schema(schema)) => !(schema.name == "public" && is_default(parent)),
        Some(Union::Table(_) | Union::Type(_) | Union::Function(_)) => true,
        None => false,
    }
}
