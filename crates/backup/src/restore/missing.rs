//! What a restored object needs, and what happens when it is not restored too.
//!
//! | object | needs | way round |
//! |---|---|---|
//! | table with a foreign key | the table referred to | `skip_missing_foreign_keys`: the key is dropped |
//! | column that uses a sequence | the sequence | `skip_missing_sequences`: its default is dropped |
//! | column that owns a sequence, sequence that is owned | the partner | `skip_missing_sequence_owners` |
//! | view | what it reads | `skip_missing_views`: the view stays away |
//! | column of a user-defined type | the type | none |
//!
//! Shape: pure functions over the backup's descriptors. *Source*: `spec/restore.md` §6, `spec/error-messages.md` §4.

use base::map::Set;
use sql::catalog::descpb::TableDescriptor;

use super::error::Error;
use crate::targets::{Snapshot, types_of};

/// Which partners may be missing.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is one option of the statement")]
pub struct Skips {
    /// `skip_missing_foreign_keys`
    pub foreign_keys: bool,
    /// `skip_missing_sequences`
    pub sequences: bool,
    /// `skip_missing_sequence_owners`
    pub sequence_owners: bool,
    /// `skip_missing_views`
    pub views: bool,
}

/// Takes views away whose inputs are not restored, until none is left of which that is so.
///
/// *Errors*: [`Error::MissingViewInput`] unless such views may be skipped.
pub fn filter_views(
    snapshot: &Snapshot,
    mut restored: Set<u32>,
    skips: Skips,
) -> Result<Set<u32>, Error> {
    loop {
        let lost = restored.iter().copied().find(|id| {
            snapshot.table(*id).is_some_and(|table| {
                !table.view_query.is_empty()
                    && table.depends_on.iter().any(|input| !restored.contains(input))
            })
        });
        let Some(id) = lost else { return Ok(restored) };
        if !skips.views {
            let view = snapshot.table(id).map_or_else(String::new, |table| table.name.clone());
            return Err(Error::MissingViewInput { view });
        }
        restored.remove(&id);
    }
}

/// Whether every table has what it needs among `restored`.
///
/// *Errors*: the first thing that is missing and may not be skipped, tables in order of id.
pub fn check(snapshot: &Snapshot, restored: &Set<u32>, skips: Skips) -> Result<(), Error> {
    for table in restored.iter().filter_map(|id| snapshot.table(*id)) {
        check_foreign_keys(table, restored, skips)?;
        check_types(snapshot, table)?;
        check_sequences(table, restored, skips)?;
    }
    Ok(())
}

fn check_foreign_keys(
    table: &TableDescriptor,
    restored: &Set<u32>,
    skips: Skips,
) -> Result<(), Error> {
    let missing = table.outbound_fks.iter().find(|fk| !restored.contains(&fk.referenced_table_id));
    match missing {
        Some(fk) if !skips.foreign_keys => Err(Error::MissingTable {
            table: table.name.clone(),
            referenced: fk.referenced_table_id,
        }),
        _ => Ok(()),
    }
}

fn check_types(snapshot: &Snapshot, table: &TableDescriptor) -> Result<(), Error> {
    match types_of(table).into_iter().find(|ty| snapshot.user_type(*ty).is_none()) {
        Some(ty) => Err(Error::MissingType { table: table.name.clone(), ty }),
        None => Ok(()),
    }
}

fn check_sequences(
    table: &TableDescriptor,
    restored: &Set<u32>,
    skips: Skips,
) -> Result<(), Error> {
    let name = || table.name.clone();
    let lost = |ids: &[u32]| ids.iter().copied().find(|id| !restored.contains(id));
    for column in &table.columns {
        if let Some(sequence) = lost(&column.uses_sequence_ids).filter(|_| !skips.sequences) {
            return Err(Error::MissingSequence { table: name(), sequence });
        }
        if let Some(sequence) = lost(&column.owns_sequence_ids).filter(|_| !skips.sequence_owners) {
            return Err(Error::MissingOwnedSequence { table: name(), sequence });
        }
    }
    let owner = table.sequence_opts.as_ref().map_or(0, |options| options.owner.table_id);
    if owner != 0 && !restored.contains(&owner) && !skips.sequence_owners {
        return Err(Error::MissingOwner { sequence: name(), table: owner });
    }
    Ok(())
}
