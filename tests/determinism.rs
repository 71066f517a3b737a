//! The same inputs give the same state: twice natively, from a snapshot, after a rewind, and as recorded for other platforms.
//!
//! `tests/story.hash` is what Node and Chromium are compared with; `REWRITE=1` records it anew after a change that is meant.

use simulator::input::Config;
use simulator::world::World;

const STORY: &str = include_str!("story.sql");

fn told() -> World {
    let mut world = World::new(Config::default());
    let results = world.exec(STORY);
    let errors: Vec<_> = results.iter().filter_map(|result| result.error.as_ref()).collect();
    assert_eq!(errors.len(), 1, "one statement of the story fails, on purpose: {errors:?}");
    assert!(errors[0].message.contains("protected ts verification error"), "{}", errors[0].message);
    world
}

#[test]
fn twice_the_same() {
    assert_eq!(told().hash(), told().hash());
}

#[test]
fn another_seed_is_another_run() {
    let mut world = World::new(Config { seed: 2, ..Config::default() });
    world.exec(STORY);
    assert_ne!(world.hash(), told().hash());
}

#[test]
fn a_snapshot_replays_to_the_same_state() {
    let world = told();
    let again = World::restore(&world.snapshot()).expect("a snapshot of this build");
    assert_eq!(again.hash(), world.hash());
    assert!(World::restore(b"no snapshot").is_err());
}

#[test]
fn a_rewind_and_the_same_inputs_lead_to_the_same_state() {
    let mut world = World::new(Config::default());
    let (first, rest) = STORY.split_at(STORY.find("UPDATE").expect("in the story"));
    world.exec(first);
    world.sim("mark here");
    let before = world.hash();
    world.exec(rest);
    let after = world.hash();
    world.sim("goto @here");
    assert_eq!(world.hash(), before);
    world.exec(rest);
    assert_eq!(world.hash(), after);
}

#[test]
fn the_recorded_hash_holds() {
    let file = tests::root().join("tests/story.hash");
    let got = format!("{:032x}\n", told().hash());
    if std::env::var_os("REWRITE").is_some() {
        std::fs::write(&file, &got).expect("writable");
    }
    let wanted = std::fs::read_to_string(&file).expect("recorded");
    assert_eq!(got, wanted, "a change that is meant is recorded with REWRITE=1");
}
