//! Joins: by sorted keys where sides must be equal, else each row with each.
//!
//! ```text
//!   left row ──keys──▶ binary search in the right rows' sorted keys ──▶ pairs ──on──▶ sink
//!   left row without a pair, LEFT or FULL     ▶ left row, NULLs
//!   right rows never paired, RIGHT or FULL    ▶ NULLs, right row (after all left rows, in their order)
//! ```
//!
//! Shape: the right side is held, the left streams, so the answer comes in the order of the left. A NULL key equals
//! nothing. Cost: right · log right + left · log right, never left · right.

use super::run::{Flow, Held, Run, Sink};
use crate::error::Error;
use crate::plan::node::{Join, JoinKind, Node};
use crate::types::Datum;
use crate::types::datum::compare_lists;

/// The right side, ready to be searched.
struct Right {
    rows: Held,
    /// Keys of the rows that have no NULL among them, sorted; equal ones in the order of the rows.
    keys: Vec<(Vec<Datum>, usize)>,
    /// Which rows have met a partner.
    paired: Vec<bool>,
}

impl<'r, 'c> Run<'r, 'c> {
    /// Runs a join.
    pub fn join(&mut self, join: &Join, sink: &mut Sink<'_, 'r, 'c>) -> Result<Flow, Error> {
        if join.lateral {
            return self.join_lateral(join, sink);
        }
        let mut right = self.hold_right(join)?;
        let keep_left = matches!(join.kind, JoinKind::Left | JoinKind::Full);
        let mut both = Vec::with_capacity(join.left_width + join.right_width);
        let mut key = Vec::new();
        let flow = self.stream(&join.left, &mut |run, row| {
            run.eval_all(&join.left_keys, row, &mut key)?;
            let mut matched = false;
            for position in right.candidates(&key, join.left_keys.is_empty()) {
                let Some(index) = right.row_at(position, join.left_keys.is_empty()) else { break };
                run.step(1)?;
                both.clear();
                both.extend_from_slice(row);
                both.extend_from_slice(&right.rows[index]);
                if let Some(on) = &join.on
                    && !run.holds(on, &both)?
                {
                    continue;
                }
                matched = true;
                right.paired[index] = true;
                if sink(run, &both)? == Flow::Enough {
                    return Ok(Flow::Enough);
                }
            }
            if matched || !keep_left {
                return Ok(Flow::More);
            }
            both.clear();
            both.extend_from_slice(row);
            both.resize(join.left_width + join.right_width, Datum::Null);
            sink(run, &both)
        })?;
        if flow == Flow::Enough || !matches!(join.kind, JoinKind::Right | JoinKind::Full) {
            return Ok(flow);
        }
        for (row, _) in right.rows.iter().zip(&right.paired).filter(|(_, paired)| !**paired) {
            both.clear();
            both.resize(join.left_width, Datum::Null);
            both.extend_from_slice(row);
            if sink(self, &both)? == Flow::Enough {
                return Ok(Flow::Enough);
            }
        }
        Ok(Flow::More)
    }

    fn hold_right(&mut self, join: &Join) -> Result<Right, Error> {
        let rows = self.collect(&join.right)?;
        let mut keys = Vec::new();
        if !join.right_keys.is_empty() {
            keys.reserve(rows.len());
            let mut key = Vec::new();
            for (index, row) in rows.iter().enumerate() {
                self.eval_all(&join.right_keys, row, &mut key)?;
                if !key.iter().any(Datum::is_null) {
                    self.hold(key.len())?;
                    keys.push((key.clone(), index));
                }
            }
            keys.sort_by(|(a, i), (b, j)| compare_lists(a, b).then(i.cmp(j)));
        }
        let paired = vec![false; rows.len()];
        Ok(Right { rows, keys, paired })
    }

    /// The right side is a query over each left row.
    fn join_lateral(&mut self, join: &Join, sink: &mut Sink<'_, 'r, 'c>) -> Result<Flow, Error> {
        let keep_left = join.kind == JoinKind::Left;
        let mut both = Vec::new();
        self.stream(&join.left, &mut |run, row| {
            let rows = run.collect_under(&join.right, row)?;
            let mut matched = false;
            for right in rows.iter() {
                run.step(1)?;
                both.clear();
                both.extend_from_slice(row);
                both.extend_from_slice(right);
                if let Some(on) = &join.on
                    && !run.holds(on, &both)?
                {
                    continue;
                }
                matched = true;
                if sink(run, &both)? == Flow::Enough {
                    return Ok(Flow::Enough);
                }
            }
            if matched || !keep_left {
                return Ok(Flow::More);
            }
            both.clear();
            both.extend_from_slice(row);
            both.resize(join.left_width + join.right_width, Datum::Null);
            sink(run, &both)
        })
    }

    /// All rows of a node whose outer row is `row`.
    fn collect_under(&mut self, node: &Node, row: &[Datum]) -> Result<Held, Error> {
        let outer = self.push_outer(row);
        let rows = self.collect(node);
        self.pop_outer(outer);
        rows
    }
}

impl Right {
    /// Positions to look at for a key: all rows without keys, else the run of equal keys.
    fn candidates(&self, key: &[Datum], all: bool) -> std::ops::Range<usize> {
        if all {
            return 0..self.rows.len();
        }
        if key.iter().any(Datum::is_null) {
            return 0..0;
        }
        let start = self.keys.partition_point(|(have, _)| compare_lists(have, key).is_lt());
        let more = self.keys[start..].iter().take_while(|(have, _)| have == key).count();
        start..start + more
    }

    /// The row at a position.
    fn row_at(&self, position: usize, all: bool) -> Option<usize> {
        if all { Some(position) } else { self.keys.get(position).map(|(_, index)| *index) }
    }
}
