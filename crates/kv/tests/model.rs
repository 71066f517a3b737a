//! The key space against a naive model: ordered maps that keep everything and look at all of it.
//!
//! Shape: a random story of writes, deletions, bulk loads, range tombstones, cuts, collections; after it, reads at every
//! time above the threshold, exports of every kind, statistics, hashes agree.

#![expect(clippy::unwrap_used, reason = "a test may stop at what must not happen")]

use std::collections::{BTreeMap, BTreeSet};

use base::hlc::Timestamp;
use base::span::Span;
use kv::{Batch, Config, Direction, Kv, SpanConfig, Window};
use proptest::prelude::*;

type Versions = BTreeMap<Vec<u8>, BTreeMap<Timestamp, Vec<u8>>>;

/// One step of a story; keys are numbers below 2000.
#[derive(Clone, Debug)]
enum Step {
    /// Puts `count` keys from `from` on, `stride` apart, in one transaction.
    Put {
        from: u32,
        count: u32,
        stride: u32,
        down: bool,
    },
    /// One key many times.
    Hammer {
        key: u32,
        times: u32,
    },
    Delete {
        from: u32,
        count: u32,
    },
    /// Versions at old times, into what is there.
    Ingest {
        from: u32,
        count: u32,
        back: u32,
    },
    DeleteRange {
        from: u32,
        count: u32,
    },
    Clear {
        from: u32,
        count: u32,
    },
    Cut {
        key: u32,
    },
    /// Seconds pass, then the collector comes.
    Collect {
        secs: u32,
    },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let key = 0..2000_u32;
    let step = prop_oneof![
        6 => (key.clone(), 1..150_u32, 1..9_u32, any::<bool>())
            .prop_map(|(from, count, stride, down)| Step::Put { from, count, stride, down }),
        2 => (key.clone(), 1..100_u32).prop_map(|(key, times)| Step::Hammer { key, times }),
        3 => (key.clone(), 1..80_u32).prop_map(|(from, count)| Step::Delete { from, count }),
        2 => (key.clone(), 1..80_u32, 1..50_u32)
            .prop_map(|(from, count, back)| Step::Ingest { from, count, back }),
        1 => (key.clone(), 1..200_u32).prop_map(|(from, count)| Step::DeleteRange { from, count }),
        1 => (key.clone(), 1..100_u32).prop_map(|(from, count)| Step::Clear { from, count }),
        1 => key.prop_map(|key| Step::Cut { key }),
        3 => (1..60_u32).prop_map(|secs| Step::Collect { secs }),
    ];
    prop::collection::vec(step, 1..24)
}

fn key(number: u32) -> Vec<u8> {
    format!("k{number:05}").into_bytes()
}

fn span(from: u32, count: u32) -> Span {
    Span::new(key(from), key(from + count))
}

fn all() -> Span {
    Span::new(Vec::new(), vec![0xff, 0xff])
}

const TTL_SECS: i64 = 40;

/// Compares lists and shows only where they part.
fn assert_same<T: PartialEq + std::fmt::Debug>(got: &[T], want: &[T], what: &str) {
    let same = got.iter().zip(want).take_while(|(a, b)| a == b).count();
    assert!(
        got.len() == want.len() && same == got.len(),
        "{what}: {} against {} entries, at {same}:\n{:?}\n{:?}",
        got.len(),
        want.len(),
        got.get(same),
        want.get(same),
    );
}

struct Story {
    kv: Kv,
    versions: Versions,
    tombstones: Vec<(Span, Timestamp)>,
    now: Timestamp,
    /// Of all ranges: the collector visits them together.
    threshold: Timestamp,
}

impl Story {
    fn new() -> Self {
        let mut kv = Kv::new(Config::default());
        let config = SpanConfig { gc_ttl_secs: TTL_SECS, ..SpanConfig::default() };
        let now = Timestamp::from_secs(1000);
        kv.set_span_configs(vec![(all(), config)], now);
        Self {
            kv,
            versions: Versions::new(),
            tombstones: Vec::new(),
            now,
            threshold: Timestamp::ZERO,
        }
    }

