//! What may stand in FROM: tables, subqueries, functions, `[SHOW …]`, joins, aliases, index hints.

use super::cursor::{Parser, Result};
use crate::ast::Name;
use crate::ast::expr::TypeName;
use crate::ast::query::{
    Alias, IndexHint, Join, JoinCond, JoinHint, JoinKind, Select, SelectBody, SourceKind,
    TableExpr, TableSource,
};
use crate::lexer::TokenKind;

impl Parser<'_> {
    /// One item of FROM with its joins.
    pub(super) fn table_expr(&mut self) -> Result<TableExpr> {
        self.descend()?;
        let mut left = self.table_primary()?;
        while self.at_join() {
            left = self.join(left)?;
        }
        self.ascend();
        Ok(left)
    }

    fn at_join(&self) -> bool {
        matches!(self.key(), "join" | "inner" | "left" | "right" | "full" | "cross" | "natural")
    }

    fn join(&mut self, left: TableExpr) -> Result<TableExpr> {
        self.grow()?;
        self.descend()?;
        let natural = self.eat("natural");
        let (kind, hint) = self.join_kind()?;
        self.expect("join")?;
        let mut right = self.table_primary()?;
        // `a JOIN b JOIN c ON … ON …`: the inner join comes first.
        let bare = natural || kind == JoinKind::Cross;
        while !bare && !matches!(self.key(), "on" | "using") && self.at_join() {
            right = self.join(right)?;
        }
        let cond = if natural {
            JoinCond::Natural
        } else if kind == JoinKind::Cross {
            JoinCond::None
        } else if self.eat("using") {
            JoinCond::Using(self.paren_list(Self::name)?)
        } else {
            self.expect("on")?;
            JoinCond::On(self.expr()?)
        };
        self.ascend();
        Ok(TableExpr::Join(Box::new(Join { left, right, kind, hint, cond })))
    }

    fn join_kind(&mut self) -> Result<(JoinKind, Option<JoinHint>)> {
        let kind = match self.key() {
            "join" => return Ok((JoinKind::Plain, None)),
            "inner" => JoinKind::Inner,
            "left" => JoinKind::Left,
            "right" => JoinKind::Right,
            "full" => JoinKind::Full,
            "cross" => JoinKind::Cross,
            _ => return Err(self.fault()),
        };
        self.skip();
        if matches!(kind, JoinKind::Left | JoinKind::Right | JoinKind::Full) {
            self.eat("outer");
        }
        let hint = match self.key() {
            "hash" => JoinHint::Hash,
            "merge" => JoinHint::Merge,
            "lookup" => JoinHint::Lookup,
            "inverted" => JoinHint::Inverted,
            "straight" => JoinHint::Straight,
            _ => return Ok((kind, None)),
        };
        self.skip();
        Ok((kind, Some(hint)))
    }

    fn table_primary(&mut self) -> Result<TableExpr> {
        let lateral = self.eat("lateral");
        let kind = match self.key() {
            "(" => match self.paren_table()? {
                Ok(kind) => kind,
                Err(join) => return Ok(join),
            },
            "[" => self.bracketed()?,
            "rows" if self.key_at(1) == "from" => {
                self.expect_all(&["rows", "from", "("])?;
                let calls = self.list(Self::primary)?;
                self.expect(")")?;
                SourceKind::Functions { calls, columns: Vec::new() }
            }
            "only" => {
                self.skip();
                let paren = self.eat("(");
                let name = self.object_name()?;
                if paren {
                    self.expect(")")?;
                }
                SourceKind::Name(name)
            }
            _ if self.at_call() => {
                SourceKind::Functions { calls: vec![self.primary()?], columns: Vec::new() }
            }
            _ => {
                let name = self.object_name()?;
                self.eat("*");
                SourceKind::Name(name)
            }
        };
        self.source(kind, lateral)
    }

    /// Whether a call stands here: a name of any length and a parenthesis, or a call with a syntax of its own.
    fn at_call(&self) -> bool {
        if matches!(
            self.key(),
            "current_date" | "current_timestamp" | "current_user" | "current_schema"
        ) {
            return true;
        }
        let mut ahead = 1;
        while self.key_at(ahead) == "." {
            ahead += 2;
        }
        self.key_at(ahead) == "(" && self.kind(0) != Some(TokenKind::Punct)
    }

    /// A subquery (`Ok`) or a joined table (`Err`) in parentheses.
    fn paren_table(&mut self) -> Result<std::result::Result<SourceKind, TableExpr>> {
        self.expect("(")?;
        if matches!(self.key(), "select" | "values" | "with" | "table") {
            let query = self.query()?;
            self.expect(")")?;
            return Ok(Ok(SourceKind::Subquery(Box::new(query))));
        }
        let inner = self.table_expr()?;
        match bare_subquery(inner) {
            Ok(query) => {
                let paren = Select::bare(SelectBody::Paren(Box::new(query)));
                let query = self.query_rest(paren)?;
                self.expect(")")?;
                Ok(Ok(SourceKind::Subquery(Box::new(query))))
            }
            Err(inner) => {
                self.expect(")")?;
                Ok(Err(TableExpr::Paren(Box::new(inner))))
            }
        }
    }

    /// `[SHOW …]`, `[105 AS t]`, `[105(1, 2) AS t]`.
    fn bracketed(&mut self) -> Result<SourceKind> {
        self.expect("[")?;
        if self.kind(0) == Some(TokenKind::Number) {
            let id = self.unsigned()?;
            let columns = if self.is("(") { Some(self.paren_list(Self::unsigned)?) } else { None };
            // The alias inside the brackets is read by the caller's rule for aliases.
            return Ok(SourceKind::ById { id, columns });
        }
        let stmt = self.statement()?;
        self.expect("]")?;
        self.grow()?;
        Ok(SourceKind::Show(Box::new(stmt)))
    }

    /// What may follow a source: hint, ordinality, alias.
    fn source(&mut self, kind: SourceKind, lateral: bool) -> Result<TableExpr> {
        let mut kind = kind;
        let hint = if self.is("@") { Some(self.index_hint()?) } else { None };
        let ordinality = self.eat_all(&["with", "ordinality"]);
        let mut alias = self.optional_alias(&mut kind)?;
        if matches!(kind, SourceKind::ById { .. }) {
            self.expect("]")?;
            if let Some(outer) = self.optional_alias(&mut kind)? {
                alias = Some(outer);
            }
        }
        Ok(TableExpr::Source(Box::new(TableSource { kind, hint, ordinality, lateral, alias })))
    }

    fn index_hint(&mut self) -> Result<IndexHint> {
        self.expect("@")?;
        if self.eat("[") {
            let id = self.unsigned()?;
            self.expect("]")?;
            return Ok(IndexHint::Id(id));
        }
        if !self.eat("{") {
            return Ok(IndexHint::Index(self.any_name()?));
        }
        let flags = self.list(|p| {
            let word = p.name()?.to_ascii_uppercase();
            if !p.eat("=") {
                return Ok((word, None));
            }
            if p.eat("[") {
                let id: u32 = p.unsigned()?;
                p.expect("]")?;
                return Ok((word, Some(format!("[{id}]"))));
            }
            Ok((word, Some(p.any_name()?)))
        })?;
        self.expect("}")?;
        Ok(IndexHint::Flags(flags))
    }

    fn optional_alias(&mut self, kind: &mut SourceKind) -> Result<Option<Alias>> {
        let worded = self.is("as") && self.key_at(1) != "of";
        if worded {
            self.skip();
        } else if !self.is_name() || matches!(self.key(), "set" | "split") {
            return Ok(None);
        }
        let name = self.name()?;
        let mut columns = Vec::new();
        if self.is("(") {
            let defs = self.paren_list(Self::alias_column)?;
            if let (SourceKind::Functions { columns: typed, .. }, true) =
                (kind, defs.iter().any(|(_, ty)| ty.is_some()))
            {
                let whole: Option<Vec<(Name, TypeName)>> =
                    defs.into_iter().map(|(name, ty)| ty.map(|ty| (name, ty))).collect();
                *typed = whole.ok_or_else(|| self.fault())?;
            } else {
                columns = defs.into_iter().map(|(name, _)| name).collect();
            }
        }
        Ok(Some(Alias { name, columns }))
    }

    fn alias_column(&mut self) -> Result<(Name, Option<TypeName>)> {
        let name = self.name()?;
        let ty = if matches!(self.key(), "," | ")") { None } else { Some(self.type_name()?) };
        Ok((name, ty))
    }

    /// The table of UPDATE and DELETE: a name with hint and alias.
    pub(super) fn target_table(&mut self) -> Result<TableExpr> {
        let only = self.eat("only");
        let name = self.object_name()?;
        if !only {
            self.eat("*");
        }
        self.source(SourceKind::Name(name), false)
    }
}

/// The query of a subquery that has neither alias nor anything else; otherwise the item as it was.
fn bare_subquery(item: TableExpr) -> std::result::Result<Select, TableExpr> {
    let TableExpr::Source(source) = item else { return Err(item) };
    let TableSource { kind, hint, ordinality, lateral, alias } = *source;
    match (kind, alias, ordinality, lateral) {
        (SourceKind::Subquery(query), None, false, false) => Ok(*query),
        (kind, alias, ..) => {
            Err(TableExpr::Source(Box::new(TableSource { kind, hint, ordinality, lateral, alias })))
        }
    }
}
