//! ALTER and DROP as text.

use super::Printer;
use crate::ast::alter::{
    AlterTable, AlterTableCommand, AlterType, DatabaseChange, DropIndex, Rename, Split,
    SplitAction, TypeChange,
};
use crate::ast::{Expr, Name, ObjectKind, ObjectName, Statement};

impl Printer<'_> {
    #[expect(clippy::wildcard_enum_match_arm, reason = "statement() sends only this family here")]
    pub(super) fn alteration(&mut self, stmt: &Statement) {
        match stmt {
            Statement::Drop(stmt) => {
                self.word("DROP ");
                self.word(stmt.kind.words());
                self.word(if stmt.if_exists { " IF EXISTS " } else { " " });
                self.object_names(&stmt.names);
                self.behavior(stmt.behavior);
            }
            Statement::DropIndex(stmt) => self.drop_index(stmt),
            Statement::AlterTable(stmt) => self.alter_table(stmt),
            Statement::Split(stmt) => self.split(stmt),
            Statement::AlterSequence(stmt) => {
                self.alter_head(ObjectKind::Sequence, stmt.if_exists, &stmt.name);
                self.word(" ");
                self.sequence_options(&stmt.options);
            }
            Statement::AlterType(stmt) => self.alter_type(stmt),
            Statement::AlterDatabase(stmt) => {
                self.keyword_name("ALTER DATABASE ", &stmt.name);
                self.word(" ");
                self.database_change(&stmt.change);
            }
            Statement::AlterIndexVisible(stmt) => {
                self.word("ALTER INDEX ");
                self.when(stmt.if_exists, "IF EXISTS ");
                self.table_index(&stmt.index);
                self.word(if stmt.visible { " VISIBLE" } else { " NOT VISIBLE" });
            }
            Statement::Rename(stmt) => self.rename(stmt),
            Statement::SetSchema(stmt) => {
                self.alter_head(stmt.kind, stmt.if_exists, &stmt.name);
                self.keyword_name(" SET SCHEMA ", &stmt.schema);
            }
            Statement::Owner(stmt) => {
                self.alter_head(stmt.kind, stmt.if_exists, &stmt.name);
                self.word(" OWNER TO ");
                self.role(&stmt.owner);
            }
            _ => {}
        }
    }

    fn alter_head(&mut self, kind: ObjectKind, if_exists: bool, name: &ObjectName) {
        self.word("ALTER ");
        self.word(kind.words());
        self.word(if if_exists { " IF EXISTS " } else { " " });
        self.object_name(name);
    }

    fn drop_index(&mut self, stmt: &DropIndex) {
        self.word("DROP INDEX ");
        self.when(stmt.concurrently, "CONCURRENTLY ");
        self.when(stmt.if_exists, "IF EXISTS ");
        for (i, index) in stmt.indexes.iter().enumerate() {
            self.comma(i);
            self.table_index(index);
        }
        self.behavior(stmt.behavior);
    }

    fn rename(&mut self, stmt: &Rename) {
        match &stmt.index {
            None => self.alter_head(stmt.kind, stmt.if_exists, &stmt.name),
            Some(index) => {
                self.word("ALTER INDEX ");
                self.when(stmt.if_exists, "IF EXISTS ");
                if !stmt.name.parts.is_empty() {
                    self.object_name(&stmt.name);
                    self.word("@");
                }
                self.any_name(index);
            }
        }
        self.word(" RENAME TO ");
        self.object_name(&stmt.new_name);
    }

    fn alter_table(&mut self, stmt: &AlterTable) {
        self.alter_head(ObjectKind::Table, stmt.if_exists, &stmt.name);
        for (i, command) in stmt.commands.iter().enumerate() {
            self.word(if i == 0 { " " } else { ", " });
            self.table_command(command);
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "the rest is column_command's")]
    fn table_command(&mut self, command: &AlterTableCommand) {
        match command {
            AlterTableCommand::AddColumn { if_not_exists, column } => {
                self.word("ADD COLUMN ");
                self.when(*if_not_exists, "IF NOT EXISTS ");
                self.column(column);
            }
            AlterTableCommand::DropColumn { if_exists, column, behavior } => {
                self.word("DROP COLUMN ");
                self.when(*if_exists, "IF EXISTS ");
                self.name(column);
                self.behavior(*behavior);
            }
            AlterTableCommand::AddConstraint { constraint, not_valid } => {
                self.word("ADD ");
                self.constraint(constraint);
                self.when(*not_valid, " NOT VALID");
            }
            AlterTableCommand::DropConstraint { if_exists, name, behavior } => {
                self.word("DROP CONSTRAINT ");
                self.when(*if_exists, "IF EXISTS ");
                self.name(name);
                self.behavior(*behavior);
            }
            AlterTableCommand::ValidateConstraint(name) => {
                self.keyword_name("VALIDATE CONSTRAINT ", name);
            }
            AlterTableCommand::RenameColumn(from, to) => {
                self.keyword_name("RENAME COLUMN ", from);
                self.keyword_name(" TO ", to);
            }
            AlterTableCommand::RenameConstraint(from, to) => {
                self.keyword_name("RENAME CONSTRAINT ", from);
                self.keyword_name(" TO ", to);
            }
            AlterTableCommand::AlterPrimaryKey(index) => {
                self.word("ALTER PRIMARY KEY USING COLUMNS ");
                self.index_rest(index);
            }
            AlterTableCommand::SetParams(params) => {
                self.word("SET (");
                self.param_list(params);
                self.word(")");
            }
            AlterTableCommand::ResetParams(keys) => {
                self.word("RESET (");
                for (i, key) in keys.iter().enumerate() {
                    self.comma(i);
                    self.dotted(key);
                }
                self.word(")");
            }
            AlterTableCommand::SetLocality(locality) => {
                self.word("SET ");
                self.locality(locality);
            }
            AlterTableCommand::PartitionBy(text) => {
                self.word("PARTITION BY ");
                self.word(text);
            }
            _ => self.column_command(command),
        }
    }

    /// ALTER COLUMN.
    #[expect(clippy::wildcard_enum_match_arm, reason = "table_command sends only these here")]
    fn column_command(&mut self, command: &AlterTableCommand) {
        match command {
            AlterTableCommand::SetType { column, ty, using } => {
                self.keyword_name("ALTER COLUMN ", column);
                self.word(" SET DATA TYPE ");
                self.type_name(ty);
                self.clause(" USING ", using.as_ref());
            }
            AlterTableCommand::SetDefault(column, value) => {
                self.set_or_drop(column, "DEFAULT", value.as_ref());
            }
            AlterTableCommand::SetOnUpdate(column, value) => {
                self.set_or_drop(column, "ON UPDATE", value.as_ref());
            }
            AlterTableCommand::SetNotNull(column, set) => {
                self.keyword_name("ALTER COLUMN ", column);
                self.word(if *set { " SET NOT NULL" } else { " DROP NOT NULL" });
            }
            AlterTableCommand::SetVisible(column, visible) => {
                self.keyword_name("ALTER COLUMN ", column);
                self.word(if *visible { " SET VISIBLE" } else { " SET NOT VISIBLE" });
            }
            AlterTableCommand::DropStored(column) => {
                self.keyword_name("ALTER COLUMN ", column);
                self.word(" DROP STORED");
            }
            _ => {}
        }
    }

    fn set_or_drop(&mut self, column: &Name, what: &str, value: Option<&Expr>) {
        self.keyword_name("ALTER COLUMN ", column);
        self.word(if value.is_some() { " SET " } else { " DROP " });
        self.word(what);
        self.clause(" ", value);
    }

    fn split(&mut self, stmt: &Split) {
        self.word(if stmt.index.is_some() { "ALTER INDEX " } else { "ALTER TABLE " });
        self.object_name(&stmt.table);
        if let Some(index) = &stmt.index {
            self.word("@");
            self.any_name(index);
        }
        match &stmt.action {
            SplitAction::Split(rows, expiration) => {
                self.word(" SPLIT AT ");
                self.query(rows);
                self.clause(" WITH EXPIRATION ", expiration.as_ref());
            }
            SplitAction::Unsplit(rows) => {
                self.word(" UNSPLIT AT ");
                self.query(rows);
            }
            SplitAction::UnsplitAll => self.word(" UNSPLIT ALL"),
            SplitAction::Scatter(None) => self.word(" SCATTER"),
            SplitAction::Scatter(Some((from, to))) => {
                self.word(" SCATTER FROM ");
                self.paren_exprs(from);
                self.word(" TO ");
                self.paren_exprs(to);
            }
        }
    }

    fn alter_type(&mut self, stmt: &AlterType) {
        self.alter_head(ObjectKind::Type, false, &stmt.name);
        match &stmt.change {
            TypeChange::AddValue { if_not_exists, label, place } => {
                self.word(" ADD VALUE ");
                self.when(*if_not_exists, "IF NOT EXISTS ");
                self.plain_string(label);
                if let Some((before, neighbour)) = place {
                    self.word(if *before { " BEFORE " } else { " AFTER " });
                    self.plain_string(neighbour);
                }
            }
            TypeChange::DropValue(label) => {
                self.word(" DROP VALUE ");
                self.plain_string(label);
            }
            TypeChange::RenameValue(from, to) => {
                self.word(" RENAME VALUE ");
                self.plain_string(from);
                self.word(" TO ");
                self.plain_string(to);
            }
        }
    }

    fn database_change(&mut self, change: &DatabaseChange) {
        match change {
            DatabaseChange::AddRegion(region, if_not_exists) => {
                self.word("ADD REGION ");
                self.when(*if_not_exists, "IF NOT EXISTS ");
                self.name(region);
            }
            DatabaseChange::DropRegion(region, if_exists) => {
                self.word("DROP REGION ");
                self.when(*if_exists, "IF EXISTS ");
                self.name(region);
            }
            DatabaseChange::PrimaryRegion(region) => self.keyword_name("PRIMARY REGION ", region),
            DatabaseChange::Survive(region) => {
                self.word(if *region { "SURVIVE REGION FAILURE" } else { "SURVIVE ZONE FAILURE" });
            }
            DatabaseChange::Setting(var, values) => {
                self.word(if values.is_empty() { "RESET " } else { "SET " });
                self.dotted(var);
                for (i, value) in values.iter().enumerate() {
                    self.assigned(if i == 0 { " = " } else { ", " }, value);
                }
            }
            DatabaseChange::Other(text) => self.word(text),
        }
    }
}