    fn tick(&mut self) -> Timestamp {
        self.now = self.now.add_nanos(1_000_000_000);
        self.now
    }

    fn write(&mut self, entries: Vec<(Vec<u8>, Vec<u8>)>) {
        let now = self.tick();
        let mut txn = self.kv.begin(now).autocommit();
        for (key, value) in &entries {
            self.kv.put(&mut txn, key, value).unwrap();
        }
        assert_eq!(self.kv.commit(txn, now).unwrap(), now);
        for (key, value) in entries {
            self.versions.entry(key).or_default().insert(now, value);
        }
    }

    fn value(&self, number: u32) -> Vec<u8> {
        let size = usize::try_from(number % 7).unwrap() * 40;
        let mut value = format!("v{number}@{}", self.now).into_bytes();
        value.resize(value.len() + size, b'.');
        value
    }

    fn run(&mut self, step: &Step) {
        match *step {
            Step::Put { from, count, stride, down } => {
                let mut numbers: Vec<u32> = (0..count).map(|i| from + i * stride).collect();
                if down {
                    numbers.reverse();
                }
                let entries = numbers.into_iter().map(|n| (key(n), self.value(n))).collect();
                self.write(entries);
            }
            Step::Hammer { key: number, times } => {
                for _ in 0..times {
                    let value = self.value(number);
                    self.write(vec![(key(number), value)]);
                }
            }
            Step::Delete { from, count } => {
                self.write((from..from + count).map(|n| (key(n), Vec::new())).collect());
            }
            Step::Ingest { from, count, back } => self.ingest(from, count, back),
            Step::DeleteRange { from, count } => {
                let now = self.tick();
                self.kv.delete_range(&span(from, count), now).unwrap();
                self.tombstones.push((span(from, count), now));
            }
            Step::Clear { from, count } => {
                let span = span(from, count);
                self.kv.clear_span(&span);
                self.versions.retain(|key, _| !span.contains_key(key));
                self.tombstones = std::mem::take(&mut self.tombstones)
                    .into_iter()
                    .flat_map(|(old, ts)| {
                        base::span::subtract(vec![old], vec![span.clone()])
                            .into_iter()
                            .map(move |left| (left, ts))
                    })
                    .collect();
            }
            Step::Cut { key: number } => self.kv.split_at(&key(number)),
            Step::Collect { secs } => self.collect(secs),
        }
    }

    fn ingest(&mut self, from: u32, count: u32, back: u32) {
        let ts = self.now.add_nanos(-i64::from(back) * 700_000_000).max(self.threshold.next());
        let mut batch = Batch::default();
        for number in from..from + count {
            let value = if number.is_multiple_of(5) { Vec::new() } else { self.value(number) };
            for ts in [ts, ts.prev()] {
                if ts > self.threshold {
                    assert!(batch.push(&key(number), ts, &value));
                    self.versions.entry(key(number)).or_default().insert(ts, value.clone());
                }
            }
        }
        self.kv.ingest(&batch).unwrap();
    }

    fn collect(&mut self, secs: u32) {
        self.now = self.now.add_nanos(i64::from(secs) * 1_000_000_000);
        let now = self.now;
        let ids: Vec<_> = self.kv.ranges().map(kv::Range::id).collect();
        for id in ids {
            let report = self.kv.gc_range(id, now);
            self.threshold = report.threshold;
        }
        let threshold = self.threshold;
        let tombstones = std::mem::take(&mut self.tombstones);
        for (key, versions) in &mut self.versions {
            let newest = versions.range(..=threshold).next_back().map(|(ts, _)| *ts);
            let covered = |ts: Timestamp| {
                tombstones
                    .iter()
                    .any(|(span, t)| span.contains_key(key) && *t > ts && *t <= threshold)
            };
            versions.retain(|ts, value| {
                *ts > threshold || (Some(*ts) == newest && !value.is_empty() && !covered(*ts))
            });
        }
        self.versions.retain(|_, versions| !versions.is_empty());
        self.tombstones = tombstones.into_iter().filter(|(_, ts)| *ts > threshold).collect();
    }

