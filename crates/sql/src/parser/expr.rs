//! Scalar expressions by precedence climbing.
//!
//! | level | operators | |
//! |---|---|---|
//! | 1 | OR | left |
//! | 2 | AND | left |
//! | 3 | NOT | prefix |
//! | 4 | IS, ISNULL, NOTNULL | none |
//! | 5 | `< > = <= >= !=` | none |
//! | 6 | `~ !~`, BETWEEN, IN, LIKE, ILIKE, SIMILAR TO | none |
//! | 8 | `@> <@ ? ?\| ?& @@`, op ANY | none |
//! | 12 | `\|\| -> ->> #> #>> #-` | left |
//! | 13–15 | `\|`, `#`, `&` | left |
//! | 16 | `<< >> &&` | left |
//! | 17 | `+ -` | left |
//! | 18 | `* / // %` | left |
//! | 19 | `^` | left |
//! | 20 | AT TIME ZONE | left |
//! | 21 | COLLATE | left |
//! | 22 | unary `+ - ~` | prefix |
//! | 25, 26 | `:::`, `::` | left |
//!
//! Operators that associate to neither side may not be chained: `a = b = c` is a syntax error.
//! Source: CockroachDB, "Functions and Operators", operator table; measured against what its parser tests print.

use super::cursor::{Parser, Result};
use crate::ast::expr::{
    Between, BinaryOp, CastSyntax, CompareOp, Expr, Literal, Quantifier, Tuple, UnaryOp,
};

const OR: u8 = 1;
const AND: u8 = 2;
const NOT: u8 = 3;
const IS: u8 = 4;
const COMPARE: u8 = 5;
const MATCH: u8 = 6;
const CONTAINS: u8 = 8;
const OVERLAPS: u8 = 9;
const CONCAT: u8 = 12;
const SHIFT: u8 = 16;
const POWER: u8 = 19;
const AT: u8 = 20;
const COLLATE: u8 = 21;
const UNARY: u8 = 22;
const ANNOTATE: u8 = 25;
const CAST: u8 = 26;

/// What an operator between two operands makes.
#[derive(Clone, Copy)]
enum Infix {
    Binary(BinaryOp),
    Compare(CompareOp),
}

/// Symbols between two operands with their level.
fn infix(key: &str) -> Option<(Infix, u8)> {
    use BinaryOp as B;
    use CompareOp as C;
    use Infix::{Binary, Compare};
    Some(match key {
        "=" => (Compare(C::Eq), COMPARE),
        "<" => (Compare(C::Lt), COMPARE),
        ">" => (Compare(C::Gt), COMPARE),
        "<=" => (Compare(C::Le), COMPARE),
        ">=" => (Compare(C::Ge), COMPARE),
        "!=" | "<>" => (Compare(C::Ne), COMPARE),
        "~" => (Compare(C::RegMatch), MATCH),
        "!~" => (Compare(C::NotRegMatch), MATCH),
        "~*" => (Compare(C::RegIMatch), MATCH),
        "!~*" => (Compare(C::NotRegIMatch), MATCH),
        "@>" => (Compare(C::Contains), CONTAINS),
        "<@" => (Compare(C::ContainedBy), CONTAINS),
        "?" => (Compare(C::JsonExists), CONTAINS),
        "?|" => (Compare(C::JsonSomeExists), CONTAINS),
        "?&" => (Compare(C::JsonAllExists), CONTAINS),
        "@@" => (Compare(C::TextMatches), CONTAINS),
        "&&" => (Compare(C::Overlaps), SHIFT),
        "||" => (Binary(B::Concat), CONCAT),
        "->" => (Binary(B::JsonFetchVal), CONCAT),
        "->>" => (Binary(B::JsonFetchText), CONCAT),
        "#>" => (Binary(B::JsonFetchValPath), CONCAT),
        "#>>" => (Binary(B::JsonFetchTextPath), CONCAT),
        "|" => (Binary(B::BitOr), 13),
        "#" => (Binary(B::BitXor), 14),
        "&" => (Binary(B::BitAnd), 15),
        "<<" => (Binary(B::LShift), SHIFT),
        ">>" => (Binary(B::RShift), SHIFT),
        "+" => (Binary(B::Plus), 17),
        "-" => (Binary(B::Minus), 17),
        "*" => (Binary(B::Mult), 18),
        "/" => (Binary(B::Div), 18),
        "//" => (Binary(B::FloorDiv), 18),
        "%" => (Binary(B::Mod), 18),
        "^" => (Binary(B::Pow), POWER),
        _ => return None,
    })
}

