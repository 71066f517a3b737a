//! Window functions: a value for each row, computed of the rows around it.
//!
//! ```text
//!   rows ─ partition by ─▶ ─ order by ─▶   [ … start ‥ end … ]   the frame of the current row
//!                                               ▲ current
//! ```
//!
//! Shape: all rows are held; they go out in the order in which they came in. Aggregates over a frame are computed
//! anew for each distinct frame: a frame from the partition's start grows, so it is computed once along the way.

use super::aggregate::compare_keys;
use super::run::{Flow, Held, Run, Sink};
use crate::error::Error;
use crate::plan::node::{Bound, Frame, Node, WindowCall, WindowFunction};
use crate::types::{Datum, datum};

/// What is known of one row before its window is computed.
struct Entry {
    /// Position among all rows.
    position: usize,
    partition: Vec<Datum>,
    order: Vec<Datum>,
    args: Vec<Datum>,
    counts: bool,
}

impl<'r, 'c> Run<'r, 'c> {
    /// Runs window functions.
    pub fn window(
        &mut self,
        input: &Node,
        calls: &[WindowCall],
        sink: &mut Sink<'_, 'r, 'c>,
    ) -> Result<Flow, Error> {
        let rows = self.collect(input)?;
        let mut answers: Vec<Vec<Datum>> = vec![Vec::with_capacity(calls.len()); rows.len()];
        for call in calls {
            for (position, value) in self.window_values(&rows, call)? {
                answers[position].push(value);
            }
        }
        let mut wide = Vec::new();
        for (row, answers) in rows.iter().zip(answers) {
            wide.clear();
            wide.extend_from_slice(row);
            wide.extend(answers);
            if sink(self, &wide)? == Flow::Enough {
                return Ok(Flow::Enough);
            }
        }
        Ok(Flow::More)
    }

    /// The values of one function, with the position of the row that each belongs to.
    fn window_values(
        &mut self,
        rows: &Held,
        call: &WindowCall,
    ) -> Result<Vec<(usize, Datum)>, Error> {
        let mut entries = Vec::with_capacity(rows.len());
        for (position, row) in rows.iter().enumerate() {
            self.step(1)?;
            let mut entry = Entry {
                position,
                partition: Vec::new(),
                order: Vec::new(),
                args: Vec::new(),
                counts: true,
            };
            self.eval_all(&call.partition, row, &mut entry.partition)?;
            for (scalar, _) in &call.order {
                entry.order.push(self.eval(scalar, row)?);
            }
            self.eval_all(&call.args, row, &mut entry.args)?;
            if let Some(filter) = &call.filter {
                entry.counts = self.holds(filter, row)?;
            }
            entries.push(entry);
        }
        entries.sort_by(|a, b| {
            datum::compare_lists(&a.partition, &b.partition)
                .then_with(|| compare_keys(&call.order, &a.order, &b.order))
        });
        let mut values = Vec::with_capacity(entries.len());
        for partition in entries.chunk_by(|a, b| a.partition == b.partition) {
            self.window_partition(partition, call, &mut values)?;
        }
        Ok(values)
    }

    fn window_partition(
        &mut self,
        part: &[Entry],
        call: &WindowCall,
        values: &mut Vec<(usize, Datum)>,
    ) -> Result<(), Error> {
        let mut peers = Peers::default();
        let mut running: Option<Running> = None;
        for (at, entry) in part.iter().enumerate() {
            peers.advance(part, at);
            let value = match &call.function {
                WindowFunction::Aggregate(aggregate) => {
                    let (start, end) = frame_bounds(&call.frame, part.len(), at, &peers);
                    let run = match running.take() {
                        Some(known) if known.start == start && known.end <= end => known,
                        Some(_) | None => Running { start, end: start, state: aggregate.start() },
                    };
                    let Running { start, end: done, mut state } = run;
                    for other in part.get(done..end).unwrap_or(&[]) {
                        self.step(1)?;
                        if other.counts {
                            state.update(&other.args)?;
                        }
                    }
                    let value = state.clone().finish()?;
                    running = Some(Running { start, end: end.max(done), state });
                    value
                }
                WindowFunction::RowNumber => Datum::Int(base::num::to_i64(at + 1)),
                WindowFunction::Rank => Datum::Int(base::num::to_i64(peers.start + 1)),
                WindowFunction::DenseRank => Datum::Int(base::num::to_i64(peers.groups)),
                WindowFunction::PercentRank => fraction(peers.start, part.len().saturating_sub(1)),
                WindowFunction::CumeDist => fraction(peers.end, part.len()),
                WindowFunction::Ntile => ntile(entry, at, part.len()),
                WindowFunction::Lag => neighbour(part, at, entry, false),
                WindowFunction::Lead => neighbour(part, at, entry, true),
                WindowFunction::FirstValue
                | WindowFunction::LastValue
                | WindowFunction::NthValue => {
                    let (start, end) = frame_bounds(&call.frame, part.len(), at, &peers);
                    in_frame(&call.function, part.get(start..end).unwrap_or(&[]), entry)
                }
            };
            values.push((entry.position, value));
        }
        Ok(())
    }
}

