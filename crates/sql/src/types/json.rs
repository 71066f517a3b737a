//! JSONB: values, text, order.
//!
//! Shape: an object keeps its fields sorted by name, each once (the last written wins). Printed with `", "` and
//! `": "`. Order of kinds: null, strings, numbers, booleans, arrays, objects; the longer array or object is greater.
//! Errors: a text that is no JSON, or is nested deeper than [`DEPTH_MAX`].

use std::cmp::Ordering;
use std::fmt;
use std::fmt::Write;
use std::sync::Arc;

use super::{Decimal, Error};
use base::sort;

/// How deep arrays and objects may lie in one another.
pub const DEPTH_MAX: usize = 128;

/// A JSON value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Json {
    /// `null`.
    Null,
    /// `true`, `false`.
    Bool(bool),
    /// A number with its digits as written.
    Number(Decimal),
    /// A string.
    String(Arc<str>),
    /// An array.
    Array(Vec<Json>),
    /// An object, fields sorted by name.
    Object(Vec<(Arc<str>, Json)>),
}

impl Json {
    /// A string.
    pub fn string(text: impl Into<Arc<str>>) -> Self {
        Self::String(text.into())
    }

    /// A whole number.
    pub fn int(value: i64) -> Self {
        Self::Number(Decimal::from(value))
    }

    /// An object of fields in any order; of fields with one name the last stays.
    pub fn object(fields: impl IntoIterator<Item = (Arc<str>, Self)>) -> Self {
        let mut fields: Vec<(Arc<str>, Self)> = fields.into_iter().collect();
        // The sort is stable, so of equals the last one written stands last and is the one kept.
        sort::by(&mut fields, |a, b| a.0.cmp(&b.0));
        let mut kept: Vec<(Arc<str>, Self)> = Vec::with_capacity(fields.len());
        for field in fields {
            match kept.last_mut() {
                Some(last) if last.0 == field.0 => *last = field,
                _ => kept.push(field),
            }
        }
        Self::Object(kept)
    }

