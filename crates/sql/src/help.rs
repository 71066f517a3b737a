//! What `\h` says: for each statement a line about it and its form.
//!
//! ```text
//!   \h BACKUP ─▶  Command:     BACKUP
//!                 Description: back up a cluster, databases or tables into a collection
//!                 Syntax:
//!                 BACKUP [TABLE <patterns> | DATABASE <names>] INTO …
//! ```
//!
//! Shape: entries sorted by name; the names are those that the HINT of a syntax error gives (`try \h BACKUP`).
//! Left out: statements whose form is plain from their error; functions (`\hf`).

/// One statement.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// The name after `\h`.
    pub name: &'static str,
    /// What it does, in a line.
    pub about: &'static str,
    /// Its form, in lines.
    pub syntax: &'static str,
}

/// All statements that have an entry, sorted by name.
pub const ENTRIES: &[Entry] = &[
    entry(
        "ALTER BACKUP",
        "add a KMS key to an encrypted backup",
        "ALTER BACKUP [<subdir> IN] <uri> ADD NEW_KMS = <uris> WITH OLD_KMS = <uris>",
    ),
    entry(
        "ALTER BACKUP SCHEDULE",
        "change a backup schedule",
        "ALTER BACKUP SCHEDULE <id> <command> [, ...]\n\nCommands:\n  SET LABEL <label>\n  SET INTO <uris>\n  SET WITH <backup option>\n  SET RECURRING <cron>\n  SET FULL BACKUP {<cron> | ALWAYS}\n  SET SCHEDULE OPTION <option> [= <value>]\n  EXECUTE [FULL] IMMEDIATELY",
    ),
    entry(
        "ALTER DATABASE",
        "change a database",
        "ALTER DATABASE <name> {RENAME TO <name> | OWNER TO <user> | CONFIGURE ZONE ... | SET <var> = <value>}",
    ),
    entry(
        "ALTER TABLE",
        "change a table",
        "ALTER TABLE [IF EXISTS] <table> <command> [, ...]\n\nCommands:\n  ADD [COLUMN] <column> <type> [<qualifications>]\n  DROP [COLUMN] [IF EXISTS] <column> [CASCADE | RESTRICT]\n  ALTER [COLUMN] <column> {SET DEFAULT <expr> | DROP DEFAULT | SET NOT NULL | DROP NOT NULL | [SET DATA] TYPE <type>}\n  ADD [CONSTRAINT <name>] <constraint>\n  DROP CONSTRAINT [IF EXISTS] <name>\n  RENAME [COLUMN | CONSTRAINT] <name> TO <name>\n  RENAME TO <table> | SET SCHEMA <schema> | OWNER TO <user>\n  SPLIT AT <rows> | CONFIGURE ZONE ...",
    ),
    entry(
        "BACKUP",
        "back up a cluster, databases or tables into a collection",
        "BACKUP [TABLE <patterns> | DATABASE <names>]\n       INTO [<subdir> IN | LATEST IN] <uris>\n       [AS OF SYSTEM TIME <time>]\n       [WITH <option> [, ...]]\n\nOptions:\n  revision_history\n  encryption_passphrase = <secret>\n  kms = <uris>\n  detached\n  execution locality = <filter>\n  strict storage locality",
    ),
    entry(
        "BEGIN",
        "start a transaction",
        "BEGIN [TRANSACTION] [ISOLATION LEVEL <level>] [, PRIORITY {LOW | NORMAL | HIGH}] [, READ {ONLY | WRITE}] [, AS OF SYSTEM TIME <time>]",
    ),
    entry(
        "CANCEL JOBS",
        "cancel jobs",
        "CANCEL JOB <id>\nCANCEL JOBS {<query> | FOR SCHEDULE <id>}",
    ),
    entry("COMMIT", "commit the transaction", "COMMIT [TRANSACTION]"),
    entry(
        "CONFIGURE ZONE",
        "set the replication zone of an object",
        "ALTER {DATABASE <name> | TABLE <table> | INDEX <table>@<index> | RANGE <name>} CONFIGURE ZONE\n      {USING <variable> = {<value> | COPY FROM PARENT} [, ...] | USING DEFAULT | DISCARD}",
    ),
    entry("CREATE DATABASE", "make a database", "CREATE DATABASE [IF NOT EXISTS] <name>"),
    entry(
        "CREATE EXTERNAL CONNECTION",
        "give a URI a name",
        "CREATE EXTERNAL CONNECTION [IF NOT EXISTS] <name> AS <uri>",
    ),
    entry(
        "CREATE INDEX",
        "make an index",
        "CREATE [UNIQUE | INVERTED] INDEX [IF NOT EXISTS] [<name>] ON <table> (<column> [ASC | DESC] [, ...])\n       [STORING (<columns>)] [WHERE <expr>]",
    ),
    entry(
        "CREATE ROLE",
        "make a user or role",
        "CREATE {USER | ROLE} [IF NOT EXISTS] <name> [WITH <option> ...]",
    ),
    entry(
        "CREATE SCHEDULE FOR BACKUP",
        "back up again and again",
        "CREATE SCHEDULE [IF NOT EXISTS] [<label>]\n       FOR BACKUP [<targets>] INTO <uris>\n       [WITH <backup option> [, ...]]\n       RECURRING <cron>\n       [FULL BACKUP {<cron> | ALWAYS}]\n       [WITH SCHEDULE OPTIONS <option> [= <value>] [, ...]]\n\nSchedule options:\n  first_run, on_execution_failure, on_previous_running, ignore_existing_backups",
    ),
    entry(
        "CREATE SEQUENCE",
        "make a sequence",
        "CREATE SEQUENCE [IF NOT EXISTS] <name> [INCREMENT <n>] [START <n>] [MINVALUE <n>] [MAXVALUE <n>] [CYCLE]",
    ),
    entry(
        "CREATE TABLE",
        "make a table",
        "CREATE TABLE [IF NOT EXISTS] <name> (<item> [, ...]) [WITH (<parameter> = <value>)]\nCREATE TABLE [IF NOT EXISTS] <name> [(<columns>)] AS <query>\n\nItems:\n  <column> <type> [NOT NULL] [DEFAULT <expr>] [PRIMARY KEY] [UNIQUE] [CHECK (<expr>)] [REFERENCES <table> (<column>)]\n  [UNIQUE | INVERTED] INDEX [<name>] (<columns>) [STORING (<columns>)]\n  PRIMARY KEY (<columns>) | UNIQUE (<columns>) | CHECK (<expr>)\n  FOREIGN KEY (<columns>) REFERENCES <table> (<columns>)\n  FAMILY [<name>] (<columns>)",
    ),
    entry(
        "CREATE TYPE",
        "make an enum or composite type",
        "CREATE TYPE [IF NOT EXISTS] <name> AS {ENUM (<labels>) | (<field> <type> [, ...])}",
    ),
    entry(
        "CREATE VIEW",
        "make a view",
        "CREATE [MATERIALIZED] VIEW [IF NOT EXISTS] <name> [(<columns>)] AS <query>",
    ),
    entry(
        "DELETE",
        "delete rows",
        "DELETE FROM <table> [WHERE <expr>] [ORDER BY <exprs>] [LIMIT <n>] [RETURNING <exprs>]",
    ),
    entry(
        "DROP DATABASE",
        "remove a database",
        "DROP DATABASE [IF EXISTS] <name> [CASCADE | RESTRICT]",
    ),
    entry("DROP SCHEDULES", "remove schedules", "DROP SCHEDULE <id>\nDROP SCHEDULES <query>"),
    entry(
        "DROP TABLE",
        "remove tables",
        "DROP TABLE [IF EXISTS] <table> [, ...] [CASCADE | RESTRICT]",
    ),
    entry(
        "EXPLAIN",
        "show how a statement would run",
        "EXPLAIN [ANALYZE] [(<options>)] <statement>",
    ),
    entry(
        "GRANT",
        "give privileges or roles",
        "GRANT {ALL | <privileges>} ON {DATABASE <names> | SCHEMA <names> | [TABLE] <patterns>} TO <users> [WITH GRANT OPTION]\nGRANT SYSTEM <privileges> TO <users>\nGRANT <roles> TO <users> [WITH ADMIN OPTION]",
    ),
    entry(
        "INSERT",
        "insert rows",
        "INSERT INTO <table> [(<columns>)] {VALUES ... | <query> | DEFAULT VALUES}\n       [ON CONFLICT [(<columns>)] {DO NOTHING | DO UPDATE SET ...}] [RETURNING <exprs>]",
    ),
    entry(
        "PAUSE JOBS",
        "pause jobs",
        "PAUSE JOB <id> [WITH REASON = <text>]\nPAUSE JOBS {<query> | FOR SCHEDULE <id>}",
    ),
    entry("PAUSE SCHEDULES", "pause schedules", "PAUSE SCHEDULE <id>\nPAUSE SCHEDULES <query>"),
    entry(
        "RESTORE",
        "restore a cluster, databases or tables from a collection",
        "RESTORE [TABLE <patterns> | DATABASE <names> | SYSTEM USERS]\n        FROM {<subdir> | LATEST} IN <uris>\n        [AS OF SYSTEM TIME <time>]\n        [WITH <option> [, ...]]\n\nOptions:\n  into_db = <name>, new_db_name = <name>\n  skip_missing_foreign_keys, skip_missing_sequences, skip_missing_sequence_owners, skip_missing_views\n  skip_localities_check, encryption_passphrase = <secret>, kms = <uris>\n  detached, schema_only, verify_backup_table_data",
    ),
    entry(
        "RESUME JOBS",
        "resume paused jobs",
        "RESUME JOB <id>\nRESUME JOBS {<query> | FOR SCHEDULE <id>}",
    ),
    entry(
        "RESUME SCHEDULES",
        "resume paused schedules",
        "RESUME SCHEDULE <id>\nRESUME SCHEDULES <query>",
    ),
    entry(
        "REVOKE",
        "take privileges or roles",
        "REVOKE {ALL | <privileges>} ON <target> FROM <users>\nREVOKE SYSTEM <privileges> FROM <users>\nREVOKE <roles> FROM <users>",
    ),
    entry("ROLLBACK", "undo the transaction", "ROLLBACK [TRANSACTION] [TO SAVEPOINT <name>]"),
    entry(
        "SELECT",
        "read rows",
        "SELECT [DISTINCT [ON (<exprs>)]] <exprs>\n       [FROM <sources> [AS OF SYSTEM TIME <time>]]\n       [WHERE <expr>] [GROUP BY <exprs>] [HAVING <expr>]\n       [{UNION | INTERSECT | EXCEPT} [ALL] <query>]\n       [ORDER BY <exprs>] [LIMIT <n>] [OFFSET <n>]",
    ),
    entry(
        "SET CLUSTER SETTING",
        "change a setting of the cluster",
        "SET CLUSTER SETTING <name> {= | TO} {<value> | DEFAULT}",
    ),
    entry(
        "SET SESSION",
        "change a variable of the session",
        "SET [SESSION] <name> {= | TO} <value>\nSET TIME ZONE <value>",
    ),
    entry(
        "SHOW BACKUP",
        "list backups and what they hold",
        "SHOW BACKUPS IN <uris>\nSHOW BACKUP [SCHEMAS | FILES | RANGES] FROM {<subdir> | LATEST} IN <uris> [WITH <option> [, ...]]\n\nOptions:\n  as_json, check_files, debug_ids, privileges\n  encryption_passphrase = <secret>, kms = <uris>, encryption_info_dir = <uri>",
    ),
    entry(
        "SHOW JOBS",
        "list jobs",
        "SHOW [AUTOMATIC] JOBS\nSHOW JOB [WHEN COMPLETE] <id>\nSHOW JOBS [WHEN COMPLETE] {<query> | FOR SCHEDULE <id>}",
    ),
    entry(
        "SHOW RANGES",
        "list ranges",
        "SHOW RANGES FROM {TABLE <table> | INDEX <table>@<index> | DATABASE <name>} [WITH {TABLES | INDEXES | DETAILS | KEYS} [, ...]]",
    ),
    entry(
        "SHOW SCHEDULES",
        "list schedules",
        "SHOW [RUNNING | PAUSED] SCHEDULES [FOR BACKUP]\nSHOW SCHEDULE <id>",
    ),
    entry("SHOW TABLES", "list tables", "SHOW TABLES [FROM <database>[.<schema>]] [WITH COMMENT]"),
    entry(
        "SHOW ZONE CONFIGURATION",
        "show a replication zone",
        "SHOW ZONE CONFIGURATION FROM {DATABASE <name> | TABLE <table> | INDEX <table>@<index> | RANGE <name>}\nSHOW ZONE CONFIGURATIONS",
    ),
    entry("TRUNCATE", "empty tables", "TRUNCATE [TABLE] <table> [, ...] [CASCADE | RESTRICT]"),
    entry(
        "UPDATE",
        "change rows",
        "UPDATE <table> SET <column> = <expr> [, ...] [FROM <sources>] [WHERE <expr>] [RETURNING <exprs>]",
    ),
    entry(
        "UPSERT",
        "insert rows, or replace those with the same key",
        "UPSERT INTO <table> [(<columns>)] {VALUES ... | <query>} [RETURNING <exprs>]",
    ),
    entry("USE", "change the current database", "USE <database>"),
    entry("VALUES", "rows as they are", "VALUES (<exprs>) [, ...]"),
];

