//! Functions that give rows: `generate_series`, `unnest`, `jsonb_array_elements`, …
//!
//! ```text
//!   SELECT * FROM generate_series(1, 3)       compile ─▶ SetFunction ─open(row)─▶ SetRows ─next─▶ [1] [2] [3]
//! ```
//!
//! Shape: compiled once, opened for each outer row, then pulled row by row, so that a long series costs no memory.
//! Errors: a step of zero.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "types, values and syntax are large enums; what is not named is treated alike"
)]

use std::sync::Arc;

use super::call::plain_name;
use super::compile::compile as expr_of;
use super::scalar::Scalar;
use super::{EvalCx, Scope};
use crate::ast::expr::Function;
use crate::types::{Datum, Error, Family, Interval, Json, Type, time};

/// Which function.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Series,
    Subscripts,
    Unnest,
    JsonElements,
    JsonElementsText,
    JsonEach,
    JsonEachText,
    JsonKeys,
    RegexpSplit,
    Keywords,
}

static NAMES: &[(&str, Kind)] = &[
    ("generate_series", Kind::Series),
    ("generate_subscripts", Kind::Subscripts),
    ("unnest", Kind::Unnest),
    ("json_array_elements", Kind::JsonElements),
    ("jsonb_array_elements", Kind::JsonElements),
    ("json_array_elements_text", Kind::JsonElementsText),
    ("jsonb_array_elements_text", Kind::JsonElementsText),
    ("json_each", Kind::JsonEach),
    ("jsonb_each", Kind::JsonEach),
    ("json_each_text", Kind::JsonEachText),
    ("jsonb_each_text", Kind::JsonEachText),
    ("json_object_keys", Kind::JsonKeys),
    ("jsonb_object_keys", Kind::JsonKeys),
    ("regexp_split_to_table", Kind::RegexpSplit),
    ("pg_get_keywords", Kind::Keywords),
];

fn kind_of(name: &str) -> Option<Kind> {
    NAMES.iter().find(|(found, _)| *found == name).map(|(_, kind)| *kind)
}

/// Whether a function of that name (lower case) gives rows.
pub fn is_set_function(name: &str) -> bool {
    kind_of(name).is_some()
}

/// The names of all functions that give rows: for completion.
pub fn names() -> impl Iterator<Item = &'static str> {
    NAMES.iter().map(|(name, _)| *name)
}

/// A call of a function that gives rows.
#[derive(Clone, Debug)]
pub struct SetFunction {
    kind: Kind,
    /// Names and types of the columns.
    pub columns: Vec<(String, Type)>,
    /// The arguments.
    pub args: Vec<Scalar>,
}

/// The rows of one call.
#[derive(Clone, Debug)]
pub enum SetRows {
    /// None.
    Empty,
    /// Integers from, to, by.
    Ints {
        /// The next one, unless the last was the largest there is.
        next: Option<i64>,
        /// The last that may come.
        last: i64,
        /// From one to the next.
        step: i64,
    },
    /// Moments from, to, by.
    Moments {
        /// The first.
        start: i64,
        /// The last that may come.
        last: i64,
        /// From one to the next.
        step: Interval,
        /// How many have come.
        count: i32,
        /// Whether they have a zone.
        with_zone: bool,
    },
    /// The elements of arrays side by side, the shorter filled with NULL.
    Arrays {
        /// The arrays.
        arrays: Vec<Arc<[Datum]>>,
        /// How many rows have come.
        at: usize,
    },
    /// Rows that are made at once.
    Rows(std::vec::IntoIter<Vec<Datum>>),
}

impl SetFunction {
    /// Types a call.
    ///
    /// *Errors*: arguments that the function does not take.
    pub fn compile(call: &Function, scope: &mut dyn Scope) -> Result<Self, Error> {
        let name = plain_name(&call.name);
        let Some(kind) = kind_of(&name) else { return Err(Error::UnknownFunction(name)) };
        let mut args: Vec<Scalar> = Vec::with_capacity(call.args.len());
        for (at, arg) in call.args.iter().enumerate() {
            let want = wanted(kind, at, &args);
            args.push(expr_of(arg, scope, want.as_ref())?);
        }
        let types: Vec<&Type> = args.iter().map(|arg| &arg.ty).collect();
        match result(kind, &name, &types) {
            Some(columns) => Ok(Self { kind, columns, args }),
            None => Err(Error::UnknownSignature {
                name,
                args: types.iter().map(|ty| ty.name()).collect(),
                want: None,
            }),
        }
    }

