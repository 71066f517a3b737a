//! Statements at random, from a grammar that is a table.
//!
//! ```text
//!   <query> ─▶ SELECT <items> FROM <from> WHERE <expr> ─▶ …        deep down the first production of each line is taken
//! ```
//!
//! Shape: texts that parse; nobody promises that they can be run. Left out: most of the grammar that only CockroachDB's
//! own parser files show, which the conformance suite prints and parses anyway.

use crate::chance::Chance;

/// Deeper than this, the first production is taken: it leads to an end.
const DEPTH_MAX: usize = 7;

/// Name → productions, the shortest first.
const GRAMMAR: &[(&str, &[&str])] = &[
    (
        "stmt",
        &[
            "<query>",
            "<query>",
            "<query>",
            "<backup>",
            "<backup>",
            "<restore>",
            "<show>",
            "<schedule>",
            "<job>",
            "<zone>",
            "<dml>",
            "<dml>",
            "<ddl>",
            "<ddl>",
            "<other>",
            "EXPLAIN <query>",
            "PREPARE p AS <query>",
        ],
    ),
    (
        "query",
        &[
            "SELECT <expr>",
            "SELECT <items> FROM <from>",
            "SELECT <items> FROM <from> WHERE <expr>",
            "SELECT DISTINCT <items> FROM <from> ORDER BY <order> LIMIT <int>",
            "SELECT <name>, count(*) FROM <from> GROUP BY <name> HAVING <expr>",
            "<query> UNION ALL <query>",
            "<query> EXCEPT <query>",
            "VALUES (<expr>, <expr>), (<expr>, <expr>)",
            "WITH <name> AS (<query>) <query>",
            "(<query>) LIMIT <int> OFFSET <int>",
            "TABLE <table>",
            "SELECT <items> FROM <table> AS OF SYSTEM TIME <string>",
            "SELECT <items> FROM [SHOW JOBS] AS <name>",
            "SELECT sum(<expr>) OVER (PARTITION BY <name> ORDER BY <order>) FROM <from>",
            "SELECT DISTINCT ON (<name>) <items> FROM <from>",
            "SELECT <items> FROM <from> FOR UPDATE",
        ],
    ),
    ("items", &["*", "<expr>", "<expr> AS <name>", "<expr>, <items>", "<name>.*"]),
    (
        "from",
        &[
            "<table>",
            "<table> AS <name>",
            "<table>, <table>",
            "<table>@<name>",
            "<from> JOIN <table> ON <expr>",
            "<from> LEFT JOIN <table> USING (<name>)",
            "<from> CROSS JOIN <table>",
            "(<query>) AS <name>",
            "generate_series(1, <int>) AS <name> (<name>)",
            "<from> NATURAL JOIN <table>",
            "LATERAL (<query>) AS <name>",
            "<table>@{FORCE_INDEX=<name>}",
        ],
    ),
    ("order", &["<name>", "<expr> DESC", "<name> ASC NULLS LAST", "<order>, <name> DESC"]),
    (
        "expr",
        &[
            "<int>",
            "<name>",
            "<string>",
            "NULL",
            "true",
            "<name>.<name>",
            "<float>",
            "<bytes>",
            "-<expr>",
            "(<expr>)",
            "<expr> + <expr>",
            "<expr> * <expr>",
            "<expr> - <expr>",
            "<expr> / <expr>",
            "<expr> // <expr>",
            "<expr> % <expr>",
            "<expr> || <expr>",
            "<expr> AND <expr>",
            "<expr> OR <expr>",
            "NOT <expr>",
            "<expr> = <expr>",
            "<expr> < <expr>",
            "<expr> >= <expr>",
            "<expr> <> <expr>",
            "<expr> IS NULL",
            "<expr> IS NOT NULL",
            "<expr> IS DISTINCT FROM <expr>",
            "<expr> IN (<expr>, <expr>)",
            "<expr> NOT IN (<query>)",
            "<expr> BETWEEN <expr> AND <expr>",
            "<expr> LIKE <string>",
            "<expr> NOT ILIKE <string>",
            "<expr> ~ <string>",
            "<expr>::<type>",
            "CAST(<expr> AS <type>)",
            "CASE WHEN <expr> THEN <expr> ELSE <expr> END",
            "CASE <expr> WHEN <expr> THEN <expr> END",
            "COALESCE(<expr>, <expr>)",
            "<name>(<expr>, <expr>)",
            "count(*)",
            "count(DISTINCT <expr>)",
            "EXISTS (<query>)",
            "(<query>)",
            "ARRAY[<expr>, <expr>]",
            "ARRAY(<query>)",
            "<expr>[<expr>]",
            "<expr> = ANY (<expr>)",
            "<expr> -> <string>",
            "<expr> ->> <string>",
            "<expr> @> <expr>",
            "IF(<expr>, <expr>, <expr>)",
            "NULLIF(<expr>, <expr>)",
            "INTERVAL '1 day'",
            "DATE '2020-01-02'",
            "ROW(<expr>, <expr>)",
            "(<expr>, <expr>)",
            "$1",
            "<expr> COLLATE en",
            "<expr> # <expr>",
            "<expr> << <expr>",
            "~<expr>",
            "<expr> ^ <expr>",
            "sum(<expr>) FILTER (WHERE <expr>)",
            "<expr> AT TIME ZONE <string>",
            "EXTRACT(year FROM <expr>)",
            "SUBSTRING(<expr> FROM <expr> FOR <expr>)",
        ],
    ),
    (
        "type",
        &[
            "INT8",
            "STRING",
            "DECIMAL(10,2)",
            "BYTES",
            "TIMESTAMPTZ(3)",
            "VARCHAR(20)",
            "INT4[]",
            "UUID",
            "JSONB",
            "INTERVAL",
            "BOOL",
            "FLOAT4",
            "DATE",
            "TIME",
            "CHAR",
            "BIT(3)",
            "INET",
            "<name>",
        ],
    ),
    ("table", &["<name>", "<name>.<name>", "<name>.<name>.<name>"]),
    (
        "name",
        &["a", "b", "t", "v1", "orders", "\"A b\"", "\"select\"", "\"ü\"", "public", "\"a\"\"b\""],
    ),
    ("int", &["1", "0", "42", "9223372036854775807", "0x1F"]),
    ("float", &["1.5", ".5", "1e10", "2.00"]),
    (
        "string",
        &["'a'", "''", "'it''s'", "e'a\\nb'", "'s3://b/c?AUTH=implicit'", "'-10s'", "'%x_'"],
    ),
    ("bytes", &["b'a'", "x'00ff'", "b'\\x00'"]),
    ("uris", &["<string>", "(<string>, <string>)"]),
    (
        "targets",
        &[
            "",
            "DATABASE <name>",
            "DATABASE <name>, <name>",
            "TABLE <table>, <table>",
            "TABLE <name>.*",
        ],
    ),
    (
        "backup",
        &[
            "BACKUP INTO <uris>",
            "BACKUP <targets> INTO <uris> <asof> <bopts>",
            "BACKUP <targets> INTO LATEST IN <uris> <asof> <bopts>",
            "BACKUP <targets> INTO <string> IN <uris> <bopts>",
            "ALTER BACKUP <string> IN <string> ADD NEW_KMS=<string> WITH OLD_KMS=<string>",
        ],
    ),
    ("asof", &["", "AS OF SYSTEM TIME <string>", "AS OF SYSTEM TIME 1648778400000000000"]),
    (
        "bopts",
        &[
            "",
            "WITH revision_history",
            "WITH detached, revision_history",
            "WITH encryption_passphrase = <string>",
            "WITH kms = <uris>, detached",
            "WITH OPTIONS (revision_history = true, detached)",
            "WITH incremental_location = <string>",
        ],
    ),
    (
        "restore",
        &[
            "RESTORE FROM LATEST IN <uris>",
            "RESTORE <targets> FROM <string> IN <uris> <asof> <ropts>",
            "RESTORE <targets> FROM LATEST IN <uris> <asof> <ropts>",
            "RESTORE SYSTEM USERS FROM LATEST IN <uris>",
        ],
    ),
    (
        "ropts",
        &[
            "",
            "WITH into_db = <string>",
            "WITH skip_missing_foreign_keys, skip_missing_views, detached",
            "WITH new_db_name = <string>, schema_only",
            "WITH encryption_passphrase = <string>",
            "WITH OPTIONS (skip_localities_check, debug_pause_on = <string>)",
        ],
    ),
    (
        "show",
        &[
            "SHOW TABLES",
            "SHOW BACKUPS IN <uris>",
            "SHOW BACKUP FROM LATEST IN <uris>",
            "SHOW BACKUP SCHEMAS FROM <string> IN <uris> WITH check_files",
            "SHOW JOBS",
            "SHOW JOB <int>",
            "SHOW SCHEDULES",
            "SHOW CREATE TABLE <table>",
            "SHOW COLUMNS FROM <table>",
            "SHOW DATABASES",
            "SHOW ZONE CONFIGURATION FROM TABLE <table>",
            "SHOW CLUSTER SETTING a.b",
            "SHOW RANGES FROM TABLE <table>",
            "SHOW GRANTS ON TABLE <table> FOR <name>",
            "SHOW INDEXES FROM <table>",
            "SHOW JOBS WHEN COMPLETE <query>",
        ],
    ),
    (
        "schedule",
        &[
            "DROP SCHEDULE <int>",
            "PAUSE SCHEDULES <query>",
            "RESUME SCHEDULE <int>",
            "CREATE SCHEDULE <string> FOR BACKUP <targets> INTO <uris> <bopts> RECURRING '@daily'",
            "CREATE SCHEDULE IF NOT EXISTS <string> FOR BACKUP INTO <uris> RECURRING '@hourly' FULL BACKUP '@weekly' WITH SCHEDULE OPTIONS first_run = 'now'",
            "CREATE SCHEDULE FOR BACKUP INTO <uris> RECURRING '@daily' FULL BACKUP ALWAYS",
        ],
    ),
    (
        "job",
        &[
            "PAUSE JOB <int>",
            "CANCEL JOBS <query>",
            "RESUME JOB <int>",
            "PAUSE JOBS FOR SCHEDULES <query>",
        ],
    ),
    (
        "zone",
        &[
            "ALTER TABLE <table> CONFIGURE ZONE USING gc.ttlseconds = <int>",
            "ALTER DATABASE <name> CONFIGURE ZONE USING num_replicas = <int>, constraints = <string>",
            "ALTER RANGE default CONFIGURE ZONE DISCARD",
            "ALTER INDEX <table>@<name> CONFIGURE ZONE USING gc.ttlseconds = COPY FROM PARENT",
        ],
    ),
    (
        "dml",
        &[
            "DELETE FROM <table>",
            "INSERT INTO <table> VALUES (<expr>, <expr>)",
            "INSERT INTO <table> (<name>, <name>) <query>",
            "INSERT INTO <table> DEFAULT VALUES RETURNING *",
            "UPSERT INTO <table> VALUES (<expr>)",
            "UPDATE <table> SET <name> = <expr>, <name> = DEFAULT WHERE <expr>",
            "UPDATE <table> SET (<name>, <name>) = (<expr>, <expr>) RETURNING <name>",
            "DELETE FROM <table> WHERE <expr> ORDER BY <order> LIMIT <int>",
            "TRUNCATE <table>, <table> CASCADE",
            "INSERT INTO <table> VALUES (<expr>) ON CONFLICT (<name>) DO UPDATE SET <name> = excluded.<name>",
            "INSERT INTO <table> VALUES (<expr>) ON CONFLICT DO NOTHING",
        ],
    ),
    (
        "ddl",
        &[
            "CREATE DATABASE <name>",
            "DROP TABLE IF EXISTS <table>, <table> CASCADE",
            "CREATE SCHEMA IF NOT EXISTS <name>",
            "CREATE TABLE <table> (<columns>)",
            "CREATE TABLE <table> AS <query>",
            "CREATE VIEW <table> AS <query>",
            "CREATE INDEX <name> ON <table> (<name> DESC, <name>) STORING (<name>)",
            "CREATE UNIQUE INDEX ON <table> (<name>) WHERE <expr>",
            "CREATE SEQUENCE <table> START 3 INCREMENT 2",
            "CREATE TYPE <name> AS ENUM (<string>, <string>)",
            "ALTER TABLE <table> ADD COLUMN <column>",
            "ALTER TABLE <table> DROP COLUMN <name>",
            "ALTER TABLE <table> RENAME TO <name>",
            "ALTER TABLE <table> ALTER COLUMN <name> SET DEFAULT <expr>",
            "DROP INDEX <table>@<name>",
            "ALTER TABLE <table> ADD CONSTRAINT <name> CHECK (<expr>)",
            "COMMENT ON TABLE <table> IS <string>",
            "ALTER TABLE <table> SPLIT AT VALUES (<expr>)",
            "CREATE USER <name> WITH PASSWORD <string>",
        ],
    ),
    (
        "columns",
        &[
            "<column>",
            "<column>, <columns>",
            "<column>, PRIMARY KEY (<name>)",
            "<column>, FAMILY f (<name>), INDEX (<name>)",
        ],
    ),
    (
        "column",
        &[
            "<name> <type>",
            "<name> <type> PRIMARY KEY",
            "<name> <type> NOT NULL DEFAULT <expr>",
            "<name> <type> REFERENCES <table> (<name>) ON DELETE CASCADE",
            "<name> <type> AS (<expr>) STORED",
            "<name> <type> CHECK (<expr>)",
            "<name> <type> UNIQUE",
        ],
    ),
    (
        "other",
        &[
            "BEGIN",
            "COMMIT",
            "ROLLBACK TO SAVEPOINT <name>",
            "SET CLUSTER SETTING a.b = <expr>",
            "USE <name>",
            "GRANT SELECT, INSERT ON TABLE <table> TO <name>",
            "REVOKE ALL ON DATABASE <name> FROM <name>",
            "BEGIN AS OF SYSTEM TIME <string>",
            "SET a = <string>",
            "SAVEPOINT <name>",
            "GRANT <name> TO <name>",
            "CREATE EXTERNAL CONNECTION <name> AS <string>",
            "EXECUTE p (<expr>, <expr>)",
        ],
    ),
];

/// One statement.
pub fn statement(chance: &mut Chance) -> String {
    let mut text = String::new();
    expand("stmt", 0, chance, &mut text);
    text
}

fn expand(name: &str, depth: usize, chance: &mut Chance, out: &mut String) {
    let Some((_, productions)) = GRAMMAR.iter().find(|(known, _)| *known == name) else {
        out.push_str(name);
        return;
    };
    let first = productions.first().copied().unwrap_or_default();
    let chosen =
        if depth > DEPTH_MAX { first } else { productions[chance.below(productions.len())] };
    let mut rest = chosen;
    while let Some(open) = rest.find('<') {
        out.push_str(&rest[..open]);
        let after = &rest[open + 1..];
        match after.find('>') {
            // `<`, `<=`, `<<` and `<>` are operators.
            Some(close) if close > 0 && after[..close].bytes().all(|b| b.is_ascii_lowercase()) => {
                expand(&after[..close], depth + 1, chance, out);
                rest = &after[close + 1..];
            }
            Some(_) | None => {
                out.push('<');
                rest = after;
            }
        }
    }
    out.push_str(rest);
}
