//! The abstract syntax: what a user said, before anyone asks what it means.
//!
//! ```text
//!   text ─▶ lexer ─▶ parser ─▶ Statement ─▶ Q: queries, DML      print ─▶ text in normal form
//!                                        ├▶ D: DDL, SHOW, zones
//!                                        └▶ E: BACKUP, RESTORE, SHOW BACKUP, schedules
//! ```
//!
//! Shape: plain data; a struct or a small enum a statement; every struct derives `Clone`, `PartialEq`, `Debug`. Names are
//! kept as the lexer gives them (folded to lower case unless quoted), so that the printer can quote them again.
//! An expression in parentheses keeps them (`Expr::Paren`): the printer never has to guess precedence.
//! Left out: positions of single nodes; an error after parsing names the object, not the column of the text.

pub mod alter;
pub mod backup;
pub mod ddl;
pub mod dml;
pub mod expr;
pub mod grant;
pub mod job;
pub mod query;
pub mod schedule;
pub mod session;
pub mod show;
pub mod zone;

pub use backup::{AlterBackup, Backup, Restore, ShowBackup, ShowBackups};
pub use expr::{Expr, Literal, TypeKind, TypeName};
pub use query::Select;
pub use show::Show;

/// A name as it is looked up: lower case unless it was quoted.
pub type Name = String;

/// A name of one to three parts, the outermost first: `db.schema.object`, `x.object`, `object`.
///
/// With two parts only a catalog can say whether the first is a schema or a database.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct ObjectName {
    /// One to three names, the object last.
    pub parts: Vec<Name>,
}

impl ObjectName {
    /// A name of one part.
    pub fn simple(name: impl Into<Name>) -> Self {
        Self { parts: vec![name.into()] }
    }

    /// The last part: the object itself. Empty only if the name has no parts, which the parser never makes.
    pub fn object(&self) -> &str {
        self.parts.last().map_or("", String::as_str)
    }

    /// The parts before the object: none, `[schema or database]`, or `[database, schema]`.
    pub fn prefix(&self) -> &[Name] {
        let n = self.parts.len().saturating_sub(1);
        &self.parts[..n]
    }
}

/// What a table target names: one table, or everything in a schema or database.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TablePattern {
    /// One table, view or sequence.
    Name(ObjectName),
    /// `*`, `x.*` or `db.schema.*`: the parts before the star.
    All(Vec<Name>),
}

/// CASCADE or RESTRICT after DROP and TRUNCATE.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum DropBehavior {
    /// Neither word was given.
    #[default]
    Default,
    /// RESTRICT: refuse when others depend on it.
    Restrict,
    /// CASCADE: drop what depends on it too.
    Cascade,
}

/// The kinds of things that CREATE, DROP, ALTER, COMMENT and SHOW CREATE name.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum ObjectKind {
    /// DATABASE
    Database,
    /// SCHEMA
    Schema,
    /// TABLE
    Table,
    /// VIEW
    View,
    /// MATERIALIZED VIEW
    MaterializedView,
    /// SEQUENCE
    Sequence,
    /// TYPE
    Type,
    /// INDEX
    Index,
    /// FUNCTION
    Function,
    /// PROCEDURE
    Procedure,
}

impl ObjectKind {
    /// The words that name the kind in a statement.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Database => "DATABASE",
            Self::Schema => "SCHEMA",
            Self::Table => "TABLE",
            Self::View => "VIEW",
            Self::MaterializedView => "MATERIALIZED VIEW",
            Self::Sequence => "SEQUENCE",
            Self::Type => "TYPE",
            Self::Index => "INDEX",
            Self::Function => "FUNCTION",
            Self::Procedure => "PROCEDURE",
        }
    }
}

/// A word with an optional value, as in `WITH SCHEDULE OPTIONS first_run = 'now'` or `WITH (ttl = 'on')`.
#[derive(Clone, PartialEq, Debug)]
pub struct KvOption {
    /// The option's name.
    pub key: Name,
    /// Its value, if one was given.
    pub value: Option<Expr>,
}

/// One statement.
#[derive(Clone, PartialEq, Debug)]
pub enum Statement {
    // Queries and DML: query.rs, dml.rs.
    /// SELECT, VALUES, TABLE, set operations, WITH … SELECT.
    Select(Box<Select>),
    /// INSERT and UPSERT.
    Insert(Box<dml::Insert>),
    /// UPDATE.
    Update(Box<dml::Update>),
    /// DELETE.
    Delete(Box<dml::Delete>),
    /// TRUNCATE.
    Truncate(dml::Truncate),

    // Definitions: ddl.rs.
    /// CREATE DATABASE.
    CreateDatabase(Box<ddl::CreateDatabase>),
    /// CREATE SCHEMA.
    CreateSchema(ddl::CreateSchema),
    /// CREATE TABLE, also CREATE TABLE … AS.
    CreateTable(Box<ddl::CreateTable>),
    /// CREATE INDEX.
    CreateIndex(Box<ddl::CreateIndex>),
    /// CREATE SEQUENCE.
    CreateSequence(Box<ddl::CreateSequence>),
    /// CREATE VIEW, also MATERIALIZED.
    CreateView(Box<ddl::CreateView>),
    /// CREATE TYPE.
    CreateType(ddl::CreateType),
    /// CREATE FUNCTION or PROCEDURE.
    CreateFunction(Box<ddl::CreateFunction>),
    /// CREATE STATISTICS and ANALYZE.
    CreateStatistics(ddl::CreateStatistics),
    /// DROP of anything but an index or a role.
    Drop(alter::Drop),
    /// DROP INDEX.
    DropIndex(alter::DropIndex),
    /// ALTER TABLE with a list of commands.
    AlterTable(Box<alter::AlterTable>),
    /// ALTER TABLE|INDEX … SPLIT AT.
    Split(Box<alter::Split>),
    /// ALTER SEQUENCE with options.
    AlterSequence(Box<alter::AlterSequence>),
    /// ALTER TYPE … ADD VALUE, RENAME VALUE, DROP VALUE.
    AlterType(alter::AlterType),
    /// ALTER DATABASE … (SET parameters, ADD REGION and the like).
    AlterDatabase(alter::AlterDatabase),
    /// ALTER INDEX … (NOT) VISIBLE.
    AlterIndexVisible(alter::AlterIndexVisible),
    /// ALTER … RENAME TO.
    Rename(alter::Rename),
    /// ALTER … SET SCHEMA.
    SetSchema(alter::SetSchema),
    /// ALTER … OWNER TO.
    Owner(alter::Owner),
    /// REFRESH MATERIALIZED VIEW.
    Refresh(ddl::Refresh),
    /// COMMENT ON.
    Comment(ddl::Comment),

