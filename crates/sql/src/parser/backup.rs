//! BACKUP, ALTER BACKUP, external connections.
//!
//! ```text
//!   BACKUP [targets] INTO [ 'sub' IN | LATEST IN ] uris [AS OF SYSTEM TIME t] [WITH options]
//!   BACKUP [targets] TO uris [AS OF SYSTEM TIME t] [INCREMENTAL FROM uris] [WITH options]      v21.2 only
//! ```
//!
//! A doubled option is refused where CockroachDB's grammar notices it: after an option whose word may be followed by `=`,
//! the next token has been read; after the others it has not.

use super::cursor::{Help, Parser, Result};
use crate::ast::backup::{
    AlterBackup, Backup, BackupDest, BackupOptions, CheckExternalConnection,
    CreateExternalConnection, DropExternalConnection, Targets, TenantSpec,
};
use crate::ast::{Expr, KvOption, Statement, TablePattern};
use crate::lexer::TokenKind;

const BACKUP_TO: &str = "The `BACKUP TO` syntax is no longer supported. Please use `BACKUP INTO` to create a backup collection.";

impl Parser<'_> {
    /// BACKUP.
    pub(super) fn backup(&mut self) -> Result<Statement> {
        self.expect("backup")?;
        let targets =
            if matches!(self.key(), "into" | "to") { None } else { Some(self.targets()?) };
        if self.eat("to") {
            return self.backup_to(targets);
        }
        self.expect("into")?;
        let (dest, to) = self.backup_destination()?;
        let as_of = self.optional_as_of()?;
        let options = self.backup_options()?;
        Ok(Statement::Backup(Box::new(Backup {
            targets,
            dest,
            to,
            incremental_from: Vec::new(),
            as_of,
            options,
        })))
    }

    fn backup_destination(&mut self) -> Result<(BackupDest, Vec<Expr>)> {
        if self.eat_all(&["latest", "in"]) {
            return Ok((BackupDest::IntoLatest, self.strings()?));
        }
        let mut to = self.strings()?;
        if to.len() == 1 && self.eat("in") {
            let subdir = to.remove(0);
            return Ok((BackupDest::IntoSubdir(subdir), self.strings()?));
        }
        Ok((BackupDest::Into, to))
    }

    fn backup_to(&mut self, targets: Option<Targets>) -> Result<Statement> {
        if !self.dialect.backup_to {
            self.help = Help { command: "BACKUP", text: BACKUP_TO, function: None };
            return Err(self.fault());
        }
        let to = self.strings()?;
        let as_of = self.optional_as_of()?;
        let incremental_from = if self.eat_all(&["incremental", "from"]) {
            self.list(Self::string_or_placeholder)?
        } else {
            Vec::new()
        };
        let options = self.backup_options()?;
        let dest = BackupDest::To;
        Ok(Statement::Backup(Box::new(Backup {
            targets,
            dest,
            to,
            incremental_from,
            as_of,
            options,
        })))
    }

    /// What BACKUP and RESTORE name.
    pub(super) fn targets(&mut self) -> Result<Targets> {
        let named = self.is_name_at(1) && !matches!(self.key_at(1), "into" | "from");
        match self.key() {
            "table" => {
                self.skip();
                Ok(Targets::Tables(self.list(Self::table_pattern)?))
            }
            "database" if named => {
                self.skip();
                Ok(Targets::Databases(self.list(Self::name)?))
            }
            "tenant" if named || self.kind(1) == Some(TokenKind::Number) => {
                self.skip();
                Ok(Targets::VirtualCluster(self.tenant()?))
            }
            "virtual" if self.key_at(1) == "cluster" => {
                self.expect_all(&["virtual", "cluster"])?;
                Ok(Targets::VirtualCluster(self.tenant()?))
            }
            _ => Ok(Targets::Tables(self.list(Self::table_pattern)?)),
        }
    }

    fn tenant(&mut self) -> Result<TenantSpec> {
        if self.kind(0) == Some(TokenKind::Number) {
            return Ok(TenantSpec::Id(self.unsigned::<u64>()?.to_string()));
        }
        Ok(TenantSpec::Name(self.name()?))
    }

    /// `t`, `db.t`, `db.s.t`, `*`, `x.*`, `db.s.*`.
    pub(super) fn table_pattern(&mut self) -> Result<TablePattern> {
        if self.eat("*") {
            return Ok(TablePattern::All(Vec::new()));
        }
        let name = self.object_name()?;
        if name.parts.len() < 3 && self.eat(".") {
            self.expect("*")?;
            return Ok(TablePattern::All(name.parts));
        }
        Ok(TablePattern::Name(name))
    }

    /// WITH … or WITH OPTIONS (…).
    pub(super) fn with_options<T: Default>(
        &mut self,
        option: fn(&mut Self, &mut T) -> Result<()>,
    ) -> Result<T> {
        let mut options = T::default();
        if !self.eat("with") {
            return Ok(options);
        }
        let paren = self.eat_all(&["options", "("]);
        loop {
            option(self, &mut options)?;
            if !self.eat(",") {
                break;
            }
        }
        if paren {
            self.expect(")")?;
        }
        Ok(options)
    }

    fn backup_options(&mut self) -> Result<BackupOptions> {
        self.with_options(Self::backup_option)
    }

    /// The WITH of CREATE SCHEDULE: as of BACKUP, but WITH SCHEDULE OPTIONS is not part of it.
    pub(super) fn schedule_backup_options(&mut self) -> Result<BackupOptions> {
        if self.are(&["with", "schedule"]) || self.are(&["with", "experimental"]) {
            return Ok(BackupOptions::default());
        }
        self.backup_options()
    }

    /// One option of BACKUP.
    pub(super) fn backup_option(&mut self, options: &mut BackupOptions) -> Result<()> {
        let newer = self.dialect.newer_options;
        match self.key() {
            "encryption_passphrase" => {
                let value = self.string_option()?;
                self.set_once(&mut options.encryption_passphrase, value, "encryption_passphrase")
            }
            "revision_history" => {
                let value = self.bool_option(newer)?;
                let taken = options.revision_history.replace(value).is_some();
                self.once(0, taken, "revision_history option")
            }
            "detached" => {
                let (value, back) = self.detached_option(newer)?;
                let taken = options.detached.replace(value).is_some();
                self.once(back, taken, "detached option")
            }
            "kms" => {
                let uris = self.strings_option()?;
                self.set_all_once(&mut options.kms, uris, "kms")
            }
            "incremental_location" if self.dialect.incremental_location => {
                let uris = self.strings_option()?;
                self.set_all_once(
                    &mut options.incremental_location,
                    uris,
                    "incremental_location option",
                )
            }
            "execution" if newer => {
                self.skip();
                self.expect_at("locality")?;
                let value = self.string_option()?;
                self.set_once(&mut options.execution_locality, value, "execution locality option")
            }
            "include_all_virtual_clusters" | "include_all_secondary_tenants" if newer => {
                let value = self.bool_option(true)?;
                let taken = options.include_all_virtual_clusters.replace(value).is_some();
                self.once(0, taken, "include_all_virtual_clusters")
            }
            "updates_cluster_monitoring_metrics" if newer => {
                let value = self.bool_option(true)?;
                let taken = options.updates_cluster_monitoring_metrics.replace(value).is_some();
                self.once(0, taken, "updates_cluster_monitoring_metrics option")
            }
            "strict" if newer => {
                self.expect_all(&["strict", "storage", "locality"])?;
                let taken = std::mem::replace(&mut options.strict_storage_locality, true);
                self.once(1, taken, "strict storage locality option")
            }
            _ => Err(self.fault()),
        }
    }

    /// The next token must be this one, but it is not stepped over.
    pub(super) fn expect_at(&self, key: &str) -> Result<()> {
        if self.is(key) { Ok(()) } else { Err(self.fault()) }
    }

    /// `word = string`.
    pub(super) fn string_option(&mut self) -> Result<Expr> {
        self.skip();
        self.expect("=")?;
        self.string_or_placeholder()
    }

    /// `word = string` or `word = (strings)`.
    pub(super) fn strings_option(&mut self) -> Result<Vec<Expr>> {
        self.skip();
        self.expect("=")?;
        self.strings()
    }

    /// `word [= expression]`; the bare word is true.
    pub(super) fn bool_option(&mut self, valued: bool) -> Result<Expr> {
        self.skip();
        if valued && self.eat("=") { self.expr() } else { Ok(Expr::bool(true)) }
    }

    /// `detached [= TRUE|FALSE]`, and how far back the last token read lies.
    fn detached_option(&mut self, valued: bool) -> Result<(bool, usize)> {
        self.expect("detached")?;
        if !valued || !self.eat("=") {
            return Ok((true, 0));
        }
        let value = self.is("true");
        if !value {
            self.expect_at("false")?;
        }
        self.skip();
        Ok((value, 1))
    }

    /// Refuses an option that had been given before.
    pub(super) fn once(&self, back: usize, taken: bool, name: &str) -> Result<()> {
        if taken {
            Err(self.refuse(back, format!("{name} specified multiple times")))
        } else {
            Ok(())
        }
    }

    /// Sets an option with a value, once.
    pub(super) fn set_once(&self, slot: &mut Option<Expr>, value: Expr, name: &str) -> Result<()> {
        let taken = slot.replace(value).is_some();
        self.once(1, taken, name)
    }

    /// Sets an option with a list of values, once.
    pub(super) fn set_all_once(
        &self,
        slot: &mut Vec<Expr>,
        values: Vec<Expr>,
        name: &str,
    ) -> Result<()> {
        let taken = !slot.is_empty();
        *slot = values;
        self.once(1, taken, name)
    }

    /// ALTER BACKUP after those words.
    pub(super) fn alter_backup(&mut self) -> Result<Statement> {
        let first = self.string_or_placeholder()?;
        let (subdir, backup) = if self.eat("in") {
            (Some(first), self.string_or_placeholder()?)
        } else {
            (None, first)
        };
        self.expect("add")?;
        self.expect_at("new_kms")?;
        let new_kms = self.strings_option()?;
        self.expect("with")?;
        self.expect_at("old_kms")?;
        let old_kms = self.strings_option()?;
        Ok(Statement::AlterBackup(Box::new(AlterBackup { subdir, backup, new_kms, old_kms })))
    }

    /// CREATE EXTERNAL CONNECTION after those words.
    pub(super) fn create_connection(&mut self) -> Result<Statement> {
        let if_not_exists = self.if_not_exists();
        let name = self.string_or_placeholder()?;
        self.expect("as")?;
        let uri = self.string_or_placeholder()?;
        Ok(Statement::CreateExternalConnection(CreateExternalConnection {
            if_not_exists,
            name,
            uri,
        }))
    }

    /// DROP EXTERNAL CONNECTION after those words.
    pub(super) fn drop_connection(&mut self) -> Result<Statement> {
        let if_exists = self.if_exists();
        let name = self.string_or_placeholder()?;
        Ok(Statement::DropExternalConnection(DropExternalConnection { if_exists, name }))
    }

    /// CHECK EXTERNAL CONNECTION.
    pub(super) fn check_connection(&mut self) -> Result<Statement> {
        self.expect_all(&["check", "external", "connection"])?;
        let uri = self.string_or_placeholder()?;
        let options = self.with_options(|p, options: &mut Vec<KvOption>| {
            let key = p.any_name()?;
            p.expect("=")?;
            options.push(KvOption { key, value: Some(p.expr()?) });
            Ok(())
        })?;
        Ok(Statement::CheckExternalConnection(CheckExternalConnection { uri, options }))
    }
}
