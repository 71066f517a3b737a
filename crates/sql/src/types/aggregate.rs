//! Aggregates: one value of many rows.
//!
//! ```text
//!   compile(call) ─▶ Aggregate { kind, args, ty } ─start─▶ State ─update(args)*─▶ finish ─▶ Datum
//! ```
//!
//! | aggregate | over | gives |
//! |---|---|---|
//! | `sum`, `avg` | INT, DECIMAL | DECIMAL |
//! | | FLOAT, INTERVAL | the same |
//! | `count` | anything | INT, 0 without rows |
//! | the others | | NULL without rows |
//!
//! Shape: DISTINCT, FILTER and ORDER BY inside a call are the executor's, which feeds only what counts. NULL is passed
//! over, but not by `array_agg` and `json_agg`.
//! Left out: percentiles, correlations.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "types, values and syntax are large enums; what is not named is treated alike"
)]

use std::sync::Arc;

use base::num;
use num_bigint::BigInt;

use super::expr::{Scalar, Scope, call, compile as compile_expr};
use super::{Datum, Decimal, Error, Family, Interval, Json, Type, decimal, json_ops};
use crate::ast::expr::{Expr, Function};

/// Which aggregate.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[expect(missing_docs, reason = "each is the function of its name")]
pub enum Kind {
    Count,
    CountRows,
    Sum,
    SumInt,
    Avg,
    Min,
    Max,
    BoolAnd,
    BoolOr,
    ArrayAgg,
    StringAgg,
    JsonAgg,
    JsonObjectAgg,
    BitAnd,
    BitOr,
    XorAgg,
    VarSamp,
    VarPop,
    StddevSamp,
    StddevPop,
}

/// A call of an aggregate, typed.
#[derive(Clone, Debug)]
pub struct Aggregate {
    /// Which one.
    pub kind: Kind,
    /// Its arguments over the input row; none for `count(*)`.
    pub args: Vec<Scalar>,
    /// The type of its result.
    pub ty: Type,
}

static NAMES: &[(&str, Kind)] = &[
    ("count", Kind::Count),
    ("count_rows", Kind::CountRows),
    ("sum", Kind::Sum),
    ("sum_int", Kind::SumInt),
    ("avg", Kind::Avg),
    ("min", Kind::Min),
    ("max", Kind::Max),
    ("bool_and", Kind::BoolAnd),
    ("every", Kind::BoolAnd),
    ("bool_or", Kind::BoolOr),
    ("array_agg", Kind::ArrayAgg),
    ("string_agg", Kind::StringAgg),
    ("concat_agg", Kind::StringAgg),
    ("json_agg", Kind::JsonAgg),
    ("jsonb_agg", Kind::JsonAgg),
    ("json_object_agg", Kind::JsonObjectAgg),
    ("jsonb_object_agg", Kind::JsonObjectAgg),
    ("bit_and", Kind::BitAnd),
    ("bit_or", Kind::BitOr),
    ("xor_agg", Kind::XorAgg),
    ("variance", Kind::VarSamp),
    ("var_samp", Kind::VarSamp),
    ("var_pop", Kind::VarPop),
    ("stddev", Kind::StddevSamp),
    ("stddev_samp", Kind::StddevSamp),
    ("stddev_pop", Kind::StddevPop),
];

fn kind_of(name: &str) -> Option<Kind> {
    NAMES.iter().find(|(found, _)| *found == name).map(|(_, kind)| *kind)
}

/// Whether a function of that name (lower case) is an aggregate.
pub fn is_aggregate(name: &str) -> bool {
    kind_of(name).is_some()
}

/// The names of all aggregates: for completion.
pub fn names() -> impl Iterator<Item = &'static str> {
    NAMES.iter().map(|(name, _)| *name)
}

