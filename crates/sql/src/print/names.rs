//! Names, types and constants as text.
//!
//! ```text
//!   foo ─▶ foo     Foo, select, a b ─▶ "Foo", "select", "a b"     it's ─▶ e'it\'s'     00ff ─▶ b'\x00\xff'
//! ```

use std::fmt::Write;

use super::Printer;
use crate::ast::expr::{Literal, TypeName};
use crate::ast::zone::TableIndex;
use crate::ast::{Name, ObjectName, TablePattern};
use crate::lexer::is_bare_name;
use crate::lexer::keywords::{self, Class};

impl Printer<'_> {
    /// A name where words of the language may stand only when they are free.
    pub(super) fn name(&mut self, name: &str) {
        if self.anonymize {
            self.out.push('_');
            return;
        }
        let class =
            keywords::find(name).and_then(|at| keywords::WORDS.get(at)).map(|(_, class)| *class);
        let reserved = matches!(class, Some(Class::Reserved | Class::TypeOrFunction))
            || matches!(name, "index" | "nothing");
        if is_bare_name(name) && !reserved {
            self.out.push_str(name);
        } else {
            self.quoted(name);
        }
    }

    /// A name where any word of the language may stand: after a dot.
    pub(super) fn any_name(&mut self, name: &str) {
        if self.anonymize {
            self.out.push('_');
        } else if is_bare_name(name) {
            self.out.push_str(name);
        } else {
            self.quoted(name);
        }
    }

    fn quoted(&mut self, name: &str) {
        self.out.push('"');
        self.out.push_str(&name.replace('"', "\"\""));
        self.out.push('"');
    }

    /// A user or role; `CURRENT_USER` and its like stay words.
    pub(super) fn role(&mut self, name: &str) {
        if matches!(name, "current_user" | "session_user" | "current_role") {
            self.out.push_str(&name.to_ascii_uppercase());
        } else {
            self.name(name);
        }
    }

    pub(super) fn roles(&mut self, names: &[Name]) {
        for (i, name) in names.iter().enumerate() {
            self.comma(i);
            self.role(name);
        }
    }

    pub(super) fn names(&mut self, names: &[Name]) {
        for (i, name) in names.iter().enumerate() {
            self.comma(i);
            self.name(name);
        }
    }

    /// ` (a, b)`, if there are any.
    pub(super) fn column_list(&mut self, names: &[Name]) {
        if !names.is_empty() {
            self.word(" (");
            self.names(names);
            self.word(")");
        }
    }

    /// `a.b.c`
    pub(super) fn path(&mut self, parts: &[Name]) {
        for (i, part) in parts.iter().enumerate() {
            if i == 0 {
                self.name(part);
            } else {
                self.out.push('.');
                self.any_name(part);
            }
        }
    }

    pub(super) fn object_name(&mut self, name: &ObjectName) {
        self.path(&name.parts);
    }

    pub(super) fn object_names(&mut self, names: &[ObjectName]) {
        for (i, name) in names.iter().enumerate() {
            self.comma(i);
            self.object_name(name);
        }
    }

    /// Names joined by dots as one: settings, session variables, storage parameters.
    pub(super) fn dotted(&mut self, name: &str) {
        if self.anonymize {
            self.out.push('_');
            return;
        }
        for (i, part) in name.split('.').enumerate() {
            if i > 0 {
                self.out.push('.');
            }
            self.any_name(part);
        }
    }

    /// A table target; an expression in the fully parenthesised form.
    pub(super) fn table_pattern(&mut self, pattern: &TablePattern) {
        self.when(self.flags.group_exprs, "(");
        match pattern {
            TablePattern::Name(name) => self.object_name(name),
            TablePattern::All(parts) => {
                self.path(parts);
                self.when(!parts.is_empty(), ".");
                self.out.push('*');
            }
        }
        self.when(self.flags.group_exprs, ")");
    }

    pub(super) fn table_patterns(&mut self, patterns: &[TablePattern]) {
        for (i, pattern) in patterns.iter().enumerate() {
            self.comma(i);
            self.table_pattern(pattern);
        }
    }

    /// `table@index`
    pub(super) fn table_index(&mut self, index: &TableIndex) {
        match &index.table {
            Some(table) => {
                self.object_name(table);
                self.out.push('@');
                if index.index.object() == "*" {
                    self.out.push('*');
                } else {
                    self.any_name(index.index.object());
                }
            }
            None => self.object_name(&index.index),
        }
    }

    pub(super) fn type_name(&mut self, ty: &TypeName) {
        match ty {
            TypeName::Builtin { kind, width, scale } => {
                self.word(kind.sql());
                match (width, scale) {
                    (Some(width), Some(scale)) => self.number(format_args!("({width},{scale})")),
                    (Some(width), None) => self.number(format_args!("({width})")),
                    (None, _) => {}
                }
            }
            TypeName::Interval { .. } => {
                self.word("INTERVAL ");
                self.interval_fields(ty);
            }
            TypeName::Array(inner) => {
                if let TypeName::Collated(inner, locale) = inner.as_ref() {
                    self.type_name(inner);
                    self.word("[] COLLATE ");
                    self.any_name(locale);
                } else {
                    self.type_name(inner);
                    self.word("[]");
                }
            }
            TypeName::Collated(inner, locale) => {
                self.type_name(inner);
                self.word(" COLLATE ");
                self.any_name(locale);
            }
            TypeName::User(name) => self.object_name(name),
            TypeName::ById(id) => self.number(format_args!("@{id}")),
        }
    }

    /// `DAY TO SECOND(3)`
    pub(super) fn interval_fields(&mut self, ty: &TypeName) {
        if let TypeName::Interval { fields, precision } = ty {
            self.word(fields);
            if let Some(precision) = precision {
                self.number(format_args!("({precision})"));
            }
        }
    }

    pub(super) fn type_names(&mut self, types: &[TypeName]) {
        for (i, ty) in types.iter().enumerate() {
            self.comma(i);
            self.type_name(ty);
        }
    }

    /// Text made from numbers.
    pub(super) fn number(&mut self, text: std::fmt::Arguments<'_>) {
        // Writing to a String cannot fail.
        let _ = self.out.write_fmt(text);
    }

    pub(super) fn literal(&mut self, literal: &Literal) {
        let hide = self.flags.hide_constants;
        match literal {
            Literal::String(_) | Literal::Bytes(_) if hide => self.word("'_'"),
            _ if hide => self.word("_"),
            Literal::Null => self.word("NULL"),
            Literal::Bool(value) => self.word(if *value { "true" } else { "false" }),
            Literal::Int(text) | Literal::Decimal(text) => self.word(text),
            Literal::String(text) => push_string(&mut self.out, text),
            Literal::Bytes(bytes) => push_bytes(&mut self.out, bytes),
            Literal::Bits(digits) => {
                self.word("B'");
                self.word(digits);
                self.word("'");
            }
        }
    }

    /// A string constant that is not an expression (comments, enum labels).
    pub(super) fn plain_string(&mut self, text: &str) {
        if self.flags.hide_constants {
            self.word("'_'");
        } else {
            push_string(&mut self.out, text);
        }
    }
}

