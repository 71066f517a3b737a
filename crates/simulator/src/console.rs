//! Results as the terminal shows them.
//!
//! ```text
//!     id | balance          header centred, numbers to the right, the rest to the left,
//!   -----+----------        two more dashes than the first and the last column are wide
//!      1 |    1000
//!   (1 row)
//! ```
//!
//! Shape: a result → text; pure. Source: what `cockroach sql` prints (its `table` format), as in the sheets' samples.
//! Left out: `Time:` lines (the clock is the user's), colours.

use std::fmt::Write as _;

use protocol::result::{ErrorReply, Notice, StatementResult};

/// How rows are printed.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Format {
    /// Aligned columns.
    #[default]
    Table,
    /// One line a value, a head a row: `\x`.
    Records,
    /// Comma separated, quoted where needed, with a header.
    Csv,
    /// Tab separated, with a header.
    Tsv,
}

impl Format {
    /// Reads `table`, `records`, `csv`, `tsv`.
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "table" => Self::Table,
            "records" => Self::Records,
            "csv" => Self::Csv,
            "tsv" => Self::Tsv,
            _ => return None,
        })
    }
}

/// All that one statement has to say, each line ended: notices, rows or tag, error.
pub fn result(result: &StatementResult, format: Format) -> String {
    let mut out = String::new();
    for one in &result.notices {
        out.push_str(&notice(one));
    }
    for line in &result.lines {
        out.push_str(line);
        out.push('\n');
    }
    if let Some(failed) = &result.error {
        out.push_str(&error(failed));
    } else if !result.columns.is_empty() {
        out.push_str(&rows(result, format));
    } else if let Some(tag) = &result.tag {
        out.push_str(tag);
        out.push('\n');
    }
    out
}

/// `NOTICE: …` with its detail and hint.
pub fn notice(notice: &Notice) -> String {
    let mut out = format!("{}: {}\n", notice.severity, notice.message);
    push_field(&mut out, "DETAIL", notice.detail.as_deref());
    push_field(&mut out, "HINT", notice.hint.as_deref());
    out
}

/// `ERROR: …` with SQLSTATE, detail and hint.
pub fn error(error: &ErrorReply) -> String {
    let mut out = format!("ERROR: {}\n", error.message);
    push_field(&mut out, "SQLSTATE", Some(&error.code));
    push_field(&mut out, "DETAIL", error.detail.as_deref());
    push_field(&mut out, "HINT", error.hint.as_deref());
    out
}

fn push_field(out: &mut String, name: &str, value: Option<&str>) {
    if let Some(value) = value {
        out.push_str(name);
        out.push_str(": ");
        out.push_str(value);
        out.push('\n');
    }
}

/// The rows alone.
pub fn rows(result: &StatementResult, format: Format) -> String {
    match format {
        Format::Table => table(result),
        Format::Records => records(result),
        Format::Csv => separated(result, ','),
        Format::Tsv => separated(result, '\t'),
    }
}

/// Tabs take the room of four spaces, as the terminal's own table has it.
const TAB: &str = "    ";

struct Cell {
    lines: Vec<String>,
}

impl Cell {
    fn new(text: &str) -> Self {
        Self { lines: text.replace('\t', TAB).split('\n').map(printable).collect() }
    }

    fn width(&self) -> usize {
        self.lines.iter().map(|line| width(line)).max().unwrap_or(0)
    }
}

/// Control characters would move the cursor; they are shown as escapes.
fn printable(line: &str) -> String {
    if line.chars().any(char::is_control) {
        line.chars()
            .flat_map(|c| if c.is_control() { c.escape_default().collect() } else { vec![c] })
            .collect()
    } else {
        line.to_owned()
    }
}

/// Columns of a terminal that a text takes. Wide characters of East Asian scripts take two.
fn width(text: &str) -> usize {
    text.chars()
        .map(|c| match u32::from(c) {
            0x300..=0x36f | 0x200b..=0x200f => 0,
            0x1100..=0x115f
            | 0x2e80..=0xa4cf
            | 0xac00..=0xd7a3
            | 0xf900..=0xfaff
            | 0xfe30..=0xfe6f
            | 0xff00..=0xff60
            | 0xffe0..=0xffe6
            | 0x1f300..=0x1faff
            | 0x20000..=0x3fffd => 2,
            _ => 1,
        })
        .sum()
}

fn is_numeric(ty: &str) -> bool {
    matches!(
        ty.split('(').next().unwrap_or(ty),
        "INT2" | "INT4" | "INT8" | "INT" | "FLOAT4" | "FLOAT8" | "FLOAT" | "DECIMAL" | "OID"
    )
}

fn table(result: &StatementResult) -> String {
    let header: Vec<Cell> = result.columns.iter().map(|column| Cell::new(&column.name)).collect();
    let right: Vec<bool> = result.columns.iter().map(|column| is_numeric(&column.ty)).collect();
    let body: Vec<Vec<Cell>> = result
        .rows
        .iter()
        .map(|row| row.iter().map(|value| Cell::new(value.as_deref().unwrap_or("NULL"))).collect())
        .collect();
    let widths: Vec<usize> = (0..header.len())
        .map(|i| {
            let cells = body.iter().filter_map(|row| row.get(i)).map(Cell::width);
            cells.fold(header[i].width(), usize::max)
        })
        .collect();
    let mut out = String::new();
    push_row(&mut out, &header, &widths, |_| Align::Centre);
    push_rule(&mut out, &widths);
    for row in &body {
        push_row(&mut out, row, &widths, |i| if right[i] { Align::Right } else { Align::Left });
    }
    out.push_str(&count(result.rows.len()));
    out
}

