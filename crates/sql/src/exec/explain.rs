//! EXPLAIN: the plan of a statement as a tree.
//!
//! ```text
//!   distribution: local
//!
//!   • sort
//!   │ order: +a
//!   │
//!   └── • scan
//!         table: t@primary
//!         spans: FULL SCAN
//! ```
//!
//! *Source*: CockroachDB's page on EXPLAIN. Estimates are rules over what the newest statistics count. Left out: DISTSQL, VEC and OPT trees.

use std::collections::BTreeMap;

use crate::ast::Statement;
use crate::ast::session::Explain;
use crate::cx::Cx;
use crate::error::Error;
use crate::outcome::{Column, Outcome, Rows};
use crate::plan::Planner;
use crate::plan::node::{Join, JoinKind, Node, Scan, SetOp};
use crate::plan::write::{Action, Write};
use crate::types::{Datum, Type};

/// One node of the tree as it is drawn.
struct Drawn {
    title: String,
    facts: Vec<String>,
    children: Vec<Drawn>,
}

impl Drawn {
    fn new(title: impl Into<String>, children: Vec<Self>) -> Self {
        Self { title: title.into(), facts: Vec::new(), children }
    }

    fn fact(mut self, fact: impl Into<String>) -> Self {
        self.facts.push(fact.into());
        self
    }

    /// Draws the tree below a prefix.
    fn lines(&self, first: &str, rest: &str, out: &mut Vec<String>) {
        out.push(format!("{first}• {}", self.title));
        let bar = if self.children.is_empty() { "  " } else { "│ " };
        for fact in &self.facts {
            out.push(format!("{rest}{bar}{fact}"));
        }
        for (position, child) in self.children.iter().enumerate() {
            out.push(format!("{rest}│"));
            let last = position + 1 == self.children.len();
            let (branch, below) =
                if last { ("└── ", "    ") } else { ("├── ", "│   ") };
            child.lines(&format!("{rest}{branch}"), &format!("{rest}{below}"), out);
        }
    }
}

/// EXPLAIN.
#[expect(clippy::wildcard_enum_match_arm, reason = "the rest really is everything else")]
pub fn explain(explain: &Explain, cx: &mut Cx<'_>) -> Result<Outcome, Error> {
    let told = Told { rows: super::statistics::newest(cx)?, now: cx.txn_at().wall / 1000 };
    let drawn = match &explain.stmt {
        Statement::Select(select) => {
            let mut relation = Planner::new(cx).select(select)?;
            crate::plan::lookup_join::rewrite(&mut relation.node);
            if explain.analyze {
                super::run_planned(relation.clone(), cx)?;
            }
            draw(&relation.node, &told)
        }
        stmt @ (Statement::Insert(_) | Statement::Update(_) | Statement::Delete(_)) => {
            let write = Planner::new(cx).plan_write(stmt)?;
            if explain.analyze {
                super::run_planned_write(&write, cx)?;
            }
            draw_write(&write, &told)
        }
        _ => Drawn::new("statement", Vec::new()),
    };
    let mut lines = vec!["distribution: local".to_owned(), String::new()];
    drawn.lines("", "", &mut lines);
    let rows = lines.into_iter().map(|line| vec![Datum::string(line)]).collect();
    let tag = if explain.analyze { "EXPLAIN ANALYZE" } else { "EXPLAIN" };
    let columns = vec![Column::new("info", Type::STRING)];
    Ok(Outcome::Rows(Rows { columns, rows }, tag.to_owned()))
}

/// What statistics say.
struct Told {
    /// By table: rows, and when they were counted.
    rows: BTreeMap<i64, (i64, i64)>,
    /// *Units*: microseconds.
    now: i64,
}

impl Told {
    fn of(&self, scan: &Scan) -> Option<(i64, i64)> {
        self.rows.get(&i64::from(scan.used.table.desc.id)).copied()
    }

