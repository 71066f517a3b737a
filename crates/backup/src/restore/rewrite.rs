//! Rewriting: descriptors of the backup as they will stand in this cluster.
//!
//! ```text
//!   backup                      rewrites                     here
//!   shop 52                     52 → 61                      shop 61
//!   orders 54 in 52             54 → 63, parent 61           orders 63 in 61, keys /Table/63/…
//!     customer_id → table 53    53 → 62                      → table 62
//!     DEFAULT nextval(55:::REGCLASS)                         DEFAULT nextval(64:::REGCLASS)
//!   type 57, oid 100057         57 → 58, to_existing         the type that is here already
//! ```
//!
//! Shape: pure; `rewrites` says for each id of the backup where it goes, and what is not in it is gone. A cluster
//! restore keeps ids and rewrites nothing. *Source*: `spec/restore.md` §4 to §6. Left out: schema changes
//! under way (the real system goes on with them); partitions.

use base::hlc::Timestamp;
use base::map::Map;
use sql::catalog::descpb::{
    Alias, DatabaseDescriptor, DefaultPrivileges, Descriptor, FunctionDescriptor, LANG_SQL,
    PrivilegeDescriptor, SchemaDescriptor, SqlType, State, TableDescriptor, TypeDescriptor, Union,
    family,
};
use sql::jobs::jobspb::DescriptorRewrite;
use sql::lexer::{self, TokenKind};

/// What is added to a type's id to make its oid.
const TYPE_OID_OFFSET: u32 = 100_000;

/// Why a restored object is offline.
pub const OFFLINE_REASON: &str = "restoring";

/// Where everything goes.
#[derive(Clone, Debug)]
pub struct Rewriter<'a> {
    /// By id in the backup.
    pub rewrites: &'a Map<u32, DescriptorRewrite>,
    /// New names of databases by their names in the backup, for the texts of views.
    pub databases: &'a Map<String, String>,
    /// What a restored database, schema, type or table lets whom do.
    pub privileges: &'a dyn Privileges,
    /// When it is done.
    pub now: Timestamp,
}

/// The privileges of new objects: their owner's, and what every object has.
pub trait Privileges: std::fmt::Debug {
    /// Of an object that is what `like` is.
    fn of(&self, like: &Descriptor) -> PrivilegeDescriptor;
}