    /// Begins to give rows for an outer row.
    ///
    /// *Errors*: arguments that the function refuses.
    pub fn open(&self, row: &[Datum], cx: &mut EvalCx<'_>) -> Result<SetRows, Error> {
        let mut args = Vec::with_capacity(self.args.len());
        for arg in &self.args {
            args.push(arg.eval(row, cx)?);
        }
        if self.kind == Kind::Unnest {
            let arrays = args.iter().map(|arg| match arg {
                Datum::Array(elements) => Arc::clone(elements),
                _ => Arc::from([]),
            });
            return Ok(SetRows::Arrays { arrays: arrays.collect(), at: 0 });
        }
        if args.iter().any(Datum::is_null) {
            return Ok(SetRows::Empty);
        }
        match self.kind {
            Kind::Series => series(&args),
            Kind::Subscripts => Ok(match args.first() {
                Some(Datum::Array(elements)) if !elements.is_empty() => SetRows::Ints {
                    next: Some(1),
                    last: base::num::to_i64(elements.len()),
                    step: 1,
                },
                _ => SetRows::Empty,
            }),
            Kind::RegexpSplit => {
                let text = args.first().and_then(Datum::as_str).unwrap_or("");
                let pattern = args.get(1).and_then(Datum::as_str).unwrap_or("");
                let regex = super::like::regex(pattern, false)?;
                Ok(rows(regex.split(text).map(|part| vec![part.into()]).collect()))
            }
            Kind::Unnest | Kind::Keywords => Ok(SetRows::Empty),
            Kind::JsonElements
            | Kind::JsonElementsText
            | Kind::JsonEach
            | Kind::JsonEachText
            | Kind::JsonKeys => match args.first() {
                Some(Datum::Json(value)) => self.json_rows(value),
                _ => Ok(SetRows::Empty),
            },
        }
    }

    fn json_rows(&self, value: &Json) -> Result<SetRows, Error> {
        let bare = |value: &Json| value.to_bare_text().map_or(Datum::Null, Datum::from);
        let kept = |value: &Json| Datum::json(value.clone());
        Ok(rows(match (self.kind, value) {
            (Kind::JsonElements, Json::Array(elements)) => {
                elements.iter().map(|element| vec![kept(element)]).collect()
            }
            (Kind::JsonElementsText, Json::Array(elements)) => {
                elements.iter().map(|element| vec![bare(element)]).collect()
            }
            (Kind::JsonKeys, Json::Object(fields)) => {
                fields.iter().map(|(name, _)| vec![Datum::String(Arc::clone(name))]).collect()
            }
            (Kind::JsonEach, Json::Object(fields)) => fields
                .iter()
                .map(|(name, field)| vec![Datum::String(Arc::clone(name)), kept(field)])
                .collect(),
            (Kind::JsonEachText, Json::Object(fields)) => fields
                .iter()
                .map(|(name, field)| vec![Datum::String(Arc::clone(name)), bare(field)])
                .collect(),
            (Kind::JsonElements | Kind::JsonElementsText, Json::Object(_)) => {
                return Err(Error::invalid("cannot be called on a non-array"));
            }
            (Kind::JsonElements | Kind::JsonElementsText, _) => {
                return Err(Error::invalid("cannot be called on a scalar"));
            }
            (_, Json::Array(_)) => {
                return Err(Error::invalid("cannot call json_object_keys on an array"));
            }
            _ => return Err(Error::invalid("cannot deconstruct a scalar")),
        }))
    }
}

fn rows(rows: Vec<Vec<Datum>>) -> SetRows {
    SetRows::Rows(rows.into_iter())
}

/// The type that an argument whose type is open takes.
fn wanted(kind: Kind, at: usize, before: &[Scalar]) -> Option<Type> {
    match (kind, at) {
        (Kind::Series, 2) if before.first().is_some_and(|arg| arg.ty.family() != Family::Int) => {
            Some(Type::Interval)
        }
        (Kind::Series, 1) => before.first().map(|arg| arg.ty.clone()),
        (Kind::RegexpSplit, _) => Some(Type::STRING),
        (Kind::Series | Kind::Unnest | Kind::Subscripts | Kind::Keywords, _) => None,
        _ => Some(Type::Json),
    }
}

