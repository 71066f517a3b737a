//! The shell's own commands: lines that begin with a backslash and are not `\sim`.
//!
//! | line | stands for |
//! |---|---|
//! | `\l` | `SHOW DATABASES` |
//! | `\dt`, `\d` | `SHOW TABLES` |
//! | `\d NAME` | `SHOW COLUMNS FROM NAME` |
//! | `\du` | `SHOW USERS` |
//! | `\x [on\|off]` | rows as records |
//! | `\i FILE`, `\q`, `\set`, `\unset`, `\?`, `\h [STATEMENT]` | the shell itself |
//! | `\demo shutdown N` and the like | `\sim node …` |
//!
//! Shape: line → [`Meta`]; the terminal and the page do what it says, each in its way. Source: `cockroach sql`'s help.

/// What a line asks the shell for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Meta {
    /// A statement to be run.
    Sql(String),
    /// A `\sim` line to be run.
    Sim(String),
    /// Text to be shown.
    Text(String),
    /// Rows as records: on, off, or the other way.
    Expanded(Option<bool>),
    /// Statements from a file.
    Include(String),
    /// Sets an option of the shell; without a name, lists them.
    Set(Option<String>, Option<String>),
    /// Clears an option of the shell.
    Unset(String),
    /// Leaves.
    Quit,
    /// None of these.
    Unknown(String),
}

const HELP: &str = "You are using Amber, a CockroachDB-style cluster with a clock of your own.

General
  \\q                  leave
  \\?                  this help
  \\h [STATEMENT]      help on the form of a statement
Information
  \\l                  databases
  \\dt, \\d             tables
  \\d TABLE            columns of a table
  \\du                 users
Input and output
  \\i FILE             run statements from a file
  \\x [on|off]         rows as records
  \\set [NAME [=] VALUE], \\unset NAME
                      options of the shell: display_format, echo, errexit
Time and faults
  \\sim advance 26h    let time pass; \\sim help lists the rest";

/// Reads a line that begins with a backslash.
pub fn parse(line: &str) -> Meta {
    let line = line.trim().trim_end_matches(';').trim_end();
    let (command, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let rest = rest.trim();
    match command {
        "\\sim" => Meta::Sim(line.to_owned()),
        "\\demo" => Meta::Sim(demo(rest)),
        "\\l" => Meta::Sql("SHOW DATABASES".to_owned()),
        "\\dt" => Meta::Sql("SHOW TABLES".to_owned()),
        "\\du" => Meta::Sql("SHOW USERS".to_owned()),
        "\\d" if rest.is_empty() => Meta::Sql("SHOW TABLES".to_owned()),
        "\\d" => Meta::Sql(format!("SHOW COLUMNS FROM {rest}")),
        "\\x" => match rest {
            "" => Meta::Expanded(None),
            "on" | "true" => Meta::Expanded(Some(true)),
            "off" | "false" => Meta::Expanded(Some(false)),
            _ => Meta::Unknown(line.to_owned()),
        },
        "\\i" if !rest.is_empty() => Meta::Include(rest.trim_matches('\'').to_owned()),
        "\\q" | "\\quit" | "\\exit" => Meta::Quit,
        "\\set" => set(rest),
        "\\unset" if !rest.is_empty() => Meta::Unset(rest.to_owned()),
        "\\?" | "\\help" => Meta::Text(HELP.to_owned()),
        "\\h" | "\\hf" => Meta::Text(sql::help::text(rest)),
        _ => Meta::Unknown(line.to_owned()),
    }
}

fn set(rest: &str) -> Meta {
    let (name, value) = match rest.split_once(['=', ' ']) {
        Some((name, value)) => (name.trim(), Some(value.trim_start_matches([' ', '=']).to_owned())),
        None => (rest, None),
    };
    Meta::Set((!name.is_empty()).then(|| name.to_owned()), value)
}

/// `\demo shutdown 2` is kept as another way to say `\sim node 2 stop`.
fn demo(rest: &str) -> String {
    let (verb, node) = rest.split_once(' ').unwrap_or((rest, ""));
    let verb = match verb {
        "add" => return format!("\\sim node join {}", node.trim()),
        "shutdown" => "stop",
        other => other,
    };
    format!("\\sim node {} {verb}", node.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines() {
        for (line, meta) in [
            ("\\d accounts", Meta::Sql("SHOW COLUMNS FROM accounts".into())),
            ("\\dt;", Meta::Sql("SHOW TABLES".into())),
            ("\\x on", Meta::Expanded(Some(true))),
            (
                "\\set display_format = csv",
                Meta::Set(Some("display_format".into()), Some("csv".into())),
            ),
            ("\\set", Meta::Set(None, None)),
            ("\\demo shutdown 2", Meta::Sim("\\sim node 2 stop".into())),
            ("\\zz", Meta::Unknown("\\zz".into())),
        ] {
            assert_eq!(parse(line), meta, "{line}");
        }
        let Meta::Text(help) = parse("\\h backup") else { panic!("text") };
        assert!(help.contains("BACKUP"), "{help}");
    }
}
