//! CREATE TYPE … AS ENUM, ALTER TYPE, and which tables use a type.
//!
//! ```text
//!   CREATE TYPE color AS ENUM ('red', 'blue')   color  (enum: 0x40 red, 0x80 blue)
//!                                               _color (alias: color[])
//! ```
//!
//! *Source*: `spec/manifest-wire.md` §5. Physical bytes are spread over one byte, then two.

use base::sort;
use base::sqlstate::SqlState;

use super::ddl::{self, Draft, JobNote};
use super::default_privileges;
use crate::ast::Statement;
use crate::ast::ddl::{AlterType, CreateType, CreateTypeKind, TypeChange};
use crate::ast::expr::TypeName;
use crate::catalog::descpb::{
    Composite, CompositeElement, EnumMember, SqlType, State, TypeDescriptor, TypeKind, TypeMeta,
    family,
};
use crate::catalog::error::{Error as CatalogError, Kind};
use crate::catalog::names::Place;
use crate::catalog::privilege::{self, Privilege};
use crate::catalog::snapshot::Snapshot;
use crate::catalog::users;
use crate::cx::Cx;
use crate::error::Error;
use crate::outcome::Outcome;
use crate::types::oid::USER_TYPE_BASE;
use crate::types::wire::{self, TypeSource};

/// Runs CREATE TYPE.
pub(crate) fn create(stmt: &CreateType, cx: &mut Cx<'_>) -> Result<Outcome, Error> {
    cx.check_writable("CREATE TYPE")?;
    let snapshot = cx.snapshot()?;
    let place = snapshot.place_for(&stmt.name, cx.name_scope())?;
    let name = stmt.name.object();
    if let Some(id) = snapshot.id_of(place.database, place.schema, name) {
        let full = place.full(name);
        if stmt.if_not_exists && snapshot.type_desc(id).is_some() {
            cx.notice_skip(
                format_args!("type \"{full}\""),
                "already exists",
                SqlState::DUPLICATE_OBJECT,
            );
            return Ok(Outcome::tag("CREATE TYPE"));
        }
        let kind = snapshot.table_desc(id).map_or(Kind::Type, |_| Kind::Relation);
        return Err(CatalogError::exists(kind, full).into());
    }
    cx.require_create_in(&snapshot, &place)?;
    let (kind, members, composite) = match &stmt.kind {
        CreateTypeKind::Enum(labels) => (TypeKind::Enum, members(labels)?, None),
        CreateTypeKind::Composite(fields) => {
            let source = snapshot.type_source(cx.name_scope());
            (TypeKind::Composite, Vec::new(), Some(elements(fields, &source)?))
        }
    };
    let id = cx.new_desc_id()?;
    let array_id = cx.new_desc_id()?;
    let mut draft = Draft::new(snapshot);
    let array_name = free_array_name(&draft.snapshot, &place, name);
    let owner = cx.session.user.clone();
    let made = blank(id, name, &place, &owner, &draft.snapshot);
    draft.add_type(TypeDescriptor {
        kind: kind.into(),
        enum_members: members,
        composite,
        array_type_id: array_id,
        ..made.clone()
    });
    draft.add_type(TypeDescriptor {
        name: array_name,
        id: array_id,
        kind: TypeKind::Alias.into(),
        alias: Some(array_of(id, array_id, kind)),
        ..made
    });
    draft.write(cx)?;
    Ok(Outcome::tag("CREATE TYPE"))
}

fn blank(id: u32, name: &str, place: &Place, owner: &str, snapshot: &Snapshot) -> TypeDescriptor {
    let mut privileges = default_privileges::for_new(owner, Kind::Type, place, snapshot);
    privilege::grant(&mut privileges, users::PUBLIC, Privilege::Usage.bit(), false);
    TypeDescriptor {
        parent_id: place.database,
        parent_schema_id: place.schema,
        name: name.to_owned(),
        id,
        privileges: Some(privileges),
        ..Default::default()
    }
}

/// `_name`, with more underscores while that is taken.
fn free_array_name(snapshot: &Snapshot, place: &Place, name: &str) -> String {
    let mut array = format!("_{name}");
    while snapshot.id_of(place.database, place.schema, &array).is_some() {
        array.insert(0, '_');
    }
    array
}

/// The type that the implicit array type stands for.
fn array_of(id: u32, array_id: u32, kind: TypeKind) -> SqlType {
    let of = if kind == TypeKind::Composite { family::TUPLE } else { family::ENUM };
    let element = SqlType {
        family: of,
        oid: USER_TYPE_BASE + id,
        meta: Some(TypeMeta { array_oid: USER_TYPE_BASE + array_id }),
        ..Default::default()
    };
    SqlType {
        family: family::ARRAY,
        array_elem_type: Some(of),
        oid: USER_TYPE_BASE + array_id,
        array_contents: Some(Box::new(element)),
        ..Default::default()
    }
}