/// Types a call; `scope` is that of the input rows, where no aggregate is allowed.
///
/// *Errors*: arguments that the aggregate does not take.
pub fn compile(call: &Function, scope: &mut dyn Scope) -> Result<Aggregate, Error> {
    let name = call::plain_name(&call.name);
    let Some(mut kind) = kind_of(&name) else { return Err(Error::UnknownFunction(name)) };
    if kind == Kind::Count && matches!(call.args.as_slice(), [Expr::Star(_)]) {
        kind = Kind::CountRows;
    }
    if kind == Kind::CountRows {
        return Ok(Aggregate { kind, args: Vec::new(), ty: Type::INT });
    }
    let mut args = Vec::with_capacity(call.args.len());
    for (at, arg) in call.args.iter().enumerate() {
        let want = match (kind, at) {
            (Kind::StringAgg, _) | (Kind::JsonObjectAgg, 0) => Some(&Type::STRING),
            (Kind::BoolAnd | Kind::BoolOr, _) => Some(&Type::Bool),
            _ => None,
        };
        args.push(compile_expr(arg, scope, want)?);
    }
    let types: Vec<&Type> = args.iter().map(|arg| &arg.ty).collect();
    match result_type(kind, &name, &types) {
        Some(ty) => Ok(Aggregate { kind, args, ty }),
        None => Err(Error::UnknownSignature {
            name,
            args: types.iter().map(|ty| ty.name()).collect(),
            want: None,
        }),
    }
}

fn result_type(kind: Kind, name: &str, args: &[&Type]) -> Option<Type> {
    use Family as F;
    if kind == Kind::JsonObjectAgg {
        return (args.len() == 2).then_some(Type::Json);
    }
    if kind == Kind::StringAgg && name == "string_agg" {
        let [value, separator] = args else { return None };
        let fits = value.family() == separator.family() || separator.family() == F::Unknown;
        return (fits && matches!(value.family(), F::String | F::Bytes)).then(|| (*value).clone());
    }
    let [arg] = args else { return None };
    let family = arg.family();
    let own = || (*arg).clone();
    match kind {
        Kind::Count | Kind::CountRows => Some(Type::INT),
        Kind::Sum | Kind::Avg => match family {
            F::Int | F::Decimal | F::Unknown => Some(Type::DECIMAL),
            F::Float => Some(Type::FLOAT),
            F::Interval => Some(Type::Interval),
            _ => None,
        },
        Kind::VarSamp | Kind::VarPop | Kind::StddevSamp | Kind::StddevPop => match family {
            F::Int | F::Decimal | F::Unknown => Some(Type::DECIMAL),
            F::Float => Some(Type::FLOAT),
            _ => None,
        },
        Kind::SumInt => matches!(family, F::Int | F::Unknown).then_some(Type::INT),
        Kind::BitAnd | Kind::BitOr | Kind::XorAgg => {
            matches!(family, F::Int | F::Unknown).then_some(Type::INT)
        }
        Kind::Min | Kind::Max => (!matches!(family, F::Void)).then(own),
        Kind::BoolAnd | Kind::BoolOr => {
            matches!(family, F::Bool | F::Unknown).then_some(Type::Bool)
        }
        Kind::ArrayAgg => (!matches!(family, F::Array | F::Void)).then(|| Type::array(own())),
        Kind::StringAgg => matches!(family, F::String | F::Bytes).then(own),
        Kind::JsonAgg => Some(Type::Json),
        Kind::JsonObjectAgg => None,
    }
}

/// What has been seen so far.
#[derive(Clone, Debug)]
pub struct State {
    kind: Kind,
    ty: Type,
    count: i64,
    held: Held,
}

/// What an aggregate must remember.
#[derive(Clone, Debug)]
enum Held {
    Nothing,
    /// A sum of integers, which no table is long enough to overflow.
    Ints(i128),
    Floats(f64),
    Decimals(Box<Decimal>),
    Interval(Interval),
    Value(Datum),
    Values(Vec<Datum>),
    Text(Vec<u8>),
    Fields(Vec<(Arc<str>, Json)>),
    /// Sum, and sum of squares.
    Squares(Box<(Decimal, Decimal)>),
}

impl Aggregate {
    /// Nothing seen yet.
    pub fn start(&self) -> State {
        State { kind: self.kind, ty: self.ty.clone(), count: 0, held: Held::Nothing }
    }
}

