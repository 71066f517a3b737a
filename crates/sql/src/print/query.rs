//! Queries as text.

use super::Printer;
use crate::ast::Expr;
use crate::ast::query::{
    Alias, AsOf, Direction, Distinct, IndexHint, Join, JoinCond, JoinHint, JoinKind, Limit,
    LockStrength, LockWait, Locking, Nulls, OrderBy, OrderKey, Select, SelectBody, SelectClause,
    SelectItem, SetOp, SourceKind, TableExpr, TableSource, With,
};

impl Printer<'_> {
    /// A query with everything that belongs to it.
    pub(super) fn query(&mut self, query: &Select) {
        self.with(query.with.as_ref());
        match &query.body {
            SelectBody::Clause(clause) => self.select_clause(clause),
            SelectBody::Values(rows) => self.values(rows),
            SelectBody::Table(name) => {
                self.word("TABLE ");
                self.object_name(name);
            }
            SelectBody::Union(union) => {
                self.query(&union.left);
                self.word(match union.op {
                    SetOp::Union => " UNION ",
                    SetOp::Intersect => " INTERSECT ",
                    SetOp::Except => " EXCEPT ",
                });
                self.when(union.all, "ALL ");
                self.query(&union.right);
            }
            SelectBody::Paren(inner) => {
                self.word("(");
                self.query(inner);
                self.word(")");
            }
        }
        if !query.order_by.is_empty() {
            self.word(" ");
            self.order_by(&query.order_by);
        }
        self.limit(query.limit.as_ref());
        self.clause(" OFFSET ", query.offset.as_ref());
        for lock in &query.locking {
            self.locking(lock);
        }
    }

    pub(super) fn limit(&mut self, limit: Option<&Limit>) {
        match limit {
            None => {}
            Some(Limit::All) => self.word(" LIMIT ALL"),
            Some(Limit::Rows(rows)) => self.clause(" LIMIT ", Some(rows)),
        }
    }

    fn values(&mut self, rows: &[Vec<Expr>]) {
        self.word("VALUES ");
        for (i, row) in rows.iter().enumerate() {
            self.comma(i);
            self.word("(");
            if self.flags.hide_constants && i == 1 {
                self.more_rows(rows.len() - 1);
                self.word(")");
                return;
            }
            self.shortened(row);
            self.word(")");
        }
    }

    fn locking(&mut self, lock: &Locking) {
        self.word(match lock.strength {
            LockStrength::Update => " FOR UPDATE",
            LockStrength::NoKeyUpdate => " FOR NO KEY UPDATE",
            LockStrength::Share => " FOR SHARE",
            LockStrength::KeyShare => " FOR KEY SHARE",
        });
        if !lock.targets.is_empty() {
            self.word(" OF ");
            self.object_names(&lock.targets);
        }
        self.word(match lock.wait {
            LockWait::Block => "",
            LockWait::Skip => " SKIP LOCKED",
            LockWait::Error => " NOWAIT",
        });
    }

    /// `WITH … `, with the space after it.
    pub(super) fn with(&mut self, with: Option<&With>) {
        let Some(with) = with else { return };
        self.word("WITH ");
        self.when(with.recursive, "RECURSIVE ");
        for (i, cte) in with.ctes.iter().enumerate() {
            self.comma(i);
            self.alias(&cte.alias);
            self.word(match cte.materialized {
                None => " AS (",
                Some(true) => " AS MATERIALIZED (",
                Some(false) => " AS NOT MATERIALIZED (",
            });
            self.statement(&cte.stmt);
            self.word(")");
        }
        self.word(" ");
    }

    fn alias(&mut self, alias: &Alias) {
        self.name(&alias.name);
        self.column_list(&alias.columns);
    }

    fn select_clause(&mut self, clause: &SelectClause) {
        self.word("SELECT");
        match &clause.distinct {
            Distinct::No => {}
            Distinct::Rows => self.word(" DISTINCT"),
            Distinct::On(exprs) => {
                self.word(" DISTINCT ON ");
                self.paren_exprs(exprs);
            }
        }
        self.when(!clause.items.is_empty(), " ");
        self.items(&clause.items);
        if !clause.from.is_empty() {
            self.word(" FROM ");
            self.tables(&clause.from);
            match &clause.as_of {
                None => {}
                Some(AsOf::All) => self.word(" AS OF SYSTEM TIME ALL"),
                Some(AsOf::At(time)) => self.clause(" AS OF SYSTEM TIME ", Some(time)),
            }
        }
        self.clause(" WHERE ", clause.filter.as_ref());
        if !clause.group_by.is_empty() {
            self.word(" GROUP BY ");
            self.exprs(&clause.group_by);
        }
        self.clause(" HAVING ", clause.having.as_ref());
        for (i, window) in clause.windows.iter().enumerate() {
            self.word(if i == 0 { " WINDOW " } else { ", " });
            self.name(&window.name);
            self.word(" AS ");
            self.window_spec(&window.spec);
        }
    }

    pub(super) fn items(&mut self, items: &[SelectItem]) {
        for (i, item) in items.iter().enumerate() {
            self.comma(i);
            self.expr(&item.expr);
            if let Some(alias) = &item.alias {
                self.word(" AS ");
                self.any_name(alias);
            }
        }
    }

    pub(super) fn order_by(&mut self, terms: &[OrderBy]) {
        self.word("ORDER BY ");
        for (i, term) in terms.iter().enumerate() {
            self.comma(i);
            match &term.key {
                OrderKey::Expr(expr) => self.expr(expr),
                OrderKey::PrimaryKey(table) => {
                    self.word("PRIMARY KEY ");
                    self.object_name(table);
                }
                OrderKey::Index(table, index) => {
                    self.word("INDEX ");
                    self.object_name(table);
                    self.word("@");
                    self.any_name(index);
                }
            }
            self.direction(term.direction, term.nulls);
        }
    }

    pub(super) fn direction(&mut self, direction: Direction, nulls: Nulls) {
        self.word(match direction {
            Direction::Default => "",
            Direction::Asc => " ASC",
            Direction::Desc => " DESC",
        });
        self.word(match nulls {
            Nulls::Default => "",
            Nulls::First => " NULLS FIRST",
            Nulls::Last => " NULLS LAST",
        });
    }

    pub(super) fn tables(&mut self, tables: &[TableExpr]) {
        for (i, table) in tables.iter().enumerate() {
            self.comma(i);
            self.table(table);
        }
    }

    pub(super) fn table(&mut self, table: &TableExpr) {
        match table {
            TableExpr::Source(source) => self.source(source),
            TableExpr::Join(join) => self.join(join),
            TableExpr::Paren(inner) => {
                self.word("(");
                self.table(inner);
                self.word(")");
            }
        }
    }

    fn join(&mut self, join: &Join) {
        self.table(&join.left);
        self.when(join.cond == JoinCond::Natural, " NATURAL");
        self.word(match join.kind {
            JoinKind::Plain => " ",
            JoinKind::Inner => " INNER ",
            JoinKind::Left => " LEFT ",
            JoinKind::Right => " RIGHT ",
            JoinKind::Full => " FULL ",
            JoinKind::Cross => " CROSS ",
        });
        self.word(match join.hint {
            None => "JOIN ",
            Some(JoinHint::Hash) => "HASH JOIN ",
            Some(JoinHint::Merge) => "MERGE JOIN ",
            Some(JoinHint::Lookup) => "LOOKUP JOIN ",
            Some(JoinHint::Inverted) => "INVERTED JOIN ",
            Some(JoinHint::Straight) => "STRAIGHT JOIN ",
        });
        self.table(&join.right);
        match &join.cond {
            JoinCond::None | JoinCond::Natural => {}
            JoinCond::On(expr) => self.clause(" ON ", Some(expr)),
            JoinCond::Using(columns) => {
                self.word(" USING");
                self.column_list(columns);
            }
        }
    }

    fn source(&mut self, source: &TableSource) {
        self.when(source.lateral, "LATERAL ");
        match &source.kind {
            SourceKind::Name(name) => self.object_name(name),
            SourceKind::ById { id, columns } => {
                self.by_id(*id, columns.as_deref(), source.alias.as_ref());
                return;
            }
            SourceKind::Subquery(query) => {
                self.word("(");
                self.query(query);
                self.word(")");
            }
            SourceKind::Functions { calls, .. } => {
                self.word("ROWS FROM ");
                self.paren_exprs(calls);
            }
            SourceKind::Show(stmt) => {
                self.word("[");
                self.statement(stmt);
                self.word("]");
            }
        }
        match &source.hint {
            None => {}
            Some(IndexHint::Index(name)) => {
                self.word("@");
                self.any_name(name);
            }
            Some(IndexHint::Id(id)) => self.number(format_args!("@[{id}]")),
            Some(IndexHint::Flags(flags)) => self.hint_flags(flags),
        }
        self.when(source.ordinality, " WITH ORDINALITY");
        let Some(alias) = &source.alias else { return };
        self.word(" AS ");
        self.alias(alias);
        if let SourceKind::Functions { columns, .. } = &source.kind
            && !columns.is_empty()
        {
            self.word(" (");
            for (i, (name, ty)) in columns.iter().enumerate() {
                self.comma(i);
                self.name(name);
                self.word(" ");
                self.type_name(ty);
            }
            self.word(")");
        }
    }

    fn by_id(&mut self, id: u32, columns: Option<&[u32]>, alias: Option<&Alias>) {
        self.number(format_args!("[{id}"));
        if let Some(columns) = columns {
            self.word("(");
            for (i, column) in columns.iter().enumerate() {
                self.comma(i);
                self.number(format_args!("{column}"));
            }
            self.word(")");
        }
        if let Some(alias) = alias {
            self.word(" AS ");
            self.alias(alias);
        }
        self.word("]");
    }

    fn hint_flags(&mut self, flags: &[(String, Option<String>)]) {
        self.word("@{");
        for (i, (flag, value)) in flags.iter().enumerate() {
            self.when(i > 0, ",");
            self.word(flag);
            if let Some(value) = value {
                self.word("=");
                if value.starts_with('[') { self.word(value) } else { self.any_name(value) }
            }
        }
        self.word("}");
    }
}