const fn entry(name: &'static str, about: &'static str, syntax: &'static str) -> Entry {
    Entry { name, about, syntax }
}

/// What `\h name` says. A name that begins several gives them all; without a name, the list.
pub fn text(name: &str) -> String {
    let wanted = name.trim().to_ascii_uppercase();
    let exact = ENTRIES.iter().filter(|e| e.name == wanted && !wanted.is_empty());
    let begun: Vec<&Entry> = ENTRIES.iter().filter(|e| e.name.starts_with(&wanted)).collect();
    let found: Vec<&Entry> = exact.collect();
    match (found.as_slice(), begun.as_slice()) {
        ([one], _) | ([], [one]) => {
            format!(
                "Command:     {}\nDescription: {}\nSyntax:\n{}",
                one.name, one.about, one.syntax
            )
        }
        (_, []) => format!("no help available for \"{}\"; try \\h without a name", name.trim()),
        (_, many) => {
            let lines: Vec<String> =
                many.iter().map(|e| format!("  {:<28} {}", e.name, e.about)).collect();
            lines.join("\n")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sorted_and_found() {
        assert!(ENTRIES.windows(2).all(|pair| pair[0].name < pair[1].name));
        assert!(text("backup").starts_with("Command:     BACKUP\n"));
        assert!(text("").lines().count() == ENTRIES.len());
        assert!(text("nothing").starts_with("no help"));
        assert_eq!(text("drop t").lines().next(), Some("Command:     DROP TABLE"));
    }
}
