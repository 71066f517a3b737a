//! What operators and functions do with JSON.
//!
//! ```text
//!   v -> 'a'    v -> 0    v #> '{a,0}'      reach in; NULL where there is nothing
//!   v @> w      every part of w is somewhere in v
//! ```
//!
//! Shape: pure functions from values to values; the expression layer turns them into operators.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "types, values and syntax are large enums; what is not named is treated alike"
)]

use std::fmt::Write;
use std::sync::Arc;

use base::num;

use super::datum::Datum;
use super::time;
use super::{Decimal, Error, Json, decimal};

/// The part at the end of a path of field names and indexes.
pub fn at_path<'a>(value: &'a Json, path: &[Datum]) -> Option<&'a Json> {
    path.iter().try_fold(value, |value, step| {
        let step = step.as_str()?;
        match value {
            Json::Array(_) => value.element(step.parse().ok()?),
            _ => value.field(step),
        }
    })
}

/// Whether every part of `small` is in `large`: objects by field, arrays by element, a scalar also inside an array.
pub fn contains(large: &Json, small: &Json) -> bool {
    match (large, small) {
        (Json::Object(_), Json::Object(fields)) => fields
            .iter()
            .all(|(name, value)| large.field(name).is_some_and(|mine| contains(mine, value))),
        (Json::Array(mine), Json::Array(wanted)) => {
            wanted.iter().all(|value| mine.iter().any(|mine| contains(mine, value)))
        }
        (Json::Array(mine), scalar) => mine.contains(scalar),
        _ => large == small,
    }
}

/// Whether a string is a field of an object or an element of an array.
pub fn has_key(value: &Json, key: &str) -> bool {
    match value {
        Json::Array(elements) => {
            elements.iter().any(|element| matches!(element, Json::String(text) if **text == *key))
        }
        Json::String(text) => **text == *key,
        _ => value.field(key).is_some(),
    }
}

/// Without a field, or without the elements equal to a string.
pub fn without_key(value: &Json, key: &str) -> Result<Json, Error> {
    match value {
        Json::Object(fields) => {
            Ok(Json::Object(fields.iter().filter(|(name, _)| **name != *key).cloned().collect()))
        }
        Json::Array(elements) => Ok(Json::Array(
            elements
                .iter()
                .filter(|element| !matches!(element, Json::String(text) if **text == *key))
                .cloned()
                .collect(),
        )),
        _ => Err(Error::invalid("cannot delete from scalar")),
    }
}

/// Without the element at an index.
pub fn without_index(value: &Json, at: i64) -> Result<Json, Error> {
    let Json::Array(elements) = value else {
        return Err(Error::invalid(if matches!(value, Json::Object(_)) {
            "cannot delete from object using integer index"
        } else {
            "cannot delete from scalar"
        }));
    };
    let at = if at < 0 { num::to_i64(elements.len()).saturating_add(at) } else { at };
    let mut kept = elements.clone();
    if let Some(at) = usize::try_from(at).ok().filter(|at| *at < kept.len()) {
        kept.remove(at);
    }
    Ok(Json::Array(kept))
}

/// Both joined: objects by field, anything else as arrays.
pub fn concat(a: &Json, b: &Json) -> Json {
    if let (Json::Object(a), Json::Object(b)) = (a, b) {
        return Json::object(a.iter().chain(b).cloned());
    }
    let list = |value: &Json| match value {
        Json::Array(elements) => elements.clone(),
        other => vec![other.clone()],
    };
    let mut joined = list(a);
    joined.extend(list(b));
    Json::Array(joined)
}

/// The value with the part at `path` set; missing last steps are made when `create`.
pub fn set_path(value: &Json, path: &[Datum], new: &Json, create: bool) -> Json {
    let Some((step, rest)) = path.split_first() else { return new.clone() };
    let Some(step) = step.as_str() else { return value.clone() };
    match value {
        Json::Object(fields) => {
            let inner = value.field(step);
            if inner.is_none() && !(create && rest.is_empty()) {
                return value.clone();
            }
            let changed =
                inner.map_or_else(|| new.clone(), |inner| set_path(inner, rest, new, create));
            Json::object(fields.iter().cloned().chain([(Arc::from(step), changed)]))
        }
        Json::Array(elements) => {
            let Ok(at) = step.parse::<i64>() else { return value.clone() };
            let len = num::to_i64(elements.len());
            let index = if at < 0 { len.saturating_add(at) } else { at };
            let mut changed = elements.clone();
            if let Some(element) = usize::try_from(index).ok().and_then(|at| changed.get_mut(at)) {
                *element = set_path(element, rest, new, create);
            } else if create && rest.is_empty() {
                let at = if index < 0 { 0 } else { changed.len() };
                changed.insert(at, new.clone());
            }
            Json::Array(changed)
        }
        other => other.clone(),
    }
}