impl Rewriter<'_> {
    /// The descriptor as it will stand here, offline. `None` when it does not come: no rewrite, or it is here already.
    pub fn descriptor(&self, old: &Descriptor) -> Option<Descriptor> {
        let to = self.rewrites.get(&old.id()).filter(|to| !to.to_existing)?;
        let privileges = Some(self.privileges.of(old));
        let rewritten: Descriptor = match old.union.clone()? {
            Union::Database(d) => self.database(d, to, privileges).into(),
            Union::Schema(d) => self.schema(d, to, privileges).into(),
            Union::Type(d) => self.user_type(d, to, privileges).into(),
            Union::Table(d) => self.table(d, to, privileges).into(),
            Union::Function(d) => self.routine(d, to, privileges).into(),
        };
        Some(rewritten)
    }

    fn id(&self, old: u32) -> Option<u32> {
        self.rewrites.get(&old).map(|to| to.id)
    }

    fn database(
        &self,
        mut d: DatabaseDescriptor,
        to: &DescriptorRewrite,
        privileges: Option<PrivilegeDescriptor>,
    ) -> DatabaseDescriptor {
        d.id = to.id;
        if let Some(name) = self.databases.get(&d.name) {
            d.name.clone_from(name);
        }
        for entry in d.schemas.values_mut() {
            entry.id = self.id(entry.id).unwrap_or(entry.id);
        }
        d.version = 1;
        d.modification_time = self.now.into();
        d.state = State::Offline.into();
        OFFLINE_REASON.clone_into(&mut d.offline_reason);
        d.default_privileges = Some(DefaultPrivileges::default());
        d.privileges = privileges;
        d
    }

    fn schema(
        &self,
        mut d: SchemaDescriptor,
        to: &DescriptorRewrite,
        privileges: Option<PrivilegeDescriptor>,
    ) -> SchemaDescriptor {
        d.id = to.id;
        d.parent_id = to.parent_id;
        d.version = 1;
        d.modification_time = self.now.into();
        d.state = State::Offline.into();
        OFFLINE_REASON.clone_into(&mut d.offline_reason);
        d.default_privileges = None;
        d.privileges = privileges;
        d
    }

    fn user_type(
        &self,
        mut d: TypeDescriptor,
        to: &DescriptorRewrite,
        privileges: Option<PrivilegeDescriptor>,
    ) -> TypeDescriptor {
        d.id = to.id;
        d.parent_id = to.parent_id;
        d.parent_schema_id = to.parent_schema_id;
        d.array_type_id = self.id(d.array_type_id).unwrap_or(0);
        if let Some(alias) = &mut d.alias {
            self.alias(alias);
        }
        d.referencing_descriptor_ids =
            d.referencing_descriptor_ids.iter().filter_map(|id| self.id(*id)).collect();
        d.version = 1;
        d.modification_time = self.now.into();
        d.state = State::Offline.into();
        OFFLINE_REASON.clone_into(&mut d.offline_reason);
        d.privileges = privileges;
        d
    }

    fn routine(
        &self,
        mut d: FunctionDescriptor,
        to: &DescriptorRewrite,
        privileges: Option<PrivilegeDescriptor>,
    ) -> FunctionDescriptor {
        d.id = to.id;
        d.parent_id = to.parent_id;
        d.parent_schema_id = to.parent_schema_id;
        for ty in d.params.iter_mut().filter_map(|param| param.ty.as_mut()) {
            self.sql_type(ty);
        }
        if let Some(ty) = &mut d.return_type.ty {
            self.sql_type(ty);
        }
        if d.lang == LANG_SQL {
            d.function_body = self.view_query(&d.function_body);
        }
        for ids in [&mut d.depends_on, &mut d.depends_on_types] {
            *ids = ids.iter().filter_map(|id| self.id(*id)).collect();
        }
        d.version = 1;
        d.modification_time = self.now.into();
        d.state = State::Offline.into();
        OFFLINE_REASON.clone_into(&mut d.offline_reason);
        d.privileges = privileges;
        d
    }

    fn alias(&self, alias: &mut Alias) {
        self.sql_type(alias);
    }

    fn table(
        &self,
        mut d: TableDescriptor,
        to: &DescriptorRewrite,
        privileges: Option<PrivilegeDescriptor>,
    ) -> TableDescriptor {
        d.id = to.id;
        d.parent_id = to.parent_id;
        d.unexposed_parent_schema_id = to.parent_schema_id;
        self.references(&mut d);
        self.columns(&mut d);
        for check in &mut d.checks {
            check.expr = self.expression(&check.expr);
        }
        for index in &mut d.indexes {
            index.predicate = self.expression(&index.predicate);
        }
        if !d.view_query.is_empty() {
            d.view_query = self.view_query(&d.view_query);
        }
        d.version = 1;
        d.modification_time = self.now.into();
        d.create_as_of_time = self.now.into();
        d.state = State::Offline.into();
        OFFLINE_REASON.clone_into(&mut d.offline_reason);
        d.drop_time = 0;
        d.gc_mutations.clear();
        // A schema change that was under way when the backup was taken does not go on: what it had not finished is not
        // public, and is left out.
        d.mutations.clear();
        d.mutation_jobs.clear();
        d.replacement_of = sql::catalog::descpb::Replacement::default();
        d.privileges = privileges;
        d
    }

    /// Foreign keys, views, sequences' owners: partners that do not come are forgotten.
    fn references(&self, d: &mut TableDescriptor) {
        let id = d.id;
        d.mutations.retain_mut(|mutation| {
            let Some(change) = mutation.constraint.as_mut().filter(|change| change.kind == 1)
            else {
                return true;
            };
            let partner = self.id(change.foreign_key.referenced_table_id);
            change.foreign_key.origin_table_id = id;
            change.foreign_key.referenced_table_id = partner.unwrap_or(0);
            partner.is_some()
        });
        d.outbound_fks.retain_mut(|fk| {
            let partner = self.id(fk.referenced_table_id);
            fk.origin_table_id = d.id;
            fk.referenced_table_id = partner.unwrap_or(0);
            partner.is_some()
        });
        d.inbound_fks.retain_mut(|fk| {
            let partner = self.id(fk.origin_table_id);
            fk.referenced_table_id = d.id;
            fk.origin_table_id = partner.unwrap_or(0);
            partner.is_some()
        });
        d.depends_on = d.depends_on.iter().filter_map(|id| self.id(*id)).collect();
        d.depends_on_types = d.depends_on_types.iter().filter_map(|id| self.id(*id)).collect();
        d.depended_on_by.retain_mut(|by| {
            let partner = self.id(by.id);
            by.id = partner.unwrap_or(0);
            partner.is_some()
        });
        for unique in &mut d.unique_without_index {
            unique.table_id = d.id;
        }
        if let Some(options) = &mut d.sequence_opts
            && options.owner.table_id != 0
        {
            match self.id(options.owner.table_id) {
                Some(owner) => options.owner.table_id = owner,
                None => options.owner = sql::catalog::descpb::SequenceOwner::default(),
            }
        }
    }

    fn columns(&self, d: &mut TableDescriptor) {
        for column in &mut d.columns {
            if let Some(ty) = &mut column.ty {
                self.sql_type(ty);
            }
            let lost = column.uses_sequence_ids.iter().any(|id| self.id(*id).is_none());
            column.uses_sequence_ids =
                column.uses_sequence_ids.iter().filter_map(|id| self.id(*id)).collect();
            column.owns_sequence_ids =
                column.owns_sequence_ids.iter().filter_map(|id| self.id(*id)).collect();
            if lost {
                column.default_expr = None;
                column.on_update_expr = None;
                column.uses_sequence_ids.clear();
            }
            for text in
                [&mut column.default_expr, &mut column.compute_expr, &mut column.on_update_expr]
                    .into_iter()
                    .flatten()
            {
                *text = self.expression(text);
            }
        }
    }

    /// A type with the ids that user-defined ones have here.
    pub fn sql_type(&self, ty: &mut SqlType) {
        if ty.family == family::ENUM {
            ty.oid = self.oid(ty.oid);
        }
        if ty.family == family::ARRAY && ty.oid > TYPE_OID_OFFSET {
            ty.oid = self.oid(ty.oid);
        }
        if let Some(meta) = &mut ty.meta {
            meta.array_oid = self.oid(meta.array_oid);
        }
        if let Some(element) = &mut ty.array_contents {
            self.sql_type(element);
        }
    }

    fn oid(&self, oid: u32) -> u32 {
        let id = oid.checked_sub(TYPE_OID_OFFSET).and_then(|id| self.id(id));
        id.map_or(oid, |id| id.saturating_add(TYPE_OID_OFFSET))
    }

    /// An expression with new ids in it: `nextval(55:::REGCLASS)`, `'a':::@100057`.
    fn expression(&self, text: &str) -> String {
        let with_sequences = replace_numbers(text, |before, number, after| {
            let is_table =
                after.starts_with(":::REGCLASS") && !before.ends_with(char::is_alphanumeric);
            is_table.then(|| self.id(number)).flatten()
        });
        replace_numbers(&with_sequences, |before, number, _| {
            before.ends_with('@').then(|| self.oid(number))
        })
    }

    /// A view's text with databases by their new names, and tables by their new numbers.
    fn view_query(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut from = 0;
        for token in lexer::tokens(text) {
            let Some(word) = text.get(token.start..token.end) else { continue };
            let is_name = matches!(
                token.kind,
                TokenKind::Ident | TokenKind::QuotedIdent | TokenKind::Keyword
            );
            let name = word.trim_matches('"');
            let qualifies = text.get(token.end..).is_some_and(|rest| rest.starts_with('.'))
                && !text.get(..token.start).is_some_and(|before| before.ends_with('.'));
            if let Some(new) = self.databases.get(name).filter(|_| is_name && qualifies) {
                out.push_str(text.get(from..token.start).unwrap_or(""));
                out.push_str(&quoted(new));
                from = token.end;
            }
        }
        out.push_str(text.get(from..).unwrap_or(""));
        self.expression(&out)
    }
}

