//! A database that changes at random: tables, columns, indexes, views, sequences, rows.
//!
//! Shape: statements as texts, right as far as the generator remembers; what the engine refuses all the same changes
//! nothing, since nobody asks the generator what is there, but the engine. Left out: other databases, privileges.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use protocol::result::ErrorReply;

use crate::chance::Chance;
use crate::stage::{Row, Stage};

/// Types of columns, each with how its values are made.
const TYPES: [&str; 9] =
    ["INT8", "STRING", "BOOL", "DECIMAL", "BYTES", "TIMESTAMP", "DATE", "FLOAT8", "UUID"];

/// Keys of rows lie below this, so that rows are met again.
const KEYS: i64 = 40;

/// One table as the generator remembers it.
#[derive(Clone, Debug)]
struct Table {
    name: String,
    columns: Vec<(String, &'static str)>,
    indexes: Vec<String>,
}

/// A database as the generator remembers it.
#[derive(Clone, Debug)]
pub struct Schema {
    database: String,
    tables: Vec<Table>,
    views: Vec<String>,
    /// Makes names that were never used.
    names: u32,
}

/// A value of a type as SQL spells it, sometimes NULL.
pub fn literal(ty: &str, chance: &mut Chance) -> String {
    if chance.percent(10) {
        return "NULL".to_owned();
    }
    let n = chance.between(-3, 50);
    match ty {
        "INT8" => n.to_string(),
        "STRING" => format!("'s{n} {}'", chance.pick(&["", "ü", "''", "%", "\u{1f40c}"])),
        "BOOL" => chance.pick(&["true", "false"]).to_string(),
        "DECIMAL" => format!("{n}.{:02}", chance.below(100)),
        "BYTES" => format!("b'\\x{:02x}a'", chance.byte()),
        "TIMESTAMP" => format!("'2021-0{}-11 10:00:{:02}'", chance.between(1, 9), chance.below(60)),
        "DATE" => format!("'2020-02-{:02}'", chance.between(1, 28)),
        "FLOAT8" => format!("{n}.5"),
        _ => format!("'00000000-0000-4000-8000-0000000000{:02x}'", chance.byte()),
    }
}

impl Schema {
    /// A database with no tables yet.
    pub fn new(database: &str) -> Self {
        Self { database: database.to_owned(), tables: Vec::new(), views: Vec::new(), names: 0 }
    }

    fn fresh(&mut self, stem: &str) -> String {
        self.names += 1;
        format!("{stem}{}", self.names)
    }

    fn full(&self, name: &str) -> String {
        format!("{}.{name}", self.database)
    }

    /// One statement that changes rows or definitions.
    pub fn step(&mut self, chance: &mut Chance) -> String {
        if self.tables.is_empty() || self.tables.len() < 4 && chance.percent(8) {
            return self.create_table(chance);
        }
        let at = chance.below(self.tables.len());
        let kind = chance.weighted(&[
            (30, 'i'),
            (15, 'u'),
            (15, 'd'),
            (3, 't'),
            (6, 'a'),
            (3, 'c'),
            (5, 'x'),
            (2, 'X'),
            (3, 'r'),
            (2, 'D'),
            (3, 'v'),
            (2, 's'),
        ]);
        match kind {
            'i' => self.insert(at, chance),
            'u' => self.update(at, chance),
            'd' => {
                let low = chance.between(0, KEYS);
                format!(
                    "DELETE FROM {} WHERE k BETWEEN {low} AND {}",
                    self.full(&self.tables[at].name),
                    low + chance.between(0, 6)
                )
            }
            't' => format!("TRUNCATE {}", self.full(&self.tables[at].name)),
            'v' => {
                let name = self.fresh("v");
                self.views.push(name.clone());
                let table = self.full(&self.tables[at].name);
                format!("CREATE VIEW {} AS SELECT k FROM {table}", self.full(&name))
            }
            's' => {
                let name = self.fresh("s");
                format!("CREATE SEQUENCE {} START {}", self.full(&name), chance.between(1, 9))
            }
            _ => self.alter(at, kind, chance),
        }
    }

