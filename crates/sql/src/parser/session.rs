//! Transactions, SET, PREPARE, EXPLAIN and other statements about the session.

use super::cursor::{Parser, Result};
use crate::ast::session::{
    Discard, Execute, Explain, Isolation, Prepare, Priority, SetClusterSetting, SetVar, TxnModes,
};
use crate::ast::{Expr, Name, Statement};

impl Parser<'_> {
    /// Statements about the session and its transaction.
    pub(super) fn session_statement(&mut self) -> Result<Statement> {
        match self.key() {
            "begin" | "start" => self.helped("BEGIN", Self::begin),
            "commit" | "end" => self.helped("COMMIT", |p| {
                p.skip();
                p.txn_word();
                Ok(Statement::Commit)
            }),
            "rollback" => self.helped("ROLLBACK", Self::rollback),
            "abort" => {
                self.skip();
                self.txn_word();
                Ok(Statement::Rollback)
            }
            "savepoint" => self.helped("SAVEPOINT", |p| {
                p.skip();
                Ok(Statement::Savepoint(p.name()?))
            }),
            "release" => self.helped("RELEASE", |p| {
                p.skip();
                Ok(Statement::ReleaseSavepoint(p.savepoint_name()?))
            }),
            "set" => self.set(),
            "reset" => self.reset_statement(),
            "use" => self.helped("USE", |p| {
                p.skip();
                let values = vec![p.var_value()?];
                Ok(Statement::SetVar(SetVar { local: false, name: "database".to_owned(), values }))
            }),
            "discard" => self.helped("DISCARD", Self::discard),
            "prepare" => self.helped("PREPARE", Self::prepare),
            "execute" => self.helped("EXECUTE", Self::execute),
            "deallocate" => self.helped("DEALLOCATE", Self::deallocate),
            "explain" => self.helped("EXPLAIN", Self::explain_statement),
            "call" => self.helped("CALL", |p| {
                p.skip();
                Ok(Statement::Call(Box::new(p.plain_call()?)))
            }),
            "do" => self.helped("DO", |p| {
                p.skip();
                Ok(Statement::Do(p.string()?))
            }),
            word @ ("import" | "export" | "copy" | "declare" | "fetch" | "move" | "close"
            | "unlisten" | "experimental") => Err(self.unsupported(&word.to_ascii_uppercase())),
            _ => Err(self.fault()),
        }
    }

    fn txn_word(&mut self) {
        if !self.eat("transaction") {
            self.eat("work");
        }
    }

    fn begin(&mut self) -> Result<Statement> {
        if self.eat("start") {
            self.expect("transaction")?;
        } else {
            self.expect("begin")?;
            self.txn_word();
        }
        Ok(Statement::Begin(self.txn_modes()?))
    }

    fn rollback(&mut self) -> Result<Statement> {
        self.expect("rollback")?;
        self.txn_word();
        if self.eat("to") {
            return Ok(Statement::RollbackToSavepoint(self.savepoint_name()?));
        }
        Ok(Statement::Rollback)
    }

    fn savepoint_name(&mut self) -> Result<Name> {
        if self.is("savepoint") && self.is_name_at(1) {
            self.skip();
        }
        self.name()
    }

    fn txn_modes(&mut self) -> Result<TxnModes> {
        let mut modes = TxnModes::default();
        while !self.at_end() {
            match self.key() {
                "isolation" if modes.isolation.is_none() => {
                    self.expect_all(&["isolation", "level"])?;
                    modes.isolation = Some(self.isolation()?);
                }
                "priority" if modes.priority.is_none() => {
                    self.skip();
                    modes.priority = Some(self.priority()?);
                }
                "read" if modes.read_only.is_none() => {
                    self.skip();
                    let only = self.eat("only");
                    if !only {
                        self.expect("write")?;
                    }
                    modes.read_only = Some(only);
                }
                "deferrable" if modes.deferrable.is_none() => {
                    self.skip();
                    modes.deferrable = Some(true);
                }
                "not" if modes.deferrable.is_none() => {
                    self.expect_all(&["not", "deferrable"])?;
                    modes.deferrable = Some(false);
                }
                "as" if modes.as_of.is_none() => modes.as_of = self.optional_as_of()?,
                _ => return Err(self.fault()),
            }
            self.eat(",");
        }
        Ok(modes)
    }

    fn isolation(&mut self) -> Result<Isolation> {
        if self.eat("serializable") {
            return Ok(Isolation::Serializable);
        }
        if self.eat("snapshot") {
            return Ok(Isolation::Snapshot);
        }
        if self.eat_all(&["repeatable", "read"]) {
            return Ok(Isolation::RepeatableRead);
        }
        self.expect("read")?;
        if self.eat("committed") {
            return Ok(Isolation::ReadCommitted);
        }
        self.expect("uncommitted")?;
        Ok(Isolation::ReadUncommitted)
    }

    fn priority(&mut self) -> Result<Priority> {
        let priority = match self.key() {
            "low" => Priority::Low,
            "normal" => Priority::Normal,
            "high" => Priority::High,
            _ => return Err(self.fault()),
        };
        self.skip();
        Ok(priority)
    }

    fn set(&mut self) -> Result<Statement> {
        if self.are(&["set", "cluster", "setting"]) {
            return self.helped("SET CLUSTER SETTING", Self::set_cluster_setting);
        }
        if self.are(&["set", "transaction"]) || self.are(&["set", "session", "transaction"]) {
            return self.helped("SET TRANSACTION", |p| {
                p.skip();
                p.eat("session");
                p.expect("transaction")?;
                p.txn_modes().map(Statement::SetTransaction)
            });
        }
        if self.are(&["set", "local"]) {
            return self.helped("SET LOCAL", |p| {
                p.expect_all(&["set", "local"])?;
                let (name, values) = p.set_assignment()?;
                Ok(Statement::SetVar(SetVar { local: true, name, values }))
            });
        }
        self.helped("SET SESSION", |p| {
            p.expect("set")?;
            if p.eat_all(&["session", "characteristics"]) {
                p.expect_all(&["as", "transaction"])?;
                return p.txn_modes().map(Statement::SetSessionCharacteristics);
            }
            if p.is("session") && p.is_name_at(1) {
                p.skip();
            }
            let (name, values) = p.set_assignment()?;
            Ok(Statement::SetVar(SetVar { local: false, name, values }))
        })
    }

    /// `name = values`, `TIME ZONE value`, `ROLE name`.
    pub(super) fn set_assignment(&mut self) -> Result<(Name, Vec<Expr>)> {
        if self.eat_all(&["time", "zone"]) {
            let value = if self.eat("local") { Expr::Default } else { self.var_value()? };
            return Ok(("timezone".to_owned(), vec![value]));
        }
        if self.is("role") && !matches!(self.key_at(1), "=" | "to") {
            self.skip();
            return Ok(("role".to_owned(), vec![self.var_value()?]));
        }
        if self.is("names") && !matches!(self.key_at(1), "=" | "to") {
            self.skip();
            return Ok(("client_encoding".to_owned(), vec![self.var_value()?]));
        }
        let name = self.session_var()?;
        if !self.eat("=") {
            self.expect("to")?;
        }
        Ok((name, self.list(Self::var_value)?))
    }

    /// The name of a session variable.
    pub(super) fn session_var(&mut self) -> Result<Name> {
        if self.eat_all(&["time", "zone"]) {
            return Ok("timezone".to_owned());
        }
        if matches!(self.key(), "all" | "session_user" | "current_user") {
            return self.any_name();
        }
        Ok(self.dotted_name()?.to_ascii_lowercase())
    }

    /// `a.b.c` as one name.
    pub(super) fn dotted_name(&mut self) -> Result<Name> {
        let mut name = self.name()?;
        while self.eat(".") {
            name.push('.');
            name.push_str(&self.any_name()?);
        }
        Ok(name)
    }

    /// A value of a variable: an expression, or a word that is none (`on`, `none`).
    pub(super) fn var_value(&mut self) -> Result<Expr> {
        if matches!(self.key(), "on" | "none") {
            return Ok(Expr::Column(vec![self.any_name()?]));
        }
        self.expr()
    }

    fn set_cluster_setting(&mut self) -> Result<Statement> {
        self.expect_all(&["set", "cluster", "setting"])?;
        let name = self.dotted_name()?;
        if !self.eat("=") {
            self.expect("to")?;
        }
        let value = Some(self.var_value()?).filter(|value| *value != Expr::Default);
        Ok(Statement::SetClusterSetting(SetClusterSetting { name, value }))
    }

    fn reset_statement(&mut self) -> Result<Statement> {
        if self.are(&["reset", "cluster", "setting"]) {
            return self.helped("RESET CLUSTER SETTING", |p| {
                p.expect_all(&["reset", "cluster", "setting"])?;
                let name = p.dotted_name()?;
                Ok(Statement::SetClusterSetting(SetClusterSetting { name, value: None }))
            });
        }
        self.helped("RESET", |p| {
            p.expect("reset")?;
            if p.is("session") && p.is_name_at(1) {
                p.skip();
            }
            if p.eat("all") {
                return Ok(Statement::Discard(Discard::ResetAll));
            }
            let name = p.session_var()?;
            Ok(Statement::SetVar(SetVar { local: false, name, values: Vec::new() }))
        })
    }

    fn discard(&mut self) -> Result<Statement> {
        self.expect("discard")?;
        let what = match self.key() {
            "all" => Discard::All,
            "sequences" => Discard::Sequences,
            "temp" | "temporary" => Discard::Temp,
            _ => return Err(self.fault()),
        };
        self.skip();
        Ok(Statement::Discard(what))
    }

    fn prepare(&mut self) -> Result<Statement> {
        self.expect("prepare")?;
        let name = self.name()?;
        let types = if self.is("(") { self.paren_list(Self::type_name)? } else { Vec::new() };
        self.expect("as")?;
        let stmt = self.statement()?;
        Ok(Statement::Prepare(Box::new(Prepare { name, types, stmt })))
    }

    fn execute(&mut self) -> Result<Statement> {
        self.expect("execute")?;
        let name = self.name()?;
        let args = if self.is("(") { self.paren_list(Self::expr)? } else { Vec::new() };
        Ok(Statement::Execute(Execute { name, args }))
    }

    fn deallocate(&mut self) -> Result<Statement> {
        self.expect("deallocate")?;
        if self.is("prepare") && (self.is_name_at(1) || self.key_at(1) == "all") {
            self.skip();
        }
        let name = if self.eat("all") { None } else { Some(self.name()?) };
        Ok(Statement::Deallocate(name))
    }

    fn explain_statement(&mut self) -> Result<Statement> {
        self.expect("explain")?;
        let analyze = self.eat("analyze") || self.eat("analyse");
        let mut options = Vec::new();
        if self.is("(") && !self.starts_query(0) {
            options = self.paren_list(|p| {
                if p.is_free_word() {
                    Ok(p.any_name()?.to_ascii_uppercase())
                } else {
                    Err(p.fault())
                }
            })?;
        }
        let stmt = self.statement()?;
        Ok(Statement::Explain(Box::new(Explain { analyze, options, stmt })))
    }
}
