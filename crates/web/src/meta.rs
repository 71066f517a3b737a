//! Lines with a backslash: what the shell itself answers, and what it turns into SQL.
//!
//! | line | becomes |
//! |---|---|
//! | `\l`, `\dt`, `\d`, `\d T`, `\du` | `SHOW DATABASES`, `SHOW TABLES`, `SHOW COLUMNS FROM T`, `SHOW USERS` |
//! | `\sim …`, `\demo …` | a command of the simulator |
//! | `\x`, `\i`, `\h`, `\?`, `\q`, `\set` | answered by the page |
//!
//! *Source*: CockroachDB docs, "cockroach sql", client-side commands.

use crate::scan::Piece;

/// What a piece asks for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Meta {
    /// A statement.
    Sql(String),
    /// A command of the simulator.
    Sim(String),
    /// Turn the way rows are shown.
    Expanded,
    /// Choose a file of statements.
    PickFile,
    /// The page answers by itself.
    Words(Vec<String>),
}

const HELP: [&str; 12] = [
    "Statements end with a semicolon. Ctrl+Enter runs what is typed as it stands.",
    "\\l                 list databases",
    "\\dt                list tables of the current database",
    "\\d [TABLE]         list tables, or the columns of one",
    "\\du                list users",
    "\\x                 turn expanded display on or off",
    "\\i                 run a file of statements",
    "\\h [STATEMENT]     how a statement is written",
    "\\sim advance 1h    let virtual time pass; also: until, step, goto, mark, branch, branches, use, agenda",
    "\\sim play 1h/s     let time run; \\sim pause holds it",
    "\\sim bucket ls URI look into a bucket; also: rm, flip, truncate",
    "\\sim cluster new N make a fresh cluster; also: use, list",
];

/// Statements with their shape, for `\h`.
const SHAPES: [(&str, &str); 8] = [
    (
        "BACKUP",
        "BACKUP [DATABASE d | TABLE t, …] INTO ['subdir' IN | LATEST IN] 'uri' [AS OF SYSTEM TIME 't'] [WITH option, …];",
    ),
    (
        "RESTORE",
        "RESTORE [DATABASE d | TABLE t, …] FROM 'subdir' | LATEST IN 'uri' [AS OF SYSTEM TIME 't'] [WITH option, …];",
    ),
    ("SHOW BACKUPS", "SHOW BACKUPS IN 'uri';"),
    ("SHOW BACKUP", "SHOW BACKUP 'subdir' | LATEST IN 'uri' [WITH option, …];"),
    ("ALTER", "ALTER {DATABASE d | TABLE t} CONFIGURE ZONE USING gc.ttlseconds = n;"),
    ("SHOW ZONE", "SHOW ZONE CONFIGURATION FROM {DATABASE d | TABLE t};"),
    ("SHOW JOBS", "SHOW JOBS;"),
    ("PAUSE", "PAUSE JOB id;  RESUME JOB id;  CANCEL JOB id;"),
];

/// Reads a piece.
pub(crate) fn read(piece: &Piece) -> Meta {
    let line = match piece {
        Piece::Sql(text) => return Meta::Sql(text.clone()),
        Piece::Command(line) => line,
    };
    let mut words = line.split_whitespace();
    let head = words.next().unwrap_or("");
    let rest = words.collect::<Vec<_>>().join(" ");
    let rest = rest.trim_end_matches(';');
    match head {
        "\\sim" | "\\demo" => Meta::Sim(line.clone()),
        "\\l" => Meta::Sql("SHOW DATABASES;".to_owned()),
        "\\dt" => Meta::Sql("SHOW TABLES;".to_owned()),
        "\\d" if rest.is_empty() => Meta::Sql("SHOW TABLES;".to_owned()),
        "\\d" => Meta::Sql(format!("SHOW COLUMNS FROM {rest};")),
        "\\du" => Meta::Sql("SHOW USERS;".to_owned()),
        "\\x" => Meta::Expanded,
        "\\i" | "\\ir" => Meta::PickFile,
        "\\h" if rest.is_empty() => {
            Meta::Words(SHAPES.iter().map(|(_, shape)| (*shape).to_owned()).collect())
        }
        "\\h" => Meta::Words(shapes(rest)),
        "\\?" | "\\help" => Meta::Words(HELP.iter().map(|line| (*line).to_owned()).collect()),
        "\\q" | "\\quit" | "\\exit" => Meta::Words(vec![
            "This shell ends with its tab; Reset starts the world anew.".to_owned(),
        ]),
        "\\set" | "\\unset" => Meta::Words(vec![
            "display_format is table; errexit is on; \\x turns expanded display.".to_owned(),
        ]),
        _ => Meta::Words(vec![format!("invalid syntax: {head}. Try \\? for help.")]),
    }
}

fn shapes(statement: &str) -> Vec<String> {
    let wanted = statement.to_ascii_uppercase();
    let fitting =
        SHAPES.iter().filter(|(name, _)| name.starts_with(&wanted) || wanted.starts_with(name));
    let found: Vec<String> = fitting.map(|(_, shape)| (*shape).to_owned()).collect();
    if found.is_empty() {
        vec![format!("no help on {wanted}; \\h alone lists what there is")]
    } else {
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_become_statements_commands_or_words() {
        let read = |line: &str| read(&Piece::Command(line.to_owned()));
        assert_eq!(read("\\d bank.t;"), Meta::Sql("SHOW COLUMNS FROM bank.t;".to_owned()));
        assert_eq!(read("\\sim step"), Meta::Sim("\\sim step".to_owned()));
        assert_eq!(read("\\x"), Meta::Expanded);
        assert!(matches!(read("\\nope"), Meta::Words(_)));
        assert!(matches!(read("\\h restore"), Meta::Words(words) if words.len() == 1));
    }
}
