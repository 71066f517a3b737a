//! The printer: a statement as text in CockroachDB's normal form.
//!
//! | mode | example |
//! |---|---|
//! | normal | `BACKUP TABLE foo INTO '*****'` |
//! | fully parenthesised | `BACKUP TABLE (foo) INTO ('*****')` |
//! | literals removed | `BACKUP TABLE foo INTO '_'` |
//! | identifiers removed | `BACKUP TABLE _ INTO '*****'` |
//! | secrets shown | `BACKUP TABLE foo INTO 'bar'` |
//!
//! Shape: AST → text, never fails. With secrets shown, parsing the text gives the AST again.
//! Source: what CockroachDB's parser tests print; its `SHOW CREATE` and job descriptions use the same forms.

mod alter;
mod backup;
mod ddl;
mod dml;
mod expr;
mod names;
mod query;
mod session;
mod show;
pub mod suite;

use crate::ast::{Expr, Select, Statement, TypeName};

/// How to print.
#[derive(Clone, Copy, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the variants of the parser suite, each one flag"
)]
pub struct Flags<'a> {
    /// Every expression in parentheses.
    pub group_exprs: bool,
    /// Constants as `_`.
    pub hide_constants: bool,
    /// Names as `_`.
    pub anonymize: bool,
    /// URIs and passwords as they are.
    pub show_secrets: bool,
    /// What a URI prints as when secrets are hidden; without it, `*****`.
    pub redact_uri: Option<&'a dyn Fn(&str) -> String>,
    /// What a password prints as when secrets are hidden; without it, `*****` (v21.2 says `redacted`).
    pub password: Option<&'a str>,
    /// Options as v21.2 prints them: `WITH revision_history, detached`.
    pub old_options: bool,
}

impl Flags<'_> {
    /// Everything as it is: for text that will be parsed again.
    pub const fn plain() -> Self {
        Self {
            group_exprs: false,
            hide_constants: false,
            anonymize: false,
            show_secrets: true,
            redact_uri: None,
            password: None,
            old_options: false,
        }
    }
}

/// A statement as text.
pub fn to_string(stmt: &Statement, flags: &Flags<'_>) -> String {
    let mut printer = Printer::new(flags);
    printer.statement(stmt);
    printer.out
}

/// An expression as text, as descriptors keep it (DEFAULT, CHECK, computed columns).
pub fn expr_to_string(expr: &Expr, flags: &Flags<'_>) -> String {
    let mut printer = Printer::new(flags);
    printer.expr(expr);
    printer.out
}

/// A query as text, as descriptors keep it (views).
pub fn query_to_string(query: &Select, flags: &Flags<'_>) -> String {
    let mut printer = Printer::new(flags);
    printer.query(query);
    printer.out
}

/// A type as text.
pub fn type_to_string(ty: &TypeName) -> String {
    let mut printer = Printer::new(&PLAIN);
    printer.type_name(ty);
    printer.out
}

/// A name as text, in quotes where it needs them.
pub fn name_to_string(name: &str) -> String {
    let mut printer = Printer::new(&PLAIN);
    printer.name(name);
    printer.out
}

/// A string constant as text: `'a'`, or `e'it\'s'` where something must be escaped.
pub fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    names::push_string(&mut out, text);
    out
}

/// A bytes constant as text: `b'\x00a'`.
pub fn quote_bytes(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() + 3);
    names::push_bytes(&mut out, bytes);
    out
}

const PLAIN: Flags<'static> = Flags::plain();

/// The text under construction.
pub(crate) struct Printer<'a> {
    pub(crate) out: String,
    flags: &'a Flags<'a>,
    anonymize: bool,
}

impl<'a> Printer<'a> {
    pub(crate) fn new(flags: &'a Flags<'a>) -> Self {
        Self { out: String::new(), flags, anonymize: flags.anonymize }
    }

