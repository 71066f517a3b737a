//! The key parts of the sheet, and their order.

use proptest::prelude::*;

use super::*;
use crate::types::{Decimal, Type, time::TextCx};

fn hex(bytes: &[u8]) -> String {
    let mut out = String::new();
    crate::types::text::push_hex(&mut out, bytes);
    out
}

fn encoded(ty: &Type, text: &str, desc: bool) -> String {
    let value =
        if text == "NULL" { Datum::Null } else { ty.parse_text(text, &TextCx::default()).unwrap() };
    let mut out = Vec::new();
    encode(&mut out, &value, desc).unwrap();
    let mut rest = &out[..];
    let back = decode(&mut rest, ty, desc).unwrap();
    assert_eq!((back, rest.len()), (value, 0), "{text}");
    let mut rest = &out[..];
    skip(&mut rest).unwrap();
    assert!(rest.is_empty());
    hex(&out)
}

#[test]
fn vectors_of_integers() {
    for (text, desc, want) in [
        ("0", false, "88"),
        ("1", false, "89"),
        ("109", false, "f5"),
        ("110", false, "f66e"),
        ("112", false, "f670"),
        ("255", false, "f6ff"),
        ("256", false, "f70100"),
        ("65536", false, "f8010000"),
        ("-1", false, "87ff"),
        ("-255", false, "8701"),
        ("-256", false, "86ff00"),
        ("-9223372036854775808", false, "808000000000000000"),
        ("9223372036854775807", false, "fd7fffffffffffffff"),
        ("0", true, "87ff"),
        ("1", true, "87fe"),
        ("-1", true, "88"),
        ("-110", true, "f5"),
        ("256", true, "86feff"),
        ("NULL", false, "00"),
        ("NULL", true, "ff"),
    ] {
        assert_eq!(encoded(&Type::INT, text, desc), want, "{text} {desc}");
    }
    assert_eq!(encoded(&Type::Bool, "true", false), "89");
    assert_eq!(encoded(&Type::Date, "2022-04-01", false), "f74a8b");
}

#[test]
fn vectors_of_bytes() {
    for (ty, text, desc, want) in [
        (Type::STRING, "hello", false, "1268656c6c6f0001"),
        (Type::STRING, "hello", true, "13979a939390fffe"),
        (Type::STRING, "", false, "120001"),
        (Type::Bytes, "\\x000161", false, "1200ff01610001"),
        (Type::Bytes, "\\x62ff", false, "1262ff0001"),
        (Type::Bytes, "\\x62000061", true, "139dff00ff009efffe"),
        (
            Type::Uuid,
            "63616665-b0ba-5eed-0123-456789abcdef",
            false,
            "1263616665b0ba5eed0123456789abcdef0001",
        ),
        (Type::Inet, "192.168.1.2/24", false, "1200ff18c0a801020001"),
    ] {
        assert_eq!(encoded(&ty, text, desc), want, "{text} {desc}");
    }
}

#[test]
fn vectors_of_floats_and_times() {
    for (ty, text, desc, want) in [
        (Type::FLOAT, "233.221112", false, "05406d27135979181a"),
        (Type::FLOAT, "-1.5", false, "034007ffffffffffff"),
        (Type::FLOAT, "0", false, "04"),
        (Type::FLOAT, "-0", false, "04"),
        (Type::FLOAT, "NaN", false, "02"),
        (Type::FLOAT, "NaN", true, "06"),
        (Type::TIMESTAMP, "1969-12-31 23:59:59.5", false, "1487fff91dcd6500"),
        (Type::Interval, "1 mon 1 day 00:00:01", false, "16fc0983fdd42bca008989"),
    ] {
        assert_eq!(encoded(&ty, text, desc), want, "{text} {desc}");
    }
    // The sheet's other moment has nanoseconds, which a timestamp of SQL does not.
    let (secs, nanos) = (1_459_345_235, 53_725_008);
    let mut out = Vec::new();
    encode_time(&mut out, secs, nanos, false);
    assert_eq!(hex(&out), "14f956fbd753f90333c750");
    out.clear();
    encode_time(&mut out, secs, nanos, true);
    assert_eq!(hex(&out), "1484a90428ac84fccc38af");
}