/// Without the fields of objects that are null.
pub fn strip_nulls(value: &Json) -> Json {
    match value {
        Json::Object(fields) => Json::Object(
            fields
                .iter()
                .filter(|(_, value)| !matches!(value, Json::Null))
                .map(|(name, value)| (Arc::clone(name), strip_nulls(value)))
                .collect(),
        ),
        Json::Array(elements) => Json::Array(elements.iter().map(strip_nulls).collect()),
        other => other.clone(),
    }
}

/// With one field or element a line, indented by four spaces a level.
pub fn pretty(value: &Json) -> String {
    let mut out = String::new();
    push_pretty(&mut out, value, 0);
    out
}

fn push_pretty(out: &mut String, value: &Json, depth: usize) {
    let indent = |out: &mut String, depth: usize| {
        out.push('\n');
        out.extend(std::iter::repeat_n("    ", depth));
    };
    match value {
        Json::Array(elements) if !elements.is_empty() => {
            out.push('[');
            for (i, element) in elements.iter().enumerate() {
                out.push_str(if i == 0 { "" } else { "," });
                indent(out, depth + 1);
                push_pretty(out, element, depth + 1);
            }
            indent(out, depth);
            out.push(']');
        }
        Json::Object(fields) if !fields.is_empty() => {
            out.push('{');
            for (i, (name, field)) in fields.iter().enumerate() {
                out.push_str(if i == 0 { "" } else { "," });
                indent(out, depth + 1);
                // Writing to a string cannot fail.
                let _ = super::json::write_string(out, name);
                out.push_str(": ");
                push_pretty(out, field, depth + 1);
            }
            indent(out, depth);
            out.push('}');
        }
        other => {
            let _ = write!(out, "{other}");
        }
    }
}

/// Any value as JSON: numbers and booleans as such, arrays as arrays, the rest as their text.
pub fn from_datum(datum: &Datum) -> Json {
    match datum {
        Datum::Null => Json::Null,
        Datum::Bool(value) => Json::Bool(*value),
        Datum::Int(value) => Json::int(*value),
        Datum::Float(value) => finite(decimal::from_f64(*value)),
        Datum::Decimal(value) => finite((**value).clone()),
        Datum::Json(value) => (**value).clone(),
        Datum::Array(elements) => Json::Array(elements.iter().map(from_datum).collect()),
        Datum::Tuple(fields) => Json::object(
            fields
                .iter()
                .enumerate()
                .map(|(i, field)| (format!("f{}", i + 1).into(), from_datum(field))),
        ),
        Datum::Timestamp(micros) => {
            Json::string(time::timestamp_text(*micros).replacen(' ', "T", 1))
        }
        Datum::TimestampTz(micros) => {
            let text = time::timestamp_text(*micros).replacen(' ', "T", 1);
            Json::string(format!("{text}Z"))
        }
        other => Json::string(other.to_text()),
    }
}

/// JSON has no words for what is not finite, so those become strings.
fn finite(value: Decimal) -> Json {
    if matches!(value, Decimal::Finite { .. }) {
        Json::Number(value)
    } else {
        Json::string(value.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> Json {
        Json::parse(text).unwrap()
    }

    #[test]
    fn containment() {
        for (large, small, want) in [
            (r#"{"a": 1, "b": [1, {"c": 2}]}"#, r#"{"b": [{"c": 2}]}"#, true),
            ("[1, 2]", "1", true),
            ("[1, 2]", "[3]", false),
            (r#"{"a": 1}"#, r#"{"a": 2}"#, false),
        ] {
            assert_eq!(contains(&json(large), &json(small)), want, "{large} @> {small}");
        }
    }

    #[test]
    fn changes() {
        let value = json(r#"{"a": [1, 2]}"#);
        let path = [Datum::from("a"), Datum::from("1")];
        assert_eq!(set_path(&value, &path, &json("9"), true).to_string(), r#"{"a": [1, 9]}"#);
        assert_eq!(concat(&value, &json(r#"{"b": 1}"#)).to_string(), r#"{"a": [1, 2], "b": 1}"#);
        assert_eq!(pretty(&value), "{\n    \"a\": [\n        1,\n        2\n    ]\n}");
        assert_eq!(at_path(&value, &path), Some(&json("2")));
    }
}
