//! Execution against a naive evaluator: random SELECT, INSERT, UPDATE and DELETE over two small tables with NULLs, and the
//! same over plain vectors.
//!
//! Shape: integers and truth values in three-valued logic; everything that the model does is a loop over all rows.

#![allow(clippy::expect_used, clippy::panic, reason = "a helper that fails ends the test")]

use std::collections::{BTreeMap, BTreeSet};

use fuzz::chance::Chance;
use fuzz::stage::Stage;
use simulator::input::{Policy, Version};

type Value = Option<i64>;
type Truth = Option<bool>;

/// An integer expression.
enum Num {
    Int(i64),
    Null,
    Column(usize),
    Minus(Box<Num>),
    Op(char, Box<Num>, Box<Num>),
    Case(Box<Test>, Box<Num>, Box<Num>),
    Coalesce(Box<Num>, Box<Num>),
}

/// A truth expression.
enum Test {
    Compare(&'static str, Num, Num),
    And(Box<Test>, Box<Test>),
    Or(Box<Test>, Box<Test>),
    Not(Box<Test>),
    IsNull(Num),
    In(Num, Vec<Num>),
    Between(Num, Num, Num),
    Distinct(Num, Num),
}

const COLUMNS: [&str; 3] = ["a", "b", "c"];
const COMPARISONS: [&str; 6] = ["=", "<>", "<", "<=", ">", ">="];

fn num(chance: &mut Chance, depth: usize) -> Num {
    let inner = |chance: &mut Chance| Box::new(num(chance, depth - 1));
    match if depth == 0 { chance.below(5) } else { chance.below(10) } {
        0 => Num::Int(chance.between(-5, 12)),
        1 if depth > 0 => Num::Null,
        1..=4 => Num::Column(chance.below(3)),
        5 => Num::Minus(inner(chance)),
        6 | 7 => Num::Op(*chance.pick(&['+', '-', '*']), inner(chance), inner(chance)),
        8 => Num::Case(Box::new(test(chance, depth - 1)), inner(chance), inner(chance)),
        _ => Num::Coalesce(inner(chance), inner(chance)),
    }
}

fn test(chance: &mut Chance, depth: usize) -> Test {
    let inner = |chance: &mut Chance| Box::new(test(chance, depth - 1));
    let low = depth.saturating_sub(1);
    match if depth == 0 { chance.below(4) } else { chance.below(9) } {
        0..=2 => Test::Compare(COMPARISONS[chance.below(6)], num(chance, low), num(chance, low)),
        3 => Test::IsNull(num(chance, low)),
        4 => Test::And(inner(chance), inner(chance)),
        5 => Test::Or(inner(chance), inner(chance)),
        6 => Test::Not(inner(chance)),
        7 => Test::In(num(chance, low), (0..3).map(|_| num(chance, 0)).collect()),
        _ if chance.percent(50) => Test::Between(num(chance, low), num(chance, 0), num(chance, 0)),
        _ => Test::Distinct(num(chance, low), num(chance, low)),
    }
}

impl Num {
    fn text(&self) -> String {
        match self {
            Self::Int(n) if *n < 0 => format!("({n})"),
            Self::Int(n) => n.to_string(),
            Self::Null => "NULL::INT".to_owned(),
            Self::Column(i) => COLUMNS[*i].to_owned(),
            Self::Minus(x) => format!("(- {})", x.text()),
            Self::Op(op, x, y) => format!("({} {op} {})", x.text(), y.text()),
            Self::Case(p, x, y) => {
                format!("CASE WHEN {} THEN {} ELSE {} END", p.text(), x.text(), y.text())
            }
            Self::Coalesce(x, y) => format!("COALESCE({}, {})", x.text(), y.text()),
        }
    }

