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
//! *Source*: CockroachDB's page on EXPLAIN. Left out: estimates, which need statistics; DISTSQL, VEC and OPT trees.

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
    let drawn = match &explain.stmt {
        Statement::Select(select) => {
            let mut relation = Planner::new(cx).select(select)?;
            crate::plan::lookup_join::rewrite(&mut relation.node);
            if explain.analyze {
                super::run_planned(relation.clone(), cx)?;
            }
            draw(&relation.node)
        }
        stmt @ (Statement::Insert(_) | Statement::Update(_) | Statement::Delete(_)) => {
            let write = Planner::new(cx).plan_write(stmt)?;
            if explain.analyze {
                super::run_planned_write(&write, cx)?;
            }
            draw_write(&write)
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

fn draw(node: &Node) -> Drawn {
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
        Node::Scan(scan) => draw_scan(scan),
        Node::Filter { input, .. } => Drawn::new("filter", vec![draw(input)]),
        Node::Project { input, exprs } => {
            if exprs.iter().all(|expr| expr.as_column().is_some()) {
                return draw(input);
            }
            Drawn::new("render", vec![draw(input)])
        }
        Node::Extend { input, subqueries } => {
            let mut children = vec![draw(input)];
            children.extend(subqueries.iter().map(|subquery| {
                let title = if subquery.correlated { "apply" } else { "subquery" };
                Drawn::new(title, vec![draw(&subquery.node)])
            }));
            Drawn::new("root", children)
        }
        Node::ProjectSet { input, .. } => Drawn::new("project set", vec![draw(input)]),
        Node::Number { input } => Drawn::new("ordinality", vec![draw(input)]),
        Node::Join(join) => draw_join(join),
        Node::Aggregate { input, keys, scalar, .. } => {
            let title = if *scalar { "group (scalar)" } else { "group (hash)" };
            Drawn::new(title, vec![draw(input)])
                .fact(format!("group by: {}", count(keys.len(), "key")))
        }
        Node::Window { input, .. } => Drawn::new("window", vec![draw(input)]),
        Node::Sort { input, keys } => {
            let order: Vec<String> = keys
                .iter()
                .map(|key| format!("{}@{}", if key.descending { '-' } else { '+' }, key.column + 1))
                .collect();
            Drawn::new("sort", vec![draw(input)]).fact(format!("order: {}", order.join(",")))
        }
        Node::Distinct { input, .. } => Drawn::new("distinct", vec![draw(input)]),
        Node::Limit { input, .. } => Drawn::new("limit", vec![draw(input)]),
        Node::SetOp { op, all, left, right } => {
            let word = match op {
                SetOp::Union => "union",
                SetOp::Intersect => "intersect",
                SetOp::Except => "except",
            };
            let title = if *all { format!("{word} all") } else { word.to_owned() };
            Drawn::new(title, vec![draw(left), draw(right)])
        }
        Node::With { query, recursive, body, .. } => {
            let title = if recursive.is_some() { "recursive cte" } else { "with" };
            Drawn::new(title, vec![draw(body), draw(query)])
        }
        Node::Cte { .. } => Drawn::new("scan buffer", Vec::new()),
        Node::Write(write) => draw_write(write),
    }
}

fn draw_scan(scan: &Scan) -> Drawn {
    let table = &scan.used.table;
    let index = table.indexes.get(scan.index).map_or("", |index| &index.name);
    let whole = scan.keys.is_empty() && scan.spans == [table.index_span(scan.index)];
    let spans = if whole {
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
    let drawn = Drawn::new(title, Vec::new())
        .fact(format!("table: {}@{index}", table.desc.name))
        .fact(format!("spans: {spans}"));
    if scan.filter.is_some() { Drawn::new("filter", vec![drawn]) } else { drawn }
}

fn draw_join(join: &Join) -> Drawn {
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
    Drawn::new(title, vec![draw(&join.left), draw(&join.right)])
        .fact(format!("equality: {}", count(join.left_keys.len(), "key")))
}

/// Whether the right side is read by keys of the left row.
fn is_lookup(join: &Join) -> bool {
    join.lateral && matches!(&join.right, Node::Scan(scan) if !scan.keys.is_empty())
}

fn draw_write(write: &Write) -> Drawn {
    let input = draw(&write.input);
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
