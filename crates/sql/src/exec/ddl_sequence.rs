//! CREATE SEQUENCE, ALTER SEQUENCE, and the sequences of identity columns.
//!
//! ```text
//!   key /Table/<id>/1/0/0 holds the last value drawn; a new sequence holds start − increment
//! ```
//!
//! *Source*: CockroachDB's CREATE SEQUENCE page. Left out: CYCLE (refused), per-session caches (kept, not used).

use base::sqlstate::SqlState;

use super::ddl::{self, Draft};
use super::{ddl_build, ddl_table, ddl_temp};
use crate::ast::ddl::{AlterSequence, CreateSequence, Persistence, SequenceOption};
use crate::ast::expr::TypeName;
use crate::ast::{ObjectName, Statement};
use crate::catalog::descpb::{
    ColumnDescriptor, FamilyDescriptor, SequenceOpts, SequenceOwner, TableDescriptor,
};
use crate::catalog::error::{Error as CatalogError, Kind};
use crate::catalog::names::Scope;
use crate::catalog::system;
use crate::cx::Cx;
use crate::error::Error;
use crate::outcome::Outcome;
use crate::types::{Type, Width, wire};

fn refuse(message: impl Into<String>) -> Error {
    CatalogError::refused(SqlState::INVALID_PARAMETER_VALUE, message).into()
}

/// Runs CREATE SEQUENCE.
pub(crate) fn create(stmt: &CreateSequence, cx: &mut Cx<'_>) -> Result<Outcome, Error> {
    cx.check_writable("CREATE SEQUENCE")?;
    let snapshot = cx.snapshot()?;
    let place = ddl_temp::place_for(&stmt.name, stmt.persistence, &snapshot, cx)?;
    if let Some(found) = ddl_table::existing(&snapshot, &place, &stmt.name, stmt.if_not_exists)? {
        cx.notice_skip(
            format_args!("relation \"{found}\""),
            "already exists",
            SqlState::DUPLICATE_RELATION,
        );
        return Ok(Outcome::tag("CREATE SEQUENCE"));
    }
    cx.require_create_in(&snapshot, &place)?;
    let id = cx.new_desc_id()?;
    let owner = cx.session.user.clone();
    let mut desc = ddl_table::blank(id, &stmt.name, &place, Kind::Sequence, &owner, &snapshot);
    desc.temporary = stmt.persistence == Persistence::Temporary;
    let opts = options(None, &stmt.options, cx)?;
    make_sequence(&mut desc, opts, cx);
    let mut draft = Draft::new(snapshot);
    let start = first_value(&desc);
    draft.add_table(desc);
    own(&mut draft, id, &stmt.options, cx)?;
    draft.write(cx)?;
    set_value(id, start, cx)?;
    Ok(Outcome::tag("CREATE SEQUENCE"))
}

/// What a sequence holds before its first value is drawn.
fn first_value(desc: &TableDescriptor) -> i64 {
    desc.sequence_opts.as_ref().map_or(0, |opts| opts.start.wrapping_sub(opts.increment))
}

/// Writes the value that a sequence holds.
pub(crate) fn set_value(id: u32, value: i64, cx: &mut Cx<'_>) -> Result<(), Error> {
    let key = system::sequence_key(id);
    let bytes = crate::row::sequence_value(&key, value);
    let (kv, txn) = cx.txn()?;
    kv.put(txn, &key, &bytes)?;
    Ok(())
}

/// Gives a table descriptor the one column, index and family of a sequence.
fn make_sequence(desc: &mut TableDescriptor, opts: SequenceOpts, cx: &Cx<'_>) {
    let column = ColumnDescriptor {
        name: "value".to_owned(),
        id: 1,
        ty: Some(wire::to_message(&Type::INT)),
        ..Default::default()
    };
    ddl_build::push_column(desc, column);
    // The real system's sequences have no constraint ids, so nothing can fail here.
    let _ = ddl_build::set_primary(desc, Some("primary"), &[(1, false)], *cx.rules);
    desc.families = vec![FamilyDescriptor {
        name: "primary".to_owned(),
        column_names: vec!["value".to_owned()],
        column_ids: vec![1],
        default_column_id: 1,
        ..Default::default()
    }];
    desc.next_family_id = 0;
    desc.sequence_opts = Some(opts);
}

/// Options over those that a sequence has, or over the defaults.
fn options(
    old: Option<&SequenceOpts>,
    options: &[SequenceOption],
    cx: &Cx<'_>,
) -> Result<SequenceOpts, Error> {
    let counted = cx.rules.constraint_ids();
    let mut opts = old.cloned().unwrap_or_else(|| SequenceOpts {
        increment: 1,
        cache_size: 1,
        as_integer_type: counted.then(String::new),
        ..Default::default()
    });
    let mut given = Bounds::default();
    for option in options {
        apply(&mut opts, &mut given, option, counted)?;
    }
    if opts.increment == 0 {
        return Err(refuse("INCREMENT must not be zero"));
    }
    let up = opts.increment > 0;
    let (low, high) = given.of_type.unwrap_or((i64::MIN, i64::MAX));
    let fresh = old.is_none();
    if let Some(min) = given.min {
        opts.min_value = min.unwrap_or(if up { 1 } else { low });
    } else if fresh {
        opts.min_value = if up { 1 } else { low };
    }
    if let Some(max) = given.max {
        opts.max_value = max.unwrap_or(if up { high } else { -1 });
    } else if fresh {
        opts.max_value = if up { high } else { -1 };
    }
    if let Some(start) = given.start {
        opts.start = start;
    } else if fresh {
        opts.start = if up { opts.min_value } else { opts.max_value };
    }
    check(&opts)?;
    Ok(opts)
}