    /// How many rows a node makes, where statistics tell.
    #[expect(clippy::wildcard_enum_match_arm, reason = "of the rest nothing is known")]
    fn estimate(&self, node: &Node) -> Option<i64> {
        Some(match node {
            Node::Values { rows } => i64::try_from(rows.len()).ok()?,
            Node::Scan(scan) => {
                let (rows, _) = self.of(scan)?;
                let read = match (scan.point, is_whole(scan)) {
                    (true, _) => rows.min(i64::try_from(scan.spans.len()).ok()?),
                    (_, true) => rows,
                    _ => part(rows),
                };
                if scan.filter.is_some() { part(read) } else { read }
            }
            Node::Filter { input, .. } => part(self.estimate(input)?),
            Node::Aggregate { scalar: true, .. } => 1,
            Node::Aggregate { input, .. } | Node::Distinct { input, .. } => {
                part(self.estimate(input)?)
            }
            Node::Limit { input, limit, .. } => {
                let rows = self.estimate(input)?;
                match limit.as_ref().and_then(crate::types::expr::Scalar::as_const) {
                    Some(Datum::Int(limit)) => rows.min(*limit),
                    _ => rows,
                }
            }
            Node::Project { input, .. }
            | Node::Extend { input, .. }
            | Node::Number { input }
            | Node::Window { input, .. }
            | Node::Sort { input, .. } => self.estimate(input)?,
            Node::Join(join) if !join.left_keys.is_empty() || is_lookup(join) => {
                self.estimate(&join.left)?.max(self.estimate(&join.right)?)
            }
            Node::Join(join) => {
                self.estimate(&join.left)?.saturating_mul(self.estimate(&join.right)?)
            }
            Node::SetOp { left, right, .. } => {
                self.estimate(left)?.saturating_add(self.estimate(right)?)
            }
            _ => return None,
        })
    }
}

/// What a condition of which nothing is known leaves: a third, but never nothing of something.
fn part(rows: i64) -> i64 {
    if rows == 0 { 0 } else { (rows / 3).max(1) }
}

