//! Arrays and tuples as text.
//!
//! ```text
//!   {1,NULL,"a b","q\"q"}     elements; quoted where needed
//!   (1,,"a b")                fields; nothing at all is NULL, quotes are doubled
//! ```

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "types, values and syntax are large enums; what is not named is treated alike"
)]

use super::time::TextCx;
use super::{Datum, Error, TupleType, Type};

/// The text of an array.
pub(crate) fn to_text(elements: &[Datum], zone_secs: i32) -> String {
    let mut out = String::from("{");
    for (i, element) in elements.iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        match element {
            Datum::Null => out.push_str("NULL"),
            Datum::Array(inner) => out.push_str(&to_text(inner, zone_secs)),
            other => push_element(&mut out, &other.to_text_in(zone_secs)),
        }
    }
    out.push('}');
    out
}

fn push_element(out: &mut String, text: &str) {
    let special = |c: char| matches!(c, '{' | '}' | ',' | '"' | '\\') || c.is_whitespace();
    if !text.is_empty() && !text.eq_ignore_ascii_case("null") && !text.contains(special) {
        out.push_str(text);
        return;
    }
    out.push('"');
    for c in text.chars() {
        if matches!(c, '"' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('"');
}

/// The text of a tuple.
pub(crate) fn tuple_text(fields: &[Datum], zone_secs: i32) -> String {
    let mut out = String::from("(");
    for (i, field) in fields.iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        if field.is_null() {
            continue;
        }
        let text = field.to_text_in(zone_secs);
        let special = |c: char| matches!(c, '(' | ')' | ',' | '"' | '\\') || c.is_whitespace();
        if text.is_empty() || text.contains(special) {
            out.push('"');
            for c in text.chars() {
                if matches!(c, '"' | '\\') {
                    out.push(c);
                }
                out.push(c);
            }
            out.push('"');
        } else {
            out.push_str(&text);
        }
    }
    out.push(')');
    out
}

/// One item between separators: its text and whether it was quoted.
struct Item {
    text: String,
    quoted: bool,
}

/// The items between `open` and `close`; an empty list has none.
fn items(text: &str, open: char, close: char, doubled: bool) -> Option<Vec<Item>> {
    let body = text.trim().strip_prefix(open)?.strip_suffix(close)?;
    let mut found = Vec::new();
    if body.trim().is_empty() && !doubled {
        return Some(found);
    }
    let mut item = Item { text: String::new(), quoted: false };
    let mut in_quotes = false;
    let mut chars = body.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => item.text.push(chars.next()?),
            '"' if in_quotes && doubled && chars.peek() == Some(&'"') => {
                chars.next();
                item.text.push('"');
            }
            '"' => {
                in_quotes = !in_quotes;
                item.quoted = true;
            }
            ',' if !in_quotes => {
                found.push(std::mem::replace(
                    &mut item,
                    Item { text: String::new(), quoted: false },
                ));
            }
            c if c.is_whitespace() && !in_quotes && (item.quoted || item.text.is_empty()) => {}
            c => item.text.push(c),
        }
    }
    found.push(item);
    (!in_quotes).then_some(found)
}

/// Reads an array.
pub(crate) fn parse(text: &str, element: &Type, cx: &TextCx) -> Result<Vec<Datum>, Error> {
    let bad = |cause: &str| Error::parse(text, &format!("{}[]", element.name()), cause);
    let trimmed = text.trim();
    if !trimmed.starts_with('{') {
        return Err(bad("array must be enclosed in { and }"));
    }
    items(trimmed, '{', '}', false)
        .ok_or_else(|| bad("malformed array"))?
        .into_iter()
        .map(|item| {
            if item.quoted {
                return element.parse_text(&item.text, cx);
            }
            let bare = item.text.trim_end();
            if bare.eq_ignore_ascii_case("null") {
                Ok(Datum::Null)
            } else if bare.is_empty() {
                Err(bad("malformed array"))
            } else {
                element.parse_text(bare, cx)
            }
        })
        .collect()
}

/// Reads a tuple.
pub(crate) fn parse_tuple(text: &str, ty: &TupleType, cx: &TextCx) -> Result<Vec<Datum>, Error> {
    let bad = || Error::parse(text, "tuple", "malformed record literal");
    let fields = items(text, '(', ')', true).ok_or_else(bad)?;
    if fields.len() != ty.types.len() {
        return Err(bad());
    }
    fields
        .iter()
        .zip(&ty.types)
        .map(|(item, ty)| {
            if item.text.is_empty() && !item.quoted {
                Ok(Datum::Null)
            } else {
                ty.parse_text(&item.text, cx)
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrays_and_tuples_there_and_back() {
        let cx = TextCx::default();
        for text in ["{}", "{1,NULL,3}"] {
            assert_eq!(to_text(&parse(text, &Type::INT, &cx).unwrap(), 0), text);
        }
        let odd =
            vec![Datum::from("a,b"), Datum::from(""), Datum::from("null"), Datum::from("q\"\\")];
        assert_eq!(parse(&to_text(&odd, 0), &Type::STRING, &cx).unwrap(), odd);
        let ty = TupleType {
            types: vec![Type::INT, Type::STRING, Type::STRING],
            ..TupleType::default()
        };
        let fields = parse_tuple("(1,\"a \"\"b\",)", &ty, &cx).unwrap();
        assert_eq!(tuple_text(&fields, 0), "(1,\"a \"\"b\",)");
        assert!(parse("{1,}", &Type::INT, &cx).is_err() && parse("1", &Type::INT, &cx).is_err());
    }
}