/// `(1 row)`, `(20 rows)`.
fn count(rows: usize) -> String {
    format!("({rows} row{})\n", if rows == 1 { "" } else { "s" })
}

#[derive(Clone, Copy)]
enum Align {
    Left,
    Right,
    Centre,
}

fn push_rule(out: &mut String, widths: &[usize]) {
    let last = widths.len().saturating_sub(1);
    for (i, width) in widths.iter().enumerate() {
        let outer = usize::from(i == 0) + usize::from(i == last);
        out.push_str(&"-".repeat(width + 2 + outer));
        out.push(if i == last { '\n' } else { '+' });
    }
}

fn push_row(out: &mut String, row: &[Cell], widths: &[usize], align: impl Fn(usize) -> Align) {
    let height = row.iter().map(|cell| cell.lines.len()).max().unwrap_or(1);
    for line in 0..height {
        let mut text = String::from(" ");
        for (i, cell) in row.iter().enumerate() {
            let value = cell.lines.get(line).map_or("", String::as_str);
            let gap = widths[i].saturating_sub(width(value));
            let before = match align(i) {
                Align::Left => 0,
                Align::Right => gap,
                Align::Centre => gap / 2,
            };
            text.push_str(if i == 0 { " " } else { "| " });
            text.push_str(&" ".repeat(before));
            text.push_str(value);
            text.push_str(&" ".repeat(gap - before + 1));
        }
        out.push_str(text.trim_end());
        out.push('\n');
    }
}

fn records(result: &StatementResult) -> String {
    let name_width = result.columns.iter().map(|column| width(&column.name)).max().unwrap_or(0);
    let mut out = String::new();
    for (n, row) in result.rows.iter().enumerate() {
        let _ = writeln!(out, "-[ RECORD {} ]", n + 1);
        for (column, value) in result.columns.iter().zip(row) {
            let cell = Cell::new(value.as_deref().unwrap_or("NULL"));
            for (i, line) in cell.lines.iter().enumerate() {
                let name = if i == 0 { column.name.as_str() } else { "" };
                let gap = " ".repeat(name_width - width(name));
                let _ = writeln!(out, "{name}{gap} | {line}");
            }
        }
    }
    out.push_str(&count(result.rows.len()));
    out
}

fn separated(result: &StatementResult, separator: char) -> String {
    let names = result.columns.iter().map(|column| Some(column.name.as_str()));
    let mut out = separated_line(names, separator);
    for row in &result.rows {
        out.push_str(&separated_line(row.iter().map(Option::as_deref), separator));
    }
    out
}

fn separated_line<'a>(values: impl Iterator<Item = Option<&'a str>>, separator: char) -> String {
    let mut line = String::new();
    for (i, value) in values.enumerate() {
        if i > 0 {
            line.push(separator);
        }
        let value = value.unwrap_or("NULL");
        if value.contains([separator, '"', '\n', '\r']) {
            line.push('"');
            line.push_str(&value.replace('"', "\"\""));
            line.push('"');
        } else {
            line.push_str(value);
        }
    }
    line.push('\n');
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::result::Column;

    fn sample(columns: &[(&str, &str)], rows: &[&[Option<&str>]]) -> StatementResult {
        StatementResult {
            columns: columns
                .iter()
                .map(|(name, ty)| Column { name: (*name).into(), ty: (*ty).into() })
                .collect(),
            rows: rows
                .iter()
                .map(|row| row.iter().map(|value| value.map(str::to_owned)).collect())
                .collect(),
            ..StatementResult::default()
        }
    }

    #[test]
    fn the_backup_sample_of_the_sheet() {
        let result = sample(
            &[
                ("job_id", "INT8"),
                ("status", "STRING"),
                ("fraction_completed", "FLOAT8"),
                ("rows", "INT8"),
                ("index_entries", "INT8"),
                ("bytes", "INT8"),
            ],
            &[&[
                Some("748211903365120001"),
                Some("succeeded"),
                Some("1"),
                Some("120"),
                Some("40"),
                Some("9318"),
            ]],
        );
        assert_eq!(
            table(&result),
            "        job_id       |  status   | fraction_completed | rows | index_entries | bytes\n\
             ---------------------+-----------+--------------------+------+---------------+--------\n\
             \u{20} 748211903365120001 | succeeded |                  1 |  120 |            40 |  9318\n\
             (1 row)\n"
        );
    }

    #[test]
    fn one_column_many_lines_and_null() {
        let result = sample(
            &[("table_name", "STRING"), ("create_statement", "STRING")],
            &[&[Some("t"), Some("CREATE TABLE public.t (\n\ta INT8 NOT NULL\n)")], &[None, None]],
        );
        assert_eq!(
            table(&result),
            "  table_name |    create_statement\n\
             -------------+--------------------------\n\
             \u{20} t          | CREATE TABLE public.t (\n\
             \u{20}            |     a INT8 NOT NULL\n\
             \u{20}            | )\n\
             \u{20} NULL       | NULL\n\
             (2 rows)\n"
        );
        let count = sample(&[("count", "INT8")], &[&[Some("20")]]);
        assert_eq!(table(&count), "  count\n---------\n     20\n(1 row)\n");
    }

    #[test]
    fn csv_quotes_what_it_must() {
        let result = sample(&[("a", "STRING"), ("b", "STRING")], &[&[Some("x,\"y"), None]]);
        assert_eq!(rows(&result, Format::Csv), "a,b\n\"x,\"\"y\",NULL\n");
    }
}
