//! Calls: functions, aggregates, window functions, and those with a syntax of their own.
//!
//! | written | becomes |
//! |---|---|
//! | `EXTRACT(day FROM x)` | `extract('day', x)` |
//! | `SUBSTRING(s FROM 2 FOR 3)` | `substring(s, 2, 3)` |
//! | `POSITION(a IN b)` | `strpos(b, a)` |
//! | `TRIM(LEADING a FROM b)` | `ltrim(b, a)` |
//! | `OVERLAY(a PLACING b FROM 1)` | `overlay(a, b, 1)` |
//! | `CURRENT_TIMESTAMP`, `USER` | `current_timestamp()`, `current_user()` |

use super::cursor::{Help, Parser, Result};
use crate::ast::ObjectName;
use crate::ast::expr::{CastSyntax, Expr, Function, FunctionSet, IfError, Over};
use crate::ast::query::{Frame, FrameBound, FrameExclusion, FrameMode, WindowSpec};

impl Parser<'_> {
    /// A call from its opening parenthesis on. `start` is the token of the name.
    pub(super) fn call(&mut self, name: ObjectName, start: usize) -> Result<Expr> {
        let function = Some(start + 2 * (name.parts.len() - 1));
        let outer = std::mem::replace(&mut self.help, Help { function, ..Help::default() });
        let mut call = self.arguments(name)?;
        self.help = outer;
        if self.eat_all(&["within", "group"]) {
            self.expect("(")?;
            call.order_by = self.order_by()?;
            self.expect(")")?;
            call.within_group = true;
        }
        if self.eat_all(&["filter", "("]) {
            self.expect("where")?;
            call.filter = Some(self.expr()?);
            self.expect(")")?;
        }
        if self.eat("over") {
            let over = if self.is("(") {
                Over::Spec(Box::new(self.window_spec()?))
            } else {
                Over::Name(self.name()?)
            };
            call.over = Some(over);
        }
        Ok(Expr::Function(Box::new(call)))
    }

    /// A call without FILTER and OVER, as in FROM and CALL.
    pub(super) fn plain_call(&mut self) -> Result<Function> {
        let name = self.object_name()?;
        self.arguments(name)
    }

    fn arguments(&mut self, name: ObjectName) -> Result<Function> {
        let mut call = Function { name, ..Function::default() };
        self.expect("(")?;
        if self.eat(")") {
            return Ok(call);
        }
        if self.is("*") && self.key_at(1) == ")" {
            self.skip();
            self.skip();
            call.args = vec![Expr::Star(Vec::new())];
            return Ok(call);
        }
        call.set = match self.key() {
            "all" => FunctionSet::All,
            "distinct" => FunctionSet::Distinct,
            _ => FunctionSet::None,
        };
        if call.set != FunctionSet::None {
            self.skip();
        }
        loop {
            call.variadic |= self.eat("variadic");
            call.args.push(self.expr()?);
            if !self.eat(",") {
                break;
            }
        }
        if self.is("order") {
            call.order_by = self.order_by()?;
        }
        self.expect(")")?;
        Ok(call)
    }

    /// `( [base] [PARTITION BY …] [ORDER BY …] [frame] )`.
    pub(super) fn window_spec(&mut self) -> Result<WindowSpec> {
        self.expect("(")?;
        let mut spec = WindowSpec::default();
        if self.is_name() && !matches!(self.key(), "partition" | "range" | "rows" | "groups") {
            spec.base = Some(self.name()?);
        }
        if self.eat_all(&["partition", "by"]) {
            spec.partition_by = self.exprs()?;
        }
        if self.is("order") {
            spec.order_by = self.order_by()?;
        }
        spec.frame = self.frame()?;
        self.expect(")")?;
        Ok(spec)
    }

    fn frame(&mut self) -> Result<Option<Frame>> {
        let mode = match self.key() {
            "range" => FrameMode::Range,
            "rows" => FrameMode::Rows,
            "groups" => FrameMode::Groups,
            _ => return Ok(None),
        };
        self.skip();
        let between = self.eat("between");
        let start = self.frame_bound()?;
        let mut end = None;
        if between {
            self.expect("and")?;
            end = Some(self.frame_bound()?);
        }
        let mut exclude = FrameExclusion::None;
        if self.eat("exclude") {
            exclude = match self.key() {
                "current" => FrameExclusion::CurrentRow,
                "group" => FrameExclusion::Group,
                "ties" => FrameExclusion::Ties,
                "no" => FrameExclusion::None,
                _ => return Err(self.fault()),
            };
            self.skip();
            match exclude {
                FrameExclusion::CurrentRow => self.expect("row")?,
                FrameExclusion::None => self.expect("others")?,
                FrameExclusion::Group | FrameExclusion::Ties => {}
            }
        }
        Ok(Some(Frame { mode, start, end, exclude }))
    }

    fn frame_bound(&mut self) -> Result<FrameBound> {
        if self.eat_all(&["current", "row"]) {
            return Ok(FrameBound::CurrentRow);
        }
        if self.eat_all(&["unbounded", "preceding"]) {
            return Ok(FrameBound::UnboundedPreceding);
        }
        if self.eat_all(&["unbounded", "following"]) {
            return Ok(FrameBound::UnboundedFollowing);
        }
        let offset = Box::new(self.expr()?);
        if self.eat("preceding") {
            return Ok(FrameBound::Preceding(offset));
        }
        self.expect("following")?;
        Ok(FrameBound::Following(offset))
    }

    /// A call that begins with a word of the language, if one stands here.
    pub(super) fn special_call(&mut self) -> Result<Option<Expr>> {
        let key = self.key();
        let name = match key {
            "current_date" | "current_timestamp" | "current_time" | "localtimestamp"
            | "localtime" | "current_user" | "session_user" | "current_schema" => key,
            "user" | "current_role" => "current_user",
            "current_catalog" => "current_database",
            "collation" if self.key_at(1) == "for" => {
                self.expect_all(&["collation", "for", "("])?;
                let of = self.expr()?;
                self.expect(")")?;
                return Ok(Some(Expr::call("pg_collation_for", vec![of])));
            }
            _ if self.key_at(1) == "(" => return self.special_syntax(),
            _ => return Ok(None),
        };
        self.skip();
        let mut args = Vec::new();
        if self.eat("(") {
            if !self.is(")") {
                args = self.exprs()?;
            }
            self.expect(")")?;
        }
        Ok(Some(Expr::call(name, args)))
    }

    /// Calls with a syntax of their own, each a word and a parenthesis.
    fn special_syntax(&mut self) -> Result<Option<Expr>> {
        let key = self.key();
        let known = matches!(
            key,
            "cast"
                | "annotate_type"
                | "if"
                | "nullif"
                | "ifnull"
                | "coalesce"
                | "iferror"
                | "iserror"
                | "extract"
                | "extract_duration"
                | "overlay"
                | "position"
                | "substring"
                | "trim"
                | "greatest"
                | "least"
        );
        if !known {
            return Ok(None);
        }
        self.skip();
        self.expect("(")?;
        let call = match key {
            "cast" => {
                let expr = Box::new(self.expr()?);
                self.expect("as")?;
                Expr::Cast { expr, ty: self.type_name()?, syntax: CastSyntax::Explicit }
            }
            "annotate_type" => {
                let expr = Box::new(self.expr()?);
                self.expect(",")?;
                Expr::Annotate { expr, ty: self.type_name()?, short: false }
            }
            "coalesce" => Expr::Coalesce { if_null: false, args: self.exprs()? },
            "if" | "nullif" | "ifnull" | "iferror" | "iserror" => self.conditional(key)?,
            "extract" | "extract_duration" => self.extract(key)?,
            "overlay" => self.overlay()?,
            "position" => {
                let what = self.restricted_expr()?;
                self.expect("in")?;
                Expr::call("strpos", vec![self.restricted_expr()?, what])
            }
            "substring" => self.substring()?,
            "trim" => self.trim()?,
            _ => Expr::call(key, self.exprs()?),
        };
        self.expect(")")?;
        Ok(Some(call))
    }

    /// IF, NULLIF, IFNULL, IFERROR, ISERROR by the number of their arguments.
    fn conditional(&mut self, key: &str) -> Result<Expr> {
        let args = self.exprs()?;
        let count = args.len();
        let mut args = args.into_iter();
        match (key, count, args.next(), args.next(), args.next()) {
            ("if", 3, Some(a), Some(b), Some(c)) => Ok(Expr::If(Box::new([a, b, c]))),
            ("nullif", 2, Some(a), Some(b), None) => Ok(Expr::NullIf(Box::new([a, b]))),
            ("ifnull", 2, Some(a), Some(b), None) => {
                Ok(Expr::Coalesce { if_null: true, args: vec![a, b] })
            }
            ("iferror", 2 | 3, Some(cond), otherwise, code) => {
                Ok(Expr::IfError(Box::new(IfError { cond, otherwise, code })))
            }
            ("iserror", 1 | 2, Some(cond), code, None) => {
                Ok(Expr::IfError(Box::new(IfError { cond, otherwise: None, code })))
            }
            _ => Err(self.fault()),
        }
    }

    fn extract(&mut self, name: &str) -> Result<Expr> {
        let field = self.key_at(1) == "from";
        let part = if field { Expr::string(self.word_or_string()?) } else { self.expr()? };
        if self.eat("from") {
            return Ok(Expr::call(name, vec![part, self.expr()?]));
        }
        let mut args = vec![part];
        while self.eat(",") {
            args.push(self.expr()?);
        }
        Ok(Expr::call(name, args))
    }

    fn overlay(&mut self) -> Result<Expr> {
        let mut args = vec![self.expr()?];
        if self.eat("placing") {
            args.push(self.expr()?);
            self.expect("from")?;
            args.push(self.expr()?);
            if self.eat("for") {
                args.push(self.expr()?);
            }
        }
        while self.eat(",") {
            args.push(self.expr()?);
        }
        Ok(Expr::call("overlay", args))
    }

    fn substring(&mut self) -> Result<Expr> {
        let mut args = if self.is(")") { Vec::new() } else { self.exprs()? };
        if args.len() == 1 {
            let (mut from, mut length) = (None, None);
            loop {
                if from.is_none() && self.eat("from") {
                    from = Some(self.expr()?);
                } else if length.is_none() && self.eat("for") {
                    length = Some(self.expr()?);
                } else {
                    break;
                }
            }
            if from.is_some() || length.is_some() {
                args.push(from.unwrap_or_else(|| Expr::int(1)));
            }
            args.extend(length);
        }
        Ok(Expr::call("substring", args))
    }

    fn trim(&mut self) -> Result<Expr> {
        let name = match self.key() {
            "leading" => "ltrim",
            "trailing" => "rtrim",
            _ => "btrim",
        };
        if matches!(self.key(), "leading" | "trailing" | "both") {
            self.skip();
        }
        let what = if self.is("from") { None } else { Some(self.expr()?) };
        let mut args = Vec::new();
        if self.eat("from") {
            args = self.exprs()?;
            args.extend(what);
        } else {
            args.extend(what);
            while self.eat(",") {
                args.push(self.expr()?);
            }
        }
        Ok(Expr::call(name, args))
    }
}
