//! The tuple datums of the sheet, and both ways for any value.

use proptest::prelude::*;

use super::*;
use crate::types::{Json, time::TextCx};

fn hex(bytes: &[u8]) -> String {
    let mut out = String::new();
    crate::types::text::push_hex(&mut out, bytes);
    out
}

fn there_and_back(value: &Datum, ty: &Type, delta: u32) -> Vec<u8> {
    let mut out = Vec::new();
    put_column(&mut out, delta, value).unwrap();
    let mut rest = &out[..];
    let (found, kind) = take_head(&mut rest).unwrap();
    let mut skipped = rest;
    assert_eq!(found, u64::from(delta));
    assert_eq!(&take_column(&mut rest, kind, ty).unwrap(), value);
    skip_column(&mut skipped, kind).unwrap();
    assert!(rest.is_empty() && skipped.is_empty());
    out
}

#[test]
fn vectors() {
    let uuid = "63616665-b0ba-5eed-0123-456789abcdef";
    for (delta, ty, text, want) in [
        (1, Type::INT, "1", "1302"),
        (2, Type::INT, "-1", "2301"),
        (2, Type::Bool, "true", "2a"),
        (1, Type::Bool, "false", "1b"),
        (2, Type::STRING, "Alice", "2605416c696365"),
        (8, Type::INT, "1", "810302"),
        (3, Type::DECIMAL, "10000.50", "3505348d0f4272"),
        (1, Type::DECIMAL, "0.00", "15022889"),
        (1, Type::DECIMAL, "0.12345", "1503293039"),
        (1, Type::FLOAT, "1.5", "143ff8000000000000"),
        (1, Type::TIMESTAMP, "2022-04-01 02:00:00.5", "18c0f2b2a40c8094ebdc03"),
        (1, Type::Uuid, uuid, "1c63616665b0ba5eed0123456789abcdef"),
        (1, Type::Date, "2022-04-01", "1396aa02"),
    ] {
        let value = ty.parse_text(text, &TextCx::default()).unwrap();
        assert_eq!(hex(&there_and_back(&value, &ty, delta)), want, "{text}");
    }
    let json = there_and_back(&Datum::json(Json::Null), &Type::Json, 2);
    assert_eq!(hex(&json[..2]), "2f0f");
    let long = there_and_back(&Datum::from("x".repeat(200)), &Type::STRING, 1);
    assert_eq!(hex(&long[..3]), "168148");
}

#[test]
fn decimals_keep_their_zeros() {
    for text in
        ["0", "0.00", "1.0", "1.00", "-12.340", "1E+5", "-1E-7", "NaN", "Infinity", "-Infinity"]
    {
        let value = Decimal::parse(text).unwrap();
        let mut out = Vec::new();
        put_plain_decimal(&mut out, &value);
        assert_eq!(plain_decimal(&out).unwrap().to_string(), text);
    }
}

#[test]
fn odd_types_there_and_back() {
    let cx = TextCx::default();
    for (ty, text) in [
        (Type::array(Type::INT), "{1,NULL,-3}"),
        (Type::array(Type::STRING), "{}"),
        (Type::array(Type::Bool), "{true,NULL,false}"),
        (Type::array(Type::DECIMAL), "{1.50}"),
        (Type::tuple(vec![Type::INT, Type::STRING, Type::Bool]), "(1,,true)"),
        (Type::Bit { varying: true, width: 0 }, "1011"),
        (Type::TimeTz(None), "02:00:00+01"),
        (Type::Inet, "10.0.0.0/8"),
        (Type::Interval, "1 mon -2 days 00:00:03"),
        (Type::Json, "{\"a\": [1, \"x\", null, true, {}], \"b\": 2.50}"),
    ] {
        let value = ty.parse_text(text, &cx).unwrap();
        there_and_back(&value, &ty, 1);
    }
}

fn any_json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::Bool),
        (any::<i32>(), -3i32..3).prop_map(|(n, e)| Json::Number(Decimal::new(n, e))),
        ".{0,6}".prop_map(Json::string),
    ];
    leaf.prop_recursive(3, 60, 40, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..40).prop_map(Json::Array),
            prop::collection::btree_map("[a-z]{0,3}", inner, 0..10).prop_map(
                |fields| Json::object(fields.into_iter().map(|(name, value)| (name.into(), value)))
            ),
        ]
    })
}

proptest! {
    #[test]
    fn json_there_and_back(value in any_json()) {
        prop_assert_eq!(json::decode(&json::encode(&value).unwrap()), Some(value.clone()));
        prop_assert_eq!(Json::parse(&value.to_string()).unwrap(), value);
    }

    #[test]
    fn varints_there_and_back(v in any::<u64>(), small in 0u64..500) {
        for v in [v, small] {
            let (mut msb, mut leb) = (Vec::new(), Vec::new());
            put_msb(&mut msb, v);
            put_leb(&mut leb, v);
            prop_assert_eq!(take_msb(&mut &msb[..]), Some(v));
            prop_assert_eq!(take_leb(&mut &leb[..]), Some(v));
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..40), kind in 0u64..25) {
        for ty in crate::types::oid::SIMPLE {
            let _ = take_column(&mut &bytes[..], kind, &ty);
        }
        let _ = take_column(&mut &bytes[..], kind, &Type::array(Type::INT));
        let _ = skip_column(&mut &bytes[..], kind);
        let _ = json::decode(&bytes);
        let _ = plain_decimal(&bytes);
    }
}