    fn word(&mut self, text: &str) {
        self.out.push_str(text);
    }

    /// The comma before every item but the first.
    fn comma(&mut self, index: usize) {
        if index > 0 {
            self.out.push_str(", ");
        }
    }

    /// The text, if the condition holds.
    fn when(&mut self, condition: bool, text: &str) {
        if condition {
            self.out.push_str(text);
        }
    }

    fn exprs(&mut self, exprs: &[Expr]) {
        for (i, expr) in exprs.iter().enumerate() {
            self.comma(i);
            self.expr(expr);
        }
    }

    fn paren_exprs(&mut self, exprs: &[Expr]) {
        self.word("(");
        self.exprs(exprs);
        self.word(")");
    }

    /// `KEYWORD expr`, if there is one.
    fn clause(&mut self, keyword: &str, expr: Option<&Expr>) {
        if let Some(expr) = expr {
            self.word(keyword);
            self.expr(expr);
        }
    }

    /// A statement in its normal form.
    pub(crate) fn statement(&mut self, stmt: &Statement) {
        match stmt {
            Statement::Select(query) => self.query(query),
            Statement::Insert(stmt) => self.insert(stmt),
            Statement::Update(stmt) => self.update(stmt),
            Statement::Delete(stmt) => self.delete(stmt),
            Statement::Truncate(stmt) => self.truncate(stmt),
            Statement::Show(show) => self.show(show),
            Statement::ConfigureZone(stmt) => self.configure_zone(stmt),
            Statement::Backup(_)
            | Statement::Restore(_)
            | Statement::ShowBackups(_)
            | Statement::ShowBackup(_)
            | Statement::AlterBackup(_)
            | Statement::CreateExternalConnection(_)
            | Statement::DropExternalConnection(_)
            | Statement::CheckExternalConnection(_)
            | Statement::CreateSchedule(_)
            | Statement::AlterBackupSchedule(_)
            | Statement::ControlSchedules(_)
            | Statement::ControlJobs(_) => self.backup_family(stmt),
            Statement::CreateDatabase(_)
            | Statement::CreateSchema(_)
            | Statement::CreateTable(_)
            | Statement::CreateIndex(_)
            | Statement::CreateSequence(_)
            | Statement::CreateView(_)
            | Statement::CreateType(_)
            | Statement::CreateFunction(_)
            | Statement::CreateStatistics(_)
            | Statement::Refresh(_)
            | Statement::Comment(_) => self.definition(stmt),
            Statement::Drop(_)
            | Statement::DropIndex(_)
            | Statement::AlterTable(_)
            | Statement::Split(_)
            | Statement::AlterSequence(_)
            | Statement::AlterType(_)
            | Statement::AlterDatabase(_)
            | Statement::AlterIndexVisible(_)
            | Statement::Rename(_)
            | Statement::SetSchema(_)
            | Statement::Owner(_) => self.alteration(stmt),
            Statement::CreateRole(_)
            | Statement::AlterRole(_)
            | Statement::DropRole(_)
            | Statement::Grant(_)
            | Statement::AlterDefaultPrivileges(_)
            | Statement::ReassignOwned(_)
            | Statement::DropOwned(_) => self.grant_family(stmt),
            Statement::Begin(_)
            | Statement::Commit
            | Statement::Rollback
            | Statement::Savepoint(_)
            | Statement::ReleaseSavepoint(_)
            | Statement::RollbackToSavepoint(_)
            | Statement::SetTransaction(_)
            | Statement::SetSessionCharacteristics(_)
            | Statement::SetVar(_)
            | Statement::Discard(_)
            | Statement::SetClusterSetting(_)
            | Statement::Prepare(_)
            | Statement::Execute(_)
            | Statement::Deallocate(_)
            | Statement::Explain(_)
            | Statement::CancelQuery(_)
            | Statement::Call(_)
            | Statement::Do(_) => self.session_family(stmt),
        }
    }
}
