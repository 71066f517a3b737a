//! The main story, as the page sees it.

use protocol::agenda::AgendaKind;
use protocol::chain::{ChainMap, ChainState, LayerKind};
use protocol::query::{Query, View};
use protocol::result::{Cause, StatementResult};
use protocol::time::Nanos;

use crate::input::Config;
use crate::world::World;

const URI: &str = "s3://acme/prod?AUTH=implicit";

fn world() -> World {
    World::new(Config { scenario: "bank".to_owned(), ..Config::default() })
}

fn run(world: &mut World, text: &str) -> Vec<StatementResult> {
    let results = world.exec(text);
    for result in &results {
        assert_eq!(result.error, None, "{text}");
    }
    results
}

fn map(world: &mut World) -> ChainMap {
    let View::ChainMap(map) = world.view(&Query::ChainMap) else { panic!("chain map") };
    map
}

/// A full, an hour, an incremental; accounts keep their history for two hours.
fn two_layers() -> World {
    let mut world = world();
    run(
        &mut world,
        &format!(
            "ALTER TABLE bank.accounts CONFIGURE ZONE USING gc.ttlseconds = 7200;
             BACKUP DATABASE bank INTO '{URI}';
             \\sim advance 1h
             UPDATE bank.accounts SET balance = 0 WHERE id = 101;
             DELETE FROM bank.accounts WHERE id = 102;
             BACKUP DATABASE bank INTO LATEST IN '{URI}';"
        ),
    );
    world
}

/// The GC break: the incremental that comes too late, with its card.
fn broken() -> (World, Cause) {
    let mut world = two_layers();
    run(&mut world, "\\sim until 'chain(prod).broken'");
    let result = world.exec(&format!("BACKUP DATABASE bank INTO LATEST IN '{URI}';")).remove(0);
    let error = result.error.unwrap();
    assert!(error.message.starts_with("protected ts verification error"), "{}", error.message);
    (world, *error.cause.unwrap())
}

#[test]
fn an_empty_map_says_how_to_fill_it() {
    let mut world = world();
    let map = map(&mut world);
    assert!(map.collections.is_empty());
    assert!(map.starter.starts_with("BACKUP DATABASE bank INTO"));
    assert_eq!(map.edges[0].ttl_secs, 90_000);
    assert_eq!(map.writes.words, "bank.*");
    let busy = map.writes.puts.iter().filter(|puts| **puts > 0).count();
    assert!(busy > 40, "an hour of deposits is spread over the hour: {busy}");
    assert!(map.writes.deletes.iter().any(|deletes| *deletes > 0));
}

#[test]
fn a_chain_grows_tears_and_breaks() {
    let mut world = two_layers();
    let before = map(&mut world);
    let collection = &before.collections[0];
    assert_eq!((collection.name.as_str(), collection.uri.as_str()), ("s3://acme/prod", URI));
    let chain = &collection.chains[0];
    assert_eq!(chain.target, "DATABASE bank");
    assert!(chain.is_latest && chain.restorable);
    assert_eq!(chain.state, ChainState::Healthy);
    assert_eq!(chain.culprit.as_deref(), Some("accounts"));
    assert_eq!(chain.words, "extendable for 1 h 59 min");
    assert_eq!(chain.restore_words, "can be restored to 2 moments");
    let kinds: Vec<LayerKind> = chain.layers.iter().map(|layer| layer.kind).collect();
    assert_eq!(kinds, [LayerKind::Full, LayerKind::Incremental]);
    assert_eq!(chain.layers[0].end, chain.layers[1].start);
    assert_eq!(chain.layers[1].rows, 2);
    let ends = chain.extendable_until.unwrap();
    assert_eq!(ends.since(chain.layers[1].end), Nanos::from_secs(7200));
    assert_eq!(before.forecast[0].at, ends);
    let nearest = &before.edges[0];
    assert_eq!((nearest.table.as_str(), nearest.ttl_secs), ("bank.accounts", 7200));

    run(&mut world, "\\sim until 'chain(prod).torn'");
    let torn = map(&mut world);
    assert_eq!(torn.now, ends);
    assert_eq!(torn.collections[0].chains[0].state, ChainState::Torn);
    run(&mut world, "\\sim until 'chain(prod).broken'");
    let broken = map(&mut world);
    assert_eq!(broken.collections[0].chains[0].state, ChainState::Broken);
    assert!(broken.collections[0].chains[0].restorable, "it can still be restored");
    assert!(broken.forecast.is_empty());
}

