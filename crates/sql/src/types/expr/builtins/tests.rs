//! Every function with odd arguments: it answers or refuses, and never panics.

use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::types::bits::Bits;
use crate::types::datum::TimeTz;
use crate::types::expr::function::Param;
use crate::types::expr::with_pure_cx;
use crate::types::inet::Inet;

/// Some values of a family, the extremes among them.
fn values(family: Family) -> Vec<Datum> {
    let ints = [0, 1, -1, 2, 60, i64::MAX, i64::MIN];
    let texts = ["", "a", "É😀z", "year", "2022-04-01", "%_\\", "(", "{a}", "-1.5e3", "hex"];
    let decimals = ["0", "1.50", "-7", "1E+1900", "-1E-1900", "NaN", "Infinity"];
    match family {
        Family::Int => ints.map(Datum::Int).to_vec(),
        Family::String => texts.map(Datum::from).to_vec(),
        Family::Decimal => {
            decimals.map(|text| Datum::decimal(Decimal::parse(text).unwrap())).to_vec()
        }
        Family::Float => [0.0, -1.5, 1e300, f64::NAN, f64::INFINITY].map(Datum::Float).to_vec(),
        Family::Bool => vec![Datum::Bool(true), Datum::Bool(false)],
        Family::Bytes => vec![Datum::bytes([]), Datum::bytes([0, 255, 7]), Datum::bytes([1; 16])],
        Family::Date => [0, 19_083, i32::MAX, i32::MIN].map(Datum::Date).to_vec(),
        Family::Time => vec![Datum::Time(0), Datum::Time(86_399_999_999)],
        Family::TimeTz => vec![Datum::TimeTz(TimeTz { micros: 1, offset_secs: -3_600 })],
        Family::Timestamp => ints.map(Datum::Timestamp).to_vec(),
        Family::TimestampTz => ints.map(Datum::TimestampTz).to_vec(),
        Family::Interval => [(0, 0, 0), (14, -3, 5), (i32::MAX, i32::MIN, i64::MAX)]
            .map(|(months, days, nanos)| Datum::Interval(Interval { months, days, nanos }))
            .to_vec(),
        Family::Json => ["null", "1", "[1, {}]", "{\"a\": [null]}", "\"x\""]
            .map(|text| Datum::json(Json::parse(text).unwrap()))
            .to_vec(),
        Family::Array => {
            vec![Datum::array(vec![]), Datum::array(vec!["a".into(), Datum::Null])]
        }
        Family::Oid => vec![Datum::Oid(0), Datum::Oid(u32::MAX)],
        Family::Uuid => vec![Datum::Uuid([7; 16])],
        Family::Inet => vec![Datum::Inet(Arc::new(Inet::parse("10.0.0.1/8").unwrap()))],
        Family::Bit => vec![Datum::Bit(Arc::new(Bits::parse("101").unwrap()))],
        _ => vec![Datum::Null],
    }
}

fn argument(param: Param, pick: usize) -> Datum {
    let family = match param {
        Param::Is(family) => family,
        Param::Any | Param::Elem => {
            [Family::Int, Family::String, Family::Json, Family::Unknown][pick % 4]
        }
    };
    let values = values(family);
    values[pick / 4 % values.len()].clone()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn no_function_panics(picks in prop::array::uniform4(0usize..400)) {
        for overload in TABLES.iter().copied().flatten() {
            let args: Vec<Datum> = overload
                .params
                .iter()
                .zip(picks)
                .map(|(param, pick)| argument(*param, pick))
                .collect();
            if (overload.null_ok || !args.iter().any(Datum::is_null))
                && let Ok(value) = with_pure_cx(|cx| overload.call(&args, cx))
            {
                let _ = value.to_text();
            }
        }
    }

    #[test]
    fn no_operator_panics(picks in prop::array::uniform2(0usize..400)) {
        use crate::ast::expr::BinaryOp as Op;
        const FAMILIES: [Family; 17] = [
            Family::Int, Family::String, Family::Decimal, Family::Float, Family::Bool,
            Family::Bytes, Family::Date, Family::Time, Family::TimeTz, Family::Timestamp,
            Family::TimestampTz, Family::Interval, Family::Json, Family::Array, Family::Uuid,
            Family::Inet, Family::Bit,
        ];
        const OPS: [Op; 13] = [
            Op::Plus, Op::Minus, Op::Mult, Op::Div, Op::FloorDiv, Op::Mod, Op::Pow, Op::Concat,
            Op::BitAnd, Op::LShift, Op::RShift, Op::JsonFetchVal, Op::JsonFetchTextPath,
        ];
        for left in FAMILIES {
            for right in FAMILIES {
                let a = argument(Param::Is(left), picks[0]);
                let b = argument(Param::Is(right), picks[1]);
                let _ = a.compare(&b);
                for op in OPS {
                    if let Some((_, code)) = super::super::operator::binary(op, &a.ty(), &b.ty())
                        && let Ok(value) = with_pure_cx(|cx| code(&a, &b, cx))
                    {
                        let _ = value.to_text();
                    }
                }
                for ty in crate::types::oid::SIMPLE {
                    let from = a.ty();
                    if crate::types::cast::exists(&from, &ty) {
                        let _ = with_pure_cx(|cx| crate::types::cast::cast(a.clone(), &from, &ty, cx));
                        let _ = with_pure_cx(|cx| crate::types::cast::assign(a.clone(), &ty, cx));
                    }
                }
            }
        }
    }
}