    fn create_table(&mut self, chance: &mut Chance) -> String {
        let name = self.fresh("t");
        let mut table = Table { name, columns: Vec::new(), indexes: Vec::new() };
        let mut text = format!("CREATE TABLE {} (k INT8 PRIMARY KEY", self.full(&table.name));
        for _ in 0..chance.between(1, 4) {
            let (column, ty) = (self.fresh("c"), *chance.pick(&TYPES));
            let _ = write!(text, ", {column} {ty}");
            if chance.percent(25) {
                let _ = write!(text, " DEFAULT {}", literal(ty, chance));
            }
            table.columns.push((column, ty));
        }
        if chance.percent(40) {
            let _ = write!(text, ", INDEX ({})", chance.pick(&table.columns).0);
        }
        if chance.percent(25) {
            let split = table.columns.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>();
            let _ = write!(text, ", FAMILY (k), FAMILY ({})", split.join(", "));
        }
        self.tables.push(table);
        text.push(')');
        text
    }

    fn insert(&self, at: usize, chance: &mut Chance) -> String {
        let table = &self.tables[at];
        let verb = chance.pick(&["UPSERT", "UPSERT", "INSERT"]);
        let names: Vec<&str> = table.columns.iter().map(|(name, _)| name.as_str()).collect();
        let mut text = format!("{verb} INTO {} (k", self.full(&table.name));
        for name in names {
            let _ = write!(text, ", {name}");
        }
        text.push_str(") VALUES ");
        let first = chance.between(0, KEYS);
        for i in 0..chance.between(1, 6) {
            let _ = write!(text, "{}({}", if i == 0 { "" } else { ", " }, first + i);
            for (_, ty) in &table.columns {
                let _ = write!(text, ", {}", literal(ty, chance));
            }
            text.push(')');
        }
        text
    }

    fn update(&self, at: usize, chance: &mut Chance) -> String {
        let table = &self.tables[at];
        let low = chance.between(0, KEYS);
        let high = low + chance.between(0, 8);
        let full = self.full(&table.name);
        if table.columns.is_empty() {
            return format!("DELETE FROM {full} WHERE k = {low}");
        }
        let (name, ty) = chance.pick(&table.columns);
        let value = literal(ty, chance);
        format!("UPDATE {full} SET {name} = {value} WHERE k >= {low} AND k <= {high}")
    }

    fn alter(&mut self, at: usize, kind: char, chance: &mut Chance) -> String {
        let full = self.full(&self.tables[at].name);
        match kind {
            'a' => {
                let (column, ty) = (self.fresh("c"), *chance.pick(&TYPES));
                self.tables[at].columns.push((column.clone(), ty));
                format!(
                    "ALTER TABLE {full} ADD COLUMN {column} {ty} DEFAULT {}",
                    literal(ty, chance)
                )
            }
            'c' if self.tables[at].columns.len() > 1 => {
                let place = chance.below(self.tables[at].columns.len());
                let (column, _) = self.tables[at].columns.remove(place);
                format!("ALTER TABLE {full} DROP COLUMN {column}")
            }
            'x' if !self.tables[at].columns.is_empty() => {
                let index = self.fresh("x");
                let column = chance.pick(&self.tables[at].columns).0.clone();
                self.tables[at].indexes.push(index.clone());
                format!("CREATE INDEX {index} ON {full} ({column})")
            }
            'X' if !self.tables[at].indexes.is_empty() => {
                let index = self.tables[at].indexes.remove(0);
                format!("DROP INDEX {full}@{index}")
            }
            'r' => {
                let name = self.fresh("t");
                let to = self.full(&name);
                self.tables[at].name = name;
                format!("ALTER TABLE {full} RENAME TO {to}")
            }
            'D' => {
                self.tables.remove(at);
                format!("DROP TABLE {full} CASCADE")
            }
            _ => format!("DELETE FROM {full} WHERE k = {}", chance.between(0, KEYS)),
        }
    }
}

/// A database as it can be seen: by name of each relation its definition and its rows.
pub type Dump = BTreeMap<String, (String, Vec<Row>)>;

/// Reads a whole database.
///
/// *Errors*: those of the reading statements.
pub fn dump(stage: &mut Stage, database: &str) -> Result<Dump, ErrorReply> {
    let listed =
        stage.rows(&format!("SELECT table_name, type FROM [SHOW TABLES FROM {database}]"))?;
    let mut all = Dump::new();
    for row in listed {
        let mut values = row.into_iter().flatten();
        let (Some(name), Some(kind)) = (values.next(), values.next()) else { continue };
        let full = format!("{database}.{name}");
        let create = if kind == "sequence" { "SEQUENCE" } else { "TABLE" };
        let sql = format!("SELECT create_statement FROM [SHOW CREATE {create} {full}]");
        let text = stage.value(&sql)?;
        let rows = stage.rows(&format!("SELECT * FROM {full}"))?;
        all.insert(name, (text, rows));
    }
    Ok(all)
}
