//! Ranges: bounds by zones, sizes and users; thresholds; nodes that stop.

use base::hlc::Timestamp;
use base::ids::{NodeId, Uuid};
use base::span::Span;
use kv::{Config, Direction, Error, Kv, NodeConfig, Protection, Range, SpanConfig};

fn t(secs: i64) -> Timestamp {
    Timestamp::from_secs(secs)
}

fn three_nodes() -> Kv {
    let node = |id| NodeConfig { id: NodeId(id), locality: Vec::new() };
    Kv::new(Config { nodes: vec![node(1), node(2), node(3)], ..Config::default() })
}

fn put(kv: &mut Kv, secs: i64, key: &str, value: &str) -> Result<Timestamp, Error> {
    let mut txn = kv.begin(t(secs)).autocommit();
    kv.put(&mut txn, key.as_bytes(), value.as_bytes())?;
    kv.commit(txn, t(secs))
}

fn ttl(secs: i64) -> SpanConfig {
    SpanConfig { gc_ttl_secs: secs, ..SpanConfig::default() }
}

fn spans(kv: &Kv) -> Vec<String> {
    let text = |key: &[u8]| String::from_utf8_lossy(key).into_owned();
    let one = |range: &Range| {
        let span = range.span();
        format!("r{} {}-{}", range.id(), text(&span.start), text(&span.end))
    };
    kv.ranges().map(one).map(|text| text.replace('\u{fffd}', "~")).collect()
}

#[test]
fn zones_cut_and_join() {
    let mut kv = three_nodes();
    put(&mut kv, 1, "t2/x", "v").unwrap();
    let zones = vec![(Span::new("t1", "t2"), ttl(100)), (Span::new("t2", "t3"), ttl(200))];
    kv.set_span_configs(zones, t(2));
    assert_eq!(spans(&kv), ["r1 -t1", "r2 t1-t2", "r3 t2-t3", "r4 t3-~~"]);
    assert_eq!(kv.range_of(b"t2/x").config().gc_ttl_secs, 200);
    assert_eq!(kv.range_of(b"t2/x").stats().keys, 1);
    assert_eq!(kv.range_of(b"t3").config().gc_ttl_secs, 90_000);
    kv.split_at(b"t2/m");
    assert_eq!(spans(&kv)[2..4], ["r3 t2-t2/m", "r5 t2/m-t3"]);
    kv.set_span_configs(vec![(Span::new("t1", "t2"), ttl(100))], t(3));
    assert_eq!(spans(&kv), ["r1 -t1", "r2 t1-t2", "r3 t2-t2/m", "r5 t2/m-~~"]);
    let leases: Vec<_> = kv.ranges().map(Range::leaseholder).collect();
    assert_eq!(leases, [NodeId(1), NodeId(2), NodeId(3), NodeId(2)]);
}

#[test]
fn size_cuts_between_rows() {
    let mut kv = three_nodes();
    // Rows are the first four characters.
    kv.set_row_prefix(|key| key.len().min(4));
    let small = SpanConfig { range_max_bytes: 4000, ..SpanConfig::default() };
    kv.set_span_configs(vec![(Span::new("k", "l"), small)], t(1));
    let mut txn = kv.begin(t(2)).autocommit();
    for row in 0..100 {
        for family in 0..3 {
            kv.put(&mut txn, format!("k{row:03}/{family}").as_bytes(), &[7; 40]).unwrap();
        }
    }
    kv.commit(txn, t(2)).unwrap();
    let inside: Vec<_> = kv.ranges_in(&Span::new("k", "l")).collect();
    assert!(inside.len() > 4);
    for range in &inside {
        assert!(range.stats().total_bytes() <= 4000);
        assert!(range.span().start.len() <= 4, "a row is never cut");
    }
    let mut txn = kv.begin(t(3));
    let mut count = 0;
    let mut walk = kv.scan(&mut txn, &Span::new("k", "l"), Direction::Reverse).unwrap();
    while walk.next().unwrap().is_some() {
        count += 1;
    }
    assert_eq!(count, 300);
}

/// `spec/gc-and-protected-timestamps.md` §10, without the backups.
#[test]
fn thresholds_move_up_and_records_hold_them() {
    let mut kv = three_nodes();
    kv.set_span_configs(vec![(Span::new("t", "u"), ttl(600))], t(0));
    put(&mut kv, 1000, "t/a", "1").unwrap();
    put(&mut kv, 1100, "t/a", "2").unwrap();
    let id = kv.range_of(b"t/a").id();
    let effective = |kv: &Kv, now| kv.effective_threshold(kv.range_of(b"t/a"), t(now));
    assert_eq!(effective(&kv, 1500), t(900));
    assert_eq!(effective(&kv, 1700), t(1100), "the boundary case is refused");
    assert_eq!(kv.next_garbage(id), Some(t(1700)));

    let record = Protection { id: Uuid([1; 16]), ts: t(1050), spans: vec![Span::new("a", "z")] };
    kv.set_protections(vec![record]);
    assert_eq!(effective(&kv, 1700), t(1050).prev());
    let without = kv.effective_threshold_without(kv.range_of(b"t/a"), t(1700), Some(Uuid([1; 16])));
    assert_eq!(without, t(1100));
    let report = kv.gc_range(id, t(1700));
    assert_eq!((report.threshold, report.removed_versions), (t(1050).prev(), 0));
    let mut past = kv.begin_historical(t(1050), t(1700));
    assert_eq!(kv.get(&mut past, b"t/a").unwrap().as_deref(), Some(&b"1"[..]));

    kv.set_protections(Vec::new());
    let error = kv.get(&mut past, b"t/a").unwrap_err();
    assert_eq!(
        error.to_string(),
        "batch timestamp 1050.000000000,0 must be after replica GC threshold 1100.000000000,0"
    );
    let report = kv.gc_range(id, t(1700));
    assert!(report.moved);
    assert_eq!((report.threshold, report.removed_versions), (t(1100), 1));
    // Raising the TTL does not bring the threshold back.
    kv.set_span_configs(vec![(Span::new("t", "u"), ttl(90_000))], t(1701));
    assert!(!kv.gc_range(id, t(1702)).moved);
    assert_eq!(effective(&kv, 1702), t(1100));
    assert_eq!(kv.next_garbage(id), None);
}

#[test]
fn system_ranges_and_excluded_ones_differ() {
    let mut kv = three_nodes();
    let system = SpanConfig { ignore_strict_enforcement: true, ..ttl(600) };
    let excluded = SpanConfig { exclude_data_from_backup: true, ..ttl(600) };
    let zones = vec![(Span::new("s", "t"), system), (Span::new("t", "u"), excluded)];
    kv.set_span_configs(zones, t(0));
    let record = Protection { id: Uuid([1; 16]), ts: t(50), spans: vec![Span::new("a", "z")] };
    kv.set_protections(vec![record]);
    assert_eq!(kv.effective_threshold(kv.range_of(b"s"), t(1000)), Timestamp::ZERO);
    assert_eq!(kv.effective_threshold(kv.range_of(b"t"), t(1000)), t(400), "not held back");
    kv.set_strict_gc(false);
    assert_eq!(kv.effective_threshold(kv.range_of(b"t"), t(1000)), Timestamp::ZERO);
}
