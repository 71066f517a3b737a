//! Reading a table: an index, some spans, the columns that are wanted.
//!
//! ```text
//!   kv scan ─ pairs ─▶ RowDecoder ─ rows of the index ─▶ (lookup in the primary index) ─▶ filter ─▶ sink
//!            └── a batch at a time: the key space is let go before rows are given on, since what takes them may write
//! ```
//!
//! Shape: a batch starts small and grows, so that LIMIT 1 reads little. A span that is one whole primary key is got,
//! not scanned.

use std::sync::Arc;

use base::span::{Span, next_key};

use super::run::{Flow, Run, Sink};
use crate::error::Error;
use crate::plan::node::Scan;
use crate::plan::table::Table;
use crate::row::RowDecoder;
use crate::types::Datum;

/// Rows of the first batch, and of the largest.
const BATCH_ROWS: (usize, usize) = (16, 512);

/// The end of a key of column family 0.
const FAMILY_ZERO: u8 = 0x88;

/// How a scan is carried out, decided once.
struct Plan<'a> {
    table: &'a Table,
    index: usize,
    needed: Vec<bool>,
    /// What the index itself gives, when its entries must be followed.
    lookup: Option<Vec<bool>>,
    reverse: bool,
    virtuals: Vec<usize>,
}

impl<'r, 'c> Run<'r, 'c> {
    /// Runs a scan.
    pub fn scan(&mut self, scan: &Scan, sink: &mut Sink<'_, 'r, 'c>) -> Result<Flow, Error> {
        let table = Arc::clone(&scan.used.table);
        let plan = scan_plan(scan, &table);
        let computed;
        let spans = if scan.keys.is_empty() {
            scan.spans.as_slice()
        } else {
            computed = self.scan_keys(scan, &table)?;
            computed.as_slice()
        };
        for position in 0..spans.len() {
            let keys = &spans[if scan.reverse { spans.len() - 1 - position } else { position }];
            if scan.point {
                if self.get_point(&plan, keys, scan, sink)? == Flow::Enough {
                    return Ok(Flow::Enough);
                }
                continue;
            }
            if self.scan_span(&plan, keys, scan, sink)? == Flow::Enough {
                return Ok(Flow::Enough);
            }
        }
        Ok(Flow::More)
    }

    /// Shows every row of a scan to `take`, which needs nothing of the world, so that the key space need not be let go
    /// and no row is kept. Answers `false`, and does nothing, where a row takes more than its own pair.
    pub fn fold(
        &mut self,
        scan: &Scan,
        take: &mut dyn FnMut(&[Datum]) -> Result<(), Error>,
    ) -> Result<bool, Error> {
        let table = Arc::clone(&scan.used.table);
        let plan = scan_plan(scan, &table);
        let codec = &table.base.codec;
        let decoder = RowDecoder::new(codec, table.index_codec(plan.index), &plan.needed);
        let is_bare = scan.filter.is_none() && !scan.point && scan.keys.is_empty();
        let is_whole = plan.lookup.is_none() && plan.virtuals.is_empty() && decoder.is_single();
        if !is_bare || !is_whole {
            return Ok(false);
        }
        let mut row = vec![Datum::Null; plan.needed.len()];
        let mut left = self.steps_left;
        for span in &scan.spans {
            let (kv, txn) = self.cx.txn()?;
            let mut pairs = kv.scan(txn, span, kv::Direction::Forward)?;
            while let Some((key, value)) = pairs.next()? {
                // One step beyond the budget is enough to be refused for it.
                if left == 0 {
                    drop(pairs);
                    self.step(self.steps_left + 1)?;
                    return Ok(true);
                }
                left -= 1;
                decoder.one_into(key, value, &mut row)?;
                take(&row)?;
            }
        }
        self.steps_left = left;
        Ok(true)
    }

    /// The one span of a scan whose key is known only now.
    fn scan_keys(&mut self, scan: &Scan, table: &Table) -> Result<Vec<Span>, Error> {
        let nulls = vec![Datum::Null; table.columns.len()];
        let mut values = Vec::with_capacity(scan.keys.len());
        for scalar in &scan.keys {
            let value = self.eval(scalar, &nulls)?;
            if value.is_null() {
                return Ok(Vec::new());
            }
            values.push(value);
        }
        Ok(vec![Span::prefix(table.index_codec(scan.index).key_prefix(&values)?)])
    }

