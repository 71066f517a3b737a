//! Groups: rows with equal keys, and what is computed of each group.
//!
//! ```text
//!   row ─ keys ─▶ group ─ arguments ─▶ State of each call          at the end: keys, results, in order of appearance
//! ```
//!
//! Shape: groups come out in the order in which their first row came in. DISTINCT and ORDER BY inside a call hold the
//! arguments back until the end of the group.

use std::collections::{BTreeMap, BTreeSet};

use super::run::{Flow, Run, Sink};
use crate::error::Error;
use crate::plan::node::{AggregateCall, Node};
use crate::types::aggregate::State;
use crate::types::expr::Scalar;
use crate::types::{Datum, datum};

/// One call in one group.
struct Cell {
    state: State,
    /// Arguments seen, for DISTINCT.
    seen: BTreeSet<Vec<Datum>>,
    /// Arguments kept for ORDER BY: sort keys, arguments.
    kept: Vec<(Vec<Datum>, Vec<Datum>)>,
}

impl<'r, 'c> Run<'r, 'c> {
    /// Runs a grouping.
    pub fn aggregate(
        &mut self,
        input: &Node,
        keys: &[Scalar],
        calls: &[AggregateCall],
        scalar: bool,
        sink: &mut Sink<'_, 'r, 'c>,
    ) -> Result<Flow, Error> {
        if scalar
            && keys.is_empty()
            && let Some(out) = self.fold_scan(input, calls)?
        {
            self.step(1)?;
            return sink(self, &out);
        }
        let mut groups: Vec<(Vec<Datum>, Vec<Cell>)> = Vec::new();
        let mut by_key: BTreeMap<Vec<Datum>, usize> = BTreeMap::new();
        if scalar {
            groups.push((Vec::new(), fresh(calls)));
        }
        let mut key = Vec::with_capacity(keys.len());
        let mut values = Vec::new();
        self.stream(input, &mut |run, row| {
            let group = if keys.is_empty() && scalar {
                0
            } else {
                run.eval_all(keys, row, &mut key)?;
                if let Some(&known) = by_key.get(key.as_slice()) {
                    known
                } else {
                    run.hold(key.len() + calls.len())?;
                    by_key.insert(key.clone(), groups.len());
                    groups.push((key.clone(), fresh(calls)));
                    groups.len() - 1
                }
            };
            for (call, held) in calls.iter().zip(&mut groups[group].1) {
                run.feed(call, held, row, &mut values)?;
            }
            Ok(Flow::More)
        })?;
        for (key, states) in groups {
            let mut out = key;
            for (call, group) in calls.iter().zip(states) {
                out.push(finish(call, group)?);
            }
            self.step(1)?;
            if sink(self, &out)? == Flow::Enough {
                return Ok(Flow::Enough);
            }
        }
        Ok(Flow::More)
    }

    /// The results over all rows of a table, where each call takes a column or nothing: fed while the table is read.
    fn fold_scan(
        &mut self,
        input: &Node,
        calls: &[AggregateCall],
    ) -> Result<Option<Vec<Datum>>, Error> {
        let Node::Scan(scan) = input else { return Ok(None) };
        let mut running = Vec::with_capacity(calls.len());
        for call in calls {
            let is_plain = call.filter.is_none() && !call.distinct && call.order.is_empty();
            let column = match call.aggregate.args.as_slice() {
                [] => None,
                [arg] => match arg.as_column() {
                    Some(column) if column < scan.used.table.columns.len() => Some(column),
                    Some(_) | None => return Ok(None),
                },
                [_, _, ..] => return Ok(None),
            };
            if !is_plain {
                return Ok(None);
            }
            running.push((column, call.aggregate.start()));
        }
        let folded = self.fold(scan, &mut |row| {
            for (column, state) in &mut running {
                let value = column.and_then(|column| row.get(column));
                state.update(value.map_or(&[], std::slice::from_ref))?;
            }
            Ok(())
        })?;
        if !folded {
            return Ok(None);
        }
        let results = running.into_iter().map(|(_, state)| Ok(state.finish()?));
        results.collect::<Result<Vec<Datum>, Error>>().map(Some)
    }

    /// Feeds one row to one call.
    fn feed(
        &mut self,
        call: &AggregateCall,
        held: &mut Cell,
        row: &[Datum],
        values: &mut Vec<Datum>,
    ) -> Result<(), Error> {
        if let Some(filter) = &call.filter
            && !self.holds(filter, row)?
        {
            return Ok(());
        }
        let plain = !call.distinct && call.order.is_empty();
        // A plain column is lent, not copied.
        if plain
            && let [arg] = call.aggregate.args.as_slice()
            && let Some(value) = arg.as_column().and_then(|column| row.get(column))
        {
            held.state.update(std::slice::from_ref(value))?;
            return Ok(());
        }
        self.eval_all(&call.aggregate.args, row, values)?;
        if plain {
            held.state.update(values)?;
            return Ok(());
        }
        if call.distinct && !values.is_empty() {
            if values[0].is_null() || held.seen.contains(values.as_slice()) {
                return Ok(());
            }
            self.hold(values.len())?;
            held.seen.insert(values.clone());
        }
        if call.order.is_empty() {
            held.state.update(values)?;
            return Ok(());
        }
        let mut sort_key = Vec::with_capacity(call.order.len());
        for (scalar, _) in &call.order {
            sort_key.push(self.eval(scalar, row)?);
        }
        self.hold(sort_key.len() + values.len())?;
        held.kept.push((sort_key, values.clone()));
        Ok(())
    }
}

fn fresh(calls: &[AggregateCall]) -> Vec<Cell> {
    calls
        .iter()
        .map(|call| Cell { state: call.aggregate.start(), seen: BTreeSet::new(), kept: Vec::new() })
        .collect()
}

fn finish(call: &AggregateCall, mut held: Cell) -> Result<Datum, Error> {
    if !call.order.is_empty() {
        held.kept.sort_by(|(a, _), (b, _)| compare_keys(&call.order, a, b));
        for (_, args) in &held.kept {
            held.state.update(args)?;
        }
    }
    Ok(held.state.finish()?)
}

/// Order of two lists of sort keys, each ascending or descending; NULLs first when ascending.
pub fn compare_keys(order: &[(Scalar, bool)], a: &[Datum], b: &[Datum]) -> std::cmp::Ordering {
    for ((left, right), (_, descending)) in a.iter().zip(b).zip(order) {
        let by = if *descending { right.compare(left) } else { left.compare(right) };
        if by.is_ne() {
            return by;
        }
    }
    datum::compare_lists(&[], &[])
}