/// What was said of the bounds: nothing, NO MINVALUE, or a number.
#[derive(Default)]
#[expect(clippy::option_option, reason = "not said and said to be none are different")]
struct Bounds {
    min: Option<Option<i64>>,
    max: Option<Option<i64>>,
    start: Option<i64>,
    of_type: Option<(i64, i64)>,
}

fn apply(
    opts: &mut SequenceOpts,
    given: &mut Bounds,
    option: &SequenceOption,
    counted: bool,
) -> Result<(), Error> {
    match option {
        SequenceOption::Increment(n) => opts.increment = *n,
        SequenceOption::MinValue(value) => given.min = Some(*value),
        SequenceOption::MaxValue(value) => given.max = Some(*value),
        SequenceOption::Start(value) => given.start = Some(*value),
        SequenceOption::Cache(n) | SequenceOption::NodeCache(n) => {
            if *n < 1 {
                return Err(refuse(format!("CACHE ({n}) must be greater than zero")));
            }
            opts.cache_size = *n;
        }
        SequenceOption::Virtual => opts.is_virtual = true,
        SequenceOption::Cycle(true) => {
            return Err(CatalogError::unsupported("CYCLE option of sequences").into());
        }
        SequenceOption::As(name) => {
            let (word, bounds) = integer_type(name)?;
            given.of_type = Some(bounds);
            if counted {
                opts.as_integer_type = Some(word.to_owned());
            }
        }
        SequenceOption::Cycle(false) | SequenceOption::OwnedBy(_) | SequenceOption::Restart(_) => {}
    }
    Ok(())
}

#[expect(clippy::wildcard_enum_match_arm, reason = "no other type counts")]
fn integer_type(name: &TypeName) -> Result<(&'static str, (i64, i64)), Error> {
    match wire::from_ast(name, &wire::NoTypes)? {
        Type::Int(Width::W2) => Ok(("INT2", (i64::from(i16::MIN), i64::from(i16::MAX)))),
        Type::Int(Width::W4) => Ok(("INT4", (i64::from(i32::MIN), i64::from(i32::MAX)))),
        Type::Int(Width::W8) => Ok(("INT8", (i64::MIN, i64::MAX))),
        _ => Err(refuse("type must be an integer type")),
    }
}

fn check(opts: &SequenceOpts) -> Result<(), Error> {
    let SequenceOpts { min_value: min, max_value: max, start, .. } = opts;
    if min > max {
        return Err(refuse(format!("MINVALUE ({min}) must be less than MAXVALUE ({max})")));
    }
    if start < min {
        return Err(refuse(format!("START value ({start}) cannot be less than MINVALUE ({min})")));
    }
    if start > max {
        return Err(refuse(format!(
            "START value ({start}) cannot be greater than MAXVALUE ({max})"
        )));
    }
    Ok(())
}

/// OWNED BY: the sequence is dropped with the column.
fn own(
    draft: &mut Draft,
    sequence: u32,
    options: &[SequenceOption],
    cx: &Cx<'_>,
) -> Result<(), Error> {
    for option in options {
        let SequenceOption::OwnedBy(owner) = option else { continue };
        disown(draft, sequence)?;
        let Some(parts) = owner else { continue };
        let Some((column, table)) = parts.split_last() else { continue };
        let name = ObjectName { parts: table.to_vec() };
        let desc = draft.snapshot.resolve_kind(&name, Scope::of(cx.session), Kind::Table)?;
        let (table, column) = (desc.id, ddl_build::find_column(desc, column)?.id);
        set_owner(draft, sequence, table, column)?;
    }
    Ok(())
}

/// Lets a column own a sequence.
pub(crate) fn set_owner(
    draft: &mut Draft,
    sequence: u32,
    table: u32,
    column: u32,
) -> Result<(), Error> {
    if let Some(opts) = &mut draft.table(sequence)?.sequence_opts {
        opts.owner = SequenceOwner { column_id: column, table_id: table };
    }
    let desc = draft.table(table)?;
    if let Some(column) = desc.columns.iter_mut().find(|c| c.id == column) {
        column.owns_sequence_ids.push(sequence);
    }
    Ok(())
}

/// Takes a sequence from the column that owns it.
pub(crate) fn disown(draft: &mut Draft, sequence: u32) -> Result<(), Error> {
    let owner = draft.see_table(sequence).and_then(|desc| desc.sequence_opts.as_ref());
    let Some(owner) = owner.map(|opts| opts.owner).filter(|owner| owner.table_id != 0) else {
        return Ok(());
    };
    if draft.see_table(owner.table_id).is_some() {
        for column in &mut draft.table(owner.table_id)?.columns {
            column.owns_sequence_ids.retain(|id| *id != sequence);
        }
    }
    if let Some(opts) = &mut draft.table(sequence)?.sequence_opts {
        opts.owner = SequenceOwner::default();
    }
    Ok(())
}

