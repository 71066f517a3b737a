//! Table descriptors from one-line definitions, in the notation of the sheet.
//!
//! ```text
//!   "username STRING!, hashedPassword BYTES, isRole BOOL!=false"     ! NOT NULL, =x default, ~ hidden
//!   primary key "username", index "name(a,b DESC) s(c)", unique "u:name(a)"
//! ```
//!
//! Shape: text in, [`TableDescriptor`] out; columns and indexes are numbered in order, from 1.
//! *Source*: `spec/system-tables.md` §2.

use base::hlc::Timestamp;

use crate::catalog::descpb::{
    Check, ColumnDescriptor, FamilyDescriptor, IndexDescriptor, SequenceOpts, TableDescriptor,
    direction, encoding,
};
use crate::catalog::privilege;
use crate::rules::Rules;
use crate::types::{Type, Width, wire};

/// How a table's columns share keys.
#[derive(Clone, Copy, Debug)]
pub(super) enum Families {
    /// One family holds all.
    One,
    /// The key in family 0, every other column in a family numbered like itself.
    Each,
    /// Named families; columns that none names are in the first.
    Named(&'static [(&'static str, &'static str)]),
}

/// A system table in short.
#[derive(Clone, Copy, Debug)]
pub(super) struct Def {
    /// Its id.
    pub id: u32,
    /// Its name.
    pub name: &'static str,
    /// Its columns.
    pub columns: &'static str,
    /// Its primary key.
    pub key: &'static str,
    /// Its secondary indexes.
    pub indexes: &'static [&'static str],
    /// Its families.
    pub families: Families,
    /// CHECK constraints by name.
    pub checks: &'static [(&'static str, &'static str)],
    /// Whether users may change it by DML.
    pub writable: bool,
    /// Whether backups leave it out by a table option.
    pub excluded: bool,
}

impl Def {
    /// A table with one family and nothing else.
    pub(super) const fn new(
        id: u32,
        name: &'static str,
        columns: &'static str,
        key: &'static str,
    ) -> Self {
        Self {
            id,
            name,
            columns,
            key,
            indexes: &[],
            families: Families::One,
            checks: &[],
            writable: true,
            excluded: false,
        }
    }

    pub(super) const fn each(mut self) -> Self {
        self.families = Families::Each;
        self
    }

    pub(super) const fn families(mut self, named: &'static [(&'static str, &'static str)]) -> Self {
        self.families = Families::Named(named);
        self
    }

    pub(super) const fn indexes(mut self, indexes: &'static [&'static str]) -> Self {
        self.indexes = indexes;
        self
    }

    pub(super) const fn checks(mut self, checks: &'static [(&'static str, &'static str)]) -> Self {
        self.checks = checks;
        self
    }

    pub(super) const fn read_only(mut self) -> Self {
        self.writable = false;
        self
    }

    pub(super) const fn excluded(mut self) -> Self {
        self.excluded = true;
        self
    }

    /// The descriptor.
    pub(super) fn build(&self, rules: Rules) -> TableDescriptor {
        let mut table = blank(self.id, self.name, rules, self.writable);
        for (id, text) in (1..).zip(self.columns.split(", ")) {
            table.columns.push(column(id, text));
        }
        table.next_column_id = base::num::to_u32(table.columns.len()) + 1;
        table.primary_index = index(&table, 1, &format!("u:primary({})", self.key), rules);
        table.primary_index.encoding_type = encoding::PRIMARY;
        table.primary_index.version = 4;
        for (id, text) in (2..).zip(self.indexes) {
            let made = index(&table, id, text, rules);
            table.indexes.push(made);
        }
        table.next_index_id = base::num::to_u32(self.indexes.len()) + 2;
        for column in &mut table.columns {
            if table.primary_index.key_column_ids.contains(&column.id) {
                column.nullable = false;
            }
        }
        store_rest(&mut table);
        self.set_families(&mut table);
        for (name, expr) in self.checks {
            table.checks.push(Check {
                expr: (*expr).to_owned(),
                name: (*name).to_owned(),
                column_ids: vec![1],
                ..Check::default()
            });
        }
        if rules.exclude_data_from_backup() {
            table.exclude_data_from_backup = Some(self.excluded);
        }
        table
    }

    fn set_families(&self, table: &mut TableDescriptor) {
        let key = table.primary_index.key_column_ids.clone();
        let mut families =
            vec![FamilyDescriptor { name: "primary".to_owned(), ..Default::default() }];
        if let Families::Named(named) = self.families {
            families = (0..).zip(named).map(|(id, (name, _))| family(id, name)).collect();
        }
        for column in &table.columns {
            let at = match self.families {
                Families::One => 0,
                Families::Each if key.contains(&column.id) || column.name == "user_id" => 0,
                Families::Each => {
                    let name = format!("fam_{}_{}", column.id, column.name);
                    let mut own = family(column.id, &name);
                    own.default_column_id = column.id;
                    families.push(own);
                    families.len() - 1
                }
                Families::Named(named) => named
                    .iter()
                    .position(|(_, list)| list.split(", ").any(|name| name == column.name))
                    .unwrap_or(0),
            };
            if let Some(family) = families.get_mut(at) {
                family.column_names.push(column.name.clone());
                family.column_ids.push(column.id);
            }
        }
        table.next_family_id = families.iter().map(|family| family.id + 1).max().unwrap_or(1);
        table.families = families;
    }
}

