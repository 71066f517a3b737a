//! ALTER.

use super::cursor::{Parser, Result};
use crate::ast::alter::{
    AlterDatabase, AlterIndexVisible, AlterSequence, AlterTable, AlterTableCommand, AlterType,
    DatabaseChange, Owner, Rename, SetSchema, Split, SplitAction, TypeChange,
};
use crate::ast::ddl::{ConstraintDef, IndexDef};
use crate::ast::zone::{TableIndex, ZoneTarget};
use crate::ast::{Name, ObjectKind, ObjectName, Statement};

impl Parser<'_> {
    /// ALTER.
    pub(super) fn alter(&mut self) -> Result<Statement> {
        self.expect("alter")?;
        match self.key() {
            "table" => self.helped("ALTER TABLE", Self::alter_table),
            "index" => self.helped("ALTER INDEX", Self::alter_index),
            "view" => self.helped("ALTER VIEW", |p| p.alter_object(ObjectKind::View)),
            "materialized" => self.helped("ALTER VIEW", |p| {
                p.skip();
                p.alter_object(ObjectKind::MaterializedView)
            }),
            "sequence" => self.helped("ALTER SEQUENCE", |p| p.alter_object(ObjectKind::Sequence)),
            "schema" => self.helped("ALTER SCHEMA", |p| p.alter_object(ObjectKind::Schema)),
            "type" => self.helped("ALTER TYPE", |p| p.alter_object(ObjectKind::Type)),
            "function" => self.helped("ALTER FUNCTION", |p| p.alter_object(ObjectKind::Function)),
            "procedure" => {
                self.helped("ALTER PROCEDURE", |p| p.alter_object(ObjectKind::Procedure))
            }
            "database" => self.helped("ALTER DATABASE", Self::alter_database),
            "range" | "partition" => self.helped("ALTER RANGE", |p| {
                let target = p.zone_target()?;
                p.configure_zone(target)
            }),
            "default" => self.helped("ALTER DEFAULT PRIVILEGES", |p| {
                p.expect_all(&["default", "privileges"])?;
                p.alter_default_privileges()
            }),
            "user" | "role" => self.helped("ALTER ROLE", Self::alter_role),
            "backup" if self.key_at(1) == "schedule" && !self.dialect.newer_options => {
                self.skip();
                Err(self.fault())
            }
            "backup" if self.key_at(1) == "schedule" => self.helped("ALTER BACKUP SCHEDULE", |p| {
                p.expect_all(&["backup", "schedule"])?;
                p.alter_schedule()
            }),
            "backup" => self.helped("ALTER BACKUP", |p| {
                p.skip();
                p.alter_backup()
            }),
            _ => Err(self.fault()),
        }
    }

    /// RENAME TO, SET SCHEMA, OWNER TO, if one stands here.
    fn alter_common(
        &mut self,
        kind: ObjectKind,
        if_exists: bool,
        name: &ObjectName,
    ) -> Result<Option<Statement>> {
        let name = name.clone();
        if self.eat_all(&["rename", "to"]) {
            let new_name = match kind {
                ObjectKind::Table
                | ObjectKind::View
                | ObjectKind::MaterializedView
                | ObjectKind::Sequence => self.object_name()?,
                ObjectKind::Database
                | ObjectKind::Schema
                | ObjectKind::Type
                | ObjectKind::Index
                | ObjectKind::Function
                | ObjectKind::Procedure => ObjectName::simple(self.name()?),
            };
            return Ok(Some(Statement::Rename(Rename {
                kind,
                if_exists,
                name,
                index: None,
                new_name,
            })));
        }
        if self.eat_all(&["set", "schema"]) {
            let schema = self.name()?;
            return Ok(Some(Statement::SetSchema(SetSchema { kind, if_exists, name, schema })));
        }
        if self.eat_all(&["owner", "to"]) {
            let owner = self.role()?;
            return Ok(Some(Statement::Owner(Owner { kind, if_exists, name, owner })));
        }
        Ok(None)
    }

    fn alter_object(&mut self, kind: ObjectKind) -> Result<Statement> {
        self.skip();
        let if_exists = self.if_exists();
        let name = match kind {
            ObjectKind::Schema => self.schema_name()?,
            ObjectKind::Function | ObjectKind::Procedure => self.function_signature()?,
            ObjectKind::Database
            | ObjectKind::Table
            | ObjectKind::View
            | ObjectKind::MaterializedView
            | ObjectKind::Sequence
            | ObjectKind::Type
            | ObjectKind::Index => self.object_name()?,
        };
        if let Some(stmt) = self.alter_common(kind, if_exists, &name)? {
            return Ok(stmt);
        }
        match kind {
            ObjectKind::Sequence => {
                let options = self.sequence_options()?;
                if options.is_empty() {
                    return Err(self.fault());
                }
                Ok(Statement::AlterSequence(Box::new(AlterSequence { if_exists, name, options })))
            }
            ObjectKind::Type => {
                let change = self.type_change()?;
                Ok(Statement::AlterType(AlterType { name, change }))
            }
            ObjectKind::Database
            | ObjectKind::Schema
            | ObjectKind::Table
            | ObjectKind::View
            | ObjectKind::MaterializedView
            | ObjectKind::Index
            | ObjectKind::Function
            | ObjectKind::Procedure => Err(self.fault()),
        }
    }

    fn type_change(&mut self) -> Result<TypeChange> {
        if self.eat_all(&["add", "value"]) {
            let if_not_exists = self.if_not_exists();
            let label = self.string()?;
            let place = if self.eat("before") {
                Some((true, self.string()?))
            } else if self.eat("after") {
                Some((false, self.string()?))
            } else {
                None
            };
            return Ok(TypeChange::AddValue { if_not_exists, label, place });
        }
        if self.eat_all(&["drop", "value"]) {
            return Ok(TypeChange::DropValue(self.string()?));
        }
        self.expect_all(&["rename", "value"])?;
        let from = self.string()?;
        self.expect("to")?;
        Ok(TypeChange::RenameValue(from, self.string()?))
    }

    fn alter_database(&mut self) -> Result<Statement> {
        self.expect("database")?;
        let name = self.name()?;
        if self.is("configure") {
            return self.configure_zone(ZoneTarget::Database(name));
        }
        let object = ObjectName::simple(name.clone());
        if let Some(stmt) = self.alter_common(ObjectKind::Database, false, &object)? {
            return Ok(stmt);
        }
        let change = self.database_change()?;
        Ok(Statement::AlterDatabase(AlterDatabase { name, change }))
    }

    fn database_change(&mut self) -> Result<DatabaseChange> {
        if self.eat_all(&["add", "region"]) {
            let if_not_exists = self.if_not_exists();
            return Ok(DatabaseChange::AddRegion(self.word_or_string()?, if_not_exists));
        }
        if self.eat_all(&["drop", "region"]) {
            let if_exists = self.if_exists();
            return Ok(DatabaseChange::DropRegion(self.word_or_string()?, if_exists));
        }
        if self.eat_all(&["primary", "region"]) || self.eat_all(&["set", "primary", "region"]) {
            self.eat("=");
            return Ok(DatabaseChange::PrimaryRegion(self.word_or_string()?));
        }
        if self.eat("survive") {
            self.eat("=");
            let region = self.eat("region");
            if !region {
                self.expect("zone")?;
            }
            self.expect("failure")?;
            return Ok(DatabaseChange::Survive(region));
        }
        if self.eat("set") {
            let (var, values) = self.set_assignment()?;
            return Ok(DatabaseChange::Setting(var, values));
        }
        if self.eat("reset") {
            return Ok(DatabaseChange::Setting(self.session_var()?, Vec::new()));
        }
        let known = matches!(self.key(), "convert" | "placement" | "add" | "drop" | "alter");
        if !known {
            return Err(self.fault());
        }
        let mark = self.mark();
        while !self.at_end() {
            self.skip();
        }
        Ok(DatabaseChange::Other(self.text_since(mark)))
    }

    fn alter_index(&mut self) -> Result<Statement> {
        self.expect("index")?;
        let if_exists = self.if_exists();
        let index = self.table_index()?;
        if self.is("configure") {
            return self.configure_zone(ZoneTarget::Index(index));
        }
        if self.eat_all(&["rename", "to"]) {
            let new_name = ObjectName::simple(self.any_name()?);
            let TableIndex { table, index } = index;
            return Ok(Statement::Rename(Rename {
                kind: ObjectKind::Index,
                if_exists,
                name: table.unwrap_or_default(),
                index: Some(index.object().to_owned()),
                new_name,
            }));
        }
        if matches!(self.key(), "split" | "unsplit" | "scatter") {
            let Some(table) = index.table else {
                return Err(self.unsupported("an index without its table"));
            };
            let action = self.split_action()?;
            let index = Some(index.index.object().to_owned());
            return Ok(Statement::Split(Box::new(Split { table, index, action })));
        }
        let hidden = self.eat_all(&["not", "visible"]) || self.eat("invisible");
        if !hidden {
            self.expect("visible")?;
        }
        Ok(Statement::AlterIndexVisible(AlterIndexVisible { if_exists, index, visible: !hidden }))
    }

    fn split_action(&mut self) -> Result<SplitAction> {
        if self.eat("split") {
            self.expect("at")?;
            let rows = Box::new(self.query()?);
            let mut expiration = None;
            if self.eat_all(&["with", "expiration"]) {
                expiration = Some(self.expr()?);
            }
            return Ok(SplitAction::Split(rows, expiration));
        }
        if self.eat("unsplit") {
            if self.eat("all") {
                return Ok(SplitAction::UnsplitAll);
            }
            self.expect("at")?;
            return Ok(SplitAction::Unsplit(Box::new(self.query()?)));
        }
        self.expect("scatter")?;
        if !self.eat("from") {
            return Ok(SplitAction::Scatter(None));
        }
        let from = self.paren_list(Self::expr)?;
        self.expect("to")?;
        Ok(SplitAction::Scatter(Some((from, self.paren_list(Self::expr)?))))
    }

    fn alter_table(&mut self) -> Result<Statement> {
        self.expect("table")?;
        let if_exists = self.if_exists();
        self.eat("only");
        let name = self.object_name()?;
        if self.is("configure") {
            return self.configure_zone(ZoneTarget::Table(name));
        }
        if matches!(self.key(), "split" | "unsplit" | "scatter") {
            let action = self.split_action()?;
            return Ok(Statement::Split(Box::new(Split { table: name, index: None, action })));
        }
        if let Some(stmt) = self.alter_common(ObjectKind::Table, if_exists, &name)? {
            return Ok(stmt);
        }
        let commands = self.list(Self::table_command)?;
        Ok(Statement::AlterTable(Box::new(AlterTable { if_exists, name, commands })))
    }

    fn table_command(&mut self) -> Result<AlterTableCommand> {
        match self.key() {
            "add" => {
                self.skip();
                self.add_to_table()
            }
            "drop" => {
                self.skip();
                self.drop_from_table()
            }
            "alter" if self.key_at(1) == "primary" => {
                self.expect_all(&["alter", "primary", "key", "using", "columns"])?;
                let mut index = IndexDef { unique: true, ..IndexDef::default() };
                self.index_rest(&mut index)?;
                Ok(AlterTableCommand::AlterPrimaryKey(Box::new(index)))
            }
            "alter" => {
                self.skip();
                self.eat("column");
                let column = self.name()?;
                self.alter_column(column)
            }
            "rename" => self.rename_in_table(),
            "validate" => {
                self.expect_all(&["validate", "constraint"])?;
                Ok(AlterTableCommand::ValidateConstraint(self.name()?))
            }
            "partition" => {
                let text = self.partition_by()?.ok_or_else(|| self.fault())?;
                Ok(AlterTableCommand::PartitionBy(text))
            }
            "reset" => {
                self.skip();
                Ok(AlterTableCommand::ResetParams(self.paren_list(Self::dotted_name)?))
            }
            "set" if self.key_at(1) == "locality" => {
                self.skip();
                let locality = self.optional_locality()?.ok_or_else(|| self.fault())?;
                Ok(AlterTableCommand::SetLocality(locality))
            }
            _ => {
                self.expect("set")?;
                Ok(AlterTableCommand::SetParams(self.paren_list(Self::storage_param)?))
            }
        }
    }

    fn add_to_table(&mut self) -> Result<AlterTableCommand> {
        let constraint =
            matches!(self.key(), "constraint" | "check" | "unique" | "primary" | "foreign");
        if constraint {
            let constraint: ConstraintDef = self.table_constraint()?;
            let not_valid = self.eat_all(&["not", "valid"]);
            return Ok(AlterTableCommand::AddConstraint {
                constraint: Box::new(constraint),
                not_valid,
            });
        }
        self.eat("column");
        let if_not_exists = self.if_not_exists();
        let column = Box::new(self.column_def()?);
        if column.ty.is_none() {
            return Err(self.fault());
        }
        Ok(AlterTableCommand::AddColumn { if_not_exists, column })
    }

    fn drop_from_table(&mut self) -> Result<AlterTableCommand> {
        let constraint = self.eat("constraint");
        if !constraint {
            self.eat("column");
        }
        let if_exists = self.if_exists();
        let name = self.name()?;
        let behavior = self.drop_behavior();
        Ok(if constraint {
            AlterTableCommand::DropConstraint { if_exists, name, behavior }
        } else {
            AlterTableCommand::DropColumn { if_exists, column: name, behavior }
        })
    }

    fn rename_in_table(&mut self) -> Result<AlterTableCommand> {
        self.expect("rename")?;
        let constraint = self.eat("constraint");
        if !constraint {
            self.eat("column");
        }
        let from = self.name()?;
        self.expect("to")?;
        let to = self.name()?;
        Ok(if constraint {
            AlterTableCommand::RenameConstraint(from, to)
        } else {
            AlterTableCommand::RenameColumn(from, to)
        })
    }

    fn alter_column(&mut self, column: Name) -> Result<AlterTableCommand> {
        if self.eat_all(&["set", "default"]) {
            return Ok(AlterTableCommand::SetDefault(column, Some(self.expr()?)));
        }
        if self.eat_all(&["drop", "default"]) {
            return Ok(AlterTableCommand::SetDefault(column, None));
        }
        if self.eat_all(&["set", "on", "update"]) {
            return Ok(AlterTableCommand::SetOnUpdate(column, Some(self.expr()?)));
        }
        if self.eat_all(&["drop", "on", "update"]) {
            return Ok(AlterTableCommand::SetOnUpdate(column, None));
        }
        if self.eat_all(&["set", "not", "null"]) {
            return Ok(AlterTableCommand::SetNotNull(column, true));
        }
        if self.eat_all(&["drop", "not", "null"]) {
            return Ok(AlterTableCommand::SetNotNull(column, false));
        }
        if self.eat_all(&["set", "visible"]) {
            return Ok(AlterTableCommand::SetVisible(column, true));
        }
        if self.eat_all(&["set", "not", "visible"]) {
            return Ok(AlterTableCommand::SetVisible(column, false));
        }
        if self.eat_all(&["drop", "stored"]) {
            return Ok(AlterTableCommand::DropStored(column));
        }
        self.eat_all(&["set", "data"]);
        self.expect("type")?;
        let ty = self.type_name()?;
        if self.eat("collate") {
            self.any_name()?;
        }
        let using = if self.eat("using") { Some(self.expr()?) } else { None };
        Ok(AlterTableCommand::SetType { column, ty, using })
    }
}
