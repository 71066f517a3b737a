//! CREATE FUNCTION, CREATE PROCEDURE.

use super::cursor::{Parser, Result};
use crate::ast::Statement;
use crate::ast::ddl::{CreateFunction, Param};
use crate::catalog::descpb::{class, volatility};

impl Parser<'_> {
    /// After CREATE \[OR REPLACE\].
    pub(super) fn create_function(&mut self, replace: bool) -> Result<Statement> {
        let procedure = self.is("procedure");
        self.skip();
        let name = self.object_name()?;
        let mark = self.mark();
        self.expect("(")?;
        let params = if self.is(")") { Vec::new() } else { self.list(Self::parameter)? };
        self.expect(")")?;
        let mut made = CreateFunction {
            replace,
            procedure,
            name,
            params,
            returns: None,
            is_set: false,
            language: None,
            volatility: volatility::VOLATILE,
            leak_proof: false,
            on_null: 1,
            definer: false,
            body: None,
            text: String::new(),
        };
        if self.is("returns") && self.key_at(1) != "null" {
            self.skip();
            self.returns(&mut made)?;
        }
        while !self.at_end() {
            self.routine_option(&mut made)?;
        }
        made.text = self.text_since(mark);
        Ok(Statement::CreateFunction(Box::new(made)))
    }

    fn returns(&mut self, made: &mut CreateFunction) -> Result<()> {
        made.is_set = self.eat("setof");
        if !self.eat("table") {
            made.returns = Some(self.type_name()?);
            return Ok(());
        }
        made.is_set = true;
        self.expect("(")?;
        for mut column in self.list(Self::parameter)? {
            column.class = class::OUT;
            made.params.push(column);
        }
        self.expect(")")
    }

    fn routine_option(&mut self, made: &mut CreateFunction) -> Result<()> {
        if self.eat("language") {
            made.language = Some(self.word_or_string()?.to_ascii_uppercase());
        } else if self.eat("as") {
            made.body = Some(self.string()?);
        } else if self.eat("return") {
            let start = self.mark();
            self.expr()?;
            made.body = Some(format!("SELECT {}", self.text_since(start)));
        } else if self.eat("immutable") {
            made.volatility = volatility::IMMUTABLE;
        } else if self.eat("stable") {
            made.volatility = volatility::STABLE;
        } else if self.eat("volatile") {
            made.volatility = volatility::VOLATILE;
        } else if self.eat("leakproof") {
            made.leak_proof = true;
        } else if self.eat_all(&["not", "leakproof"]) {
            made.leak_proof = false;
        } else if self.eat_all(&["called", "on", "null", "input"]) {
            made.on_null = 1;
        } else if self.eat_all(&["returns", "null", "on", "null", "input"]) {
            made.on_null = 2;
        } else if self.eat("strict") {
            made.on_null = 3;
        } else {
            self.eat("external");
            self.expect("security")?;
            made.definer = self.eat("definer");
            if !made.definer {
                self.expect("invoker")?;
            }
        }
        Ok(())
    }

    /// A parameter: `[IN|OUT|INOUT|VARIADIC] [name] type [DEFAULT expr]`.
    pub(super) fn parameter(&mut self) -> Result<Param> {
        let mut class = self.parameter_class();
        let ends =
            |key: &str| matches!(key, "," | ")" | "." | "[" | "(" | "default" | "=" | "array");
        let name = if ends(self.key_at(1)) || self.are(&["double", "precision"]) {
            None
        } else {
            Some(self.any_name()?)
        };
        class = class.or_else(|| self.parameter_class());
        let ty = self.type_name()?;
        let default = if self.eat("default") || self.eat("=") { Some(self.expr()?) } else { None };
        Ok(Param { class: class.unwrap_or(class::IN), name, ty, default })
    }

    fn parameter_class(&mut self) -> Option<i32> {
        let is_in = self.eat("in");
        let is_out = self.eat("out");
        let both = (is_in && is_out) || self.eat("inout");
        match (both, is_out, is_in || self.eat("variadic")) {
            (true, ..) => Some(class::IN_OUT),
            (_, true, _) => Some(class::OUT),
            (_, _, true) => Some(class::IN),
            _ => None,
        }
    }
}