/// A number with commas between thousands.
fn grouped(n: i64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `3 minutes`: the greatest unit, as people say it.
fn ago(micros: i64) -> String {
    let secs = micros / 1_000_000;
    let (n, unit) = match secs {
        ..60 => (secs, "second"),
        60..3600 => (secs / 60, "minute"),
        3600..86_400 => (secs / 3600, "hour"),
        _ => (secs / 86_400, "day"),
    };
    count(usize::try_from(n).unwrap_or(0), unit)
}

/// A node with the number of rows that it will make, if that is known.
fn draw(node: &Node, told: &Told) -> Drawn {
    let mut drawn = draw_bare(node, told);
    let is_own = matches!(node, Node::Project { exprs, .. } if exprs.iter().all(|expr| expr.as_column().is_some()));
    let said = drawn.facts.iter().any(|fact| fact.starts_with(ESTIMATED) || fact == MISSING);
    if !is_own
        && !said
        && !matches!(node, Node::Values { .. })
        && let Some(rows) = told.estimate(node)
    {
        drawn.facts.insert(0, format!("{ESTIMATED} {}", grouped(rows)));
    }
    drawn
}

const ESTIMATED: &str = "estimated row count:";
const MISSING: &str = "missing stats";

fn draw_bare(node: &Node, told: &Told) -> Drawn {
    match node {
        Node::Values { rows } => {
            let width = rows.first().map_or(0, Vec::len);
            Drawn::new("values", Vec::new()).fact(format!(
                "size: {}, {}",
                count(width, "column"),
                count(rows.len(), "row")
            ))
        }
        Node::Rows(rows) => {
            Drawn::new("virtual table values", Vec::new()).fact(count(rows.len(), "row"))
        }
        Node::Scan(scan) => draw_scan(scan, told),
        Node::Filter { input, .. } => Drawn::new("filter", vec![draw(input, told)]),
        Node::Project { input, exprs } => {
            if exprs.iter().all(|expr| expr.as_column().is_some()) {
                return draw(input, told);
            }
            Drawn::new("render", vec![draw(input, told)])
        }
        Node::Extend { input, subqueries } => {
            let mut children = vec![draw(input, told)];
            children.extend(subqueries.iter().map(|subquery| {
                let title = if subquery.correlated { "apply" } else { "subquery" };
                Drawn::new(title, vec![draw(&subquery.node, told)])
            }));
            Drawn::new("root", children)
        }
        Node::ProjectSet { input, .. } => Drawn::new("project set", vec![draw(input, told)]),
        Node::Number { input } => Drawn::new("ordinality", vec![draw(input, told)]),
        Node::Join(join) => draw_join(join, told),
        Node::Aggregate { input, keys, scalar, .. } => {
            let title = if *scalar { "group (scalar)" } else { "group (hash)" };
            Drawn::new(title, vec![draw(input, told)])
                .fact(format!("group by: {}", count(keys.len(), "key")))
        }
        Node::Window { input, .. } => Drawn::new("window", vec![draw(input, told)]),
        Node::Sort { input, keys } => {
            let order: Vec<String> = keys
                .iter()
                .map(|key| format!("{}@{}", if key.descending { '-' } else { '+' }, key.column + 1))
                .collect();
            Drawn::new("sort", vec![draw(input, told)]).fact(format!("order: {}", order.join(",")))
        }
        Node::Distinct { input, .. } => Drawn::new("distinct", vec![draw(input, told)]),
        Node::Limit { input, .. } => Drawn::new("limit", vec![draw(input, told)]),
        Node::SetOp { op, all, left, right } => {
            let word = match op {
                SetOp::Union => "union",
                SetOp::Intersect => "intersect",
                SetOp::Except => "except",
            };
            let title = if *all { format!("{word} all") } else { word.to_owned() };
            Drawn::new(title, vec![draw(left, told), draw(right, told)])
        }
        Node::With { query, recursive, body, .. } => {
            let title = if recursive.is_some() { "recursive cte" } else { "with" };
            Drawn::new(title, vec![draw(body, told), draw(query, told)])
        }
        Node::Cte { .. } => Drawn::new("scan buffer", Vec::new()),
        Node::Write(write) => draw_write(write, told),
    }
}

fn draw_scan(scan: &Scan, told: &Told) -> Drawn {
    let table = &scan.used.table;
    let index = table.indexes.get(scan.index).map_or("", |index| &index.name);
    let spans = if is_whole(scan) {
        "FULL SCAN".to_owned()
    } else if scan.keys.is_empty() {
        let texts: Vec<String> = scan
            .spans
            .iter()
            .map(|span| {
                format!("[{} - {}]", crate::pretty::key(&span.start), crate::pretty::key(&span.end))
            })
            .collect();
        texts.join(" ")
    } else {
        "(parameterized)".to_owned()
    };
    let title = if scan.reverse { "revscan" } else { "scan" };
    let estimate = match told.of(scan) {
        None => MISSING.to_owned(),
        Some((all, at)) => {
            let bare = Scan { filter: None, ..scan.clone() };
            let rows = told.estimate(&Node::Scan(Box::new(bare))).unwrap_or(all);
            let percent = if all == 0 { 100 } else { rows.saturating_mul(100) / all };
            format!(
                "{ESTIMATED} {} ({percent}% of the table; stats collected {} ago)",
                grouped(rows),
                ago(told.now.saturating_sub(at))
            )
        }
    };
    let drawn = Drawn::new(title, Vec::new())
        .fact(estimate)
        .fact(format!("table: {}@{index}", table.desc.name))
        .fact(format!("spans: {spans}"));
    if scan.filter.is_some() { Drawn::new("filter", vec![drawn]) } else { drawn }
}

/// Whether all of an index is read.
fn is_whole(scan: &Scan) -> bool {
    scan.keys.is_empty() && scan.spans == [scan.used.table.index_span(scan.index)]
}

fn draw_join(join: &Join, told: &Told) -> Drawn {
    let kind = match join.kind {
        JoinKind::Inner => "",
        JoinKind::Left => " (left outer)",
        JoinKind::Right => " (right outer)",
        JoinKind::Full => " (full outer)",
    };
    let title = if is_lookup(join) {
        format!("lookup join{kind}")
    } else if join.lateral {
        format!("apply join{kind}")
    } else if join.left_keys.is_empty() {
        format!("cross join{kind}")
    } else {
        format!("hash join{kind}")
    };
    Drawn::new(title, vec![draw(&join.left, told), draw(&join.right, told)])
        .fact(format!("equality: {}", count(join.left_keys.len(), "key")))
}

/// Whether the right side is read by keys of the left row.
fn is_lookup(join: &Join) -> bool {
    join.lateral && matches!(&join.right, Node::Scan(scan) if !scan.keys.is_empty())
}

fn draw_write(write: &Write, told: &Told) -> Drawn {
    let input = draw(&write.input, told);
    let table = &write.table.desc.name;
    match &write.action {
        Action::Insert { columns, .. } => {
            let names: Vec<&str> =
                columns.iter().map(|&c| write.table.columns[c].name.as_str()).collect();
            Drawn::new(write.verb.lower(), vec![input])
                .fact(format!("into: {table}({})", names.join(", ")))
        }
        Action::Update { set } => {
            let names: Vec<&str> =
                set.iter().map(|(c, _)| write.table.columns[*c].name.as_str()).collect();
            Drawn::new("update", vec![input])
                .fact(format!("table: {table}"))
                .fact(format!("set: {}", names.join(", ")))
        }
        Action::Delete => Drawn::new("delete", vec![input]).fact(format!("from: {table}")),
    }
}

fn count(n: usize, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}