/// The columns, if the function takes these types.
#[expect(clippy::match_same_arms, reason = "a table, in the order of the kinds")]
fn result(kind: Kind, name: &str, args: &[&Type]) -> Option<Vec<(String, Type)>> {
    use Family as F;
    let one = |ty: Type| Some(vec![(name.to_owned(), ty)]);
    let families: Vec<Family> = args.iter().map(|ty| ty.family()).collect();
    match (kind, families.as_slice()) {
        (Kind::Series, [F::Int, F::Int] | [F::Int, F::Int, F::Int]) => one(Type::INT),
        (Kind::Series, [F::Timestamp, F::Timestamp, F::Interval]) => one(Type::TIMESTAMP),
        (Kind::Series, [F::TimestampTz, F::TimestampTz, F::Interval]) => one(Type::TIMESTAMPTZ),
        (Kind::Series, [F::Date, F::Date, F::Interval]) => one(Type::TIMESTAMP),
        (Kind::Subscripts, [F::Array] | [F::Array, F::Int]) => one(Type::INT),
        (Kind::Unnest, [_, ..]) => args
            .iter()
            .map(|ty| match ty {
                Type::Array(element) => Some((name.to_owned(), (**element).clone())),
                _ => None,
            })
            .collect(),
        (Kind::JsonElements, [F::Json]) => Some(vec![("value".to_owned(), Type::Json)]),
        (Kind::JsonElementsText, [F::Json]) => Some(vec![("value".to_owned(), Type::STRING)]),
        (Kind::JsonEach, [F::Json]) => {
            Some(vec![("key".to_owned(), Type::STRING), ("value".to_owned(), Type::Json)])
        }
        (Kind::JsonEachText, [F::Json]) => {
            Some(vec![("key".to_owned(), Type::STRING), ("value".to_owned(), Type::STRING)])
        }
        (Kind::JsonKeys, [F::Json]) => one(Type::STRING),
        (Kind::RegexpSplit, [F::String, F::String]) => one(Type::STRING),
        (Kind::Keywords, []) => Some(
            ["word", "catcode", "catdesc"].map(|name| (name.to_owned(), Type::STRING)).to_vec(),
        ),
        _ => None,
    }
}

fn series(args: &[Datum]) -> Result<SetRows, Error> {
    let zero = || Error::invalid("step cannot be 0");
    match args {
        [Datum::Int(start), Datum::Int(last)] => {
            Ok(SetRows::Ints { next: Some(*start), last: *last, step: 1 })
        }
        [Datum::Int(_), Datum::Int(_), Datum::Int(0)] => Err(zero()),
        [Datum::Int(start), Datum::Int(last), Datum::Int(step)] => {
            Ok(SetRows::Ints { next: Some(*start), last: *last, step: *step })
        }
        [start, last, Datum::Interval(step)] => {
            if step.total_nanos() == 0 {
                return Err(zero());
            }
            let moment = |value: &Datum| match value {
                Datum::Timestamp(at) | Datum::TimestampTz(at) => Some(*at),
                Datum::Date(day) => time::join(*day, 0),
                _ => None,
            };
            let (Some(from), Some(last)) = (moment(start), moment(last)) else {
                return Ok(SetRows::Empty);
            };
            let with_zone = matches!(start, Datum::TimestampTz(_));
            Ok(SetRows::Moments { start: from, last, step: *step, count: 0, with_zone })
        }
        _ => Ok(SetRows::Empty),
    }
}

impl Iterator for SetRows {
    type Item = Vec<Datum>;

    fn next(&mut self) -> Option<Vec<Datum>> {
        match self {
            Self::Empty => None,
            Self::Ints { next, last, step } => {
                let at = (*next)?;
                if if *step > 0 { at > *last } else { at < *last } {
                    return None;
                }
                *next = at.checked_add(*step);
                Some(vec![Datum::Int(at)])
            }
            Self::Moments { start, last, step, count, with_zone } => {
                // Counted from the start, so that a series over ends of months does not drift.
                let at = time::add_interval(*start, &step.scale(i64::from(*count), 1)).ok()?;
                if if step.total_nanos() > 0 { at > *last } else { at < *last } {
                    return None;
                }
                *count = count.checked_add(1)?;
                Some(vec![if *with_zone { Datum::TimestampTz(at) } else { Datum::Timestamp(at) }])
            }
            Self::Arrays { arrays, at } => {
                let row: Vec<Datum> = arrays
                    .iter()
                    .map(|array| array.get(*at).cloned().unwrap_or(Datum::Null))
                    .collect();
                if arrays.iter().all(|array| *at >= array.len()) {
                    return None;
                }
                *at += 1;
                Some(row)
            }
            Self::Rows(rows) => rows.next(),
        }
    }
}
