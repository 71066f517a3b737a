//! DROP, COMMENT ON, REFRESH, ANALYZE.

use super::cursor::{Parser, Result};
use crate::ast::alter::{Drop, DropIndex};
use crate::ast::ddl::{Comment, CommentTarget, CreateStatistics, Refresh};
use crate::ast::schedule::ScheduleCommand;
use crate::ast::{ObjectKind, ObjectName, Statement};

impl Parser<'_> {
    /// DROP.
    pub(super) fn drop(&mut self) -> Result<Statement> {
        self.expect("drop")?;
        let kind = match self.key() {
            "database" => (ObjectKind::Database, "DROP DATABASE"),
            "schema" => (ObjectKind::Schema, "DROP SCHEMA"),
            "table" => (ObjectKind::Table, "DROP TABLE"),
            "view" => (ObjectKind::View, "DROP VIEW"),
            "materialized" => (ObjectKind::MaterializedView, "DROP VIEW"),
            "sequence" => (ObjectKind::Sequence, "DROP SEQUENCE"),
            "type" => (ObjectKind::Type, "DROP TYPE"),
            "function" => (ObjectKind::Function, "DROP FUNCTION"),
            "procedure" => (ObjectKind::Procedure, "DROP PROCEDURE"),
            "index" => return self.helped("DROP INDEX", Self::drop_index),
            "user" | "role" => return self.helped("DROP ROLE", Self::drop_role),
            "schedule" | "schedules" => {
                return self
                    .helped("DROP SCHEDULES", |p| p.control_schedules(ScheduleCommand::Drop));
            }
            "external" => {
                return self.helped("DROP EXTERNAL CONNECTION", |p| {
                    p.expect_all(&["external", "connection"])?;
                    p.drop_connection()
                });
            }
            "owned" => {
                return self.helped("DROP OWNED BY", |p| {
                    p.expect_all(&["owned", "by"])?;
                    p.drop_owned()
                });
            }
            _ => return Err(self.fault()),
        };
        let (kind, help) = kind;
        self.helped(help, |p| p.drop_objects(kind))
    }

    fn drop_objects(&mut self, kind: ObjectKind) -> Result<Statement> {
        self.skip();
        if kind == ObjectKind::MaterializedView {
            self.expect("view")?;
        }
        let if_exists = self.if_exists();
        let names = match kind {
            ObjectKind::Database => vec![ObjectName::simple(self.name()?)],
            ObjectKind::Schema => self.list(Self::schema_name)?,
            ObjectKind::Function | ObjectKind::Procedure => self.list(Self::function_signature)?,
            ObjectKind::Table
            | ObjectKind::View
            | ObjectKind::MaterializedView
            | ObjectKind::Sequence
            | ObjectKind::Type
            | ObjectKind::Index => self.list(Self::object_name)?,
        };
        let behavior = self.drop_behavior();
        Ok(Statement::Drop(Drop { kind, if_exists, names, behavior }))
    }

    fn drop_index(&mut self) -> Result<Statement> {
        self.expect("index")?;
        let concurrently = self.eat("concurrently");
        let if_exists = self.if_exists();
        let indexes = self.list(Self::table_index)?;
        let behavior = self.drop_behavior();
        Ok(Statement::DropIndex(DropIndex { if_exists, concurrently, indexes, behavior }))
    }

    /// COMMENT ON.
    pub(super) fn comment(&mut self) -> Result<Statement> {
        self.expect_all(&["comment", "on"])?;
        let kind = self.key();
        self.skip();
        let target = match kind {
            "database" => CommentTarget::Database(self.name()?),
            "schema" => CommentTarget::Schema(self.schema_name()?),
            "table" => CommentTarget::Table(self.object_name()?),
            "type" => CommentTarget::Type(self.object_name()?),
            "index" => CommentTarget::Index(self.table_index()?),
            "column" => self.comment_column()?,
            "constraint" => {
                let name = self.name()?;
                self.expect("on")?;
                CommentTarget::Constraint(name, self.object_name()?)
            }
            _ => {
                self.reset(self.mark() - 1);
                return Err(self.fault());
            }
        };
        self.expect("is")?;
        let text = if self.eat("null") { None } else { Some(self.string()?) };
        Ok(Statement::Comment(Comment { target, text }))
    }

    fn comment_column(&mut self) -> Result<CommentTarget> {
        let mut parts = vec![self.object_name_part()?];
        while parts.len() < 4 && self.eat(".") {
            parts.push(self.any_name()?);
        }
        match parts.pop() {
            Some(column) if !parts.is_empty() => {
                Ok(CommentTarget::Column(ObjectName { parts }, column))
            }
            _ => Err(self.refuse(0, "column name must be qualified")),
        }
    }

    /// REFRESH MATERIALIZED VIEW.
    pub(super) fn refresh(&mut self) -> Result<Statement> {
        self.expect_all(&["refresh", "materialized", "view"])?;
        let concurrently = self.eat("concurrently");
        let name = self.object_name()?;
        let mut as_of = self.optional_as_of()?;
        let with_data = if self.eat_all(&["with", "data"]) {
            Some(true)
        } else if self.eat_all(&["with", "no", "data"]) {
            Some(false)
        } else {
            None
        };
        if as_of.is_none() {
            as_of = self.optional_as_of()?;
        }
        Ok(Statement::Refresh(Refresh { concurrently, name, with_data, as_of }))
    }

    /// ANALYZE.
    pub(super) fn analyze(&mut self) -> Result<Statement> {
        self.skip();
        let table = self.object_name()?;
        let columns = Vec::new();
        Ok(Statement::CreateStatistics(CreateStatistics {
            name: None,
            columns,
            table,
            as_of: None,
        }))
    }
}