fn family(id: u32, name: &str) -> FamilyDescriptor {
    FamilyDescriptor { name: name.to_owned(), id, ..Default::default() }
}

/// A sequence of database `system`.
pub(super) fn sequence(id: u32, name: &str, start: i64, max: i64, rules: Rules) -> TableDescriptor {
    let mut table = blank(id, name, rules, false);
    table.columns.push(column(1, "value INT8!"));
    table.next_column_id = 2;
    table.primary_index = index(&table, 1, "u:primary(value)", rules);
    table.primary_index.encoding_type = encoding::PRIMARY;
    table.primary_index.version = 4;
    table.next_index_id = 2;
    table.families = vec![FamilyDescriptor {
        name: "primary".to_owned(),
        column_names: vec!["value".to_owned()],
        column_ids: vec![1],
        default_column_id: 1,
        ..Default::default()
    }];
    table.next_family_id = 1;
    table.sequence_opts = Some(SequenceOpts {
        increment: 1,
        min_value: start.min(1).max(i64::from(start > 1) * start),
        max_value: max,
        start,
        cache_size: 1,
        as_integer_type: rules.constraint_ids().then(String::new),
        ..Default::default()
    });
    table
}

fn blank(id: u32, name: &str, rules: Rules, writable: bool) -> TableDescriptor {
    use privilege::Privilege as P;
    let mut bits = P::Select.bit();
    if writable {
        bits |= P::Insert.bit() | P::Delete.bit() | P::Update.bit();
    }
    if !rules.grant_options() {
        bits |= P::Grant.bit();
    }
    TableDescriptor {
        name: name.to_owned(),
        id,
        parent_id: super::SYSTEM_DB,
        version: 1,
        modification_time: Timestamp::ZERO.into(),
        privileges: Some(privilege::for_system(bits, rules)),
        next_mutation_id: 1,
        format_version: 3,
        unexposed_parent_schema_id: super::PUBLIC_SCHEMA,
        next_constraint_id: rules.constraint_ids().then_some(2),
        ..Default::default()
    }
}

fn column(id: u32, text: &str) -> ColumnDescriptor {
    let (text, hidden) = text.strip_prefix('~').map_or((text, false), |rest| (rest, true));
    let (name, rest) = text.split_once(' ').unwrap_or((text, "STRING"));
    let (rest, default) =
        rest.split_once('=').map_or((rest, None), |(ty, expr)| (ty, Some(expr.to_owned())));
    let (ty, nullable) = rest.strip_suffix('!').map_or((rest, true), |ty| (ty, false));
    ColumnDescriptor {
        name: name.to_owned(),
        id,
        ty: Some(wire::to_message(&sql_type(ty))),
        nullable,
        default_expr: default,
        hidden,
        ..Default::default()
    }
}

fn sql_type(text: &str) -> Type {
    if let Some(element) = text.strip_suffix("[]") {
        return Type::array(sql_type(element));
    }
    match text {
        "INT8" => Type::INT,
        "BYTES" => Type::Bytes,
        "BOOL" => Type::Bool,
        "FLOAT8" => Type::Float(Width::W8),
        "DECIMAL" => Type::DECIMAL,
        "DECIMAL(18,15)" => Type::Decimal { precision: 18, scale: 15 },
        "TIMESTAMP" => Type::TIMESTAMP,
        "TIMESTAMPTZ" => Type::TIMESTAMPTZ,
        "UUID" => Type::Uuid,
        "OID" => Type::OID,
        "JSONB" => Type::Json,
        _ => Type::STRING,
    }
}

/// An index from `[u:]name(col [DESC],…) [s(col,…)]`.
fn index(table: &TableDescriptor, id: u32, text: &str, rules: Rules) -> IndexDescriptor {
    let (text, unique) = text.strip_prefix("u:").map_or((text, false), |rest| (rest, true));
    let (head, stored) = text.split_once(") s(").unwrap_or((text, ""));
    let (name, columns) = head.split_once('(').unwrap_or((head, ""));
    let mut made =
        IndexDescriptor { name: name.to_owned(), id, unique, version: 3, ..Default::default() };
    let find = |name: &str| table.columns.iter().find(|column| column.name == name);
    for part in columns.trim_end_matches(')').split(',') {
        let (name, desc) = part.strip_suffix(" DESC").map_or((part, false), |name| (name, true));
        if let Some(column) = find(name) {
            made.key_column_names.push(column.name.clone());
            made.key_column_ids.push(column.id);
            made.key_column_directions.push(if desc { direction::DESC } else { direction::ASC });
        }
    }
    for column in stored.trim_end_matches(')').split(',').filter_map(find) {
        made.store_column_names.push(column.name.clone());
        made.store_column_ids.push(column.id);
    }
    let key = &table.primary_index.key_column_ids;
    made.key_suffix_column_ids =
        key.iter().copied().filter(|id| !made.key_column_ids.contains(id)).collect();
    if id == 1 {
        made.key_suffix_column_ids.clear();
    }
    if rules.constraint_ids() {
        made.constraint_id = Some(u32::from(unique));
        made.created_at_nanos = Some(0);
        made.use_delete_preserving_encoding = Some(false);
        made.not_visible = Some(false);
    }
    made
}

/// The primary index stores every column that its key does not have.
fn store_rest(table: &mut TableDescriptor) {
    for column in &table.columns {
        if !table.primary_index.key_column_ids.contains(&column.id) {
            table.primary_index.store_column_ids.push(column.id);
            table.primary_index.store_column_names.push(column.name.clone());
        }
    }
}
