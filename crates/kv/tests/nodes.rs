//! Nodes that fail and come back, and what ranges make of it.

use base::hlc::Timestamp;
use base::ids::NodeId;
use base::span::Span;
use base::sqlstate::SqlState;
use kv::{ChangeKind, Config, Error, Kv, Membership, NodeConfig, SpanConfig, Standing};

fn t(secs: i64) -> Timestamp {
    Timestamp::from_secs(secs)
}

fn nodes(count: u32) -> Kv {
    let node =
        |id| NodeConfig { id: NodeId(id), locality: vec![("az".to_owned(), id.to_string())] };
    Kv::new(Config { nodes: (1..=count).map(node).collect(), start: t(0) })
}

fn put(kv: &mut Kv, secs: i64, key: &str, value: &[u8]) -> Result<(), Error> {
    let mut txn = kv.begin(t(secs)).autocommit();
    kv.put(&mut txn, key.as_bytes(), value)?;
    kv.commit(txn, t(secs)).map(|_| ())
}

fn get(kv: &mut Kv, secs: i64, key: &str) -> Result<Option<Vec<u8>>, Error> {
    let mut txn = kv.begin(t(secs)).autocommit();
    kv.get(&mut txn, key.as_bytes()).map(|value| value.map(|value| value.to_vec()))
}

fn members(kv: &Kv) -> Vec<u32> {
    kv.range_of(b"a").nodes().map(|node| node.0).collect()
}

/// Runs the replicate queue until nothing is left; answers the kinds of its changes.
fn settle(kv: &mut Kv, secs: i64) -> Vec<ChangeKind> {
    let mut kinds = Vec::new();
    while let Some(change) = kv.next_change(true) {
        assert!(kinds.len() < 100, "the queue ends: {change:?}");
        kv.make_change(&change, t(secs));
        kinds.push(change.kind);
    }
    kinds
}

#[test]
fn a_lease_moves_when_its_record_runs_out() {
    let mut kv = nodes(3);
    put(&mut kv, 1, "a", b"1").unwrap();
    assert_eq!(kv.range_of(b"a").leaseholder(), NodeId(1));
    kv.stop_node(NodeId(1), false, t(10));
    assert_eq!(kv.range_of(b"a").standing(), Standing::LeaseHeld);
    assert!(put(&mut kv, 11, "a", b"2").is_err());
    assert_eq!(kv.next_expiry(), Some(t(19)));
    assert_eq!(kv.expire(t(19)), [(NodeId(1), false)]);
    assert_eq!(kv.range_of(b"a").leaseholder(), NodeId(2));
    put(&mut kv, 20, "a", b"2").unwrap();
    assert_eq!(kv.next_expiry(), Some(t(310)), "five minutes after it was last heard");
}

#[test]
fn a_lost_majority_refuses_and_comes_back_with_everything() {
    let mut kv = nodes(3);
    put(&mut kv, 1, "a", b"1").unwrap();
    kv.stop_node(NodeId(3), false, t(2));
    put(&mut kv, 3, "a", b"2").unwrap();
    kv.stop_node(NodeId(2), false, t(4));
    let error = put(&mut kv, 5, "a", b"3").unwrap_err();
    assert_eq!(error.sqlstate(), SqlState::RANGE_UNAVAILABLE);
    assert_eq!(
        error.to_string(),
        "replica unavailable: unable to serve request to r1: [(n1,s1):1, (n2,s2):2, (n3,s3):3, \
         next=4, gen=0]: lost quorum (down: (n2,s2):2,(n3,s3):3)"
    );
    // The node that missed the second write makes no majority before it has caught up.
    kv.start_node(NodeId(3), t(6));
    assert_eq!(kv.range_of(b"a").standing(), Standing::CatchingUp);
    assert!(get(&mut kv, 7, "a").is_err());
    assert_eq!(settle(&mut kv, 8), [ChangeKind::Log]);
    assert_eq!(get(&mut kv, 9, "a").unwrap().as_deref(), Some(&b"2"[..]));
    kv.start_node(NodeId(2), t(10));
    assert!(kv.range_of(b"a").replicas().iter().all(|replica| replica.position == 2));
}

