//! Constants and the small pieces that many statements share: strings, numbers, placeholders, options, AS OF SYSTEM TIME.

use super::cursor::{Parser, Result};
use crate::ast::{Expr, KvOption, Literal};
use crate::lexer::{self, TokenKind};

impl Parser<'_> {
    /// A string constant.
    pub(super) fn string(&mut self) -> Result<String> {
        let Some(lexeme) = self.lexeme(0).filter(|l| l.token.kind == TokenKind::String) else {
            return Err(self.fault());
        };
        let value = lexer::string_value(self.slice(&lexeme.token));
        let text = value.map_err(|what| self.refuse(0, format!("lexical error: {what}")))?;
        self.skip();
        Ok(text)
    }

    /// A bytes or bit constant.
    pub(super) fn bytes(&mut self) -> Result<Literal> {
        let Some(lexeme) = self.lexeme(0).filter(|l| l.token.kind == TokenKind::Bytes) else {
            return Err(self.fault());
        };
        let text = self.slice(&lexeme.token);
        let literal = if text.starts_with('B') {
            Literal::Bits(text.get(2..text.len() - 1).unwrap_or_default().to_owned())
        } else {
            let value = lexer::bytes_value(text);
            Literal::Bytes(value.map_err(|what| self.refuse(0, format!("lexical error: {what}")))?)
        };
        self.skip();
        Ok(literal)
    }

    /// A number as typed.
    pub(super) fn number(&mut self) -> Result<Literal> {
        let Some(lexeme) = self.lexeme(0).filter(|l| l.token.kind == TokenKind::Number) else {
            return Err(self.fault());
        };
        let text = self.slice(&lexeme.token);
        let hex = text.starts_with("0x") || text.starts_with("0X");
        let whole = hex || !text.contains(['.', 'e', 'E']);
        self.skip();
        let text = text.to_owned();
        Ok(if whole { Literal::Int(text) } else { Literal::Decimal(text) })
    }

    /// A whole number without a sign.
    pub(super) fn unsigned<T: std::str::FromStr>(&mut self) -> Result<T> {
        let place = self.fault();
        let Literal::Int(text) = self.number()? else { return Err(place) };
        text.parse().map_err(|_| self.refuse(1, "numeric constant out of int64 range"))
    }

    /// A whole number that may have a sign.
    pub(super) fn signed(&mut self) -> Result<i64> {
        let minus = self.eat("-");
        if !minus {
            self.eat("+");
        }
        let place = self.fault();
        let Literal::Int(text) = self.number()? else { return Err(place) };
        let text = if minus { format!("-{text}") } else { text };
        text.parse().map_err(|_| self.refuse(1, "numeric constant out of int64 range"))
    }

    /// `$1`.
    pub(super) fn placeholder(&mut self) -> Result<Expr> {
        let Some(lexeme) = self.lexeme(0).filter(|l| l.token.kind == TokenKind::Placeholder) else {
            return Err(self.fault());
        };
        let number = self.slice(&lexeme.token).get(1..).and_then(|digits| digits.parse().ok());
        let number = number
            .filter(|n| (1..=65536_u32).contains(n))
            .ok_or_else(|| self.refuse(0, "placeholder index must be between 1 and 65536"))?;
        self.skip();
        self.placeholders = self.placeholders.max(number);
        Ok(Expr::Placeholder(number))
    }

    /// A string constant or a placeholder, nothing else.
    pub(super) fn string_constant_or_placeholder(&mut self) -> Result<Expr> {
        match self.kind(0) {
            Some(TokenKind::Placeholder) => self.placeholder(),
            _ => Ok(Expr::string(self.string()?)),
        }
    }

    /// A string constant, a bare word that means one, or a placeholder.
    pub(super) fn string_or_placeholder(&mut self) -> Result<Expr> {
        if self.is_free_word() {
            return Ok(Expr::string(self.take_name()));
        }
        self.string_constant_or_placeholder()
    }

    /// One of those, or a list in parentheses.
    pub(super) fn strings(&mut self) -> Result<Vec<Expr>> {
        if self.is("(") {
            return self.paren_list(Self::string_or_placeholder);
        }
        Ok(vec![self.string_or_placeholder()?])
    }

    /// A word that is not reserved, or a string constant, as text.
    pub(super) fn word_or_string(&mut self) -> Result<String> {
        if self.is_free_word() { Ok(self.take_name()) } else { self.string() }
    }

    /// `name [= string]` as WITH lists of open options have it.
    pub(super) fn kv_option(&mut self) -> Result<KvOption> {
        let key =
            if self.kind(0) == Some(TokenKind::String) { self.string()? } else { self.name()? };
        let value = if self.eat("=") { Some(self.string_or_placeholder()?) } else { None };
        Ok(KvOption { key, value })
    }

    /// AS OF SYSTEM TIME, if it stands here.
    pub(super) fn optional_as_of(&mut self) -> Result<Option<Expr>> {
        if self.are(&["as", "of"]) {
            self.expect_all(&["as", "of", "system", "time"])?;
            return Ok(Some(self.expr()?));
        }
        Ok(None)
    }
}
