//! The datadriven file format: a list of directives with their input and what they are to print.
//!
//! ```text
//!   # a comment
//!   command name=value flag other=(a value with spaces)
//!   input                                   everything up to a line that is exactly ----
//!   ----
//!   wanted output                           up to the first blank line
//!
//!   command                                 the second form, for outputs that hold blank lines
//!   ----
//!   ----
//!   wanted
//!
//!   output
//!   ----
//!   ----
//! ```
//!
//! Shape: text → directives in order, each with the line it stands on; and back, with new outputs (`rewrite`).
//! Source: the format of CockroachDB's own test files. Left out: several values after `=(`, kept as one text.

/// One argument of a directive: a bare flag has no value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Arg {
    /// The word before `=`, or the whole flag.
    pub key: String,
    /// What stands after `=`, without outer parentheses.
    pub value: Option<String>,
}

/// One command with its input and its wanted output.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Directive {
    /// The line of the command, from 1.
    pub line: usize,
    /// The first word.
    pub command: String,
    /// What follows it.
    pub args: Vec<Arg>,
    /// The lines up to `----`, joined by newlines, without one at the end.
    pub input: String,
    /// The wanted output, without a newline at its end.
    pub wanted: String,
    /// The lines (from 0, end exclusive) that the output takes with its markers, for a rewrite.
    output: std::ops::Range<usize>,
}

impl Directive {
    /// The value of an argument, if it is there and has one.
    pub fn value(&self, key: &str) -> Option<&str> {
        self.args.iter().find(|arg| arg.key == key).and_then(|arg| arg.value.as_deref())
    }

    /// Whether an argument is there, with or without a value.
    pub fn has(&self, key: &str) -> bool {
        self.args.iter().any(|arg| arg.key == key)
    }
}

/// A parsed file: its directives and the words of its head.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct File {
    /// The directives in order.
    pub directives: Vec<Directive>,
    /// `# key: value` lines above the first directive.
    pub head: Vec<(String, String)>,
}

impl File {
    /// The value of a `# key: value` line of the head.
    pub fn head_value(&self, key: &str) -> Option<&str> {
        self.head.iter().find(|(k, _)| k == key).map(|(_, value)| value.as_str())
    }
}

/// Why a text is no datadriven file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Error {
    /// The input of the directive on this line is not ended by `----`.
    NoSeparator {
        /// The line of the command, from 1.
        line: usize,
    },
    /// A parenthesis of the directive line is never closed.
    OpenParenthesis {
        /// The line of the command, from 1.
        line: usize,
    },
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NoSeparator { line } => write!(f, "line {line}: no ---- after the input"),
            Self::OpenParenthesis { line } => write!(f, "line {line}: a ( is never closed"),
        }
    }
}

const SEPARATOR: &str = "----";

/// Reads a file.
///
/// *Errors*: a directive without `----`, a parenthesis left open.
pub fn parse(text: &str) -> Result<File, Error> {
    let lines: Vec<&str> = text.lines().collect();
    let mut file = File::default();
    let mut at = 0;
    while let Some(&line) = lines.get(at) {
        if let Some(comment) = line.strip_prefix('#') {
            if file.directives.is_empty()
                && let Some((key, value)) = comment.split_once(':')
            {
                file.head.push((key.trim().to_owned(), value.trim().to_owned()));
            }
            at += 1;
        } else if line.trim().is_empty() || is_subtest(line) {
            at += 1;
        } else {
            let directive = read_directive(&lines, at)?;
            at = directive.output.end;
            file.directives.push(directive);
        }
    }
    Ok(file)
}

/// `subtest NAME` and `subtest end` only group.
fn is_subtest(line: &str) -> bool {
    line.split_whitespace().next() == Some("subtest")
}

fn read_directive(lines: &[&str], start: usize) -> Result<Directive, Error> {
    let number = start + 1;
    let (command, args) = read_command(lines[start], number)?;
    let separator = (start + 1..lines.len())
        .find(|&i| lines[i] == SEPARATOR)
        .ok_or(Error::NoSeparator { line: number })?;
    let input = lines[start + 1..separator].join("\n");
    let first = separator + 1;
    let (wanted, end) = if lines.get(first) == Some(&SEPARATOR) {
        let end = (first + 1..lines.len())
            .find(|&i| lines[i] == SEPARATOR && lines.get(i + 1) == Some(&SEPARATOR))
            .ok_or(Error::NoSeparator { line: number })?;
        (lines[first + 1..end].join("\n"), end + 2)
    } else {
        let end = (first..lines.len()).find(|&i| lines[i].is_empty()).unwrap_or(lines.len());
        (lines[first..end].join("\n"), end)
    };
    Ok(Directive { line: number, command, args, input, wanted, output: separator..end })
}

