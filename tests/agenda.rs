//! The agenda is true: what it lists is what happens if nobody acts, consequences included.
//!
//! ```text
//!   random world ─┬─▶ agenda: (when, how grave)
//!                 └─▶ a copy, in which only time passes: events (when, how grave)      the same, up to the horizon
//! ```

#![allow(clippy::expect_used, clippy::panic, reason = "a helper that fails ends the test")]

use fuzz::chance::Chance;
use fuzz::stage::Stage;
use protocol::agenda::{AgendaItem, AgendaKind, Tone};
use protocol::event::SimEvent;
use protocol::query::{Query, View};
use simulator::input::{Policy, Version};

fn agenda(stage: &mut Stage) -> (Vec<AgendaItem>, i64) {
    let View::Agenda(view) = stage.world.view(&Query::Agenda { limit: 500 }) else {
        panic!("none")
    };
    assert_eq!(view.more, 0);
    let end = view.now.0 + view.horizon.0;
    (view.items, end)
}

/// What happens in a copy in which only time passes.
fn future(stage: &Stage, to: i64) -> Vec<SimEvent> {
    let mut stage = stage.clone();
    let since = stage.world.event_count() + 1;
    stage.world.advance(to - stage.world.now().wall);
    let View::Events(view) = stage.world.view(&Query::Events { since, limit: 100_000 }) else {
        panic!("no events")
    };
    view.events
}

/// Whether this is GC that removes something, which alone is no chain's fate.
fn removes(item: &AgendaItem) -> bool {
    item.title.starts_with("GC removes")
}

fn change(stage: &mut Stage, chance: &mut Chance) {
    let db = chance.pick(&["d", "e"]).to_string();
    let sql = match chance.below(7) {
        0 => format!(
            "UPSERT INTO {db}.t SELECT i, {} FROM generate_series(1, 9) AS g(i)",
            chance.below(99)
        ),
        1 => format!("DELETE FROM {db}.t WHERE k > {}", chance.below(9)),
        2 => {
            let ttl = *chance.pick(&[60, 600, 3600, 7000, 90_000, 200_000]);
            format!("ALTER TABLE {db}.t CONFIGURE ZONE USING gc.ttlseconds = {ttl}")
        }
        3 => format!("BACKUP DATABASE {db} INTO 's3://b/{db}?AUTH=implicit'"),
        4 => format!("BACKUP DATABASE {db} INTO LATEST IN 's3://b/{db}?AUTH=implicit'"),
        _ => format!("\\sim advance {}m", chance.between(1, 400)),
    };
    // Some fail in the state that they find; that is a state as well.
    let _answer = stage.run(&sql);
}

fn run(version: Version, seed: u64) -> usize {
    let mut chance = Chance::new(seed, "agenda");
    let mut stage = Stage::new(version, seed, Policy::Auto);
    for db in ["d", "e"] {
        stage
            .must(&format!("CREATE DATABASE {db}; CREATE TABLE {db}.t (k INT PRIMARY KEY, v INT)"))
            .expect("a table");
    }
    let mut fates_seen = 0;
    for _ in 0..14 {
        change(&mut stage, &mut chance);
        let (items, end) = agenda(&mut stage);
        let events = future(&stage, end);
        let fates = |tone: Tone| {
            let told = items.iter().filter(|item| {
                item.consequence.as_ref().is_some_and(|found| found.tone == tone)
                    && matches!(item.kind, AgendaKind::Gc | AgendaKind::Ttl)
                    && !removes(item)
            });
            let came = events.iter().filter(|event| event.kind == "backup" && event.tone == tone);
            (told.map(|item| item.due.0).collect(), came.map(|event| event.at.0).collect())
        };
        for tone in [Tone::Warn, Tone::Breaks] {
            let (mut told, mut came): (Vec<i64>, Vec<i64>) = fates(tone);
            // Chains of one collection that meet the same fate within a second share a line.
            for times in [&mut told, &mut came] {
                for at in times.iter_mut() {
                    *at /= 1_000_000_000;
                }
            }
            told.dedup();
            came.dedup();
            assert_eq!(told, came, "seed {seed}: {items:#?}\n{events:#?}");
            fates_seen += told.len();
        }
        let removal = items.iter().find(|item| removes(item));
        let first = events.iter().find(|event| event.kind == "gc");
        assert_eq!(
            removal.map(|item| item.due.0),
            first.map(|event| event.at.0),
            "seed {seed}: {items:#?}\n{events:#?}"
        );
    }
    fates_seen
}

#[test]
fn what_it_lists_is_what_happens() {
    let seen: usize = (1..=10)
        .map(|seed| run(if seed % 2 == 0 { Version::V26_2 } else { Version::V21_2 }, seed))
        .sum();
    assert!(seen > 50, "{seen} fates: too little happens");
}