/// Makes the sequence of an identity column and its default.
pub(crate) fn for_identity(
    draft: &mut Draft,
    table: u32,
    column: u32,
    given: &[SequenceOption],
    cx: &mut Cx<'_>,
) -> Result<(), Error> {
    let id = cx.new_desc_id()?;
    let opts = options(None, given, cx)?;
    let Some(desc) = draft.see_table(table).cloned() else { return Ok(()) };
    let base = format!("{}_{}_seq", desc.name, ddl_build::column_name(&desc, column));
    let (db, schema) = (desc.parent_id, desc.unexposed_parent_schema_id);
    let snapshot = std::sync::Arc::clone(&draft.snapshot);
    let name = ddl_build::free_name(&base, |name| snapshot.id_of(db, schema, name).is_some());
    let mut sequence = TableDescriptor {
        name,
        id,
        columns: Vec::new(),
        next_column_id: 1,
        indexes: Vec::new(),
        next_index_id: 1,
        families: Vec::new(),
        next_family_id: 0,
        checks: Vec::new(),
        version: 0,
        depended_on_by: Vec::new(),
        outbound_fks: Vec::new(),
        inbound_fks: Vec::new(),
        unique_without_index: Vec::new(),
        ..desc
    };
    make_sequence(&mut sequence, opts, cx);
    let start = first_value(&sequence);
    draft.add_table(sequence);
    ddl_table::use_sequences(draft, table, column, &[id])?;
    set_owner(draft, id, table, column)?;
    let desc = draft.table(table)?;
    if let Some(column) = desc.columns.iter_mut().find(|c| c.id == column) {
        column.default_expr = Some(format!("nextval({id}:::REGCLASS)"));
        column.uses_sequence_ids.push(id);
    }
    set_value(id, start, cx)
}

/// Runs ALTER SEQUENCE.
pub(crate) fn alter(stmt: &AlterSequence, cx: &mut Cx<'_>) -> Result<Outcome, Error> {
    cx.check_writable("ALTER SEQUENCE")?;
    let snapshot = cx.snapshot()?;
    let desc = match snapshot.resolve_kind(&stmt.name, cx.name_scope(), Kind::Sequence) {
        Ok(desc) => std::sync::Arc::clone(desc),
        Err(CatalogError::Undefined { kind, name }) if stmt.if_exists => {
            let what = format!("{} \"{name}\"", kind.word());
            cx.notice_skip(what, "does not exist", SqlState::UNDEFINED_TABLE);
            return Ok(Outcome::tag("ALTER SEQUENCE"));
        }
        Err(cause) => return Err(cause.into()),
    };
    cx.require_alter(&snapshot, &desc)?;
    let opts = options(desc.sequence_opts.as_ref(), &stmt.options, cx)?;
    let restart = stmt.options.iter().find_map(|option| match option {
        SequenceOption::Restart(value) => Some(value.unwrap_or(opts.start)),
        SequenceOption::As(_)
        | SequenceOption::Cycle(_)
        | SequenceOption::OwnedBy(_)
        | SequenceOption::Cache(_)
        | SequenceOption::NodeCache(_)
        | SequenceOption::Increment(_)
        | SequenceOption::MinValue(_)
        | SequenceOption::MaxValue(_)
        | SequenceOption::Start(_)
        | SequenceOption::Virtual => None,
    });
    let increment = opts.increment;
    let full = snapshot.full_name(&desc);
    let mut draft = Draft::new(snapshot);
    draft.table(desc.id)?.sequence_opts = Some(opts);
    own(&mut draft, desc.id, &stmt.options, cx)?;
    draft.write(cx)?;
    if let Some(value) = restart {
        set_value(desc.id, value.wrapping_sub(increment), cx)?;
    }
    let named = AlterSequence { name: ddl::full_object_name(full), ..stmt.clone() };
    let description = ddl::describe(&Statement::AlterSequence(Box::new(named)));
    let note = ddl::JobNote { description: &description, ids: &[desc.id], of_type: false };
    ddl::note_job(&note, cx)?;
    Ok(Outcome::tag("ALTER SEQUENCE"))
}

/// Forgets that a table draws from sequences: one column of it, or all.
pub(crate) fn stop_using(
    draft: &mut Draft,
    table: u32,
    column: Option<u32>,
    sequences: &[u32],
) -> Result<(), Error> {
    for id in sequences {
        if draft.see_table(*id).is_none() {
            continue;
        }
        let by = &mut draft.table(*id)?.depended_on_by;
        for entry in by.iter_mut().filter(|entry| entry.id == table) {
            match column {
                Some(column) => entry.column_ids.retain(|id| *id != column),
                None => entry.column_ids.clear(),
            }
        }
        by.retain(|entry| entry.id != table || !entry.column_ids.is_empty());
    }
    Ok(())
}
