//! The machine that runs a plan: rows are pushed from the leaves to a sink.
//!
//! ```text
//!   stream(Filter)  ──▶ stream(Scan) ── row ──▶ filter's sink ── row ──▶ caller's sink ── More | Enough ──▶ back
//! ```
//!
//! Shape: a row is a slice that lives until the sink returns; whoever keeps it copies it. A sink answers `Enough` to
//! stop what feeds it, which is how LIMIT ends a scan. Every row that is read, joined or held counts one step; the
//! budget ends a statement that would freeze the page.
//! *Errors*: 54000 when the budget is spent, 53200 when too much is held.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Error as ExecError;
use crate::cx::Cx;
use crate::error::Error;
use crate::plan::node::{Node, SetOp, Subquery, SubqueryKind};
use crate::types::Datum;
use crate::types::expr::Scalar;
use base::map::Map;

/// Whether more rows are wanted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Flow {
    /// Go on.
    More,
    /// No further row will be looked at.
    Enough,
}

/// Rows that are kept, shared between readers.
pub type Held = Arc<Vec<Vec<Datum>>>;

/// Takes rows.
pub type Sink<'s, 'r, 'c> = dyn FnMut(&mut Run<'r, 'c>, &[Datum]) -> Result<Flow, Error> + 's;

/// How many datums a statement may hold at once. *Units*: datums of 24 bytes and what they point to.
const HELD_MAX: u64 = 40_000_000;

/// Memory is asked for ahead whenever so many datums more are held. *Units*: power of two.
const HELD_ROOM: u32 = 16;

/// What a held datum and what it points to may take.
const DATUM_BYTES: usize = 64;

/// How many rounds a recursive query may take.
const ROUNDS_MAX: usize = 100_000;

/// A plan being run.
#[derive(Debug)]
pub struct Run<'r, 'c> {
    /// The world.
    pub cx: &'r mut Cx<'c>,
    pub(super) steps_left: u64,
    held: u64,
    outer: Vec<Datum>,
    slots: Map<usize, Held>,
    answers: Map<usize, Answer>,
    scratch: Vec<Datum>,
}

/// What an uncorrelated subquery answered.
#[derive(Clone, Debug)]
enum Answer {
    Value(Datum),
    Set(Arc<Members>),
}

/// The rows of an IN subquery.
#[derive(Debug, Default)]
struct Members {
    rows: BTreeSet<Vec<Datum>>,
    /// A row with a NULL is among them.
    with_null: bool,
}

impl<'r, 'c> Run<'r, 'c> {
    /// A run with the session's budget.
    pub fn new(cx: &'r mut Cx<'c>) -> Self {
        let steps_left = cx.session.row_steps_max;
        Self {
            cx,
            steps_left,
            held: 0,
            outer: Vec::new(),
            slots: Map::new(),
            answers: Map::new(),
            scratch: Vec::new(),
        }
    }

    /// Counts `n` steps.
    pub fn step(&mut self, n: u64) -> Result<(), Error> {
        match self.steps_left.checked_sub(n) {
            Some(left) => {
                self.steps_left = left;
                Ok(())
            }
            None => Err(ExecError::RowSteps { limit: self.cx.session.row_steps_max }.into()),
        }
    }

    /// Counts a row of `width` datums that is kept.
    pub fn hold(&mut self, width: usize) -> Result<(), Error> {
        let before = self.held;
        self.held += base::num::to_u64(width) + 1;
        if before >> HELD_ROOM != self.held >> HELD_ROOM {
            base::room::make(DATUM_BYTES << HELD_ROOM);
        }
        if self.held > HELD_MAX {
            return Err(ExecError::Memory { limit_bytes: HELD_MAX * 24 }.into());
        }
        Ok(())
    }

    /// Takes back what was counted for kept rows from `from` on, which are dropped.
    pub fn release(&mut self, rows: &[Vec<Datum>], from: usize) {
        let dropped: usize = rows.iter().skip(from).map(|row| row.len() + 1).sum();
        self.held = self.held.saturating_sub(base::num::to_u64(dropped));
    }