#[test]
fn far_behind_means_a_snapshot() {
    let mut kv = nodes(3);
    put(&mut kv, 1, "a", b"1").unwrap();
    kv.stop_node(NodeId(3), false, t(2));
    for n in 0..20 {
        put(&mut kv, 3 + n, &format!("b{n}"), &vec![7; 1 << 20]).unwrap();
    }
    kv.start_node(NodeId(3), t(100));
    let change = kv.next_change(true).unwrap();
    assert_eq!(change.kind, ChangeKind::Snapshot);
    assert!(change.bytes > 20 << 20);
    assert!(change.took_nanos() > 600_000_000, "20 MB at 32 MB a second");
    kv.make_change(&change, t(101));
    assert_eq!(kv.next_change(true), None);
}

#[test]
fn a_partition_with_the_lease_on_the_wrong_side() {
    let mut kv = nodes(3);
    put(&mut kv, 1, "a", b"1").unwrap();
    kv.partition(&[vec![NodeId(1)], vec![NodeId(2), NodeId(3)]], t(10));
    assert_eq!(kv.gateway(), Some(NodeId(1)), "its record has not run out");
    assert!(get(&mut kv, 11, "a").is_err());
    assert_eq!(kv.expire(t(19)).len(), 1);
    assert_eq!(kv.gateway(), Some(NodeId(2)));
    put(&mut kv, 20, "a", b"2").unwrap();
    kv.heal(t(30));
    assert_eq!(settle(&mut kv, 31).first(), Some(&ChangeKind::Log));
    assert_eq!(get(&mut kv, 32, "a").unwrap().as_deref(), Some(&b"2"[..]));
}

#[test]
fn the_past_can_be_read_without_a_majority() {
    let mut kv = nodes(3);
    put(&mut kv, 1, "a", b"1").unwrap();
    kv.stop_node(NodeId(2), true, t(10));
    kv.stop_node(NodeId(3), true, t(10));
    let mut past = kv.begin_historical(t(7), t(12));
    assert_eq!(kv.get(&mut past, b"a").unwrap().as_deref(), Some(&b"1"[..]));
    let mut recent = kv.begin_historical(t(8), t(12));
    assert!(kv.get(&mut recent, b"a").is_err());
}

#[test]
fn the_dead_are_replaced_where_there_is_room() {
    let mut kv = nodes(4);
    put(&mut kv, 1, "a", b"1").unwrap();
    assert_eq!(members(&kv), [1, 2, 3]);
    kv.stop_node(NodeId(2), false, t(10));
    kv.expire(t(19));
    assert_eq!(settle(&mut kv, 20), []);
    assert_eq!(kv.expire(t(310)), [(NodeId(2), true)]);
    assert_eq!(settle(&mut kv, 311), [ChangeKind::Replace]);
    assert_eq!(members(&kv), [1, 3, 4]);
}

#[test]
fn a_node_leaves_and_another_joins() {
    let mut kv = nodes(3);
    put(&mut kv, 1, "a", b"1").unwrap();
    kv.set_membership(NodeId(1), Membership::Decommissioning, t(2));
    assert_eq!(settle(&mut kv, 3), [], "three replicas have no other place");
    let id = kv.join_node(Vec::new(), t(4));
    assert_eq!(id, NodeId(4));
    assert_eq!(settle(&mut kv, 5), [ChangeKind::Replace]);
    assert_eq!(members(&kv), [2, 3, 4]);
    assert!(kv.range_of(b"a").is_available());
}

#[test]
fn a_clock_that_is_off() {
    let mut kv = nodes(3);
    assert_eq!(kv.set_clock_offset(NodeId(2), 400_000_000), []);
    assert_eq!(kv.set_clock_offset(NodeId(2), 400_000_001), [(NodeId(2), 1, 3)]);
}

#[test]
fn zones_move_replicas_by_the_queue() {
    let mut kv = nodes(5);
    put(&mut kv, 1, "a", b"1").unwrap();
    let five = SpanConfig { num_replicas: 5, ..SpanConfig::default() };
    kv.set_span_configs(vec![(Span::new("a", "b"), five)], t(2));
    assert_eq!(members(&kv).len(), 3);
    assert_eq!(settle(&mut kv, 3), [ChangeKind::Add, ChangeKind::Add]);
    assert_eq!(members(&kv).len(), 5);
    kv.set_span_configs(Vec::new(), t(4));
    let kinds = settle(&mut kv, 5);
    assert!(kinds.contains(&ChangeKind::Remove), "{kinds:?}");
}