    // Users and privileges: grant.rs.
    /// CREATE USER or ROLE.
    CreateRole(grant::CreateRole),
    /// ALTER USER or ROLE.
    AlterRole(grant::AlterRole),
    /// DROP USER or ROLE.
    DropRole(grant::DropRole),
    /// GRANT and REVOKE of privileges, system privileges and roles.
    Grant(Box<grant::Grant>),
    /// ALTER DEFAULT PRIVILEGES.
    AlterDefaultPrivileges(Box<grant::AlterDefaultPrivileges>),
    /// REASSIGN OWNED BY … TO.
    ReassignOwned(grant::ReassignOwned),
    /// DROP OWNED BY.
    DropOwned(grant::DropOwned),

    // Sessions and transactions: session.rs.
    /// BEGIN, START TRANSACTION.
    Begin(session::TxnModes),
    /// COMMIT, END.
    Commit,
    /// ROLLBACK, ABORT.
    Rollback,
    /// SAVEPOINT name.
    Savepoint(Name),
    /// RELEASE SAVEPOINT name.
    ReleaseSavepoint(Name),
    /// ROLLBACK TO SAVEPOINT name.
    RollbackToSavepoint(Name),
    /// SET TRANSACTION.
    SetTransaction(session::TxnModes),
    /// SET SESSION CHARACTERISTICS AS TRANSACTION.
    SetSessionCharacteristics(session::TxnModes),
    /// SET var = value, SET LOCAL, RESET, USE db.
    SetVar(session::SetVar),
    /// RESET ALL, DISCARD ALL and their like.
    Discard(session::Discard),
    /// SET or RESET CLUSTER SETTING.
    SetClusterSetting(session::SetClusterSetting),
    /// PREPARE name AS statement.
    Prepare(Box<session::Prepare>),
    /// EXECUTE name (values).
    Execute(session::Execute),
    /// DEALLOCATE name or ALL.
    Deallocate(Option<Name>),
    /// EXPLAIN and EXPLAIN ANALYZE.
    Explain(Box<session::Explain>),
    /// CANCEL QUERY, CANCEL SESSION.
    CancelQuery(Box<session::CancelQuery>),
    /// CALL procedure.
    Call(Box<expr::Function>),
    /// DO $$ … $$, kept as text.
    Do(String),

    // SHOW: show.rs.
    /// Every SHOW but those of backups.
    Show(Box<Show>),

    // Zones: zone.rs.
    /// ALTER … CONFIGURE ZONE.
    ConfigureZone(Box<zone::ConfigureZone>),

    // Backups: backup.rs.
    /// BACKUP.
    Backup(Box<Backup>),
    /// RESTORE.
    Restore(Box<Restore>),
    /// SHOW BACKUPS IN.
    ShowBackups(Box<ShowBackups>),
    /// SHOW BACKUP.
    ShowBackup(Box<ShowBackup>),
    /// ALTER BACKUP … ADD `NEW_KMS`.
    AlterBackup(Box<AlterBackup>),
    /// CREATE EXTERNAL CONNECTION.
    CreateExternalConnection(backup::CreateExternalConnection),
    /// DROP EXTERNAL CONNECTION.
    DropExternalConnection(backup::DropExternalConnection),
    /// CHECK EXTERNAL CONNECTION.
    CheckExternalConnection(backup::CheckExternalConnection),

    // Schedules and jobs: schedule.rs, job.rs.
    /// CREATE SCHEDULE FOR BACKUP.
    CreateSchedule(Box<schedule::CreateSchedule>),
    /// ALTER BACKUP SCHEDULE.
    AlterBackupSchedule(Box<schedule::AlterBackupSchedule>),
    /// PAUSE, RESUME, DROP, EXECUTE SCHEDULE(S).
    ControlSchedules(Box<schedule::ControlSchedules>),
    /// PAUSE, RESUME, CANCEL JOB(S).
    ControlJobs(Box<job::ControlJobs>),
}

impl Statement {
    /// Whether the statement gives rows rather than a bare tag. DML does only with RETURNING.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "every other statement answers with a tag alone"
    )]
    pub fn returns_rows(&self) -> bool {
        match self {
            Self::Insert(stmt) => matches!(stmt.returning, dml::Returning::Items(_)),
            Self::Update(stmt) => matches!(stmt.returning, dml::Returning::Items(_)),
            Self::Delete(stmt) => matches!(stmt.returning, dml::Returning::Items(_)),
            Self::Select(_)
            | Self::Show(_)
            | Self::ShowBackups(_)
            | Self::ShowBackup(_)
            | Self::Explain(_)
            | Self::Backup(_)
            | Self::Restore(_)
            | Self::CreateSchedule(_)
            | Self::AlterBackupSchedule(_)
            | Self::CheckExternalConnection(_) => true,
            _ => false,
        }
    }
}