    /// The value of an expression over a row.
    pub fn eval(&mut self, scalar: &Scalar, row: &[Datum]) -> Result<Datum, Error> {
        // Columns and constants need nothing of the world.
        if let Some(value) = scalar.as_const() {
            return Ok(value.clone());
        }
        if let Some(value) = scalar.as_column().and_then(|column| row.get(column)) {
            return Ok(value.clone());
        }
        if self.outer.is_empty() {
            return Ok(self.cx.with_eval(|eval| scalar.eval(row, eval))?);
        }
        let mut wide = std::mem::take(&mut self.scratch);
        wide.clear();
        wide.extend_from_slice(row);
        wide.extend_from_slice(&self.outer);
        let value = self.cx.with_eval(|eval| scalar.eval(&wide, eval));
        self.scratch = wide;
        Ok(value?)
    }

    /// Whether a condition is true; NULL is not.
    pub fn holds(&mut self, predicate: &Scalar, row: &[Datum]) -> Result<bool, Error> {
        Ok(matches!(self.eval(predicate, row)?, Datum::Bool(true)))
    }

    /// The values of several expressions, put into `out`.
    pub fn eval_all(
        &mut self,
        scalars: &[Scalar],
        row: &[Datum],
        out: &mut Vec<Datum>,
    ) -> Result<(), Error> {
        out.clear();
        for scalar in scalars {
            out.push(self.eval(scalar, row)?);
        }
        Ok(())
    }

    /// Runs a node and gives each of its rows to `sink`.
    pub fn stream(&mut self, node: &Node, sink: &mut Sink<'_, 'r, 'c>) -> Result<Flow, Error> {
        match node {
            Node::Values { rows } => self.stream_values(rows, sink),
            Node::Rows(rows) => self.stream_held(rows, sink),
            Node::Scan(scan) => self.scan(scan, sink),
            Node::Filter { input, predicate } => self.stream(input, &mut |run, row| {
                if run.holds(predicate, row)? { sink(run, row) } else { Ok(Flow::More) }
            }),
            Node::Project { input, exprs } => {
                let mut out = Vec::with_capacity(exprs.len());
                self.stream(input, &mut |run, row| {
                    run.eval_all(exprs, row, &mut out)?;
                    sink(run, &out)
                })
            }
            Node::Extend { input, subqueries } => self.extend(input, subqueries, sink),
            Node::ProjectSet { input, sets, ordinality } => {
                self.project_set(input, sets, *ordinality, sink)
            }
            Node::Number { input } => {
                let (mut number, mut wide) = (0, Vec::new());
                self.stream(input, &mut |run, row| {
                    number += 1;
                    wide.clear();
                    wide.extend_from_slice(row);
                    wide.push(Datum::Int(number));
                    sink(run, &wide)
                })
            }
            Node::Join(join) => self.join(join, sink),
            Node::Aggregate { input, keys, calls, scalar } => {
                self.aggregate(input, keys, calls, *scalar, sink)
            }
            Node::Window { input, calls } => self.window(input, calls, sink),
            Node::Sort { input, keys } => self.sort(input, keys, usize::MAX, sink),
            Node::Distinct { input, on } => self.distinct(input, on, sink),
            Node::Limit { input, limit, offset } => {
                self.limit(input, limit.as_ref(), offset.as_ref(), sink)
            }
            Node::SetOp { op, all, left, right } => self.set_op(*op, *all, left, right, sink),
            Node::With { slot, query, recursive, body } => {
                let rows = match recursive {
                    None => self.collect(query)?,
                    Some(recursive) => self.recurse(*slot, query, recursive)?,
                };
                self.slots.insert(*slot, rows);
                self.stream(body, sink)
            }
            Node::Cte { slot } => {
                let rows = self.slots.get(slot).cloned().unwrap_or_default();
                self.stream_held(&rows, sink)
            }
            Node::Write(write) => {
                let rows = self.run_write(write)?.rows;
                self.stream_held(&Arc::new(rows), sink)
            }
        }
    }

