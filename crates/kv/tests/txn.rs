//! Transactions: what they see, who waits, who begins again.
#![expect(clippy::unwrap_used, reason = "a test may stop at what must not happen")]

use base::hlc::Timestamp;
use base::span::Span;
use base::sqlstate::SqlState;
use kv::error::RetryReason;
use kv::{Batch, Config, Direction, Error, Kv, Txn, Window};

fn t(secs: i64) -> Timestamp {
    Timestamp::from_secs(secs)
}

fn all() -> Span {
    Span::new(Vec::new(), vec![0xff, 0xff])
}

fn put(kv: &mut Kv, secs: i64, key: &str, value: &str) {
    let mut txn = kv.begin(t(secs)).autocommit();
    kv.put(&mut txn, key.as_bytes(), value.as_bytes()).unwrap();
    assert_eq!(kv.commit(txn, t(secs)), Ok(t(secs)));
}

fn get(kv: &Kv, txn: &mut Txn, key: &str) -> Result<String, Error> {
    let value = kv.get(txn, key.as_bytes())?;
    Ok(value.map_or("-".to_owned(), |value| String::from_utf8_lossy(&value).into_owned()))
}

fn scan(kv: &Kv, txn: &mut Txn, direction: Direction) -> Result<String, Error> {
    let mut walk = kv.scan(txn, &all(), direction)?;
    let mut text = String::new();
    while let Some((key, value)) = walk.next()? {
        text.push_str(&String::from_utf8_lossy(key));
        text.push_str(&String::from_utf8_lossy(value));
        text.push(' ');
    }
    Ok(text)
}

fn bank() -> Kv {
    let mut kv = Kv::new(Config::default());
    put(&mut kv, 10, "a", "1");
    put(&mut kv, 11, "b", "1");
    put(&mut kv, 12, "d", "1");
    kv
}

#[test]
fn own_writes_are_seen_and_others_wait() {
    let mut kv = bank();
    let mut txn = kv.begin(t(20));
    kv.put(&mut txn, b"a", b"2").unwrap();
    kv.put(&mut txn, b"c", b"2").unwrap();
    kv.delete(&mut txn, b"b").unwrap();
    assert_eq!(scan(&kv, &mut txn, Direction::Forward).unwrap(), "a2 c2 d1 ");
    assert_eq!(scan(&kv, &mut txn, Direction::Reverse).unwrap(), "d1 c2 a2 ");
    assert_eq!(get(&kv, &mut txn, "b").unwrap(), "-");

    let mut other = kv.begin(t(21));
    let conflict = |key: &str| Error::Conflict { txn: txn.id(), key: key.into() };
    assert_eq!(get(&kv, &mut other, "a"), Err(conflict("a")));
    assert_eq!(get(&kv, &mut other, "d").unwrap(), "1");
    assert_eq!(scan(&kv, &mut other, Direction::Reverse), Err(conflict("c")));
    assert_eq!(kv.put(&mut other, b"c", b"3"), Err(conflict("c")));
    let mut past = kv.begin_historical(t(15), t(21));
    assert_eq!(scan(&kv, &mut past, Direction::Forward).unwrap(), "a1 b1 d1 ");
    assert_eq!(kv.put(&mut past, b"x", b""), Err(Error::ReadOnly));

    assert_eq!(kv.commit(txn, t(22)), Ok(t(22)));
    let mut after = kv.begin(t(23));
    assert_eq!(scan(&kv, &mut after, Direction::Forward).unwrap(), "a2 c2 d1 ");
    assert_eq!(get(&kv, &mut other, "a").unwrap(), "1", "still reads at 21");
    assert_eq!(kv.commit(other, t(24)), Ok(t(21)), "it only read");
}

#[test]
fn what_was_read_must_still_stand() {
    let mut kv = bank();
    let mut skewed = kv.begin(t(20));
    assert_eq!(get(&kv, &mut skewed, "a").unwrap(), "1");
    kv.put(&mut skewed, b"b", b"2").unwrap();
    put(&mut kv, 21, "a", "9");
    let error = kv.commit(skewed, t(22)).unwrap_err();
    assert_eq!(error.sqlstate(), SqlState::SERIALIZATION_FAILURE);
    assert_eq!(
        error.to_string(),
        "restart transaction: TransactionRetryWithProtoRefreshError: TransactionRetryError: retry \
         txn (RETRY_SERIALIZABLE - failed preemptive refresh)"
    );
    let mut after = kv.begin(t(23));
    assert_eq!(scan(&kv, &mut after, Direction::Forward).unwrap(), "a9 b1 d1 ");
}