    /// Reads JSON text.
    ///
    /// *Errors*: the text is no JSON.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let mut reader = Reader { text, at: 0 };
        let parsed = reader.value(0).and_then(|value| {
            reader.skip_space();
            if reader.at == text.len() {
                Ok(value)
            } else {
                Err("trailing characters after JSON document")
            }
        });
        parsed.map_err(|cause| {
            let cause = if text.trim().is_empty() { "unexpected EOF" } else { cause };
            Error::Refused {
                code: base::sqlstate::SqlState::INVALID_TEXT_REPRESENTATION,
                message: format!("could not parse JSON: {cause}"),
                hint: None,
            }
        })
    }

    /// The field of an object.
    pub fn field(&self, name: &str) -> Option<&Self> {
        let Self::Object(fields) = self else { return None };
        let at = fields.binary_search_by(|(field, _)| (**field).cmp(name)).ok()?;
        fields.get(at).map(|(_, value)| value)
    }

    /// The element of an array; from the end when negative.
    pub fn element(&self, at: i64) -> Option<&Self> {
        let Self::Array(elements) = self else { return None };
        if at < 0 {
            let back = usize::try_from(at.unsigned_abs()).ok()?;
            elements.len().checked_sub(back).and_then(|at| elements.get(at))
        } else {
            elements.get(usize::try_from(at).ok()?)
        }
    }

    /// What `jsonb_typeof` says.
    pub const fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "boolean",
            Self::Number(_) => "number",
            Self::String(_) => "string",
            Self::Array(_) => "array",
            Self::Object(_) => "object",
        }
    }

    /// The text that `->>` gives: a string bare, `null` as nothing, the rest as JSON.
    pub fn to_bare_text(&self) -> Option<String> {
        match self {
            Self::Null => None,
            Self::String(text) => Some(text.to_string()),
            Self::Bool(_) | Self::Number(_) | Self::Array(_) | Self::Object(_) => {
                Some(self.to_string())
            }
        }
    }

    const fn rank(&self) -> u8 {
        match self {
            Self::Null => 0,
            Self::String(_) => 1,
            Self::Number(_) => 2,
            Self::Bool(_) => 3,
            Self::Array(_) => 4,
            Self::Object(_) => 5,
        }
    }

    /// The order of values.
    pub fn compare(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Bool(a), Self::Bool(b)) => a.cmp(b),
            (Self::Number(a), Self::Number(b)) => a.compare(b),
            (Self::String(a), Self::String(b)) => a.cmp(b),
            (Self::Array(a), Self::Array(b)) => a.len().cmp(&b.len()).then_with(|| {
                a.iter()
                    .zip(b)
                    .map(|(a, b)| a.compare(b))
                    .find(|o| o.is_ne())
                    .unwrap_or(Ordering::Equal)
            }),
            (Self::Object(a), Self::Object(b)) => a.len().cmp(&b.len()).then_with(|| {
                a.iter()
                    .zip(b)
                    .map(|(a, b)| a.0.cmp(&b.0).then_with(|| a.1.compare(&b.1)))
                    .find(|o| o.is_ne())
                    .unwrap_or(Ordering::Equal)
            }),
            _ => self.rank().cmp(&other.rank()),
        }
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        if found {
            self.at += 1;
        }
        found
    }

    fn word(&mut self, word: &str, value: Json) -> Result<Json, &'static str> {
        if self.text.get(self.at..).is_some_and(|rest| rest.starts_with(word)) {
            self.at += word.len();
            Ok(value)
        } else {
            Err("unable to decode JSON: invalid character")
        }
    }

    fn value(&mut self, depth: usize) -> Result<Json, &'static str> {
        if depth > DEPTH_MAX {
            return Err("nested too deep");
        }
        self.skip_space();
        match self.peek() {
            None => Err("unexpected EOF"),
            Some(b'n') => self.word("null", Json::Null),
            Some(b't') => self.word("true", Json::Bool(true)),
            Some(b'f') => self.word("false", Json::Bool(false)),
            Some(b'"') => Ok(Json::String(self.string()?.into())),
            Some(b'[') => self.array(depth),
            Some(b'{') => self.object(depth),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(_) => Err("unable to decode JSON: invalid character"),
        }
    }

    fn array(&mut self, depth: usize) -> Result<Json, &'static str> {
        self.at += 1;
        let mut elements = Vec::new();
        self.skip_space();
        if self.eat(b']') {
            return Ok(Json::Array(elements));
        }
        loop {
            elements.push(self.value(depth + 1)?);
            self.skip_space();
            if self.eat(b']') {
                return Ok(Json::Array(elements));
            }
            if !self.eat(b',') {
                return Err("unexpected EOF or character in array");
            }
        }
    }

    fn object(&mut self, depth: usize) -> Result<Json, &'static str> {
        self.at += 1;
        let mut fields: Vec<(Arc<str>, Json)> = Vec::new();
        self.skip_space();
        if self.eat(b'}') {
            return Ok(Json::Object(Vec::new()));
        }
        loop {
            self.skip_space();
            if self.peek() != Some(b'"') {
                return Err("object keys must be strings");
            }
            let name = self.string()?;
            self.skip_space();
            if !self.eat(b':') {
                return Err("expected a colon after an object key");
            }
            fields.push((name.into(), self.value(depth + 1)?));
            self.skip_space();
            if self.eat(b'}') {
                return Ok(Json::object(fields));
            }
            if !self.eat(b',') {
                return Err("unexpected EOF or character in object");
            }
        }
    }

    fn number(&mut self) -> Result<Json, &'static str> {
        let start = self.at;
        while matches!(self.peek(), Some(b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9')) {
            self.at += 1;
        }
        let digits = self.text.get(start..self.at).unwrap_or_default();
        Decimal::parse(digits).map(Json::Number).map_err(|_| "invalid number")
    }

    fn string(&mut self) -> Result<String, &'static str> {
        self.at += 1;
        let mut out = String::new();
        loop {
            let rest = self.text.get(self.at..).unwrap_or_default();
            let end = rest.find(['"', '\\']).ok_or("unexpected EOF in string")?;
            out.push_str(rest.get(..end).unwrap_or_default());
            self.at += end + 1;
            if rest.as_bytes().get(end) == Some(&b'"') {
                return Ok(out);
            }
            let escape = self.peek().ok_or("unexpected EOF in string")?;
            self.at += 1;
            out.push(match escape {
                b'"' => '"',
                b'\\' => '\\',
                b'/' => '/',
                b'b' => '\u{8}',
                b'f' => '\u{c}',
                b'n' => '\n',
                b'r' => '\r',
                b't' => '\t',
                b'u' => self.unicode()?,
                _ => return Err("invalid escape in string"),
            });
        }
    }

    /// Four hex digits, or two such groups that make one character together.
    fn unicode(&mut self) -> Result<char, &'static str> {
        let high = self.hex4()?;
        if (0xd800..0xdc00).contains(&high)
            && self.text.get(self.at..).is_some_and(|rest| rest.starts_with("\\u"))
        {
            self.at += 2;
            let low = self.hex4()?;
            let code = 0x1_0000 + ((high - 0xd800) << 10) + (low.wrapping_sub(0xdc00) & 0x3ff);
            return Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
        Ok(char::from_u32(high).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn hex4(&mut self) -> Result<u32, &'static str> {
        let digits = self.text.get(self.at..self.at + 4).ok_or("invalid unicode escape")?;
        self.at += 4;
        u32::from_str_radix(digits, 16).map_err(|_| "invalid unicode escape")
    }
}

