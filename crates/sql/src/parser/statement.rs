//! Which statement it is, by its first words.

use super::cursor::{Parser, Result};
use crate::ast::Statement;

impl Parser<'_> {
    /// A statement that takes all tokens.
    pub(super) fn whole_statement(&mut self) -> Result<Statement> {
        let stmt = self.statement()?;
        self.finish()?;
        Ok(stmt)
    }

    /// A statement, wherever one may stand: alone, after EXPLAIN, in a CTE, in brackets.
    pub(super) fn statement(&mut self) -> Result<Statement> {
        self.descend()?;
        let stmt = self.dispatch()?;
        self.ascend();
        Ok(stmt)
    }

    fn dispatch(&mut self) -> Result<Statement> {
        match self.key() {
            "select" | "values" | "table" | "(" => Ok(Statement::Select(Box::new(self.query()?))),
            "with" => self.with_statement(),
            "insert" => self.helped("INSERT", |p| p.insert(None)),
            "upsert" => self.helped("UPSERT", |p| p.insert(None)),
            "update" => self.helped("UPDATE", |p| p.update(None)),
            "delete" => self.helped("DELETE", |p| p.delete(None)),
            "truncate" => self.helped("TRUNCATE", Self::truncate),
            "create" => self.helped("CREATE", Self::create),
            "drop" => self.helped("DROP", Self::drop),
            "alter" => self.helped("ALTER", Self::alter),
            "comment" => self.helped("COMMENT ON", Self::comment),
            "refresh" => self.helped("REFRESH", Self::refresh),
            "analyze" | "analyse" => self.helped("ANALYZE", Self::analyze),
            "grant" => self.helped("GRANT", |p| p.grant(false)),
            "revoke" => self.helped("REVOKE", |p| p.grant(true)),
            "reassign" => self.helped("REASSIGN OWNED BY", Self::reassign),
            "backup" => self.helped("BACKUP", Self::backup),
            "restore" => self.helped("RESTORE", Self::restore),
            "check" => self.helped("CHECK EXTERNAL CONNECTION", Self::check_connection),
            "pause" => self.helped("PAUSE", Self::control),
            "resume" => self.helped("RESUME", Self::control),
            "cancel" => self.helped("CANCEL", Self::control),
            "execute"
                if self.dialect.newer_options
                    && matches!(self.key_at(1), "schedule" | "schedules") =>
            {
                self.helped("EXECUTE SCHEDULES", Self::control)
            }
            "show" => self.helped("SHOW", Self::show),
            _ => self.session_statement(),
        }
    }

    /// WITH … and then a query or a statement that changes rows.
    fn with_statement(&mut self) -> Result<Statement> {
        let with = self.optional_with()?;
        match self.key() {
            "insert" => self.helped("INSERT", |p| p.insert(with)),
            "upsert" => self.helped("UPSERT", |p| p.insert(with)),
            "update" => self.helped("UPDATE", |p| p.update(with)),
            "delete" => self.helped("DELETE", |p| p.delete(with)),
            _ => Ok(Statement::Select(Box::new(self.query_with(with)?))),
        }
    }
}