    fn visible(&self, key: &[u8], at: Timestamp) -> Option<&Vec<u8>> {
        let (ts, value) = self.versions.get(key)?.range(..=at).next_back()?;
        let covered = |(span, t): &(Span, Timestamp)| span.contains_key(key) && t > ts && *t <= at;
        (!value.is_empty() && !self.tombstones.iter().any(covered)).then_some(value)
    }

    fn expected(&self, span: &Span, at: Timestamp) -> Vec<(Vec<u8>, Vec<u8>)> {
        let keys = self.versions.keys().filter(|key| span.contains_key(key));
        keys.filter_map(|key| Some((key.clone(), self.visible(key, at)?.clone()))).collect()
    }

    fn scan(&self, span: &Span, at: Timestamp, direction: Direction) -> Vec<(Vec<u8>, Vec<u8>)> {
        let mut txn = self.kv.begin_historical(at, at);
        let mut walk = self.kv.scan(&mut txn, span, direction).unwrap();
        let mut rows = Vec::new();
        while let Some((key, value)) = walk.next().unwrap() {
            rows.push((key.to_vec(), value.to_vec()));
        }
        rows
    }

    fn check(&self) {
        self.check_versions();
        let mut times: BTreeSet<Timestamp> = self
            .versions
            .values()
            .flat_map(|versions| versions.keys().copied())
            .chain(self.tombstones.iter().map(|(_, ts)| *ts))
            .filter(|ts| *ts > self.threshold)
            .collect();
        times.insert(self.now);
        let step = times.len() / 8 + 1;
        for at in times.into_iter().step_by(step) {
            for span in [all(), span(300, 500), span(777, 1)] {
                let want = self.expected(&span, at);
                assert_same(&self.scan(&span, at, Direction::Forward), &want, "forward");
                let mut reverse = self.scan(&span, at, Direction::Reverse);
                reverse.reverse();
                assert_same(&reverse, &want, "reverse");
                self.check_export(&span, at);
            }
        }
        let mut txn = self.kv.begin_historical(self.now, self.now);
        for number in (0..2200).step_by(13) {
            let want = self.visible(&key(number), self.now).map(Vec::as_slice);
            assert_eq!(self.kv.get(&mut txn, &key(number)).unwrap().as_deref(), want);
        }
        self.check_stats();
    }

    fn check_versions(&self) {
        let stored: Vec<_> = self
            .kv
            .versions(&all(), usize::MAX)
            .into_iter()
            .map(|version| (version.key, version.ts, version.value.to_vec()))
            .collect();
        let want: Vec<_> = self
            .versions
            .iter()
            .flat_map(|(key, versions)| {
                versions.iter().rev().map(|(ts, value)| (key.clone(), *ts, value.clone()))
            })
            .collect();
        assert_same(&stored, &want, "versions");
        let newest = want.iter().map(|(_, ts, _)| *ts).max().unwrap_or_default();
        let deleted = self.tombstones.iter().map(|(_, ts)| *ts).max().unwrap_or_default();
        assert_eq!(self.kv.last_write(&all()), newest.max(deleted));
        let part = span(500, 700);
        let inside = want.iter().filter(|(key, ..)| part.contains_key(key));
        let newest = inside.map(|(_, ts, _)| *ts).max().unwrap_or_default();
        let over = self.tombstones.iter().filter(|(span, _)| span.overlaps(&part));
        let deleted = over.map(|(_, ts)| *ts).max().unwrap_or_default();
        assert_eq!(self.kv.last_write(&part), newest.max(deleted));
    }

    fn check_export(&self, span: &Span, end: Timestamp) {
        let middle = Timestamp::from_wall(i64::midpoint(self.threshold.wall, end.wall));
        for start in [Timestamp::ZERO, middle] {
            if start <= self.threshold && !start.is_zero() {
                continue;
            }
            for all_revisions in [false, true] {
                let window = Window { start, end, all_revisions };
                let want = self.expected_export(span, window);
                for limit in [u64::MAX, 700] {
                    assert_same(&self.export(span, window, limit), &want, &format!("{window:?}"));
                }
            }
        }
    }