    /// All rows of a node, kept.
    pub fn collect(&mut self, node: &Node) -> Result<Held, Error> {
        if let Node::Rows(rows) = node {
            return Ok(Arc::clone(rows));
        }
        let mut rows = Vec::new();
        self.stream(node, &mut |run, row| {
            run.hold(row.len())?;
            rows.push(row.to_vec());
            Ok(Flow::More)
        })?;
        Ok(Arc::new(rows))
    }

    fn stream_values(
        &mut self,
        rows: &[Vec<Scalar>],
        sink: &mut Sink<'_, 'r, 'c>,
    ) -> Result<Flow, Error> {
        let mut out = Vec::new();
        for exprs in rows {
            self.step(1)?;
            self.eval_all(exprs, &[], &mut out)?;
            if sink(self, &out)? == Flow::Enough {
                return Ok(Flow::Enough);
            }
        }
        Ok(Flow::More)
    }

    /// Gives kept rows to a sink.
    pub fn stream_held(&mut self, rows: &Held, sink: &mut Sink<'_, 'r, 'c>) -> Result<Flow, Error> {
        for row in rows.iter() {
            self.step(1)?;
            if sink(self, row)? == Flow::Enough {
                return Ok(Flow::Enough);
            }
        }
        Ok(Flow::More)
    }

    fn limit(
        &mut self,
        input: &Node,
        limit: Option<&Scalar>,
        offset: Option<&Scalar>,
        sink: &mut Sink<'_, 'r, 'c>,
    ) -> Result<Flow, Error> {
        let mut left = self.count(limit, "LIMIT")?.unwrap_or(u64::MAX);
        let mut skip = self.count(offset, "OFFSET")?.unwrap_or(0);
        if left == 0 {
            return Ok(Flow::More);
        }
        let mut stopped = false;
        let wanted = base::num::to_usize(left.saturating_add(skip));
        self.stream_first(input, wanted, &mut |run, row| {
            if skip > 0 {
                skip -= 1;
                return Ok(Flow::More);
            }
            left -= 1;
            if sink(run, row)? == Flow::Enough {
                stopped = true;
                return Ok(Flow::Enough);
            }
            Ok(if left == 0 { Flow::Enough } else { Flow::More })
        })?;
        Ok(if stopped { Flow::Enough } else { Flow::More })
    }

    /// Runs a node of which only the first `wanted` rows will be looked at: a sort below need not keep more.
    #[expect(clippy::wildcard_enum_match_arm, reason = "no other node gains by it")]
    fn stream_first(
        &mut self,
        node: &Node,
        wanted: usize,
        sink: &mut Sink<'_, 'r, 'c>,
    ) -> Result<Flow, Error> {
        match node {
            Node::Sort { input, keys } => self.sort(input, keys, wanted, sink),
            Node::Project { input, exprs } => {
                let mut out = Vec::with_capacity(exprs.len());
                self.stream_first(input, wanted, &mut |run, row| {
                    run.eval_all(exprs, row, &mut out)?;
                    sink(run, &out)
                })
            }
            _ => self.stream(node, sink),
        }
    }

    /// The number that LIMIT or OFFSET stands for; NULL is none.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the rest really is everything else")]
    fn count(
        &mut self,
        scalar: Option<&Scalar>,
        clause: &'static str,
    ) -> Result<Option<u64>, Error> {
        let Some(scalar) = scalar else { return Ok(None) };
        match self.eval(scalar, &[])? {
            Datum::Int(n) => {
                u64::try_from(n).map(Some).map_err(|_| ExecError::NegativeLimit { clause }.into())
            }
            _ => Ok(None),
        }
    }

    fn distinct(
        &mut self,
        input: &Node,
        on: &[usize],
        sink: &mut Sink<'_, 'r, 'c>,
    ) -> Result<Flow, Error> {
        let mut seen: BTreeSet<Vec<Datum>> = BTreeSet::new();
        let mut key = Vec::new();
        self.stream(input, &mut |run, row| {
            key.clear();
            key.extend(on.iter().filter_map(|&column| row.get(column)).cloned());
            if seen.contains(key.as_slice()) {
                return Ok(Flow::More);
            }
            run.hold(key.len())?;
            seen.insert(key.clone());
            sink(run, row)
        })
    }