/// Writes a string with quotes and escapes.
pub(crate) fn write_string(f: &mut impl Write, text: &str) -> fmt::Result {
    f.write_char('"')?;
    for c in text.chars() {
        match c {
            '"' => f.write_str("\\\"")?,
            '\\' => f.write_str("\\\\")?,
            '\n' => f.write_str("\\n")?,
            '\r' => f.write_str("\\r")?,
            '\t' => f.write_str("\\t")?,
            '\u{8}' => f.write_str("\\b")?,
            '\u{c}' => f.write_str("\\f")?,
            c if u32::from(c) < 0x20 => write!(f, "\\u{:04x}", u32::from(c))?,
            c => f.write_char(c)?,
        }
    }
    f.write_char('"')
}

impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(value) => f.write_str(if *value { "true" } else { "false" }),
            Self::Number(value) => write!(f, "{value}"),
            Self::String(text) => write_string(f, text),
            Self::Array(elements) => {
                f.write_char('[')?;
                for (i, element) in elements.iter().enumerate() {
                    f.write_str(if i == 0 { "" } else { ", " })?;
                    element.fmt(f)?;
                }
                f.write_char(']')
            }
            Self::Object(fields) => {
                f.write_char('{')?;
                for (i, (name, value)) in fields.iter().enumerate() {
                    f.write_str(if i == 0 { "" } else { ", " })?;
                    write_string(f, name)?;
                    f.write_str(": ")?;
                    value.fmt(f)?;
                }
                f.write_char('}')
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_prints() {
        let text = r#"{"b": [1, 2.50, null], "a": {"x": "q\"\n\u00e9\ud83d\ude00"}, "b": true}"#;
        let value = Json::parse(text).unwrap();
        assert_eq!(value.to_string(), "{\"a\": {\"x\": \"q\\\"\\né😀\"}, \"b\": true}");
        assert_eq!(Json::parse(&value.to_string()).unwrap(), value);
        for bad in ["", "{", "[1,]", "{1:2}", "tru", "1 2", "\"\\x\"", &"[".repeat(500)] {
            assert!(Json::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn orders_kinds() {
        let sorted = ["null", "\"a\"", "1", "2.0", "false", "true", "[1]", "[0, 0]", "{\"a\": 1}"];
        for pair in sorted.windows(2) {
            let (a, b) = (Json::parse(pair[0]).unwrap(), Json::parse(pair[1]).unwrap());
            assert!(a.compare(&b).is_lt(), "{pair:?}");
        }
    }
}