    fn export(
        &self,
        span: &Span,
        window: Window,
        limit: u64,
    ) -> Vec<(Vec<u8>, Timestamp, Vec<u8>)> {
        let mut rest = span.clone();
        let mut entries = Vec::new();
        loop {
            let export = self.kv.export(&rest, window, limit).unwrap();
            let own =
                |(key, ts, value): (&[u8], Timestamp, &[u8])| (key.to_vec(), ts, value.to_vec());
            entries.extend(export.batch.iter().map(own));
            let Some(resume) = export.resume else { return entries };
            rest.start = resume;
        }
    }

    fn expected_export(&self, span: &Span, window: Window) -> Vec<(Vec<u8>, Timestamp, Vec<u8>)> {
        let mut entries = Vec::new();
        for (key, versions) in self.versions.iter().filter(|(key, _)| span.contains_key(key)) {
            let inside = versions.range(window.start.next()..=window.end).rev();
            let count = if window.all_revisions { usize::MAX } else { 1 };
            for (ts, value) in inside.take(count) {
                let covered = self
                    .tombstones
                    .iter()
                    .any(|(span, t)| span.contains_key(key) && t > ts && *t <= window.end);
                let hidden = !window.all_revisions
                    && (covered || (window.start.is_zero() && value.is_empty()));
                if !hidden {
                    entries.push((key.clone(), *ts, value.clone()));
                }
            }
        }
        entries
    }

    fn check_stats(&self) {
        let live = self.expected(&all(), self.now);
        let sum = |f: fn(&kv::Stats) -> u64| self.kv.ranges().map(|range| f(&range.stats())).sum();
        let (live_keys, keys, versions): (u64, u64, u64) =
            (sum(|s| s.live_keys), sum(|s| s.keys), sum(|s| s.versions));
        assert_eq!(live_keys, base::num::to_u64(live.len()));
        assert_eq!(keys, base::num::to_u64(self.versions.len()));
        assert_eq!(versions, base::num::to_u64(self.versions.values().map(BTreeMap::len).sum()));
        let live_bytes: u64 = sum(|s| s.live_bytes);
        let want: usize = live.iter().map(|(key, value)| key.len() + 13 + value.len()).sum();
        assert_eq!(live_bytes, base::num::to_u64(want));
        let total: u64 = sum(kv::Stats::total_bytes);
        assert_eq!(total, self.kv.size_bytes());
        self.check_hash();
    }

    /// The same versions, laid down afresh, have the same hash.
    fn check_hash(&self) {
        let mut batch = Batch::default();
        for (key, versions) in &self.versions {
            for (ts, value) in versions.iter().rev() {
                batch.push(key, *ts, value);
            }
        }
        let mut fresh = Kv::new(Config::default());
        fresh.ingest(&batch).unwrap();
        let mut bare = self.kv.clone();
        let only_points =
            Window { start: Timestamp::ZERO, end: Timestamp::MAX, all_revisions: true };
        let points = bare.export(&all(), only_points, u64::MAX).unwrap();
        assert_eq!(points.batch.len(), batch.len());
        bare.clear_span(&all());
        assert_eq!(bare.state_hash(), 0);
        assert_eq!(bare.size_bytes(), 0);
        bare.ingest(&points.batch).unwrap();
        assert_eq!(bare.state_hash(), fresh.state_hash());
        if self.tombstones.is_empty() {
            assert_eq!(self.kv.state_hash(), fresh.state_hash());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn agrees_with_the_model(steps in steps()) {
        let mut story = Story::new();
        let mut before = None;
        for (at, step) in steps.iter().enumerate() {
            if at == steps.len() / 2 {
                // A clone shares nodes with what goes on; it must not change.
                before = Some((story.kv.clone(), story.kv.state_hash()));
            }
            story.run(step);
            story.check_versions();
        }
        story.check();
        if let Some((kept, hash)) = before {
            let stored = kept.versions(&all(), usize::MAX).len();
            let counted: u64 = kept.ranges().map(|range| range.stats().versions).sum();
            prop_assert_eq!(base::num::to_u64(stored), counted);
            prop_assert_eq!(kept.state_hash(), hash);
        }
    }
}