/// A name as it must be written.
fn quoted(name: &str) -> String {
    let plain = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if plain { name.to_owned() } else { format!("\"{}\"", name.replace('"', "\"\"")) }
}

/// Puts other numbers in the place of those for which `pick` has one. It sees what stands before and after.
fn replace_numbers(text: &str, pick: impl Fn(&str, u32, &str) -> Option<u32>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c.is_ascii_digit()) {
        let (before, tail) = rest.split_at(at);
        let length = tail.find(|c: char| !c.is_ascii_digit()).unwrap_or(tail.len());
        let (digits, after) = tail.split_at(length);
        out.push_str(before);
        let new = digits.parse().ok().and_then(|number| pick(&out, number, after));
        match new {
            Some(new) => out.push_str(&new.to_string()),
            None => out.push_str(digits),
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Nobody;

    impl Privileges for Nobody {
        fn of(&self, _: &Descriptor) -> PrivilegeDescriptor {
            PrivilegeDescriptor::default()
        }
    }

    fn with_rewriter<T>(pairs: &[(u32, u32)], check: impl FnOnce(&Rewriter<'_>) -> T) -> T {
        let rewrites: Map<u32, DescriptorRewrite> = pairs
            .iter()
            .map(|(old, new)| {
                let to = DescriptorRewrite {
                    id: *new,
                    parent_id: 61,
                    to_existing: false,
                    parent_schema_id: 29,
                };
                (*old, to)
            })
            .collect();
        let databases = Map::from([("shop".to_owned(), "My Shop".to_owned())]);
        check(&Rewriter {
            rewrites: &rewrites,
            databases: &databases,
            privileges: &Nobody,
            now: Timestamp::from_secs(9),
        })
    }

    #[test]
    fn numbers_in_expressions() {
        with_rewriter(&[(55, 64), (57, 58)], |rewriter| {
            assert_eq!(rewriter.expression("nextval(55:::REGCLASS)"), "nextval(64:::REGCLASS)");
            assert_eq!(
                rewriter.expression("x'55':::STRING || 55:::INT8"),
                "x'55':::STRING || 55:::INT8"
            );
            assert_eq!(rewriter.expression("b'\\x80':::@100057"), "b'\\x80':::@100058");
            assert_eq!(rewriter.expression("b:::@100099"), "b:::@100099");
        });
    }

    #[test]
    fn partners_that_do_not_come_are_forgotten() {
        use sql::catalog::descpb::{ColumnDescriptor, ForeignKey};
        let fk = |to: u32| ForeignKey {
            origin_table_id: 54,
            referenced_table_id: to,
            ..ForeignKey::default()
        };
        let table = TableDescriptor {
            id: 54,
            parent_id: 52,
            outbound_fks: vec![fk(53), fk(99)],
            columns: vec![ColumnDescriptor {
                default_expr: Some("nextval(98:::REGCLASS)".to_owned()),
                uses_sequence_ids: vec![98],
                ..ColumnDescriptor::default()
            }],
            ..TableDescriptor::default()
        };
        with_rewriter(&[(52, 61), (53, 62), (54, 63)], |rewriter| {
            let new = rewriter.descriptor(&table.clone().into()).unwrap();
            let Some(Union::Table(new)) = new.union else { panic!("a table") };
            assert_eq!((new.id, new.parent_id, new.unexposed_parent_schema_id), (63, 61, 29));
            assert_eq!(new.outbound_fks.len(), 1);
            assert_eq!(
                (new.outbound_fks[0].origin_table_id, new.outbound_fks[0].referenced_table_id),
                (63, 62)
            );
            assert_eq!(new.columns[0].default_expr, None);
            assert_eq!(new.state, i32::from(State::Offline));
        });
    }
}