/// Appends a string constant.
pub(super) fn push_string(out: &mut String, text: &str) {
    let simple = |c: char| (' '..='~').contains(&c) && c != '\'' && c != '\\';
    if text.chars().all(simple) {
        out.push('\'');
        out.push_str(text);
        out.push('\'');
        return;
    }
    out.push_str("e'");
    for c in text.chars() {
        if simple(c) {
            out.push(c);
        } else if c.is_ascii() {
            push_escaped(out, c);
        } else if c.len_utf8() == 2 {
            let _ = write!(out, "\\u{:04X}", u32::from(c));
        } else {
            let _ = write!(out, "\\U{:08X}", u32::from(c));
        }
    }
    out.push('\'');
}

/// Appends a bytes constant.
pub(super) fn push_bytes(out: &mut String, bytes: &[u8]) {
    out.push_str("b'");
    for byte in bytes {
        let c = char::from(*byte);
        if (' '..='~').contains(&c) && c != '\'' && c != '\\' {
            out.push(c);
        } else if c.is_ascii() {
            push_escaped(out, c);
        } else {
            let _ = write!(out, "\\x{byte:02x}");
        }
    }
    out.push('\'');
}

fn push_escaped(out: &mut String, c: char) {
    let letter = match c {
        '\u{8}' => 'b',
        '\u{c}' => 'f',
        '\n' => 'n',
        '\r' => 'r',
        '\t' => 't',
        '\\' | '\'' => c,
        _ => {
            let _ = write!(out, "\\x{:02x}", u32::from(c));
            return;
        }
    };
    out.push('\\');
    out.push(letter);
}