    /// The row of one whole primary key.
    fn get_point(
        &mut self,
        plan: &Plan<'_>,
        span: &Span,
        read: &Scan,
        sink: &mut Sink<'_, 'r, 'c>,
    ) -> Result<Flow, Error> {
        let codec = &plan.table.base.codec;
        let mut key = Vec::with_capacity(span.start.len() + 1);
        key.extend_from_slice(&span.start);
        key.push(FAMILY_ZERO);
        let (kv, txn) = self.cx.txn()?;
        let Some(value) = kv.get(txn, &key)? else { return Ok(Flow::More) };
        let mut decoder = RowDecoder::new(codec, &codec.primary, &plan.needed);
        let mut row = decoder.one(&key, &value)?;
        if !plan.virtuals.is_empty() {
            self.compute_virtual(plan, std::slice::from_mut(&mut row))?;
        }
        self.step(1)?;
        if self.passes(read, &row)? { sink(self, &row) } else { Ok(Flow::More) }
    }

    /// Whether a row goes on.
    fn passes(&mut self, read: &Scan, row: &[Datum]) -> Result<bool, Error> {
        read.filter.as_ref().map_or(Ok(true), |filter| self.holds(filter, row))
    }

    fn scan_span(
        &mut self,
        plan: &Plan<'_>,
        span: &Span,
        read: &Scan,
        sink: &mut Sink<'_, 'r, 'c>,
    ) -> Result<Flow, Error> {
        let asked = plan.lookup.as_ref().unwrap_or(&plan.needed);
        let codec = &plan.table.base.codec;
        let mut decoder = RowDecoder::new(codec, plan.table.index_codec(plan.index), asked);
        if decoder.is_single() && plan.lookup.is_none() && plan.virtuals.is_empty() {
            return self.scan_lean(plan, span, &decoder, read, sink);
        }
        let mut rest = span.clone();
        let mut rows: Vec<Vec<Datum>> = Vec::new();
        let mut size = BATCH_ROWS.0;
        loop {
            let more = self.fill(plan, &mut rest, size, &mut decoder, &mut rows)?;
            size = (size * 4).min(BATCH_ROWS.1);
            if plan.lookup.is_some() {
                self.look_up(plan, &mut rows)?;
            }
            if !plan.virtuals.is_empty() {
                self.compute_virtual(plan, &mut rows)?;
            }
            self.step(base::num::to_u64(rows.len()))?;
            for row in rows.drain(..) {
                if self.passes(read, &row)? && sink(self, &row)? == Flow::Enough {
                    return Ok(Flow::Enough);
                }
            }
            if !more {
                return Ok(Flow::More);
            }
        }
    }

    /// The common case: each pair is a row, and nothing has to be added to it. The rows of a batch are written over by
    /// the next.
    fn scan_lean(
        &mut self,
        plan: &Plan<'_>,
        span: &Span,
        decoder: &RowDecoder<'_>,
        read: &Scan,
        sink: &mut Sink<'_, 'r, 'c>,
    ) -> Result<Flow, Error> {
        let direction = if plan.reverse { kv::Direction::Reverse } else { kv::Direction::Forward };
        let mut rest = span.clone();
        let mut rows: Vec<Vec<Datum>> = Vec::new();
        let mut size = BATCH_ROWS.0;
        loop {
            let mut count = 0;
            let mut last: Vec<u8> = Vec::new();
            let (kv, txn) = self.cx.txn()?;
            let mut pairs = kv.scan(txn, &rest, direction)?;
            while let Some((key, value)) = pairs.next()? {
                if count == rows.len() {
                    rows.push(vec![Datum::Null; plan.needed.len()]);
                }
                decoder.one_into(key, value, &mut rows[count])?;
                count += 1;
                if count == size {
                    last.extend_from_slice(key);
                    break;
                }
            }
            drop(pairs);
            self.step(base::num::to_u64(count))?;
            for row in rows.iter().take(count) {
                if self.passes(read, row)? && sink(self, row)? == Flow::Enough {
                    return Ok(Flow::Enough);
                }
            }
            if last.is_empty() {
                return Ok(Flow::More);
            }
            if plan.reverse {
                rest.end = last;
            } else {
                rest.start = next_key(&last);
            }
            size = (size * 4).min(BATCH_ROWS.1);
        }
    }

