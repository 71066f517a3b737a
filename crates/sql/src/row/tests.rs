//! The keys and whole values of the sheet, and rows both ways.

use proptest::prelude::*;

use super::*;
use crate::catalog::descpb::{
    ColumnDescriptor, FamilyDescriptor, IndexDescriptor, TableDescriptor,
};
use crate::types::wire::{NoTypes, to_message};
use crate::types::{Datum, Decimal, Type};

fn hex(bytes: &[u8]) -> String {
    let mut out = String::new();
    crate::types::text::push_hex(&mut out, bytes);
    out
}

fn column(id: u32, ty: &Type) -> ColumnDescriptor {
    ColumnDescriptor {
        id,
        name: format!("c{id}"),
        ty: Some(to_message(ty)),
        nullable: true,
        ..ColumnDescriptor::default()
    }
}

fn index(id: u32, key: &[u32], suffix: &[u32], store: &[u32], unique: bool) -> IndexDescriptor {
    IndexDescriptor {
        id,
        name: format!("i{id}"),
        unique,
        key_column_ids: key.to_vec(),
        key_suffix_column_ids: suffix.to_vec(),
        store_column_ids: store.to_vec(),
        key_column_directions: vec![0; key.len()],
        ..IndexDescriptor::default()
    }
}

/// The table of the encoding note: (1 INT PRIMARY KEY, 2 STRING, 3 DECIMAL), unique index 2 over the string storing
/// the decimal, plain index 3 over the string.
fn note_table(families: Vec<FamilyDescriptor>) -> RowCodec {
    let table = TableDescriptor {
        id: 51,
        columns: vec![column(1, &Type::INT), column(2, &Type::STRING), column(3, &Type::DECIMAL)],
        primary_index: index(1, &[1], &[], &[], true),
        indexes: vec![index(2, &[2], &[1], &[3], true), index(3, &[2], &[1], &[], false)],
        families,
        ..TableDescriptor::default()
    };
    RowCodec::new(&table, &NoTypes).unwrap()
}

fn family(id: u32, columns: &[u32], lone: u32) -> FamilyDescriptor {
    FamilyDescriptor {
        id,
        column_ids: columns.to_vec(),
        default_column_id: lone,
        ..FamilyDescriptor::default()
    }
}

fn two_families() -> RowCodec {
    note_table(vec![family(0, &[1, 3], 0), family(1, &[2], 2)])
}

fn dec(text: &str) -> Datum {
    Datum::decimal(Decimal::parse(text).unwrap())
}

fn pairs(codec: &RowCodec, row: &[Datum]) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut found = Vec::new();
    codec
        .encode_primary(row, &mut |key, value| {
            found.push((key.to_vec(), value.to_vec()));
            Ok(())
        })
        .unwrap();
    found
}

#[test]
fn whole_values_of_the_sheet() {
    let codec = two_families();
    let alice = [Datum::Int(1), "Alice".into(), dec("10000.50")];
    let text: Vec<_> = pairs(&codec, &alice).iter().map(|(k, v)| (hex(k), hex(v))).collect();
    assert_eq!(
        text,
        [
            ("bb898988".to_owned(), "b244bd870a3505348d0f4272".to_owned()),
            ("bb89898989".to_owned(), "30c8fbd403416c696365".to_owned()),
        ]
    );
    let bare = [Datum::Int(3), Datum::Null, Datum::Null];
    let text: Vec<_> = pairs(&codec, &bare).iter().map(|(k, v)| (hex(k), hex(v))).collect();
    assert_eq!(text, [("bb898b88".to_owned(), "cf8b38950a".to_owned())]);

    let one_family = note_table(vec![family(0, &[1, 2, 3], 0)]);
    assert_eq!(hex(&pairs(&one_family, &alice)[0].1), "4aac12300a2605416c6963651505348d0f4272");

    let unique = codec.encode_secondary(&codec.secondary[0], &alice).unwrap();
    assert_eq!(hex(&unique.0), "bb8a12416c696365000188");
    assert_eq!(hex(&unique.1), "24090bce03893505348d0f4272");
    let nameless = [Datum::Int(4), Datum::Null, dec("9400.10")];
    let unique = codec.encode_secondary(&codec.secondary[0], &nameless).unwrap();
    assert_eq!(
        (hex(&unique.0), hex(&unique.1)),
        ("bb8a008c88".into(), "7f2009cc038c3505348c0e57ea".into())
    );
    let carol = [Datum::Int(3), "Carol".into(), Datum::Null];
    let plain = codec.encode_secondary(&codec.secondary[1], &carol).unwrap();
    assert_eq!(
        (hex(&plain.0), hex(&plain.1)),
        ("bb8b124361726f6c00018b88".into(), "45c61b8403".into())
    );

    let key = sequence_key(55);
    assert_eq!(hex(&key), "bf898888");
    let value = sequence_value(&key, 100);
    assert_eq!((hex(&value).as_str(), decode_sequence(&value).unwrap()), ("ae73c74701c801", 100));
}