/// An aggregate over a frame, kept for the next row.
struct Running {
    start: usize,
    end: usize,
    state: crate::types::aggregate::State,
}

/// The rows that are equal by ORDER BY to the current one.
#[derive(Default)]
struct Peers {
    start: usize,
    end: usize,
    /// Groups of peers so far, this one counted.
    groups: usize,
}

impl Peers {
    fn advance(&mut self, part: &[Entry], at: usize) {
        if at < self.end {
            return;
        }
        self.start = at;
        self.groups += 1;
        let first = &part[at].order;
        self.end = at + part[at..].iter().take_while(|entry| entry.order == *first).count();
    }
}

/// Positions of a frame, `[start, end)`.
fn frame_bounds(frame: &Frame, len: usize, at: usize, peers: &Peers) -> (usize, usize) {
    let steps = |n: &u64| base::num::to_usize(*n);
    let start = match &frame.start {
        Bound::UnboundedPreceding => 0,
        Bound::Preceding(n) => at.saturating_sub(steps(n)),
        Bound::CurrentRow if frame.rows => at,
        Bound::CurrentRow => peers.start,
        Bound::Following(n) => at.saturating_add(steps(n)),
        Bound::UnboundedFollowing => len,
    };
    let end = match &frame.end {
        Bound::UnboundedPreceding => 0,
        Bound::Preceding(n) => (at + 1).saturating_sub(steps(n)),
        Bound::CurrentRow if frame.rows => at + 1,
        Bound::CurrentRow => peers.end,
        Bound::Following(n) => (at + 1).saturating_add(steps(n)),
        Bound::UnboundedFollowing => len,
    };
    (start.min(len), end.min(len))
}

fn fraction(part: usize, whole: usize) -> Datum {
    if whole == 0 {
        return Datum::Float(0.0);
    }
    Datum::Float(
        base::num::to_f64(base::num::to_i64(part)) / base::num::to_f64(base::num::to_i64(whole)),
    )
}

/// The bucket of a row: the first buckets are one larger where it does not come out even.
fn ntile(entry: &Entry, at: usize, len: usize) -> Datum {
    let Some(buckets) =
        entry.args.first().and_then(Datum::as_int).and_then(|n| usize::try_from(n).ok())
    else {
        return Datum::Null;
    };
    if buckets == 0 {
        return Datum::Null;
    }
    let (size, larger) = (len / buckets, len % buckets);
    let in_larger = larger * (size + 1);
    let bucket =
        if at < in_larger { at / (size + 1) } else { larger + (at - in_larger) / size.max(1) };
    Datum::Int(base::num::to_i64(bucket + 1))
}

/// The argument's value some rows before or after.
fn neighbour(part: &[Entry], at: usize, entry: &Entry, forward: bool) -> Datum {
    let distance = match entry.args.get(1) {
        None => 1,
        Some(Datum::Int(n)) => *n,
        Some(_) => return Datum::Null,
    };
    let distance = if forward { distance } else { distance.saturating_neg() };
    let target = base::num::to_i64(at).saturating_add(distance);
    usize::try_from(target)
        .ok()
        .and_then(|target| part.get(target))
        .and_then(|other| other.args.first())
        .or(entry.args.get(2))
        .cloned()
        .unwrap_or(Datum::Null)
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the rest really is everything else")]
fn in_frame(function: &WindowFunction, frame: &[Entry], entry: &Entry) -> Datum {
    let chosen = match function {
        WindowFunction::FirstValue => frame.first(),
        WindowFunction::LastValue => frame.last(),
        _ => entry
            .args
            .get(1)
            .and_then(Datum::as_int)
            .and_then(|n| usize::try_from(n).ok())
            .and_then(|n| n.checked_sub(1))
            .and_then(|n| frame.get(n)),
    };
    chosen.and_then(|other| other.args.first()).cloned().unwrap_or(Datum::Null)
}