    fn set_op(
        &mut self,
        op: SetOp,
        all: bool,
        left: &Node,
        right: &Node,
        sink: &mut Sink<'_, 'r, 'c>,
    ) -> Result<Flow, Error> {
        if op == SetOp::Union && all {
            return match self.stream(left, sink)? {
                Flow::Enough => Ok(Flow::Enough),
                Flow::More => self.stream(right, sink),
            };
        }
        let mut counts: BTreeMap<Vec<Datum>, usize> = BTreeMap::new();
        if op == SetOp::Union {
            let mut first = |run: &mut Self, row: &[Datum]| {
                if counts.contains_key(row) {
                    return Ok(Flow::More);
                }
                run.hold(row.len())?;
                counts.insert(row.to_vec(), 1);
                sink(run, row)
            };
            return match self.stream(left, &mut first)? {
                Flow::Enough => Ok(Flow::Enough),
                Flow::More => self.stream(right, &mut first),
            };
        }
        self.stream(right, &mut |run, row| {
            if let Some(count) = counts.get_mut(row) {
                *count += 1;
            } else {
                run.hold(row.len())?;
                counts.insert(row.to_vec(), 1);
            }
            Ok(Flow::More)
        })?;
        let wanted = op == SetOp::Intersect;
        let mut shown: BTreeSet<Vec<Datum>> = BTreeSet::new();
        self.stream(left, &mut |run, row| {
            let matched = match counts.get_mut(row) {
                Some(count) if all => {
                    let matched = *count > 0;
                    *count = count.saturating_sub(1);
                    matched
                }
                Some(_) => true,
                None => false,
            };
            if matched != wanted || (!all && !shown.insert(row.to_vec())) {
                return Ok(Flow::More);
            }
            sink(run, row)
        })
    }

    /// Rounds of a recursive query: the slot holds what the last round added.
    fn recurse(
        &mut self,
        slot: usize,
        query: &Node,
        recursive: &crate::plan::node::Recursive,
    ) -> Result<Held, Error> {
        let mut all_rows: Vec<Vec<Datum>> = Vec::new();
        let mut seen: BTreeSet<Vec<Datum>> = BTreeSet::new();
        let mut fresh = self.collect(query)?;
        for _ in 0..ROUNDS_MAX {
            let mut added = Vec::new();
            for row in fresh.iter() {
                if recursive.all || seen.insert(row.clone()) {
                    added.push(row.clone());
                }
            }
            if added.is_empty() {
                return Ok(Arc::new(all_rows));
            }
            all_rows.extend(added.iter().cloned());
            self.slots.insert(slot, Arc::new(added));
            fresh = self.collect(&recursive.step)?;
        }
        Err(ExecError::TooDeep { what: "recursive query", limit: ROUNDS_MAX }.into())
    }
}

/// Subqueries.
impl<'r, 'c> Run<'r, 'c> {
    fn extend(
        &mut self,
        input: &Node,
        subqueries: &[Subquery],
        sink: &mut Sink<'_, 'r, 'c>,
    ) -> Result<Flow, Error> {
        let mut wide = Vec::new();
        self.stream(input, &mut |run, row| {
            wide.clear();
            wide.extend_from_slice(row);
            for subquery in subqueries {
                let value = run.answer(subquery, row)?;
                wide.push(value);
            }
            sink(run, &wide)
        })
    }

    /// The answer of one subquery for one row.
    fn answer(&mut self, subquery: &Subquery, row: &[Datum]) -> Result<Datum, Error> {
        let answer = match self.answers.get(&subquery.slot) {
            Some(known) if !subquery.correlated => known.clone(),
            Some(_) | None => {
                let answer = self.ask(subquery, row)?;
                if !subquery.correlated {
                    self.answers.insert(subquery.slot, answer.clone());
                }
                answer
            }
        };
        match (answer, &subquery.kind) {
            (Answer::Value(value), _) => Ok(value),
            (Answer::Set(members), SubqueryKind::In { needle }) => {
                let mut key = Vec::new();
                self.eval_all(needle, row, &mut key)?;
                Ok(members.contains(&key))
            }
            (
                Answer::Set(_),
                SubqueryKind::Scalar { .. } | SubqueryKind::Exists | SubqueryKind::Array { .. },
            ) => Ok(Datum::Null),
        }
    }