#[test]
fn spans_and_prefixes() {
    assert_eq!(hex(&index_prefix(200, 1)), "f6c889");
    assert_eq!(hex(&table_span(106).end), "f3");
    let codec = two_families();
    let primary = &codec.primary;
    let span = primary
        .range_span(&[], Some((&Datum::Int(1), false)), Some((&Datum::Int(5), true)))
        .unwrap();
    assert_eq!((hex(&span.start), hex(&span.end)), ("bb898a".into(), "bb898e".into()));
    let open = primary.range_span(&[], None, None).unwrap();
    assert_eq!((hex(&open.start), hex(&open.end)), ("bb8901".into(), "bb8a".into()));
    assert_eq!(row_prefix(&[0xbb, 0x89, 0x89, 0x89, 0x89]), Some(&[0xbb, 0x89, 0x89][..]));
    assert_eq!(row_prefix(&[0xbb, 0x89, 0x89, 0x88]), Some(&[0xbb, 0x89, 0x89][..]));
    assert_eq!(split_key(&[0xf2, 0x89, 0x8a]), Some((106, Some(1), &[0x8a][..])));
    assert_eq!(rewrite_table(&[0xf2, 0x89, 0x8a], 200), Some(vec![0xf6, 0xc8, 0x89, 0x8a]));
}

#[test]
fn descending_ranges_turn_round() {
    let mut table = TableDescriptor {
        id: 51,
        columns: vec![column(1, &Type::INT)],
        primary_index: index(1, &[1], &[], &[], true),
        ..TableDescriptor::default()
    };
    table.primary_index.key_column_directions = vec![1];
    let codec = RowCodec::new(&table, &NoTypes).unwrap();
    let key = |n: i64| codec.primary_key(&[Datum::Int(n)]).unwrap();
    let span = codec
        .primary
        .range_span(&[], Some((&Datum::Int(2), true)), Some((&Datum::Int(4), false)))
        .unwrap();
    let inside: Vec<i64> = (0..6).filter(|n| span.contains_key(&key(*n))).collect();
    assert_eq!(inside, [2, 3]);
    let below = codec.primary.range_span(&[], None, Some((&Datum::Int(4), true))).unwrap();
    assert!(
        below.contains_key(&key(-9))
            && !below.contains_key(&codec.primary_key(&[Datum::Null]).unwrap())
    );
}

#[test]
fn composite_keys_keep_their_zeros() {
    let table = TableDescriptor {
        id: 60,
        columns: vec![column(1, &Type::DECIMAL), column(2, &Type::INT)],
        primary_index: index(1, &[1], &[], &[], true),
        indexes: vec![index(2, &[2], &[1], &[], false)],
        families: vec![family(0, &[1, 2], 0)],
        ..TableDescriptor::default()
    };
    let codec = RowCodec::new(&table, &NoTypes).unwrap();
    for text in ["1.50", "0.00", "7"] {
        let row = [dec(text), Datum::Int(1)];
        let (key, value) = pairs(&codec, &row).remove(0);
        let back = codec.decoder().one(&key, &value).unwrap();
        assert_eq!(back[0].to_text(), text);
        let (key, value) = codec.encode_secondary(&codec.secondary[0], &row).unwrap();
        let all = [true, true];
        let back = RowDecoder::new(&codec, &codec.secondary[0], &all).one(&key, &value).unwrap();
        assert_eq!(back[0].to_text(), text);
    }
}

fn any_row() -> impl Strategy<Value = Vec<Datum>> {
    let or_null = |values: BoxedStrategy<Datum>| prop_oneof![1 => Just(Datum::Null), 4 => values];
    (
        any::<i64>().prop_map(Datum::Int),
        or_null("[a-z\u{0}é]{0,6}".prop_map(Datum::from).boxed()),
        or_null(
            (any::<i64>(), -6i32..6).prop_map(|(n, e)| Datum::decimal(Decimal::new(n, e))).boxed(),
        ),
    )
        .prop_map(|(a, b, c)| vec![a, b, c])
}

proptest! {
    #[test]
    fn rows_there_and_back(mut rows in prop::collection::vec(any_row(), 1..6)) {
        rows.sort();
        rows.dedup_by(|a, b| a[0] == b[0]);
        for codec in [two_families(), note_table(vec![family(0, &[1, 2, 3], 0)])] {
            let mut decoder = codec.decoder();
            let mut found = Vec::new();
            for row in &rows {
                for (key, value) in pairs(&codec, row) {
                    prop_assert!(kv::mvcc::value::verify(&key, &value));
                    found.extend(decoder.feed(&key, &value).unwrap());
                }
            }
            found.extend(decoder.finish());
            prop_assert_eq!(&found, &rows);
            for row in &rows {
                for index in &codec.secondary {
                    let (key, value) = codec.encode_secondary(index, row).unwrap();
                    let mut decoder = RowDecoder::new(&codec, index, &[true, true, true]);
                    let back = decoder.one(&key, &value).unwrap();
                    prop_assert_eq!(&back[..2], &row[..2]);
                    if !index.stored.is_empty() {
                        prop_assert_eq!(back[2].to_text(), row[2].to_text());
                    }
                }
            }
        }
    }
}