    /// Reads about `size` rows of `rest`, which shrinks. Answers whether there may be more.
    fn fill(
        &mut self,
        plan: &Plan<'_>,
        rest: &mut Span,
        size: usize,
        decoder: &mut RowDecoder<'_>,
        rows: &mut Vec<Vec<Datum>>,
    ) -> Result<bool, Error> {
        let (kv, txn) = self.cx.txn()?;
        let direction = if plan.reverse { kv::Direction::Reverse } else { kv::Direction::Forward };
        let mut pairs = kv.scan(txn, rest, direction)?;
        let mut last: Vec<u8> = Vec::new();
        while let Some((key, value)) = pairs.next()? {
            if let Some(row) = decoder.feed(key, value)? {
                rows.push(row);
                if rows.len() >= size {
                    last.extend_from_slice(key);
                    break;
                }
            }
        }
        if last.is_empty() {
            rows.extend(decoder.finish());
            return Ok(false);
        }
        if plan.reverse {
            rest.end = last;
        } else {
            rest.start = next_key(&last);
        }
        Ok(true)
    }

    /// Replaces rows of a secondary index by the whole rows of the primary one.
    fn look_up(&mut self, plan: &Plan<'_>, rows: &mut Vec<Vec<Datum>>) -> Result<(), Error> {
        let codec = &plan.table.base.codec;
        let mut decoder = RowDecoder::new(codec, &codec.primary, &plan.needed);
        let (kv, txn) = self.cx.txn()?;
        let mut found = Vec::with_capacity(rows.len());
        for row in rows.drain(..) {
            let mut key = codec.primary_key(&row)?;
            if plan.table.single_family() {
                key.push(FAMILY_ZERO);
                if let Some(value) = kv.get(txn, &key)? {
                    found.push(decoder.one(&key, &value)?);
                }
            } else {
                let mut scan = kv.scan(txn, &Span::prefix(key), kv::Direction::Forward)?;
                while let Some((key, value)) = scan.next()? {
                    decoder.feed(key, value)?;
                }
                found.extend(decoder.finish());
            }
        }
        *rows = found;
        Ok(())
    }

    fn compute_virtual(&mut self, plan: &Plan<'_>, rows: &mut [Vec<Datum>]) -> Result<(), Error> {
        let rules = plan.table.rules(self.cx)?;
        for row in rows {
            for (ordinal, scalar) in &rules.computed {
                if plan.virtuals.contains(ordinal) {
                    let value = self.cx.with_eval(|eval| scalar.eval(row, eval))?;
                    row[*ordinal] = value;
                }
            }
        }
        Ok(())
    }
}

/// Decides how a scan is carried out.
fn scan_plan<'a>(scan: &Scan, table: &'a Table) -> Plan<'a> {
    let mut needed = scan.used.columns.borrow().clone();
    let virtuals: Vec<usize> = table.virtual_columns().filter(|&ordinal| needed[ordinal]).collect();
    if !virtuals.is_empty() {
        // What a virtual column is computed from is not tracked: all is read.
        needed.fill(true);
    }
    let index = &table.indexes[scan.index];
    let covered = needed
        .iter()
        .zip(&index.covers)
        .enumerate()
        .all(|(ordinal, (need, covers))| !need || *covers || table.columns[ordinal].is_virtual);
    let lookup = (!covered).then(|| {
        let mut key_only = vec![false; needed.len()];
        for (column, _) in &table.indexes[0].order {
            key_only[*column] = true;
        }
        key_only
    });
    Plan { table, index: scan.index, needed, lookup, reverse: scan.reverse, virtuals }
}
