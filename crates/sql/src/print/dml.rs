//! INSERT, UPSERT, UPDATE, DELETE, TRUNCATE as text.

use super::Printer;
use crate::ast::DropBehavior;
use crate::ast::dml::{Assignment, Delete, Insert, OnConflict, Returning, Truncate, Update};

impl Printer<'_> {
    pub(super) fn insert(&mut self, stmt: &Insert) {
        self.with(stmt.with.as_ref());
        self.word(if stmt.upsert { "UPSERT INTO " } else { "INSERT INTO " });
        self.object_name(&stmt.table);
        if let Some(alias) = &stmt.alias {
            self.word(" AS ");
            self.name(alias);
        }
        if !stmt.columns.is_empty() {
            self.word("(");
            self.names(&stmt.columns);
            self.word(")");
        }
        match &stmt.source {
            None => self.word(" DEFAULT VALUES"),
            Some(query) => {
                self.word(" ");
                self.query(query);
            }
        }
        if let Some(conflict) = &stmt.on_conflict {
            self.on_conflict(conflict);
        }
        self.returning(&stmt.returning);
    }

    fn on_conflict(&mut self, conflict: &OnConflict) {
        self.word(" ON CONFLICT");
        self.column_list(&conflict.columns);
        if let Some(constraint) = &conflict.constraint {
            self.word(" ON CONSTRAINT ");
            self.name(constraint);
        }
        self.clause(" WHERE ", conflict.arbiter.as_ref());
        let Some(update) = &conflict.update else {
            self.word(" DO NOTHING");
            return;
        };
        self.word(" DO UPDATE SET ");
        self.assignments(&update.set);
        self.clause(" WHERE ", update.filter.as_ref());
    }

    fn assignments(&mut self, set: &[Assignment]) {
        for (i, assignment) in set.iter().enumerate() {
            self.comma(i);
            self.when(assignment.tuple, "(");
            self.names(&assignment.columns);
            self.when(assignment.tuple, ")");
            self.word(" = ");
            self.expr(&assignment.value);
        }
    }

    fn returning(&mut self, returning: &Returning) {
        match returning {
            Returning::None => {}
            Returning::Nothing => self.word(" RETURNING NOTHING"),
            Returning::Items(items) => {
                self.word(" RETURNING ");
                self.items(items);
            }
        }
    }

    pub(super) fn update(&mut self, stmt: &Update) {
        self.with(stmt.with.as_ref());
        self.word("UPDATE ");
        self.table(&stmt.table);
        self.word(" SET ");
        self.assignments(&stmt.set);
        if !stmt.from.is_empty() {
            self.word(" FROM ");
            self.tables(&stmt.from);
        }
        self.clause(" WHERE ", stmt.filter.as_ref());
        if !stmt.order_by.is_empty() {
            self.word(" ");
            self.order_by(&stmt.order_by);
        }
        self.limit(stmt.limit.as_ref());
        self.returning(&stmt.returning);
    }

    pub(super) fn delete(&mut self, stmt: &Delete) {
        self.with(stmt.with.as_ref());
        self.word("DELETE FROM ");
        self.table(&stmt.table);
        if !stmt.using.is_empty() {
            self.word(" USING ");
            self.tables(&stmt.using);
        }
        self.clause(" WHERE ", stmt.filter.as_ref());
        if !stmt.order_by.is_empty() {
            self.word(" ");
            self.order_by(&stmt.order_by);
        }
        self.limit(stmt.limit.as_ref());
        self.returning(&stmt.returning);
    }

    pub(super) fn truncate(&mut self, stmt: &Truncate) {
        self.word("TRUNCATE TABLE ");
        self.object_names(&stmt.tables);
        self.behavior(stmt.behavior);
    }

    pub(super) fn behavior(&mut self, behavior: DropBehavior) {
        self.word(match behavior {
            DropBehavior::Default => "",
            DropBehavior::Restrict => " RESTRICT",
            DropBehavior::Cascade => " CASCADE",
        });
    }
}
