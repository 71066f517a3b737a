//! Jobs that sql carries out itself: clearing what was dropped, zones as spans, records that hold collection back.

mod harness;

use base::hlc::{NANOS_PER_SEC, Timestamp};
use base::ids::Uuid;
use base::span::Span;
use harness::Cluster;
use sql::catalog::{Sys, protected, zones};
use sql::jobs::{self, Kind, Status, Step, World};
use sql::rules::Rules;

fn world(cluster: &mut Cluster) -> World<'_> {
    World {
        kv: &mut cluster.kv,
        catalog: &mut cluster.catalog,
        clock: &mut cluster.clock,
        rules: cluster.rules,
    }
}

fn gc_job(cluster: &mut Cluster) -> jobs::Record {
    let all = world(cluster).in_txn(jobs::all).unwrap_or_else(|error| panic!("{error}"));
    let Some(job) = all.into_iter().find(|job| job.kind() == Kind::SchemaChangeGc) else {
        panic!("a drop leaves a job that clears");
    };
    job
}

fn pass(cluster: &mut Cluster, secs: i64) {
    cluster.clock.advance_to(cluster.clock.now().add_nanos(secs * NANOS_PER_SEC));
}

#[test]
fn a_dropped_table_is_cleared_after_its_ttl() {
    for rules in [Rules::v21_2(), Rules::v26_2()] {
        let mut cluster = Cluster::new(rules);
        cluster.check(
            "
> CREATE TABLE t (a INT PRIMARY KEY, INDEX (a DESC))
> INSERT INTO t VALUES (1), (2)
> ALTER TABLE t CONFIGURE ZONE USING gc.ttlseconds = 600
> DROP TABLE t
",
        );
        let job = gc_job(&mut cluster);
        let id = job.payload.descriptor_ids[0];
        let dropped = job.created_micros * 1000;
        let Some(Step::WaitUntil(due)) = jobs::step(job.id, &mut world(&mut cluster)).unwrap()
        else {
            panic!("the TTL has not passed");
        };
        assert!(due.wall - dropped >= 600 * NANOS_PER_SEC);
        assert!(due.wall - dropped < 601 * NANOS_PER_SEC);
        pass(&mut cluster, 601);
        let step = jobs::step(job.id, &mut world(&mut cluster)).unwrap();
        assert_eq!(step, Some(Step::Finished));
        assert_eq!(gc_job(&mut cluster).status, Status::Succeeded);
        let now = cluster.clock.tick();
        let snapshot = cluster.catalog.committed(&mut cluster.kv, now).unwrap();
        assert!(snapshot.descriptor(id).is_none() && snapshot.zones.get(id).is_none());
        let span = Span::prefix(sql::catalog::system::table_prefix(id));
        assert!(cluster.kv.versions(&span, 10).is_empty());
    }
}

#[test]
fn a_record_keeps_a_dropped_table() {
    let mut cluster = Cluster::new(Rules::v26_2());
    cluster.check("> CREATE TABLE t (a INT PRIMARY KEY)\n> INSERT INTO t VALUES (1)");
    let before = cluster.clock.now();
    cluster.check("> DROP TABLE t");
    let record = protected::Record {
        id: Uuid([1; 16]),
        ts: before,
        meta_type: "jobs".to_owned(),
        meta: 7,
        target: protected::Target::Cluster,
        spans: Vec::new(),
    };
    world(&mut cluster).in_txn(|sys| protected::protect(sys, &record)).unwrap();
    let read = world(&mut cluster).in_txn(protected::records).unwrap();
    assert_eq!(read, std::slice::from_ref(&record));
    let now = cluster.clock.tick();
    let snapshot = cluster.catalog.committed(&mut cluster.kv, now).unwrap();
    let made = world(&mut cluster).in_txn(|sys| protected::protections(sys, &snapshot)).unwrap();
    cluster.kv.set_protections(made);
    pass(&mut cluster, 20_000);
    let job = gc_job(&mut cluster).id;
    let step = jobs::step(job, &mut world(&mut cluster)).unwrap();
    assert!(matches!(step, Some(Step::WaitUntil(_))));
    world(&mut cluster).in_txn(|sys: &mut Sys<'_>| protected::release(sys, record.id)).unwrap();
    cluster.kv.set_protections(Vec::new());
    let step = jobs::step(job, &mut world(&mut cluster)).unwrap();
    assert_eq!(step, Some(Step::Finished));
}

#[test]
fn zones_become_spans() {
    let mut cluster = Cluster::new(Rules::v21_2());
    cluster.check(
        "
> CREATE TABLE t (a INT PRIMARY KEY, b INT, INDEX i (b))
> ALTER INDEX t@i CONFIGURE ZONE USING gc.ttlseconds = 700
> ALTER DATABASE defaultdb CONFIGURE ZONE USING gc.ttlseconds = 800
",
    );
    let now = cluster.clock.tick();
    let snapshot = cluster.catalog.committed(&mut cluster.kv, now).unwrap();
    let id = snapshot.tables().find(|desc| desc.name == "t").unwrap().id;
    let configs = zones::span_configs(&snapshot);
    let of = |index: u32| {
        let key = sql::catalog::system::index_prefix(id, index);
        let found = configs.iter().find(|(span, _)| span.contains_key(&key)).unwrap();
        found.1.gc_ttl_secs
    };
    assert_eq!((of(1), of(2), of(3)), (800, 700, 800));
    assert!(configs.windows(2).all(|pair| pair[0].0.end <= pair[1].0.start));
    let system = sql::catalog::system::table_prefix(3);
    let system = configs.iter().find(|(span, _)| span.contains_key(&system)).unwrap();
    assert!(system.1.ignore_strict_enforcement && system.1.num_replicas == 5);
}

#[test]
fn jobs_go_through_their_states() {
    let mut cluster = Cluster::new(Rules::v26_2());
    cluster.check("> CREATE TABLE t (a INT PRIMARY KEY)\n> DROP TABLE t");
    let id = gc_job(&mut cluster).id;
    let now: Timestamp = cluster.clock.tick();
    let text = |result: Result<Status, sql::catalog::Error>| result.unwrap_err().to_string();
    let mut world = world(&mut cluster);
    let cancel = world.in_txn(|sys| Ok(jobs::control::cancel(sys, id, now))).unwrap();
    assert_eq!(text(cancel), format!("job {id}: not cancelable"));
    let pause = world.in_txn(|sys| jobs::control::pause(sys, id, Some("a look"), now)).unwrap();
    assert_eq!(pause, Status::PauseRequested);
    let none = base::ids::JobId(1);
    let missing = world.in_txn(|sys| Ok(jobs::control::resume(sys, none, now))).unwrap();
    assert_eq!(text(missing), "job with ID 1 does not exist");
}