    fn value(&self, row: &[Value]) -> Value {
        match self {
            Self::Int(n) => Some(*n),
            Self::Null => None,
            Self::Column(i) => row[*i],
            Self::Minus(x) => x.value(row).map(|n| -n),
            Self::Op(op, x, y) => {
                let (x, y) = (x.value(row)?, y.value(row)?);
                Some(match op {
                    '+' => x + y,
                    '-' => x - y,
                    _ => x * y,
                })
            }
            Self::Case(p, x, y) => (if p.holds(row) == Some(true) { x } else { y }).value(row),
            Self::Coalesce(x, y) => x.value(row).or_else(|| y.value(row)),
        }
    }
}

fn and(x: Truth, y: Truth) -> Truth {
    match (x, y) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

fn or(x: Truth, y: Truth) -> Truth {
    and(x.map(|x| !x), y.map(|y| !y)).map(|both| !both)
}

/// Whether a value is one of a list: unknown if it is not found and one of the two is NULL.
fn among(value: Value, list: &[Value]) -> Truth {
    let mut found = Some(false);
    for one in list {
        found = or(found, compare("=", value, *one));
    }
    found
}

fn compare(op: &str, x: Value, y: Value) -> Truth {
    let order = x?.cmp(&y?);
    Some(match op {
        "=" => order.is_eq(),
        "<>" => order.is_ne(),
        "<" => order.is_lt(),
        "<=" => order.is_le(),
        ">" => order.is_gt(),
        _ => order.is_ge(),
    })
}

impl Test {
    fn text(&self) -> String {
        match self {
            Self::Compare(op, x, y) => format!("({} {op} {})", x.text(), y.text()),
            Self::And(x, y) => format!("({} AND {})", x.text(), y.text()),
            Self::Or(x, y) => format!("({} OR {})", x.text(), y.text()),
            Self::Not(x) => format!("(NOT {})", x.text()),
            Self::IsNull(x) => format!("({} IS NULL)", x.text()),
            Self::In(x, list) => {
                let list: Vec<String> = list.iter().map(Num::text).collect();
                format!("({} IN ({}))", x.text(), list.join(", "))
            }
            Self::Between(x, low, high) => {
                format!("({} BETWEEN {} AND {})", x.text(), low.text(), high.text())
            }
            Self::Distinct(x, y) => format!("({} IS DISTINCT FROM {})", x.text(), y.text()),
        }
    }

    fn holds(&self, row: &[Value]) -> Truth {
        match self {
            Self::Compare(op, x, y) => compare(op, x.value(row), y.value(row)),
            Self::And(x, y) => and(x.holds(row), y.holds(row)),
            Self::Or(x, y) => or(x.holds(row), y.holds(row)),
            Self::Not(x) => x.holds(row).map(|holds| !holds),
            Self::IsNull(x) => Some(x.value(row).is_none()),
            Self::In(x, list) => {
                among(x.value(row), &list.iter().map(|y| y.value(row)).collect::<Vec<_>>())
            }
            Self::Between(x, low, high) => and(
                compare(">=", x.value(row), low.value(row)),
                compare("<=", x.value(row), high.value(row)),
            ),
            Self::Distinct(x, y) => Some(x.value(row) != y.value(row)),
        }
    }
}

fn grouped(kept: &Rows, p: &str) -> (String, Rows, bool) {
    let mut groups: BTreeMap<Value, Rows> = BTreeMap::new();
    for row in kept {
        groups.entry(row[1]).or_default().push(row.clone());
    }
    let rows = groups.into_iter().map(|(b, rows)| {
        let known: Vec<i64> = rows.iter().filter_map(|row| row[2]).collect();
        let count = |n: usize| i64::try_from(n).ok();
        let sum = (!known.is_empty()).then(|| known.iter().sum());
        vec![b, count(rows.len()), count(known.len()), sum, known.iter().min().copied()]
    });
    let sql =
        format!("SELECT b, count(*), count(c), sum(c)::INT, min(c) FROM t WHERE {p} GROUP BY b");
    (sql, rows.collect(), false)
}

/// Both tables: `t (a, b, c)` by `a`, `u (x, y)` by `x`.
struct Model {
    t: BTreeMap<i64, Vec<Value>>,
    u: Vec<[Value; 2]>,
}

type Rows = Vec<Vec<Value>>;

impl Model {
    fn rows(&self) -> impl Iterator<Item = &Vec<Value>> {
        self.t.values()
    }

    fn wanted(&self, p: &Test) -> Rows {
        self.rows().filter(|row| p.holds(row) == Some(true)).cloned().collect()
    }

    /// A query and its rows; the flag says that their order counts.
    fn query(&self, chance: &mut Chance) -> (String, Rows, bool) {
        let p = test(chance, 3);
        let (e, f) = (num(chance, 3), num(chance, 2));
        let (pt, et, ft) = (p.text(), e.text(), f.text());
        let kept = self.wanted(&p);
        match chance.below(9) {
            0 | 1 => {
                let (skip, take) = (chance.below(3), chance.below(9));
                let rows = kept.iter().map(|row| vec![row[0], e.value(row), f.value(row)]);
                let sql = format!(
                    "SELECT a, {et} AS e, {ft} AS f FROM t WHERE {pt} ORDER BY a LIMIT {take} OFFSET {skip}"
                );
                (sql, rows.skip(skip).take(take).collect(), true)
            }
            2 => {
                let mut rows: Rows = kept.iter().map(|row| vec![e.value(row), row[0]]).collect();
                // NULLs come first, as the smallest.
                rows.sort_by(|x, y| y[0].cmp(&x[0]).then(x[1].cmp(&y[1])));
                (format!("SELECT {et} AS e, a FROM t WHERE {pt} ORDER BY e DESC, a"), rows, true)
            }
            3 => {
                let rows: BTreeSet<Vec<Value>> =
                    kept.iter().map(|row| vec![e.value(row)]).collect();
                (
                    format!("SELECT DISTINCT {et} FROM t WHERE {pt}"),
                    rows.into_iter().collect(),
                    false,
                )
            }
            4 => grouped(&kept, &pt),
            5 => self.joined(&p, chance.percent(50)),
            6 => self.subquery(&kept, &pt, chance.below(3)),
            7 => self.set(chance.below(4)),
            _ => {
                let sums: i64 = kept.iter().filter_map(|row| e.value(row)).sum();
                let none = kept.iter().all(|row| e.value(row).is_none());
                let rows = vec![vec![
                    Some(kept.len().try_into().expect("few")),
                    (!none).then_some(sums),
                    kept.iter().filter_map(|row| e.value(row)).max(),
                ]];
                (
                    format!("SELECT count(*), sum({et})::INT, max({et}) FROM t WHERE {pt}"),
                    rows,
                    false,
                )
            }
        }
    }

    fn joined(&self, p: &Test, left: bool) -> (String, Rows, bool) {
        let mut rows = Rows::new();
        for row in self.rows() {
            let before = rows.len();
            for [x, y] in &self.u {
                if and(compare("=", row[1], *y), p.holds(row)) == Some(true) {
                    rows.push(vec![row[0], *x]);
                }
            }
            if left && rows.len() == before {
                rows.push(vec![row[0], None]);
            }
        }
        let kind = if left { "LEFT JOIN" } else { "JOIN" };
        (format!("SELECT a, x FROM t {kind} u ON b = y AND {}", p.text()), rows, false)
    }

    fn subquery(&self, kept: &Rows, p: &str, kind: usize) -> (String, Rows, bool) {
        let y: Vec<Value> = self.u.iter().map(|row| row[1]).collect();
        let clause = [
            "b IN (SELECT y FROM u)",
            "b NOT IN (SELECT y FROM u)",
            "EXISTS (SELECT 1 FROM u WHERE x = c)",
        ][kind];
        let holds = |row: &&Vec<Value>| match kind {
            0 => among(row[1], &y) == Some(true),
            1 => among(row[1], &y) == Some(false),
            _ => self.u.iter().any(|[x, _]| *x == row[2]),
        };
        let rows = kept.iter().filter(holds).map(|row| vec![row[0]]);
        (format!("SELECT a FROM t WHERE {p} AND {clause}"), rows.collect(), false)
    }

    fn set(&self, kind: usize) -> (String, Rows, bool) {
        let b: Vec<Value> = self.rows().map(|row| row[1]).collect();
        let y: Vec<Value> = self.u.iter().map(|row| row[1]).collect();
        let (bs, ys): (BTreeSet<Value>, BTreeSet<Value>) =
            (b.iter().copied().collect(), y.iter().copied().collect());
        let (word, values): (&str, Vec<Value>) = match kind {
            0 => ("UNION ALL", [b, y].concat()),
            1 => ("UNION", bs.union(&ys).copied().collect()),
            2 => ("EXCEPT", bs.difference(&ys).copied().collect()),
            _ => ("INTERSECT", bs.intersection(&ys).copied().collect()),
        };
        let rows = values.into_iter().map(|v| vec![v]).collect();
        (format!("SELECT b FROM t {word} SELECT y FROM u"), rows, false)
    }

    /// A statement that changes `t`, in the model as well. `None` says that it must fail on a key that is taken.
    fn change(&mut self, chance: &mut Chance) -> (String, Option<usize>) {
        let p = test(chance, 3);
        match chance.below(4) {
            0 | 1 => {
                let row = [Some(chance.between(0, 30)), value(chance), value(chance)];
                let texts: Vec<String> = row.iter().map(|v| text(*v)).collect();
                let sql = format!("INSERT INTO t VALUES ({})", texts.join(", "));
                let key = row[0].unwrap_or_default();
                if self.t.contains_key(&key) {
                    return (sql, None);
                }
                self.t.insert(key, row.to_vec());
                (sql, Some(1))
            }
            2 => {
                let (e, place) = (num(chance, 2), 1 + chance.below(2));
                let mut changed = 0;
                for row in self.t.values_mut().filter(|row| p.holds(row) == Some(true)) {
                    row[place] = e.value(row).map(|n| n.clamp(-99, 99));
                    changed += 1;
                }
                let (column, e) = (COLUMNS[place], e.text());
                // Values stay small, or products would leave the range of integers.
                let clamped =
                    format!("CASE WHEN {e} > 99 THEN 99 WHEN {e} < -99 THEN -99 ELSE {e} END");
                (format!("UPDATE t SET {column} = {clamped} WHERE {}", p.text()), Some(changed))
            }
            _ => {
                let before = self.t.len();
                let key = chance.between(0, 30);
                self.t.retain(|a, row| !(*a < key && p.holds(row) == Some(true)));
                let gone = before - self.t.len();
                (format!("DELETE FROM t WHERE a < {key} AND {}", p.text()), Some(gone))
            }
        }
    }
}

fn value(chance: &mut Chance) -> Value {
    (!chance.percent(20)).then(|| chance.between(-3, 9))
}

fn text(value: Value) -> String {
    value.map_or_else(|| "NULL".to_owned(), |n| n.to_string())
}

fn compare_rows(stage: &mut Stage, sql: &str, wanted: &Rows, ordered: bool, seed: u64) {
    let got = stage.rows(sql).unwrap_or_else(|e| panic!("seed {seed}: {sql}: {}", e.message));
    let mut got: Rows = got
        .into_iter()
        .map(|row| row.into_iter().map(|v| v.map(|v| v.parse().expect("a number"))).collect())
        .collect();
    let mut wanted = wanted.clone();
    if !ordered {
        got.sort();
        wanted.sort();
    }
    assert_eq!(got, wanted, "seed {seed}: {sql}");
}

fn run(seed: u64) {
    let mut chance = Chance::new(seed, "naive");
    let version = if seed.is_multiple_of(2) { Version::V21_2 } else { Version::V26_2 };
    let mut stage = Stage::new(version, seed, Policy::Auto);
    stage
        .must("CREATE TABLE t (a INT PRIMARY KEY, b INT, c INT, INDEX (b), INDEX (c) STORING (b)); CREATE TABLE u (x INT PRIMARY KEY, y INT)")
        .expect("tables");
    let mut model = Model { t: BTreeMap::new(), u: Vec::new() };
    for x in 0..6 {
        let y = value(&mut chance);
        stage.must(&format!("INSERT INTO u VALUES ({x}, {})", text(y))).expect("a row");
        model.u.push([Some(x), y]);
    }
    for _ in 0..40 {
        let (sql, wanted) = model.change(&mut chance);
        match (stage.run(&sql), wanted) {
            (Ok(result), Some(n)) => {
                let tag = result.tag.unwrap_or_default();
                assert!(tag.ends_with(&format!(" {n}")), "seed {seed}: {sql}: {tag}, wanted {n}");
            }
            (Err(error), None) => assert_eq!(error.code, "23505", "seed {seed}: {sql}"),
            (Ok(_), None) => panic!("seed {seed}: {sql}: the key is taken"),
            (Err(error), Some(_)) => panic!("seed {seed}: {sql}: {}", error.message),
        }
        for index in ["", "@t_b_idx", "@t_c_idx"] {
            let all: Rows = model.rows().cloned().collect();
            compare_rows(&mut stage, &format!("SELECT * FROM t{index}"), &all, false, seed);
        }
        for _ in 0..3 {
            let (sql, wanted, ordered) = model.query(&mut chance);
            compare_rows(&mut stage, &sql, &wanted, ordered, seed);
        }
    }
}

#[test]
fn statements_do_what_a_loop_over_all_rows_does() {
    let seeds = std::env::var("AMBER_SEEDS").ok().and_then(|text| text.parse().ok()).unwrap_or(16);
    (1..=seeds).for_each(run);
}