    /// Runs a subquery under `row`.
    fn ask(&mut self, subquery: &Subquery, row: &[Datum]) -> Result<Answer, Error> {
        let outer = if subquery.correlated {
            // What is remembered of subqueries inside this one may belong to another row.
            self.answers.retain(|slot, _| *slot < subquery.slot || *slot >= subquery.slots_end);
            self.push_outer(row)
        } else {
            std::mem::take(&mut self.outer)
        };
        let answer = self.ask_inside(subquery);
        self.pop_outer(outer);
        answer
    }

    /// Puts `row` before the outer row; answers what it was.
    pub fn push_outer(&mut self, row: &[Datum]) -> Vec<Datum> {
        let mut inner = Vec::with_capacity(row.len() + self.outer.len());
        inner.extend_from_slice(row);
        inner.extend_from_slice(&self.outer);
        std::mem::replace(&mut self.outer, inner)
    }

    /// Puts back the outer row that [`Self::push_outer`] answered.
    pub fn pop_outer(&mut self, outer: Vec<Datum>) {
        self.outer = outer;
    }

    fn ask_inside(&mut self, subquery: &Subquery) -> Result<Answer, Error> {
        match &subquery.kind {
            SubqueryKind::Exists => {
                let mut found = false;
                self.stream(&subquery.node, &mut |_, _| {
                    found = true;
                    Ok(Flow::Enough)
                })?;
                Ok(Answer::Value(Datum::Bool(found)))
            }
            SubqueryKind::Scalar { width } => {
                let mut value = None;
                self.stream(&subquery.node, &mut |_, row| {
                    if value.is_some() {
                        return Err(ExecError::SubqueryRows.into());
                    }
                    value = Some(one_value(row, *width));
                    Ok(Flow::More)
                })?;
                Ok(Answer::Value(value.unwrap_or(Datum::Null)))
            }
            SubqueryKind::Array { width } => {
                let mut values = Vec::new();
                self.stream(&subquery.node, &mut |run, row| {
                    run.hold(row.len())?;
                    values.push(one_value(row, *width));
                    Ok(Flow::More)
                })?;
                Ok(Answer::Value(Datum::array(values)))
            }
            SubqueryKind::In { .. } => {
                let mut members = Members::default();
                self.stream(&subquery.node, &mut |run, row| {
                    if row.iter().any(Datum::is_null) {
                        members.with_null = true;
                    }
                    if !members.rows.contains(row) {
                        run.hold(row.len())?;
                        members.rows.insert(row.to_vec());
                    }
                    Ok(Flow::More)
                })?;
                Ok(Answer::Set(Arc::new(members)))
            }
        }
    }
}

/// A row as one value: itself when it is one column wide, else a tuple.
fn one_value(row: &[Datum], width: usize) -> Datum {
    match (width, row) {
        (1, [value, ..]) => value.clone(),
        _ => Datum::Tuple(row.into()),
    }
}

impl Members {
    /// Whether `key` is among the rows: true, false, or NULL when only a NULL keeps it open.
    fn contains(&self, key: &[Datum]) -> Datum {
        if self.rows.is_empty() {
            return Datum::Bool(false);
        }
        let key_null = key.iter().any(Datum::is_null);
        if !key_null && self.rows.contains(key) {
            return Datum::Bool(true);
        }
        if !key_null && !self.with_null {
            return Datum::Bool(false);
        }
        // Rows that differ in a column where neither is NULL cannot be equal, whatever the NULLs stand for.
        let open = self
            .rows
            .iter()
            .any(|row| row.iter().zip(key).all(|(a, b)| a.is_null() || b.is_null() || a == b));
        if open { Datum::Null } else { Datum::Bool(false) }
    }
}

impl Run<'_, '_> {
    /// A row followed by the outer row.
    pub fn widen(&self, row: &[Datum]) -> Vec<Datum> {
        let mut wide = Vec::with_capacity(row.len() + self.outer.len());
        wide.extend_from_slice(row);
        wide.extend_from_slice(&self.outer);
        wide
    }
}