#[test]
fn vectors_of_decimals() {
    for (text, desc, want) in [
        ("0", false, "27"),
        ("1", false, "2a0200"),
        ("1.1", false, "2a031400"),
        ("0.1", false, "291400"),
        ("10000.50", false, "2c0301016400"),
        ("25000", false, "2c056400"),
        ("9400.1", false, "2bbd011400"),
        ("-1", false, "24fd00"),
        ("-1.1", false, "24fceb00"),
        ("-10.123456789", false, "24eae6ba8e624b00"),
        ("11E-4", false, "2887fe1600"),
        ("-11E-4", false, "2689e900"),
        ("13E1000", false, "34f701f51a00"),
        ("-13E1000", false, "1a86fe0ae500"),
        ("12.34", true, "24e6bb00"),
    ] {
        assert_eq!(encoded(&Type::DECIMAL, text, desc), want, "{text} {desc}");
    }
}

fn any_decimal() -> impl Strategy<Value = Decimal> {
    (any::<i64>(), -30i32..30).prop_map(|(coeff, exponent)| Decimal::new(coeff, exponent))
}

fn pair() -> impl Strategy<Value = (Type, Datum, Datum)> {
    fn both<S: Strategy<Value = Datum> + Clone>(
        ty: Type,
        values: S,
    ) -> impl Strategy<Value = (Type, Datum, Datum)> {
        (values.clone(), values).prop_map(move |(a, b)| (ty.clone(), a, b))
    }
    prop_oneof![
        both(Type::INT, any::<i64>().prop_map(Datum::Int)),
        both(Type::INT, (-300i64..300).prop_map(Datum::Int)),
        both(Type::STRING, "[\u{0}a-c]{0,4}".prop_map(Datum::from)),
        both(Type::Bytes, prop::collection::vec(0u8..3, 0..5).prop_map(Datum::bytes)),
        both(Type::FLOAT, any::<f64>().prop_map(Datum::Float)),
        both(Type::DECIMAL, any_decimal().prop_map(Datum::decimal).boxed()),
        both(
            Type::DECIMAL,
            (-200i64..200).prop_map(|n| Datum::decimal(Decimal::new(n, -1))).boxed()
        ),
        both(Type::Date, any::<i32>().prop_map(Datum::Date)),
        both(Type::TIMESTAMP, (-1i64 << 50..1 << 50).prop_map(Datum::Timestamp)),
        both(
            Type::Interval,
            (-20i32..20, -90i32..90, -1i64 << 40..1 << 40).prop_map(|(months, days, nanos)| {
                Datum::Interval(Interval { months, days, nanos })
            })
        ),
        both(
            Type::array(Type::INT),
            prop::collection::vec(
                prop_oneof![Just(Datum::Null), (-2i64..3).prop_map(Datum::Int)],
                0..4
            )
            .prop_map(Datum::array)
            .boxed()
        ),
    ]
}

proptest! {
    #[test]
    fn bytes_order_as_values((ty, a, b) in pair(), tail in any::<u8>()) {
        for desc in [false, true] {
            let (mut left, mut right) = (Vec::new(), Vec::new());
            encode(&mut left, &a, desc).unwrap();
            encode(&mut right, &b, desc).unwrap();
            let order = if desc { b.compare(&a) } else { a.compare(&b) };
            if order.is_eq() {
                // Equal intervals may differ in their parts, which only break ties.
                prop_assert!(left == right || ty == Type::Interval);
            } else {
                prop_assert_eq!(left.cmp(&right), order, "{:?} {:?}", a, b);
            }
            left.push(tail);
            let mut rest = &left[..];
            prop_assert_eq!(&decode(&mut rest, &ty, desc).unwrap(), &a);
            prop_assert_eq!(rest, &[tail][..]);
            let mut rest = &left[..];
            skip(&mut rest).unwrap();
            prop_assert_eq!(rest, &[tail][..]);
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        for ty in crate::types::oid::SIMPLE {
            for desc in [false, true] {
                let _ = decode(&mut &bytes[..], &ty, desc);
            }
        }
        let _ = skip(&mut &bytes[..]);
    }
}
