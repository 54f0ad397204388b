//! `github`: annotations, as the commands that GitHub's runner reads from a log. It takes `%25`, `%0D` and `%0A` back, in
//! properties `%3A` and `%2C` as well.

use std::fmt;
use std::io::{self, Write};

use super::Report;
use super::entry::{Entry, entries};
use super::escape::{escape_char, parts};
use super::place::Places;
use crate::finding::{ReadError, Severity};

pub(super) fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let places = Places::new(report.sources);
    entries(report, &places).try_for_each(|entry| write_entry(&entry, out))?;
    report.errors.iter().try_for_each(|error| write_error(error, out))
}

fn write_entry(entry: &Entry<'_>, out: &mut dyn Write) -> io::Result<()> {
    let (finding, at) = (entry.finding, entry.place());
    let command = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    write!(out, "::{command} file={},line={},endLine={}", Property(at.file), at.start.line, at.end.line)?;
    // GitHub knows columns on one line only.
    if at.start.line == at.end.line {
        write!(out, ",col={},endColumn={}", at.start.column, at.end.column)?;
    }
    let (code, name) = (Property(&finding.rule.code), Property(&finding.rule.name));
    write!(out, ",title={code} {name}::{}", Data(&finding.message))?;
    let lead = if finding.help.is_empty() { "" } else { "%0A" };
    writeln!(out, "{lead}{}", Data(&finding.help))
}

fn write_error(error: &ReadError, out: &mut dyn Write) -> io::Result<()> {
    let (file, message) = (Property(&error.file), Data(&error.message));
    writeln!(out, "::error file={file},line={},col={},title=not read::{message}", error.line, error.column)
}

/// What stands behind the second `::`.
struct Data<'a>(&'a str);

impl fmt::Display for Data<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        encode(self.0, false, out)
    }
}

/// What stands behind a `=`.
struct Property<'a>(&'a str);

impl fmt::Display for Property<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        encode(self.0, true, out)
    }
}

fn encode(text: &str, is_property: bool, out: &mut fmt::Formatter<'_>) -> fmt::Result {
    let encoded = |char: &char| match char {
        '%' => Some("%25"),
        '\r' => Some("%0D"),
        '\n' => Some("%0A"),
        ':' if is_property => Some("%3A"),
        ',' if is_property => Some("%2C"),
        _ => None,
    };
    for (shown, harmful) in parts(text, |_| false) {
        for piece in shown.split_inclusive(['%', ':', ',']) {
            match piece.chars().next_back().and_then(|last| encoded(&last)) {
                Some(code) => write!(out, "{}{code}", piece.get(..piece.len() - 1).unwrap_or_default())?,
                None => out.write_str(piece)?,
            }
        }
        match harmful.as_ref().map(|char| (char, encoded(char))) {
            Some((_, Some(code))) => out.write_str(code)?,
            Some((char, None)) => escape_char(*char, out)?,
            None => {}
        }
    }
    Ok(())
}