/// The fields of a composite type: kept, though no column may have it.
fn elements(fields: &[(String, TypeName)], source: &dyn TypeSource) -> Result<Composite, Error> {
    let mut elements = Vec::new();
    for (label, ty) in fields {
        let ty = wire::from_ast(ty, source)?;
        elements.push(CompositeElement {
            element_type: Some(wire::to_message(&ty)),
            label: label.clone(),
        });
    }
    Ok(Composite { elements })
}

fn members(labels: &[String]) -> Result<Vec<EnumMember>, Error> {
    for (at, label) in labels.iter().enumerate() {
        if labels.get(..at).is_some_and(|before| before.contains(label)) {
            let text = format!("enum definition contains duplicate value \"{label}\"");
            return Err(CatalogError::refused(SqlState::INVALID_OBJECT_DEFINITION, text).into());
        }
    }
    let count = base::num::to_u64(labels.len());
    Ok((0..)
        .zip(labels)
        .map(|(at, label)| EnumMember {
            physical: Some(spread(at, count)),
            logical: label.clone(),
            ..Default::default()
        })
        .collect())
}

/// Bytes that lie evenly: one byte while there is room between neighbours, else two.
fn spread(at: u64, count: u64) -> Vec<u8> {
    if count < 128 {
        return vec![base::num::low_u8((at + 1) * 256 / (count + 1))];
    }
    let place = (at + 1) * 65_536 / (count + 1);
    let mut bytes = vec![base::num::low_u8(place >> 8), base::num::low_u8(place)];
    if bytes.last() == Some(&0) {
        bytes.pop();
    }
    bytes
}

/// Bytes between two neighbours; an absent one is the end of all.
fn between(low: Option<&[u8]>, high: Option<&[u8]>) -> Vec<u8> {
    let mut made = Vec::new();
    let mut at = 0;
    loop {
        let a = u16::from(low.and_then(|bytes| bytes.get(at)).copied().unwrap_or(0));
        let bounded = high.filter(|bytes| bytes.get(..at) == Some(made.as_slice()));
        let b = bounded.and_then(|bytes| bytes.get(at)).map_or(256, |byte| u16::from(*byte));
        let middle = u16::midpoint(a, b);
        let byte = u8::try_from(middle).unwrap_or(u8::MAX);
        made.push(byte);
        let above = low.is_none_or(|bytes| made.as_slice() > bytes);
        let below = high.is_none_or(|bytes| made.as_slice() < bytes);
        if above && below && byte != 0 {
            return made;
        }
        at += 1;
    }
}

/// Runs ALTER TYPE.
pub(crate) fn alter(stmt: &AlterType, cx: &mut Cx<'_>) -> Result<Outcome, Error> {
    cx.check_writable("ALTER TYPE")?;
    let snapshot = cx.snapshot()?;
    let desc = snapshot.resolve_type(&stmt.name, cx.name_scope())?;
    let id = desc.id;
    let name = ddl::full_object_name(snapshot.full_type_name(desc));
    let mut draft = Draft::new(snapshot);
    let desc = draft.type_desc(id)?;
    let find = |desc: &TypeDescriptor, label: &str| {
        desc.enum_members.iter().position(|member| member.logical == label).ok_or_else(|| {
            let text = format!("\"{label}\" is not an existing enum value");
            Error::from(CatalogError::refused(SqlState::UNDEFINED_OBJECT, text))
        })
    };
    match &stmt.change {
        TypeChange::AddValue { if_not_exists, label, place } => {
            if find(desc, label).is_ok() {
                if *if_not_exists {
                    let what = format!("enum value \"{label}\"");
                    cx.notice_skip(what, "already exists", SqlState::DUPLICATE_OBJECT);
                    return Ok(Outcome::tag("ALTER TYPE"));
                }
                let text = format!("enum value \"{label}\" already exists");
                return Err(CatalogError::refused(SqlState::DUPLICATE_OBJECT, text).into());
            }
            let at = match place {
                None => desc.enum_members.len(),
                Some((before, label)) => find(desc, label)? + usize::from(!before),
            };
            let bytes = |at: usize| desc.enum_members.get(at).and_then(|m| m.physical.as_deref());
            let physical = between(at.checked_sub(1).and_then(bytes), bytes(at));
            let member = EnumMember {
                physical: Some(physical),
                logical: label.clone(),
                ..Default::default()
            };
            desc.enum_members.insert(at, member);
        }
        TypeChange::RenameValue(from, to) => {
            if find(desc, to).is_ok() {
                let text = format!("enum value {to} already exists");
                return Err(CatalogError::refused(SqlState::DUPLICATE_OBJECT, text).into());
            }
            let at = find(desc, from)?;
            if let Some(member) = desc.enum_members.get_mut(at) {
                member.logical.clone_from(to);
            }
        }
        TypeChange::DropValue(label) => {
            let at = find(desc, label)?;
            desc.enum_members.remove(at);
            refuse_used(id, label, cx)?;
        }
    }
    draft.write(cx)?;
    let full = AlterType { name, change: stmt.change.clone() };
    let description = ddl::describe(&Statement::AlterType(full));
    ddl::note_job(&JobNote { description: &description, ids: &[id], of_type: true }, cx)?;
    Ok(Outcome::tag("ALTER TYPE"))
}

