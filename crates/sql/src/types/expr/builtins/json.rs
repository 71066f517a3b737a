//! JSONB. Functions that give rows stand in `set_function`, those over rows in `aggregate`.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "types, values and syntax are large enums; what is not named is treated alike"
)]

use base::num;

use super::p::{ANY, ARR, B, J, S};
use super::{array_at, bool_at, json_at, str_at};
use crate::types::expr::EvalCx;
use crate::types::expr::function::{Overload, Ret, f};
use crate::types::{Datum, Error, Json, Type, json_ops};

const JSON: Ret = Ret::T(Type::Json);
const STRING: Ret = Ret::T(Type::STRING);
const INT: Ret = Ret::T(Type::INT);

pub(super) static TABLE: &[Overload] = &[
    f("json_array_length", &[J], INT, |a, _| array_length(a)),
    f("jsonb_array_length", &[J], INT, |a, _| array_length(a)),
    f("json_typeof", &[J], STRING, |a, _| Ok(json_at(a, 0).type_name().into())),
    f("jsonb_typeof", &[J], STRING, |a, _| Ok(json_at(a, 0).type_name().into())),
    f("jsonb_pretty", &[J], STRING, |a, _| Ok(json_ops::pretty(json_at(a, 0)).into())),
    f("json_strip_nulls", &[J], JSON, |a, _| Ok(Datum::json(json_ops::strip_nulls(json_at(a, 0))))),
    f("jsonb_strip_nulls", &[J], JSON, |a, _| {
        Ok(Datum::json(json_ops::strip_nulls(json_at(a, 0))))
    }),
    f("to_json", &[ANY], JSON, |a, _| Ok(to_json(a))),
    f("to_jsonb", &[ANY], JSON, |a, _| Ok(to_json(a))),
    f("row_to_json", &[ANY], JSON, |a, _| Ok(to_json(a))),
    f("array_to_json", &[ARR], JSON, |a, _| Ok(to_json(a))),
    f("json_build_array", &[], JSON, |_, _| Ok(Datum::json(Json::Array(Vec::new())))),
    f("json_build_array", &[ANY], JSON, |a, _| Ok(build_array(a))).variadic().null_ok(),
    f("jsonb_build_array", &[], JSON, |_, _| Ok(Datum::json(Json::Array(Vec::new())))),
    f("jsonb_build_array", &[ANY], JSON, |a, _| Ok(build_array(a))).variadic().null_ok(),
    f("json_build_object", &[], JSON, build_object),
    f("json_build_object", &[ANY], JSON, build_object).variadic().null_ok(),
    f("jsonb_build_object", &[], JSON, build_object),
    f("jsonb_build_object", &[ANY], JSON, build_object).variadic().null_ok(),
    f("json_object", &[ARR, ARR], JSON, object_of_arrays),
    f("jsonb_object", &[ARR, ARR], JSON, object_of_arrays),
    f("json_extract_path", &[J, S], JSON, |a, _| {
        Ok(extract(a).map_or(Datum::Null, |v| Datum::json(v.clone())))
    })
    .variadic(),
    f("jsonb_extract_path", &[J, S], JSON, |a, _| {
        Ok(extract(a).map_or(Datum::Null, |v| Datum::json(v.clone())))
    })
    .variadic(),
    f("json_extract_path_text", &[J, S], STRING, |a, _| {
        Ok(extract(a).and_then(Json::to_bare_text).map_or(Datum::Null, Datum::from))
    })
    .variadic(),
    f("jsonb_extract_path_text", &[J, S], STRING, |a, _| {
        Ok(extract(a).and_then(Json::to_bare_text).map_or(Datum::Null, Datum::from))
    })
    .variadic(),
    f("json_set", &[J, ARR, J], JSON, |a, _| Ok(set(a, true))),
    f("json_set", &[J, ARR, J, B], JSON, |a, _| Ok(set(a, bool_at(a, 3)))),
    f("jsonb_set", &[J, ARR, J], JSON, |a, _| Ok(set(a, true))),
    f("jsonb_set", &[J, ARR, J, B], JSON, |a, _| Ok(set(a, bool_at(a, 3)))),
    f("json_remove_path", &[J, ARR], JSON, |a, _| {
        Ok(Datum::json(remove(json_at(a, 0), array_at(a, 1))))
    }),
    f("json_valid", &[S], Ret::T(Type::Bool), |a, _| Ok(Json::parse(str_at(a, 0)).is_ok().into())),
    f("jsonb_exists_any", &[J, ARR], Ret::T(Type::Bool), |a, _| {
        let has = |key: &Datum| json_ops::has_key(json_at(a, 0), key.as_str().unwrap_or(""));
        Ok(array_at(a, 1).iter().any(has).into())
    }),
];

fn array_length(args: &[Datum]) -> Result<Datum, Error> {
    match json_at(args, 0) {
        Json::Array(elements) => Ok(Datum::Int(num::to_i64(elements.len()))),
        Json::Object(_) => Err(Error::invalid("cannot get array length of a non-array")),
        _ => Err(Error::invalid("cannot get array length of a scalar")),
    }
}

fn to_json(args: &[Datum]) -> Datum {
    args.first().map_or(Datum::Null, |value| Datum::json(json_ops::from_datum(value)))
}

fn build_array(args: &[Datum]) -> Datum {
    Datum::json(Json::Array(args.iter().map(json_ops::from_datum).collect()))
}

fn build_object(args: &[Datum], _: &mut EvalCx<'_>) -> Result<Datum, Error> {
    if !args.len().is_multiple_of(2) {
        return Err(Error::invalid("argument list must have even number of elements"));
    }
    let mut fields = Vec::with_capacity(args.len() / 2);
    for (at, pair) in args.chunks_exact(2).enumerate() {
        if pair[0].is_null() {
            return Err(Error::invalid(format!("argument {} cannot be null", at * 2 + 1)));
        }
        fields.push((pair[0].to_text().into(), json_ops::from_datum(&pair[1])));
    }
    Ok(Datum::json(Json::object(fields)))
}

fn object_of_arrays(args: &[Datum], _: &mut EvalCx<'_>) -> Result<Datum, Error> {
    let (names, values) = (array_at(args, 0), array_at(args, 1));
    if names.len() != values.len() {
        return Err(Error::invalid("mismatched array dimensions"));
    }
    let fields = names
        .iter()
        .zip(values)
        .map(|(name, value)| (name.to_text().into(), json_ops::from_datum(value)));
    Ok(Datum::json(Json::object(fields)))
}

fn extract(args: &[Datum]) -> Option<&Json> {
    json_ops::at_path(json_at(args, 0), args.get(1..)?)
}

fn set(args: &[Datum], create: bool) -> Datum {
    Datum::json(json_ops::set_path(json_at(args, 0), array_at(args, 1), json_at(args, 2), create))
}

fn remove(value: &Json, path: &[Datum]) -> Json {
    let Some((step, rest)) = path.split_first() else { return value.clone() };
    let step = step.as_str().unwrap_or("");
    match value {
        Json::Object(fields) => Json::object(fields.iter().filter_map(|(name, field)| {
            if **name != *step {
                Some((name.clone(), field.clone()))
            } else if rest.is_empty() {
                None
            } else {
                Some((name.clone(), remove(field, rest)))
            }
        })),
        Json::Array(_) if rest.is_empty() => step
            .parse()
            .ok()
            .and_then(|at| json_ops::without_index(value, at).ok())
            .unwrap_or_else(|| value.clone()),
        other => other.clone(),
    }
}