#[test]
fn every_remedy_of_the_break_works() {
    let (_, cause) = broken();
    assert_eq!(cause.culprit.as_deref(), Some("accounts"));
    assert_eq!(cause.axis.unwrap().marks.len(), 3);
    let titles: Vec<&str> = cause.remedies.iter().map(|remedy| remedy.title.as_str()).collect();
    assert_eq!(
        titles,
        [
            "Take a new full",
            "Try gc.ttlseconds = 14400 on a branch",
            "Try an earlier incremental on a branch"
        ]
    );
    for remedy in &cause.remedies {
        let (mut world, _) = broken();
        let branch = |world: &World| world.lines[world.line].name.clone();
        let goes_back = remedy.lines.iter().any(|line| line.starts_with("\\sim goto"));
        for line in &remedy.lines {
            run(&mut world, line);
        }
        assert_eq!(branch(&world) != "main", goes_back, "{}", remedy.title);
        let map = map(&mut world);
        let chains = &map.collections[0].chains;
        assert_eq!(chains.last().unwrap().state, ChainState::Healthy, "{}", remedy.title);
    }
}

#[test]
fn the_failed_attempt_stands_on_the_map() {
    let (mut world, _) = broken();
    let map = map(&mut world);
    let attempts = &map.collections[0].chains[0].attempts;
    assert_eq!(attempts.len(), 1);
    assert!(attempts[0].cause.is_some());
}

#[test]
fn a_restore_cursor_tells_what_would_be_read() {
    let mut world = two_layers();
    let layers = map(&mut world).collections[0].chains[0].layers.clone();
    let mut plan = |at: Nanos| {
        let collection = "s3://acme/prod".to_owned();
        let query = Query::RestorePlan { collection, subdir: None, at };
        let View::RestorePlan(plan) = world.view(&query) else { panic!("restore plan") };
        plan
    };
    let end = plan(layers[1].end);
    assert!(end.possible, "{}", end.words);
    assert_eq!(end.statement, format!("RESTORE DATABASE bank FROM LATEST IN '{URI}';"));
    assert_eq!(end.layers.len(), 2);
    let between = plan(layers[0].end.plus(Nanos::from_secs(60)));
    assert!(!between.possible);
    assert_eq!(between.nearest, [layers[0].end, layers[1].end]);
    let first = plan(layers[0].end);
    assert!(first.possible);
    let dropped = run(&mut world, "DROP DATABASE bank CASCADE;");
    assert_eq!(dropped.len(), 1);
    run(&mut world, &first.statement);
    let rows = run(&mut world, "SELECT count(*) FROM bank.accounts;");
    assert_eq!(rows[0].rows[0][0].as_deref(), Some("8"));
}

#[test]
fn rows_and_versions() {
    let mut world = two_layers();
    let View::Tables(tables) = world.view(&Query::Tables) else { panic!("tables") };
    let accounts = tables.tables.iter().find(|table| table.name == "accounts").unwrap();
    assert_eq!(accounts.sql_name, "bank.accounts");
    assert_eq!(accounts.rows, Some(7));
    let id = accounts.id;
    let View::Rows(rows) = world.view(&Query::Rows { table: id, at: None, limit: 10 }) else {
        panic!("rows")
    };
    assert_eq!(rows.rows.len(), 7);
    assert!(rows.rows[0].versions > 2, "deposits before, and the update");
    let key = rows.rows[0].key.clone();
    let View::Versions(versions) = world.view(&Query::Versions { table: id, key }) else {
        panic!("versions")
    };
    let balances: Vec<&str> =
        versions.versions.iter().filter_map(|version| version.values[2].as_deref()).collect();
    assert_eq!((balances.first(), balances.last()), (Some(&"0.00"), Some(&"1000.50")));
    let at = Some(map(&mut world).collections[0].chains[0].layers[0].end);
    let View::Rows(past) = world.view(&Query::Rows { table: id, at, limit: 10 }) else {
        panic!("rows")
    };
    assert_eq!(past.rows.len(), 8);
}