#[test]
fn a_blind_write_moves_the_reads_up() {
    let mut kv = bank();
    let mut txn = kv.begin(t(20));
    assert_eq!(get(&kv, &mut txn, "d").unwrap(), "1");
    put(&mut kv, 21, "a", "9");
    kv.put(&mut txn, b"a", b"10").unwrap();
    assert_eq!(txn.read_ts(), t(21));
    put(&mut kv, 22, "d", "9");
    put(&mut kv, 23, "b", "9");
    let error = kv.put(&mut txn, b"b", b"10").unwrap_err();
    assert!(matches!(error, Error::Retry(RetryReason::WriteTooOld { .. })), "{error}");
}

#[test]
fn savepoints_take_back() {
    let mut kv = bank();
    let mut txn = kv.begin(t(20));
    kv.put(&mut txn, b"a", b"2").unwrap();
    let savepoint = kv.savepoint(&txn);
    kv.put(&mut txn, b"a", b"3").unwrap();
    kv.put(&mut txn, b"c", b"3").unwrap();
    kv.rollback_to(&mut txn, &savepoint);
    assert_eq!(scan(&kv, &mut txn, Direction::Forward).unwrap(), "a2 b1 d1 ");
    assert_eq!(kv.intents(&all()).len(), 1, "the lock on c is off");
    kv.rollback(txn);
    assert!(kv.intents(&all()).is_empty());
    let mut after = kv.begin(t(23));
    assert_eq!(scan(&kv, &mut after, Direction::Forward).unwrap(), "a1 b1 d1 ");
}

#[test]
fn an_aborted_transaction_cannot_commit() {
    let mut kv = bank();
    let before = kv.state_hash();
    let mut txn = kv.begin(t(20));
    kv.put(&mut txn, b"a", b"2").unwrap();
    kv.abort(txn.id());
    let error = kv.commit(txn, t(21)).unwrap_err();
    assert!(matches!(error, Error::Aborted { .. }));
    assert_eq!(kv.state_hash(), before);
}

#[test]
fn exports_meet_intents_until_they_are_pushed() {
    let mut kv = bank();
    let mut txn = kv.begin(t(20));
    kv.put(&mut txn, b"a", b"2").unwrap();
    let window = Window { start: Timestamp::ZERO, end: t(25), all_revisions: false };
    let error = kv.export(&all(), window, u64::MAX).unwrap_err();
    assert_eq!(error, Error::Intents { locks: vec![(txn.id(), b"a".to_vec())] });
    kv.push(txn.id(), t(25));
    assert_eq!(kv.export(&all(), window, u64::MAX).unwrap().batch.len(), 3);
    assert_eq!(kv.commit(txn, t(26)), Ok(t(26)));
}

#[test]
fn commits_come_after_what_is_there() {
    let mut kv = bank();
    let mut batch = Batch::default();
    assert!(batch.push(b"a", t(50), b"9"));
    kv.ingest(&batch).unwrap();
    let mut txn = kv.begin(t(20)).autocommit();
    kv.put(&mut txn, b"a", b"2").unwrap();
    assert_eq!(kv.commit(txn, t(21)), Ok(t(50).next()));
}

#[test]
fn a_cluster_takes_no_more_than_its_budget() {
    let mut kv = bank();
    kv.set_budget(200);
    let mut txn = kv.begin(t(20)).autocommit();
    assert_eq!(kv.put(&mut txn, b"a", &[0; 300]), Err(Error::Budget { limit_bytes: 200 }));
    let mut batch = Batch::default();
    assert!(batch.push(b"z", t(9), &[0; 300]));
    assert_eq!(kv.ingest(&batch), Err(Error::Budget { limit_bytes: 200 }));
}

#[test]
fn ingest_refuses_what_is_out_of_order() {
    let mut kv = bank();
    for keys in [[(b"b", 5), (b"a", 5)], [(b"a", 5), (b"a", 6)], [(b"a", 5), (b"a", 5)]] {
        let mut batch = Batch::default();
        for (key, secs) in keys {
            assert!(batch.push(key, t(secs), b"x"));
        }
        assert!(matches!(kv.ingest(&batch), Err(Error::Unsorted { .. })));
    }
    let mut outside = Batch::default();
    assert!(outside.push(&[0xff, 0xff, 1], t(5), b"x"));
    assert!(kv.ingest(&outside).is_err());
}
