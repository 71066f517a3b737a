//! Queries: SELECT, VALUES, TABLE, set operations, WITH, ORDER BY, LIMIT, locking.
//!
//! ```text
//!   query      = [ WITH … ] body [ ORDER BY ] [ LIMIT | OFFSET | FOR … in any order ]
//!   body       = primary { (UNION | EXCEPT) body₂ }        INTERSECT binds more tightly; all associate to the left
//!   primary    = SELECT … | VALUES … | TABLE t | ( query )
//! ```

use super::cursor::{Parser, Result};
use crate::ast::expr::Expr;
use crate::ast::query::{
    Alias, AsOf, Cte, Direction, Distinct, Limit, LockStrength, LockWait, Locking, Nulls, OrderBy,
    OrderKey, Select, SelectBody, SelectClause, SelectItem, SetOp, Union, WindowDef, With,
};

impl Parser<'_> {
    /// A whole query.
    pub(super) fn query(&mut self) -> Result<Select> {
        self.descend()?;
        let with = self.optional_with()?;
        let query = self.query_with(with)?;
        self.ascend();
        Ok(query)
    }

    /// A query after its WITH.
    pub(super) fn query_with(&mut self, with: Option<With>) -> Result<Select> {
        let body = self.set_operations(1)?;
        let mut query = self.query_tail(body)?;
        query.with = with;
        Ok(query)
    }

    /// Whether what follows a query in parentheses makes it part of a longer one.
    pub(super) fn query_goes_on(&self) -> bool {
        matches!(
            self.key(),
            "union" | "intersect" | "except" | "order" | "limit" | "offset" | "fetch" | "for"
        )
    }

    /// The rest of a query whose first part has been read.
    pub(super) fn query_rest(&mut self, first: Select) -> Result<Select> {
        let body = self.more_operations(first, 1)?;
        self.query_tail(body)
    }

    fn set_operations(&mut self, min: u8) -> Result<Select> {
        let first = Select::bare(self.query_primary()?);
        self.more_operations(first, min)
    }

    fn more_operations(&mut self, first: Select, min: u8) -> Result<Select> {
        let mut left = first;
        loop {
            let (op, level) = match self.key() {
                "union" => (SetOp::Union, 1),
                "except" => (SetOp::Except, 1),
                "intersect" => (SetOp::Intersect, 2),
                _ => return Ok(left),
            };
            if level < min {
                return Ok(left);
            }
            self.skip();
            let all = self.eat("all");
            if !all {
                self.eat("distinct");
            }
            self.grow()?;
            self.descend()?;
            let right = self.set_operations(level + 1)?;
            self.ascend();
            left = Select::bare(SelectBody::Union(Box::new(Union { op, all, left, right })));
        }
    }

    fn query_primary(&mut self) -> Result<SelectBody> {
        match self.key() {
            "select" => {
                let clause = self.helped("SELECT", Self::select_clause)?;
                Ok(SelectBody::Clause(Box::new(clause)))
            }
            "values" => self.helped("VALUES", |p| {
                p.expect("values")?;
                Ok(SelectBody::Values(p.list(|p| p.paren_list(Self::expr))?))
            }),
            "table" => self.helped("TABLE", |p| {
                p.expect("table")?;
                Ok(SelectBody::Table(p.object_name()?))
            }),
            "(" => {
                self.skip();
                let inner = self.query()?;
                self.expect(")")?;
                self.grow()?;
                Ok(SelectBody::Paren(Box::new(inner)))
            }
            _ => Err(self.fault()),
        }
    }

    /// ORDER BY, LIMIT, OFFSET, FETCH and locking after a body.
    fn query_tail(&mut self, body: Select) -> Result<Select> {
        let mut query = body;
        if self.is("order") {
            query.order_by = self.order_by()?;
        }
        loop {
            match self.key() {
                "limit" if query.limit.is_none() => query.limit = self.limit()?,
                "fetch" if query.limit.is_none() => query.limit = Some(self.fetch()?),
                "offset" if query.offset.is_none() => {
                    self.skip();
                    query.offset = Some(self.expr()?);
                    if !self.eat("rows") {
                        self.eat("row");
                    }
                }
                "for" if self.is_locking() => {
                    if !self.eat_all(&["for", "read", "only"]) {
                        let lock = self.locking()?;
                        query.locking.push(lock);
                    }
                }
                _ => return Ok(query),
            }
        }
    }

    /// LIMIT, if it stands here.
    pub(super) fn limit(&mut self) -> Result<Option<Limit>> {
        if !self.eat("limit") {
            return Ok(None);
        }
        if self.eat("all") {
            return Ok(Some(Limit::All));
        }
        Ok(Some(Limit::Rows(self.expr()?)))
    }

    /// FETCH FIRST|NEXT \[n\] ROW|ROWS ONLY.
    fn fetch(&mut self) -> Result<Limit> {
        self.expect("fetch")?;
        if !self.eat("first") {
            self.expect("next")?;
        }
        let bare = matches!(self.key(), "row" | "rows");
        let rows = if bare { Expr::int(1) } else { self.expr()? };
        if !self.eat("rows") {
            self.expect("row")?;
        }
        self.expect("only")?;
        Ok(Limit::Rows(rows))
    }

    fn is_locking(&self) -> bool {
        matches!(self.key_at(1), "update" | "no" | "share" | "key" | "read")
    }

    fn locking(&mut self) -> Result<Locking> {
        self.expect("for")?;
        let strength = if self.eat("update") {
            LockStrength::Update
        } else if self.eat("share") {
            LockStrength::Share
        } else if self.eat_all(&["key", "share"]) {
            LockStrength::KeyShare
        } else {
            self.expect_all(&["no", "key", "update"])?;
            LockStrength::NoKeyUpdate
        };
        let targets = if self.eat("of") { self.list(Self::object_name)? } else { Vec::new() };
        let wait = if self.eat_all(&["skip", "locked"]) {
            LockWait::Skip
        } else if self.eat("nowait") {
            LockWait::Error
        } else {
            LockWait::Block
        };
        Ok(Locking { strength, targets, wait })
    }

    /// `WITH [RECURSIVE] …`, if it stands here.
    pub(super) fn optional_with(&mut self) -> Result<Option<With>> {
        if !self.eat("with") {
            return Ok(None);
        }
        let recursive = self.eat("recursive");
        let ctes = self.list(Self::cte)?;
        Ok(Some(With { recursive, ctes }))
    }

    fn cte(&mut self) -> Result<Cte> {
        let name = self.name()?;
        let columns = self.optional_columns()?;
        self.expect("as")?;
        let materialized = if self.eat("materialized") {
            Some(true)
        } else if self.eat_all(&["not", "materialized"]) {
            Some(false)
        } else {
            None
        };
        self.expect("(")?;
        let stmt = self.statement()?;
        self.expect(")")?;
        self.grow()?;
        Ok(Cte { alias: Alias { name, columns }, materialized, stmt })
    }

    fn select_clause(&mut self) -> Result<SelectClause> {
        self.expect("select")?;
        let mut clause = SelectClause::default();
        if self.eat("distinct") {
            clause.distinct = if self.eat("on") {
                Distinct::On(self.paren_list(Self::expr)?)
            } else {
                Distinct::Rows
            };
        } else {
            self.eat("all");
        }
        if clause.distinct != Distinct::No || !self.targets_end() {
            clause.items = self.select_items()?;
        }
        if self.eat("from") {
            clause.from = self.list(Self::table_expr)?;
            clause.as_of = self.select_as_of()?;
        }
        clause.filter = self.optional_where()?;
        if self.eat_all(&["group", "by"]) {
            clause.group_by = self.exprs()?;
        }
        if self.eat("having") {
            clause.having = Some(self.expr()?);
        }
        if self.eat("window") {
            clause.windows = self.list(|p| {
                let name = p.name()?;
                p.expect("as")?;
                Ok(WindowDef { name, spec: p.window_spec()? })
            })?;
        }
        Ok(clause)
    }

    /// Whether SELECT has no targets.
    fn targets_end(&self) -> bool {
        self.at_end()
            || self.query_goes_on()
            || matches!(self.key(), "from" | "where" | "group" | "having" | "window" | ")" | "]")
    }

    fn select_as_of(&mut self) -> Result<Option<AsOf>> {
        if self.are(&["as", "of", "system", "time", "all"]) {
            self.eat_all(&["as", "of", "system", "time", "all"]);
            return Ok(Some(AsOf::All));
        }
        Ok(self.optional_as_of()?.map(AsOf::At))
    }

    /// The targets of SELECT and RETURNING.
    pub(super) fn select_items(&mut self) -> Result<Vec<SelectItem>> {
        self.list(|p| {
            let expr = p.expr()?;
            if matches!(&expr, Expr::Star(parts) if parts.is_empty()) {
                return Ok(SelectItem { expr, alias: None });
            }
            let alias = if p.is("as") && p.key_at(1) != "of" && p.eat("as") || p.is_bare_label() {
                Some(p.any_name()?)
            } else {
                None
            };
            Ok(SelectItem { expr, alias })
        })
    }

    /// WHERE, if it stands here.
    pub(super) fn optional_where(&mut self) -> Result<Option<Expr>> {
        if self.eat("where") { Ok(Some(self.expr()?)) } else { Ok(None) }
    }

    /// ORDER BY with its terms.
    pub(super) fn order_by(&mut self) -> Result<Vec<OrderBy>> {
        self.expect_all(&["order", "by"])?;
        self.list(Self::order_term)
    }

    fn order_term(&mut self) -> Result<OrderBy> {
        let key = if self.eat_all(&["primary", "key"]) {
            OrderKey::PrimaryKey(self.object_name()?)
        } else if self.is("index") && self.is_name_at(1) {
            self.skip();
            let table = self.object_name()?;
            self.expect("@")?;
            OrderKey::Index(table, self.any_name()?)
        } else {
            OrderKey::Expr(self.expr()?)
        };
        let direction = self.direction();
        let nulls = self.nulls()?;
        Ok(OrderBy { key, direction, nulls })
    }

    /// ASC, DESC or nothing.
    pub(super) fn direction(&mut self) -> Direction {
        if self.eat("asc") {
            Direction::Asc
        } else if self.eat("desc") {
            Direction::Desc
        } else {
            Direction::Default
        }
    }

    /// NULLS FIRST, NULLS LAST or nothing.
    pub(super) fn nulls(&mut self) -> Result<Nulls> {
        if !self.eat("nulls") {
            return Ok(Nulls::Default);
        }
        if self.eat("first") {
            return Ok(Nulls::First);
        }
        self.expect("last")?;
        Ok(Nulls::Last)
    }
}