impl State {
    /// Takes in one row's arguments.
    ///
    /// *Errors*: a sum of integers that overflows.
    pub fn update(&mut self, args: &[Datum]) -> Result<(), Error> {
        let value = args.first().unwrap_or(&Datum::Null);
        let takes_null = matches!(self.kind, Kind::CountRows | Kind::ArrayAgg | Kind::JsonAgg);
        if value.is_null() && !takes_null {
            return match self.kind {
                Kind::JsonObjectAgg => Err(Error::invalid("field name must not be null")),
                _ => Ok(()),
            };
        }
        self.count += 1;
        match self.kind {
            Kind::Count | Kind::CountRows => {}
            Kind::Sum | Kind::Avg => self.add(value)?,
            Kind::SumInt => {
                let sum = self.int().unwrap_or(0).checked_add(value.as_int().unwrap_or(0));
                self.held = Held::Value(Datum::Int(sum.ok_or_else(int_range)?));
            }
            // False is less than true, so AND is the least and OR the greatest.
            Kind::Min | Kind::BoolAnd => self.keep_if(value, std::cmp::Ordering::is_lt),
            Kind::Max | Kind::BoolOr => self.keep_if(value, std::cmp::Ordering::is_gt),
            Kind::BitAnd => self.combine(value, |a, b| a & b),
            Kind::BitOr => self.combine(value, |a, b| a | b),
            Kind::XorAgg => self.combine(value, |a, b| a ^ b),
            Kind::ArrayAgg | Kind::JsonAgg => match &mut self.held {
                Held::Values(values) => values.push(value.clone()),
                _ => self.held = Held::Values(vec![value.clone()]),
            },
            Kind::StringAgg => self.append(value, args.get(1)),
            Kind::JsonObjectAgg => {
                let field = json_ops::from_datum(args.get(1).unwrap_or(&Datum::Null));
                let field = (Arc::from(value.to_text()), field);
                match &mut self.held {
                    Held::Fields(fields) => fields.push(field),
                    _ => self.held = Held::Fields(vec![field]),
                }
            }
            Kind::VarSamp | Kind::VarPop | Kind::StddevSamp | Kind::StddevPop => {
                let value = match value {
                    Datum::Float(value) => decimal::from_f64(*value),
                    Datum::Int(value) => Decimal::from(*value),
                    Datum::Decimal(value) => (**value).clone(),
                    _ => Decimal::NaN,
                };
                let square = value.mul(&value);
                let (sum, squares) = match &self.held {
                    Held::Squares(held) => (held.0.add(&value), held.1.add(&square)),
                    _ => (value, square),
                };
                self.held = Held::Squares(Box::new((sum, squares)));
            }
        }
        Ok(())
    }

    fn int(&self) -> Option<i64> {
        if let Held::Value(Datum::Int(value)) = self.held { Some(value) } else { None }
    }

    fn combine(&mut self, value: &Datum, f: fn(i64, i64) -> i64) {
        let new = value.as_int().unwrap_or(0);
        let value = self.int().map_or(new, |old| f(old, new));
        self.held = Held::Value(Datum::Int(value));
    }

    fn keep_if(&mut self, value: &Datum, better: fn(std::cmp::Ordering) -> bool) {
        if let Held::Value(old) = &self.held
            && !better(value.compare(old))
        {
            return;
        }
        self.held = Held::Value(value.clone());
    }

    fn append(&mut self, value: &Datum, separator: Option<&Datum>) {
        fn bytes(value: &Datum) -> &[u8] {
            value.as_str().map(str::as_bytes).or_else(|| value.as_bytes()).unwrap_or_default()
        }
        match &mut self.held {
            Held::Text(text) => {
                text.extend_from_slice(separator.map(bytes).unwrap_or_default());
                text.extend_from_slice(bytes(value));
            }
            _ => self.held = Held::Text(bytes(value).to_vec()),
        }
    }

    fn add(&mut self, value: &Datum) -> Result<(), Error> {
        match (&mut self.held, value) {
            (Held::Ints(sum), Datum::Int(value)) => {
                *sum = sum.checked_add(i128::from(*value)).ok_or_else(int_range)?;
            }
            (Held::Floats(sum), Datum::Float(value)) => *sum += value,
            (Held::Decimals(sum), Datum::Decimal(value)) => **sum = sum.add(value),
            (Held::Interval(sum), Datum::Interval(value)) => *sum = sum.plus(*value),
            (held, Datum::Int(value)) => *held = Held::Ints(i128::from(*value)),
            (held, Datum::Float(value)) => *held = Held::Floats(*value),
            (held, Datum::Decimal(value)) => *held = Held::Decimals(Box::new((**value).clone())),
            (held, Datum::Interval(value)) => *held = Held::Interval(*value),
            _ => {}
        }
        Ok(())
    }

