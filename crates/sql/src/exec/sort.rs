//! Sorting: hold all rows, order them by some columns, give them on.
//!
//! Under a LIMIT only about twice as many rows as it wants are held.
//!
//! Shape: the sort is stable, so rows that are equal by the keys keep the order they came in. NULLs come first when
//! ascending and last when descending, unless NULLS FIRST or LAST says otherwise.

use std::cmp::Ordering;

use super::run::{Flow, Run, Sink};
use crate::error::Error;
use crate::plan::node::{Node, SortKey};
use crate::types::Datum;

/// Rows that are kept beyond twice the wanted ones before the rest is dropped.
const ROOM_MIN: usize = 256;

impl<'r, 'c> Run<'r, 'c> {
    /// Runs a sort of which only the first `wanted` rows will be looked at.
    pub fn sort(
        &mut self,
        input: &Node,
        keys: &[SortKey],
        wanted: usize,
        sink: &mut Sink<'_, 'r, 'c>,
    ) -> Result<Flow, Error> {
        let mut rows: Vec<Vec<Datum>> = Vec::new();
        let room = wanted.saturating_mul(2).saturating_add(ROOM_MIN);
        self.stream(input, &mut |run, row| {
            run.hold(row.len())?;
            rows.push(row.to_vec());
            if rows.len() > room {
                rows.sort_by(|a, b| compare_rows(keys, a, b));
                run.release(&rows, wanted);
                rows.truncate(wanted);
            }
            Ok(Flow::More)
        })?;
        rows.sort_by(|a, b| compare_rows(keys, a, b));
        for row in &rows {
            if sink(self, row)? == Flow::Enough {
                return Ok(Flow::Enough);
            }
        }
        Ok(Flow::More)
    }
}

/// Order of two rows by some keys.
pub fn compare_rows(keys: &[SortKey], a: &[Datum], b: &[Datum]) -> Ordering {
    for key in keys {
        let (Some(left), Some(right)) = (a.get(key.column), b.get(key.column)) else { continue };
        let order = match (left.is_null(), right.is_null()) {
            (true, true) => Ordering::Equal,
            (true, false) if key.nulls_first => Ordering::Less,
            (true, false) => Ordering::Greater,
            (false, true) if key.nulls_first => Ordering::Greater,
            (false, true) => Ordering::Less,
            (false, false) if key.descending => right.compare(left),
            (false, false) => left.compare(right),
        };
        if order.is_ne() {
            return order;
        }
    }
    Ordering::Equal
}
