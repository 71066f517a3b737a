//! INSERT, UPSERT, UPDATE, DELETE, TRUNCATE.

use super::cursor::{Parser, Result};
use crate::ast::dml::{
    Assignment, ConflictUpdate, Delete, Insert, OnConflict, Returning, Truncate, Update,
};
use crate::ast::query::{Limit, OrderBy, With};
use crate::ast::{DropBehavior, Statement};

impl Parser<'_> {
    /// INSERT or UPSERT after its WITH.
    pub(super) fn insert(&mut self, with: Option<With>) -> Result<Statement> {
        let upsert = self.eat("upsert");
        if !upsert {
            self.expect("insert")?;
        }
        self.expect("into")?;
        let table = self.object_name()?;
        let alias = if self.eat("as") { Some(self.name()?) } else { None };
        let mut columns = Vec::new();
        if self.is("(") && !self.starts_query(0) {
            columns = self.paren_list(Self::name)?;
        }
        let source =
            if self.eat_all(&["default", "values"]) { None } else { Some(Box::new(self.query()?)) };
        let on_conflict = if self.is("on") && !upsert { Some(self.on_conflict()?) } else { None };
        let returning = self.returning()?;
        Ok(Statement::Insert(Box::new(Insert {
            with,
            upsert,
            table,
            alias,
            columns,
            source,
            on_conflict,
            returning,
        })))
    }

    fn on_conflict(&mut self) -> Result<OnConflict> {
        self.expect_all(&["on", "conflict"])?;
        let mut target =
            OnConflict { columns: Vec::new(), constraint: None, arbiter: None, update: None };
        if self.is("(") {
            target.columns = self.paren_list(Self::name)?;
            target.arbiter = self.optional_where()?;
        } else if self.eat_all(&["on", "constraint"]) {
            target.constraint = Some(self.name()?);
        }
        self.expect("do")?;
        if self.eat("nothing") {
            return Ok(target);
        }
        self.expect_all(&["update", "set"])?;
        let set = self.assignments()?;
        let filter = self.optional_where()?;
        target.update = Some(ConflictUpdate { set, filter });
        Ok(target)
    }

    fn assignments(&mut self) -> Result<Vec<Assignment>> {
        self.list(|p| {
            if p.is("(") {
                let columns = p.paren_list(Self::name)?;
                p.expect("=")?;
                let value = p.tuple_or_subquery()?;
                return Ok(Assignment { columns, tuple: true, value });
            }
            let columns = vec![p.name()?];
            p.expect("=")?;
            Ok(Assignment { columns, tuple: false, value: p.expr()? })
        })
    }

    fn returning(&mut self) -> Result<Returning> {
        if !self.eat("returning") {
            return Ok(Returning::None);
        }
        if self.eat("nothing") {
            return Ok(Returning::Nothing);
        }
        Ok(Returning::Items(self.select_items()?))
    }

    fn sorted(&mut self) -> Result<(Vec<OrderBy>, Option<Limit>)> {
        let order_by = if self.is("order") { self.order_by()? } else { Vec::new() };
        Ok((order_by, self.limit()?))
    }

    /// UPDATE after its WITH.
    pub(super) fn update(&mut self, with: Option<With>) -> Result<Statement> {
        self.expect("update")?;
        let table = self.target_table()?;
        self.expect("set")?;
        let set = self.assignments()?;
        let from = if self.eat("from") { self.list(Self::table_expr)? } else { Vec::new() };
        let filter = self.optional_where()?;
        let (order_by, limit) = self.sorted()?;
        let returning = self.returning()?;
        Ok(Statement::Update(Box::new(Update {
            with,
            table,
            set,
            from,
            filter,
            order_by,
            limit,
            returning,
        })))
    }

    /// DELETE after its WITH.
    pub(super) fn delete(&mut self, with: Option<With>) -> Result<Statement> {
        self.expect_all(&["delete", "from"])?;
        let table = self.target_table()?;
        let using = if self.eat("using") { self.list(Self::table_expr)? } else { Vec::new() };
        let filter = self.optional_where()?;
        let (order_by, limit) = self.sorted()?;
        let returning = self.returning()?;
        Ok(Statement::Delete(Box::new(Delete {
            with,
            table,
            using,
            filter,
            order_by,
            limit,
            returning,
        })))
    }

    /// TRUNCATE.
    pub(super) fn truncate(&mut self) -> Result<Statement> {
        self.expect("truncate")?;
        self.eat("table");
        let tables = self.list(Self::object_name)?;
        let behavior = self.drop_behavior();
        Ok(Statement::Truncate(Truncate { tables, behavior }))
    }

    /// CASCADE, RESTRICT or nothing.
    pub(super) fn drop_behavior(&mut self) -> DropBehavior {
        if self.eat("cascade") {
            DropBehavior::Cascade
        } else if self.eat("restrict") {
            DropBehavior::Restrict
        } else {
            DropBehavior::Default
        }
    }
}
