//! What the parser suite expects: a statement in its variants, or an error with its caret.
//!
//! ```text
//!   BACKUP foo INTO 'bar'
//!   ─▶ BACKUP TABLE foo INTO '*****' -- normalized!
//!      BACKUP TABLE (foo) INTO ('*****') -- fully parenthesized
//!      BACKUP TABLE foo INTO '_' -- literals removed
//!      BACKUP TABLE _ INTO '*****' -- identifiers removed
//!      BACKUP TABLE foo INTO 'bar' -- passwords exposed
//! ```

use super::{Flags, to_string};
use crate::parser::{self, Dialect, Error};

/// The output of a `parse` or `error` directive for its input, without a newline at the end.
pub fn forms(sql: &str) -> String {
    forms_with(sql, Dialect::SUITE)
}

/// The same in the dialect of a version.
pub fn forms_with(sql: &str, dialect: Dialect) -> String {
    let parsed = match parser::parse_with(sql, dialect) {
        Ok(parsed) => parsed,
        Err(error) => return error_text(&error),
    };
    let print = |flags: &Flags<'_>| {
        let texts: Vec<String> = parsed.iter().map(|p| to_string(&p.stmt, flags)).collect();
        texts.join("; ")
    };
    let hidden = Flags::default();
    let normal = print(&hidden);
    let mut out = normal.clone();
    if normal != sql {
        out.push_str(" -- normalized!");
    }
    let mut line = |text: &str, note: &str| {
        out.push('\n');
        out.push_str(text);
        out.push_str(note);
    };
    line(&print(&Flags { group_exprs: true, ..hidden }), " -- fully parenthesized");
    line(&print(&Flags { hide_constants: true, ..hidden }), " -- literals removed");
    line(&print(&Flags { anonymize: true, ..hidden }), " -- identifiers removed");
    let shown = print(&Flags { show_secrets: true, ..hidden });
    if shown != normal {
        line(&shown, " -- passwords exposed");
    }
    out
}

fn error_text(error: &Error) -> String {
    let mut out = error.message.clone();
    if let Some(detail) = &error.detail {
        out.push_str("\nDETAIL: ");
        out.push_str(detail);
    }
    if let Some(hint) = &error.hint {
        out.push_str("\nHINT: ");
        out.push_str(hint);
    }
    out
}