#[test]
fn objects_are_decoded() {
    let mut world = two_layers();
    let View::Storage(storage) = world.view(&Query::Storage) else { panic!("storage") };
    let bucket = &storage.buckets[0];
    assert_eq!(bucket.uri, "s3://acme");
    for object in &bucket.objects {
        let query = Query::Object { bucket: bucket.uri.clone(), path: object.path.clone() };
        let View::Object(view) = world.view(&query) else { panic!("object") };
        assert!(view.sound, "{}: {}", object.path, view.words);
        assert_ne!(view.kind, "other", "{}", object.path);
    }
    let data = bucket.objects.iter().find(|object| object.kind == "data").unwrap();
    run(&mut world, &format!("\\sim bucket flip 's3://acme/{}' 20", data.path));
    let query = Query::Object { bucket: bucket.uri.clone(), path: data.path.clone() };
    let View::Object(view) = world.view(&query) else { panic!("object") };
    assert!(!view.sound);
}

#[test]
fn looking_changes_nothing() {
    let mut world = two_layers();
    let before = world.hash();
    for query in [
        Query::Clock,
        Query::ChainMap,
        Query::Agenda { limit: 50 },
        Query::Storage,
        Query::Cluster,
        Query::Jobs,
        Query::Schedules,
        Query::Tables,
        Query::Moments,
        Query::Events { since: 0, limit: 100 },
    ] {
        world.view(&query);
    }
    assert_eq!(world.hash(), before);
    let mut quiet = two_layers();
    run(&mut quiet, "\\sim advance 3h");
    run(&mut world, "\\sim advance 3h");
    assert_eq!(world.hash(), quiet.hash());
}

#[test]
fn schedules_are_seen_with_what_they_will_do() {
    let mut world = two_layers();
    run(
        &mut world,
        "CREATE SCHEDULE nightly FOR BACKUP DATABASE bank INTO 's3://acme/own?AUTH=implicit' RECURRING '@daily' WITH \
         SCHEDULE OPTIONS updates_cluster_last_backup_time_metric;",
    );
    let schedules = |world: &mut World| {
        let View::Schedules(view) = world.view(&Query::Schedules) else { panic!("schedules") };
        view
    };
    let before = schedules(&mut world);
    let [incremental, full] = before.schedules.as_slice() else { panic!("{before:?}") };
    assert_eq!((incremental.status.as_str(), incremental.next_run), ("PAUSED", None));
    assert_eq!(incremental.partner.as_ref(), Some(&full.id));
    assert_eq!(full.unpauses.as_ref(), Some(&incremental.id));
    assert_eq!(full.every, Some(Nanos::from_secs(7 * 86_400)));
    assert_eq!(before.last_completed, None);

    run(&mut world, "\\sim advance 5m");
    let after = schedules(&mut world);
    let [incremental, full] = after.schedules.as_slice() else { panic!("{after:?}") };
    assert_eq!(full.last.as_ref().unwrap().status, "succeeded");
    assert_eq!(full.unpauses, None);
    assert_eq!(incremental.status, "ACTIVE");
    assert!(after.last_completed.is_some());

    // The agenda counts down to the next run of each.
    let View::Agenda(agenda) = world.view(&Query::Agenda { limit: 50 }) else { panic!("agenda") };
    let due: Vec<Nanos> = agenda
        .items
        .iter()
        .filter(|item| item.kind == AgendaKind::Schedule)
        .map(|item| item.due)
        .collect();
    assert_eq!(due, [incremental.next_run.unwrap(), full.next_run.unwrap()]);
}