impl Parser<'_> {
    /// An expression.
    pub(super) fn expr(&mut self) -> Result<Expr> {
        self.climb(0, false)
    }

    /// An expression without AND, OR, NOT, IN, LIKE, BETWEEN, IS NULL: what may stand where those words go on differently
    /// (DEFAULT, the low end of BETWEEN).
    pub(super) fn restricted_expr(&mut self) -> Result<Expr> {
        self.climb(0, true)
    }

    /// Expressions parted by commas.
    pub(super) fn exprs(&mut self) -> Result<Vec<Expr>> {
        self.list(Self::expr)
    }

    /// An expression whose operators bind at least as tightly as `min`.
    fn climb(&mut self, min: u8, restricted: bool) -> Result<Expr> {
        self.descend()?;
        let around = std::mem::replace(&mut self.height, 0);
        let mut left = self.prefix(restricted)?;
        // The level of the operator just used, if it may not be chained.
        let mut barred = u8::MAX;
        while let Some(level) = self.next_level(restricted) {
            if level < min || level == barred {
                break;
            }
            barred = if matches!(level, IS | COMPARE | MATCH | CONTAINS | OVERLAPS) {
                level
            } else {
                u8::MAX
            };
            self.grow()?;
            left = self.infix_or_postfix(left, level, restricted)?;
        }
        self.grow()?;
        self.height = around.max(self.height);
        self.ascend();
        Ok(left)
    }

    /// The level of the operator that stands here, if one does.
    fn next_level(&self, restricted: bool) -> Option<u8> {
        let key = self.key();
        let level = match key {
            "" => return None,
            "::" => CAST,
            ":::" => ANNOTATE,
            "collate" if !restricted => COLLATE,
            "at" if !restricted && self.key_at(1) == "time" => AT,
            "or" if !restricted => OR,
            "and" if !restricted => AND,
            "is" if restricted => {
                let ahead = usize::from(self.key_at(1) == "not") + 1;
                if !matches!(self.key_at(ahead), "distinct" | "of") {
                    return None;
                }
                IS
            }
            "is" | "isnull" | "notnull" if !restricted => IS,
            "in" | "between" | "like" | "ilike" | "similar" if !restricted => {
                if matches!(key, "like" | "ilike") && is_quantifier(self.key_at(1)) {
                    CONTAINS
                } else {
                    MATCH
                }
            }
            "not" if !restricted => match self.key_at(1) {
                "like" | "ilike" if is_quantifier(self.key_at(2)) => CONTAINS,
                "in" | "between" | "like" | "ilike" | "similar" => MATCH,
                _ => return None,
            },
            "overlaps" if !restricted => OVERLAPS,
            "operator" if self.key_at(1) == "(" => {
                let key =
                    if self.key_at(2) == "pg_catalog" { self.key_at(4) } else { self.key_at(2) };
                infix(key)?;
                CONCAT
            }
            _ => {
                let (_, level) = infix(key)?;
                if is_quantifier(self.key_at(1)) && self.key_at(2) == "(" {
                    CONTAINS
                } else {
                    level
                }
            }
        };
        Some(level)
    }

    /// Operators before their operand, or a primary expression.
    fn prefix(&mut self, restricted: bool) -> Result<Expr> {
        let (op, level) = match self.key() {
            "not" if !restricted => {
                self.skip();
                return Ok(Expr::Not(Box::new(self.climb(NOT, false)?)));
            }
            "default" => {
                self.skip();
                return Ok(Expr::Default);
            }
            "-" => (UnaryOp::Minus, UNARY),
            "+" => (UnaryOp::Plus, UNARY),
            "~" => (UnaryOp::Complement, UNARY),
            "|/" => (UnaryOp::Sqrt, SHIFT),
            "||/" => (UnaryOp::Cbrt, SHIFT),
            _ => return self.primary(),
        };
        self.skip();
        let operand = self.climb(level, restricted)?;
        Ok(match (op, operand) {
            (UnaryOp::Minus, Expr::Literal(Literal::Int(text))) => {
                Expr::Literal(Literal::Int(negated(&text)))
            }
            (UnaryOp::Minus, Expr::Literal(Literal::Decimal(text))) => {
                Expr::Literal(Literal::Decimal(negated(&text)))
            }
            (op, operand) => Expr::Unary(op, Box::new(operand)),
        })
    }

    /// What an operator makes of the operand on its left.
    fn infix_or_postfix(&mut self, left: Expr, level: u8, restricted: bool) -> Result<Expr> {
        let left = Box::new(left);
        match self.key() {
            "or" => {
                self.skip();
                Ok(Expr::Or(left, Box::new(self.climb(OR + 1, false)?)))
            }
            "and" => {
                self.skip();
                Ok(Expr::And(left, Box::new(self.climb(AND + 1, false)?)))
            }
            "is" => self.is_test(left, restricted),
            "isnull" | "notnull" => {
                let negated = self.is("notnull");
                self.skip();
                Ok(Expr::IsNull { expr: left, negated })
            }
            "::" => {
                self.skip();
                Ok(Expr::Cast { expr: left, ty: self.type_name()?, syntax: CastSyntax::Short })
            }
            ":::" => {
                self.skip();
                Ok(Expr::Annotate { expr: left, ty: self.type_name()?, short: true })
            }
            "collate" => {
                self.skip();
                Ok(Expr::Collate { expr: left, locale: self.any_name()? })
            }
            "at" => {
                self.expect_all(&["at", "time", "zone"])?;
                let zone = self.climb(AT + 1, false)?;
                Ok(Expr::call("timezone", vec![zone, *left]))
            }
            "overlaps" => self.overlaps(*left),
            "in" | "between" | "like" | "ilike" | "similar" | "not" => self.match_test(left),
            _ => self.symbol(left, level, restricted),
        }
    }

    /// A symbol with its right operand, or with ANY, SOME, ALL.
    fn symbol(&mut self, left: Box<Expr>, level: u8, restricted: bool) -> Result<Expr> {
        let qualified = self.eat_all(&["operator", "("]);
        if qualified && self.is_name() {
            self.skip();
            self.expect(".")?;
        }
        let Some((op, _)) = infix(self.key()) else { return Err(self.fault()) };
        self.skip();
        if qualified {
            self.expect(")")?;
        }
        if let Infix::Compare(op) = op
            && let Some(quantifier) = self.quantifier()
        {
            let right = self.climb(CONTAINS + 1, restricted)?;
            return Ok(Expr::Quantified(op, quantifier, left, Box::new(right)));
        }
        let right = Box::new(self.climb(level + 1, restricted)?);
        Ok(match op {
            Infix::Binary(op) => Expr::Binary(op, left, right),
            Infix::Compare(op) => Expr::Compare(op, left, right),
        })
    }

    fn quantifier(&mut self) -> Option<Quantifier> {
        let quantifier = match self.key() {
            "any" => Quantifier::Any,
            "some" => Quantifier::Some,
            "all" => Quantifier::All,
            _ => return None,
        };
        self.skip();
        Some(quantifier)
    }

    /// IS [NOT] NULL, TRUE, FALSE, UNKNOWN, NAN, DISTINCT FROM, OF.
    fn is_test(&mut self, left: Box<Expr>, restricted: bool) -> Result<Expr> {
        self.expect("is")?;
        let negated = self.eat("not");
        let op = if negated { CompareOp::IsDistinctFrom } else { CompareOp::IsNotDistinctFrom };
        let key = self.key();
        match key {
            "null" | "unknown" => {
                self.skip();
                Ok(Expr::IsNull { expr: left, negated })
            }
            "true" | "false" => {
                self.skip();
                Ok(Expr::Compare(op, left, Box::new(Expr::bool(key == "true"))))
            }
            "nan" => {
                self.skip();
                let op = if negated { CompareOp::Ne } else { CompareOp::Eq };
                Ok(Expr::Compare(op, left, Box::new(Expr::string("NaN"))))
            }
            "distinct" => {
                self.expect_all(&["distinct", "from"])?;
                let right = self.climb(IS + 1, restricted)?;
                let op =
                    if negated { CompareOp::IsNotDistinctFrom } else { CompareOp::IsDistinctFrom };
                Ok(Expr::Compare(op, left, Box::new(right)))
            }
            "of" => {
                self.skip();
                let types = self.paren_list(Self::type_name)?;
                Ok(Expr::IsOfType { expr: left, types, negated })
            }
            _ => Err(self.fault()),
        }
    }

    /// `(a, b) OVERLAPS (c, d)`.
    fn overlaps(&mut self, left: Expr) -> Result<Expr> {
        let fault = self.fault();
        self.expect("overlaps")?;
        let right = self.climb(OVERLAPS + 1, false)?;
        let (Expr::Tuple(left), Expr::Tuple(right)) = (left, right) else { return Err(fault) };
        let mut args = left.exprs;
        args.extend(right.exprs);
        Ok(Expr::call("overlaps", args))
    }

    /// [NOT] IN, BETWEEN, LIKE, ILIKE, SIMILAR TO.
    fn match_test(&mut self, left: Box<Expr>) -> Result<Expr> {
        let negated = self.eat("not");
        let key = self.key();
        self.skip();
        let (op, escape) = match (key, negated) {
            ("in", _) => return self.in_test(left, negated),
            ("between", _) => return self.between(*left, negated),
            ("like", false) => (CompareOp::Like, "like_escape"),
            ("like", true) => (CompareOp::NotLike, "not_like_escape"),
            ("ilike", false) => (CompareOp::ILike, "ilike_escape"),
            ("ilike", true) => (CompareOp::NotILike, "not_ilike_escape"),
            ("similar", false) => (CompareOp::SimilarTo, "similar_to_escape"),
            _ => (CompareOp::NotSimilarTo, "not_similar_to_escape"),
        };
        if key == "similar" {
            self.expect("to")?;
        } else if let Some(quantifier) = self.quantifier() {
            let right = self.climb(CONTAINS + 1, false)?;
            return Ok(Expr::Quantified(op, quantifier, left, Box::new(right)));
        }
        let right = self.climb(MATCH + 1, false)?;
        if self.eat("escape") {
            let character = self.climb(MATCH + 1, false)?;
            return Ok(Expr::call(escape, vec![*left, right, character]));
        }
        Ok(Expr::Compare(op, left, Box::new(right)))
    }

    fn in_test(&mut self, left: Box<Expr>, negated: bool) -> Result<Expr> {
        let op = if negated { CompareOp::NotIn } else { CompareOp::In };
        let right = self.tuple_or_subquery()?;
        Ok(Expr::Compare(op, left, Box::new(right)))
    }

    /// What stands after IN and after `(a, b) =`: a subquery, or a list that is a tuple even of one.
    pub(super) fn tuple_or_subquery(&mut self) -> Result<Expr> {
        if !self.is("(") {
            return Err(self.fault());
        }
        if self.starts_query(0) {
            let query = self.paren_expr()?;
            if !matches!(query, Expr::Paren(_)) {
                return Ok(query);
            }
            return Ok(Expr::Tuple(Box::new(Tuple { exprs: vec![query], ..Tuple::default() })));
        }
        self.expect("(")?;
        let mut exprs = Vec::new();
        while !self.is(")") {
            exprs.push(self.expr()?);
            if !self.eat(",") {
                break;
            }
        }
        self.expect(")")?;
        Ok(Expr::Tuple(Box::new(Tuple { exprs, ..Tuple::default() })))
    }

    fn between(&mut self, expr: Expr, negated: bool) -> Result<Expr> {
        let symmetric = self.eat("symmetric");
        if !symmetric {
            self.eat("asymmetric");
        }
        let low = self.restricted_expr()?;
        self.expect("and")?;
        let high = self.climb(MATCH + 1, false)?;
        Ok(Expr::Between(Box::new(Between { expr, low, high, negated, symmetric })))
    }
}

fn is_quantifier(key: &str) -> bool {
    matches!(key, "any" | "some" | "all")
}

fn negated(text: &str) -> String {
    match text.strip_prefix('-') {
        Some(positive) => positive.to_owned(),
        None => format!("-{text}"),
    }
}