    /// The result.
    ///
    /// *Errors*: text that is not whole characters.
    pub fn finish(self) -> Result<Datum, Error> {
        let count = self.count;
        if matches!(self.kind, Kind::Count | Kind::CountRows) {
            return Ok(Datum::Int(count));
        }
        let average = self.kind == Kind::Avg;
        Ok(match self.held {
            Held::Nothing => Datum::Null,
            Held::Ints(sum) => exact(Decimal::new(BigInt::from(sum), 0), count, average)?,
            Held::Decimals(sum) => exact(*sum, count, average)?,
            Held::Floats(sum) => Datum::Float(if average { sum / num::to_f64(count) } else { sum }),
            Held::Interval(sum) => Datum::Interval(if average { sum.scale(1, count) } else { sum }),
            Held::Value(value) => value,
            Held::Values(values) if self.kind == Kind::JsonAgg => {
                Datum::json(Json::Array(values.iter().map(json_ops::from_datum).collect()))
            }
            Held::Values(values) => Datum::array(values),
            Held::Text(text) if self.ty.family() == Family::Bytes => Datum::bytes(text),
            Held::Text(text) => Datum::from(
                String::from_utf8(text).map_err(|_| Error::invalid("invalid UTF-8 string"))?,
            ),
            Held::Fields(fields) => Datum::json(Json::object(fields)),
            Held::Squares(held) => spread(self.kind, &held.0, &held.1, count, &self.ty)?,
        })
    }
}

fn int_range() -> Error {
    Error::OutOfRange("integer out of range".to_owned())
}

fn exact(sum: Decimal, count: i64, average: bool) -> Result<Datum, Error> {
    Ok(Datum::decimal(if average { sum.div(&Decimal::from(count))? } else { sum }))
}

/// Variance or deviation from sum and sum of squares.
fn spread(
    kind: Kind,
    sum: &Decimal,
    squares: &Decimal,
    count: i64,
    ty: &Type,
) -> Result<Datum, Error> {
    let sample = matches!(kind, Kind::VarSamp | Kind::StddevSamp);
    let over = if sample { count - 1 } else { count };
    if over <= 0 {
        return Ok(Datum::Null);
    }
    let mean_part = sum.mul(sum).div(&Decimal::from(count))?;
    let mut value = squares.sub(&mean_part).div(&Decimal::from(over))?;
    if matches!(kind, Kind::StddevSamp | Kind::StddevPop) {
        value = decimal::from_f64(libm::sqrt(value.to_f64()));
    }
    Ok(if *ty == Type::FLOAT { Datum::Float(value.to_f64()) } else { Datum::decimal(value) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(kind: Kind, values: &[Datum]) -> String {
        let ty = result_type(kind, "x", &[&values.first().map_or(Type::INT, Datum::ty)]);
        let aggregate = Aggregate { kind, args: Vec::new(), ty: ty.unwrap_or(Type::STRING) };
        let mut state = aggregate.start();
        for value in values {
            state.update(std::slice::from_ref(value)).unwrap();
        }
        state.finish().unwrap().to_text()
    }

    #[test]
    fn of_integers() {
        let values = [Datum::Int(1), Datum::Int(2), Datum::Null, Datum::Int(2)];
        for (kind, want) in [
            (Kind::Count, "3"),
            (Kind::CountRows, "4"),
            (Kind::Sum, "5"),
            (Kind::Avg, "1.6666666666666666667"),
            (Kind::Min, "1"),
            (Kind::Max, "2"),
            (Kind::BitOr, "3"),
            (Kind::ArrayAgg, "{1,2,NULL,2}"),
            (Kind::JsonAgg, "[1, 2, null, 2]"),
            (Kind::VarPop, "0.22222222222222222223"),
        ] {
            assert_eq!(run(kind, &values), want, "{kind:?}");
        }
    }

    #[test]
    fn of_nothing() {
        assert_eq!(run(Kind::Count, &[]), "0");
        assert_eq!(run(Kind::Sum, &[]), "NULL");
        assert_eq!(run(Kind::ArrayAgg, &[]), "NULL");
    }

    #[test]
    fn of_texts() {
        let aggregate = Aggregate { kind: Kind::StringAgg, args: Vec::new(), ty: Type::STRING };
        let mut state = aggregate.start();
        for text in ["a", "b", "c"] {
            state.update(&[text.into(), ", ".into()]).unwrap();
        }
        assert_eq!(state.finish().unwrap().to_text(), "a, b, c");
    }
}