/// The words of a command line: split at spaces, but not inside parentheses.
fn read_command(line: &str, number: usize) -> Result<(String, Vec<Arg>), Error> {
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    let mut depth = 0_usize;
    for c in line.chars() {
        match c {
            ' ' | '\t' if depth == 0 => {
                if !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                continue;
            }
            // Only a parenthesis that opens a value counts; others are part of a word.
            '(' if depth > 0 || word.ends_with('=') => depth += 1,
            ')' if depth > 0 => depth -= 1,
            _ => {}
        }
        word.push(c);
    }
    if depth > 0 {
        return Err(Error::OpenParenthesis { line: number });
    }
    if !word.is_empty() {
        words.push(word);
    }
    let mut words = words.into_iter();
    let command = words.next().unwrap_or_default();
    Ok((command, words.map(|word| read_arg(&word)).collect()))
}

fn read_arg(word: &str) -> Arg {
    match word.split_once('=') {
        None => Arg { key: word.to_owned(), value: None },
        Some((key, value)) => {
            let inner =
                value.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')).unwrap_or(value);
            Arg { key: key.to_owned(), value: Some(inner.to_owned()) }
        }
    }
}

/// Whether two outputs are the same text but for newlines at the end.
pub fn same(wanted: &str, got: &str) -> bool {
    wanted.trim_end_matches('\n') == got.trim_end_matches('\n')
}

/// The file's text with other outputs: `outputs[i]` belongs to the file's directive i, `None` keeps what stands.
pub fn rewrite(text: &str, file: &File, outputs: &[Option<String>]) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for (directive, output) in file.directives.iter().zip(outputs) {
        let Some(output) = output else { continue };
        push_lines(&mut out, &lines[at..directive.output.start]);
        push_output(&mut out, output.trim_end_matches('\n'));
        at = directive.output.end;
    }
    push_lines(&mut out, &lines[at..]);
    out
}

fn push_lines(out: &mut String, lines: &[&str]) {
    for line in lines {
        out.push_str(line);
        out.push('\n');
    }
}

fn push_output(out: &mut String, output: &str) {
    let blank_inside = output.lines().any(str::is_empty) || output.starts_with(SEPARATOR);
    let marks = if blank_inside { 2 } else { 1 };
    push_lines(out, &[SEPARATOR, SEPARATOR][..marks]);
    if !output.is_empty() {
        push_lines(out, &[output]);
    }
    if blank_inside {
        push_lines(out, &[SEPARATOR, SEPARATOR]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "# version: 21.2\n\nnew-cluster name=s1 localities=us,eu\n----\n\nexec-sql expect-error-regex=(no (such) table) x\nSELECT 1;\n\n-- two\n----\npq: a\nHINT: b\n\nq\n----\n----\na\n\nb\n----\n----\n";

    #[test]
    fn reads_arguments_input_and_both_output_forms() {
        let file = parse(FILE).unwrap();
        assert_eq!(file.head_value("version"), Some("21.2"));
        assert_eq!(file.directives.len(), 3);
        assert_eq!(file.directives[0].value("localities"), Some("us,eu"));
        let exec = &file.directives[1];
        assert_eq!(exec.value("expect-error-regex"), Some("no (such) table"));
        assert!(exec.has("x"));
        assert_eq!(exec.input, "SELECT 1;\n\n-- two");
        assert_eq!(exec.wanted, "pq: a\nHINT: b");
        assert_eq!(file.directives[2].wanted, "a\n\nb");
    }

    #[test]
    fn rewrite_of_the_same_outputs_is_the_same_text() {
        let file = parse(FILE).unwrap();
        let outputs: Vec<Option<String>> =
            file.directives.iter().map(|d| Some(d.wanted.clone())).collect();
        assert_eq!(rewrite(FILE, &file, &outputs), FILE);
        let changed = rewrite(FILE, &file, &[Some("x\n".into()), None, None]);
        assert!(changed.contains("localities=us,eu\n----\nx\n\nexec-sql"));
    }

    #[test]
    fn a_missing_separator_is_an_error() {
        assert_eq!(parse("a\nb\n"), Err(Error::NoSeparator { line: 1 }));
        assert_eq!(parse("a k=(b\n----\n"), Err(Error::OpenParenthesis { line: 1 }));
    }
}