/// Lets every type that a table's columns use know the table, and others forget it.
pub(crate) fn refer(draft: &mut Draft, table: u32) -> Result<(), Error> {
    let Some(desc) = draft.see_table(table) else { return Ok(()) };
    let wanted: Vec<u32> = desc
        .columns
        .iter()
        .filter_map(|column| column.ty.as_ref())
        .flat_map(|ty| draft.snapshot.types_in(ty))
        .chain(desc.depends_on_types.iter().copied())
        .collect();
    let known: Vec<u32> = draft
        .snapshot
        .types()
        .filter(|ty| ty.referencing_descriptor_ids.contains(&table))
        .map(|ty| ty.id)
        .collect();
    for id in &wanted {
        if !known.contains(id) {
            let ids = &mut draft.type_desc(*id)?.referencing_descriptor_ids;
            if !ids.contains(&table) {
                ids.push(table);
            }
        }
    }
    for id in known.iter().filter(|id| !wanted.contains(id)) {
        draft.type_desc(*id)?.referencing_descriptor_ids.retain(|user| *user != table);
    }
    Ok(())
}

/// Refuses to drop a member that stands in a row.
fn refuse_used(id: u32, label: &str, cx: &mut Cx<'_>) -> Result<(), Error> {
    let snapshot = cx.snapshot()?;
    let wanted = USER_TYPE_BASE + id;
    for table in snapshot.tables().filter(|table| table.state == i32::from(State::Public)) {
        for column in &table.columns {
            let Some(ty) = &column.ty else { continue };
            let is_array = ty.array_contents.as_ref().is_some_and(|element| element.oid == wanted);
            if (ty.oid != wanted && !is_array) || column.is_virtual {
                continue;
            }
            let label = crate::print::quote(label);
            let name = crate::print::name_to_string(&column.name);
            let condition = if is_array {
                format!("{label} = ANY ({name}::STRING[])")
            } else {
                format!("{name}::STRING = {label}")
            };
            let whole = snapshot.full_name(table).map(|part| crate::print::name_to_string(&part));
            let keys: Vec<String> = table.primary_index.key_column_names.clone();
            let shown: Vec<String> =
                keys.iter().map(|key| crate::print::name_to_string(key)).collect();
            let query_text = format!(
                "SELECT {} FROM {} WHERE {condition} LIMIT 1",
                shown.join(", "),
                whole.join(".")
            );
            let Some(Statement::Select(query)) =
                crate::parser::parse(&query_text)?.pop().map(|parsed| parsed.stmt)
            else {
                continue;
            };
            let found = super::ddl_query::rows(&query, cx)?.rows;
            if let Some(row) = found.first() {
                let pairs = keys.iter().zip(row);
                let told: Vec<String> =
                    pairs.map(|(key, value)| format!("{key}={}", value.to_text())).collect();
                let text = format!(
                    "could not remove enum value {label} as it is being used by \"{}\" in row: {}",
                    table.name,
                    told.join(", ")
                );
                return Err(CatalogError::dependents(text).into());
            }
        }
    }
    Ok(())
}

/// Full names of the tables that use a type: for the refusal to drop it.
pub(crate) fn users_of(snapshot: &Snapshot, desc: &TypeDescriptor) -> Vec<String> {
    let of = |ids: &[u32]| ids.to_vec();
    let mut ids = of(&desc.referencing_descriptor_ids);
    if let Some(array) = snapshot.type_desc(desc.array_type_id) {
        ids.extend(of(&array.referencing_descriptor_ids));
    }
    sort::natural(&mut ids);
    ids.dedup();
    ids.iter()
        .filter_map(|id| snapshot.table_desc(*id))
        .map(|desc| snapshot.full_name(desc).join("."))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_members_lie_between_their_neighbours() {
        assert_eq!(spread(0, 3), [64]);
        assert_eq!(between(Some(&[64]), Some(&[128])), [96]);
        assert_eq!(between(Some(&[64]), Some(&[65])), [64, 128]);
        assert_eq!(between(None, Some(&[1])), [0, 128]);
        assert!(between(Some(&[255]), None).as_slice() > [255].as_slice());
    }
}
