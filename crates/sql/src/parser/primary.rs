//! Primary expressions: constants, columns, parentheses, tuples, arrays, CASE, typed constants.
//!
//! ```text
//!   (a)  Paren     (a, b)  Tuple     (SELECT 1)  Subquery     ((SELECT 1) UNION (SELECT 2))  Subquery
//! ```
//!
//! A parenthesis is read as an expression first; when what came out is a query and a set operation follows, it goes on as
//! a query. So no text is read twice.

use super::cursor::{Parser, Result};
use super::types;
use crate::ast::expr::{
    Case, CastSyntax, Expr, Field, Literal, Subscript, Tuple, TypeKind, TypeName,
};
use crate::ast::query::{Select, SelectBody};
use crate::ast::{Name, ObjectName};
use crate::lexer::TokenKind;
use crate::lexer::keywords::Class;

impl Parser<'_> {
    /// A primary expression with its subscripts.
    pub(super) fn primary(&mut self) -> Result<Expr> {
        let expr = match self.kind(0) {
            Some(TokenKind::Number) => Expr::Literal(self.number()?),
            Some(TokenKind::String) => Expr::string(self.string()?),
            Some(TokenKind::Bytes) => Expr::Literal(self.bytes()?),
            Some(TokenKind::Placeholder) => self.placeholder()?,
            Some(TokenKind::Ident | TokenKind::QuotedIdent) => self.path_or_call()?,
            Some(TokenKind::Keyword) => self.word()?,
            Some(TokenKind::Punct) => match self.key() {
                "(" => self.paren_expr()?,
                "@" => {
                    self.skip();
                    Expr::Ordinal(self.unsigned()?)
                }
                _ => return Err(self.fault()),
            },
            Some(TokenKind::Operator) if self.is("*") => {
                self.skip();
                Expr::Star(Vec::new())
            }
            _ => return Err(self.fault()),
        };
        self.subscripts(expr)
    }

    fn subscripts(&mut self, expr: Expr) -> Result<Expr> {
        if !self.is("[") {
            return Ok(expr);
        }
        let mut subscripts = Vec::new();
        while self.eat("[") {
            let begin = if self.is(":") { None } else { Some(self.expr()?) };
            let slice = self.eat(":");
            let end = if slice && !self.is("]") { Some(self.expr()?) } else { None };
            self.expect("]")?;
            subscripts.push(Subscript { begin, end, slice });
        }
        Ok(Expr::Index { expr: Box::new(expr), subscripts })
    }

    /// An expression that begins with a word of the language.
    fn word(&mut self) -> Result<Expr> {
        let key = self.key();
        match key {
            "true" | "false" => {
                self.skip();
                Ok(Expr::bool(key == "true"))
            }
            "null" => {
                self.skip();
                Ok(Expr::Literal(Literal::Null))
            }
            "array" => self.array(),
            "case" => self.case(),
            "exists" if self.key_at(1) == "(" => self.exists(),
            "row" if self.key_at(1) == "(" => self.row(),
            "interval" if self.kind(1) == Some(TokenKind::String) || self.key_at(1) == "(" => {
                self.interval()
            }
            _ => {
                if let Some(call) = self.special_call()? {
                    return Ok(call);
                }
                if let Some(literal) = self.typed_literal()? {
                    return Ok(literal);
                }
                self.path_or_call()
            }
        }
    }

    /// `TIMESTAMP WITH TIME ZONE '…'`, `CHAR(3) '…'`: a constant after a type that is more than a name.
    fn typed_literal(&mut self) -> Result<Option<Expr>> {
        let typed = types::builtin(self.key()).is_some() || self.is("double");
        let goes_on = self.kind(1) == Some(TokenKind::String)
            || matches!(self.key_at(1), "(" | "with" | "without" | "varying" | "precision");
        if !typed || !goes_on {
            return Ok(None);
        }
        let mark = self.mark();
        if let Ok(ty) = self.type_name()
            && self.kind(0) == Some(TokenKind::String)
        {
            let text = self.string()?;
            return Ok(Some(prepend(ty, text)));
        }
        self.reset(mark);
        Ok(None)
    }

    /// `INTERVAL '…' DAY TO SECOND`, `INTERVAL(3) '…'`.
    fn interval(&mut self) -> Result<Expr> {
        self.expect("interval")?;
        if self.is("(") {
            let ty = self.interval_fields()?;
            let text = self.string()?;
            return Ok(prepend(ty, text));
        }
        let text = self.string()?;
        let ty = if self.is("(") {
            TypeName::plain(TypeKind::Interval)
        } else {
            self.interval_fields()?
        };
        Ok(prepend(ty, text))
    }

    /// A column, a star, a call, or a typed constant: all begin with a name.
    fn path_or_call(&mut self) -> Result<Expr> {
        let callable = self.is_function_name();
        let column = self.is_name() || self.is("family");
        let start = self.mark();
        if !callable && !column {
            return Err(self.fault());
        }
        let mut parts = vec![self.any_name()?];
        while self.is(".") && parts.len() < 4 {
            self.skip();
            if self.eat("*") {
                return Ok(Expr::Star(parts));
            }
            parts.push(self.any_name()?);
        }
        let qualified = parts.len() > 1;
        if self.is("(") && (callable || qualified) {
            return self.call(ObjectName { parts }, start);
        }
        if self.kind(0) == Some(TokenKind::String) && (callable || qualified) {
            let text = self.string()?;
            return Ok(prepend(named_type(parts), text));
        }
        if !column {
            return Err(self.fault());
        }
        Ok(Expr::Column(parts))
    }

    /// What begins with a parenthesis.
    pub(super) fn paren_expr(&mut self) -> Result<Expr> {
        if matches!(self.key_at(1), "select" | "values" | "with" | "table") {
            self.expect("(")?;
            let query = self.query()?;
            self.expect(")")?;
            return Ok(Expr::Subquery(Box::new(query)));
        }
        self.expect("(")?;
        if self.eat(")") {
            return Ok(Expr::Tuple(Box::default()));
        }
        let first = self.expr()?;
        if self.query_goes_on()
            && let Expr::Subquery(query) = first
        {
            let query = self.query_rest(Select::bare(SelectBody::Paren(query)))?;
            self.expect(")")?;
            return Ok(Expr::Subquery(Box::new(query)));
        }
        if self.is("as")
            && let Expr::Tuple(tuple) = first
        {
            return self.labels(*tuple);
        }
        if self.is(",") {
            return self.tuple(first);
        }
        self.expect(")")?;
        if self.eat(".") {
            return Ok(Expr::Field { expr: Box::new(first), field: self.field()? });
        }
        Ok(Expr::Paren(Box::new(first)))
    }

    fn field(&mut self) -> Result<Field> {
        if self.eat("*") {
            return Ok(Field::Star);
        }
        if self.eat("@") {
            return Ok(Field::Ordinal(self.unsigned()?));
        }
        Ok(Field::Name(self.any_name()?))
    }

    fn tuple(&mut self, first: Expr) -> Result<Expr> {
        let mut exprs = vec![first];
        while self.eat(",") {
            if self.is(")") {
                break;
            }
            exprs.push(self.expr()?);
        }
        self.expect(")")?;
        Ok(Expr::Tuple(Box::new(Tuple { exprs, ..Tuple::default() })))
    }

    /// `(a, b) AS x, y)` after the outer parenthesis.
    fn labels(&mut self, tuple: Tuple) -> Result<Expr> {
        self.expect("as")?;
        let labels: Vec<Name> = self.list(Self::name)?;
        self.expect(")")?;
        Ok(Expr::Tuple(Box::new(Tuple { labels, ..tuple })))
    }

    fn row(&mut self) -> Result<Expr> {
        self.expect_all(&["row", "("])?;
        let exprs = if self.is(")") { Vec::new() } else { self.exprs()? };
        self.expect(")")?;
        Ok(Expr::Tuple(Box::new(Tuple { exprs, labels: Vec::new(), row: true })))
    }

    fn array(&mut self) -> Result<Expr> {
        self.expect("array")?;
        if self.is("(") {
            let Expr::Subquery(query) = self.paren_expr()? else { return Err(self.fault()) };
            return Ok(Expr::ArraySubquery(query));
        }
        self.array_items()
    }

    /// `[ … ]`; inner arrays may leave the word out.
    fn array_items(&mut self) -> Result<Expr> {
        self.descend()?;
        self.expect("[")?;
        let items = match self.key() {
            "]" => Vec::new(),
            "[" => self.list(Self::array_items)?,
            _ => self.exprs()?,
        };
        self.expect("]")?;
        self.grow()?;
        self.ascend();
        Ok(Expr::Array(items))
    }

    fn exists(&mut self) -> Result<Expr> {
        self.expect("exists")?;
        let fault = self.fault();
        let mut query = self.paren_expr()?;
        while let Expr::Paren(inner) = query {
            query = *inner;
        }
        if let Expr::Subquery(query) = query { Ok(Expr::Exists(query)) } else { Err(fault) }
    }

    fn case(&mut self) -> Result<Expr> {
        self.expect("case")?;
        let operand = if self.is("when") { None } else { Some(self.expr()?) };
        let mut whens = Vec::new();
        while self.eat("when") {
            let when = self.expr()?;
            self.expect("then")?;
            whens.push((when, self.expr()?));
        }
        if whens.is_empty() {
            return Err(self.fault());
        }
        let otherwise = if self.eat("else") { Some(self.expr()?) } else { None };
        self.expect("end")?;
        Ok(Expr::Case(Box::new(Case { operand, whens, otherwise })))
    }

    /// Whether a query begins some places ahead, inside any number of parentheses.
    pub(super) fn starts_query(&self, ahead: usize) -> bool {
        let mut at = ahead;
        while self.key_at(at) == "(" {
            at += 1;
        }
        matches!(self.key_at(at), "select" | "values" | "with" | "table")
    }

    /// Whether a word may name a column here without AS.
    pub(super) fn is_bare_label(&self) -> bool {
        match self.kind(0) {
            Some(TokenKind::Ident | TokenKind::QuotedIdent) => true,
            Some(TokenKind::Keyword) => {
                !crate::lexer::keywords::NOT_BARE_LABELS.contains(&self.key())
                    && self.class(0).is_some_and(|class| class <= Class::Reserved)
            }
            _ => false,
        }
    }
}

fn prepend(ty: TypeName, text: String) -> Expr {
    Expr::Cast { expr: Box::new(Expr::string(text)), ty, syntax: CastSyntax::Prepend }
}

fn named_type(parts: Vec<Name>) -> TypeName {
    if let [word] = parts.as_slice()
        && let Some(kind) = types::builtin(word)
    {
        return TypeName::plain(kind);
    }
    TypeName::User(ObjectName { parts })
}
