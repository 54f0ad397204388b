//! `concise`: one line per finding, for editors and problem matchers.

use std::io::{self, Write};

use super::Report;
use super::entry::{Entry, entries};
use super::escape::Line;
use super::place::Places;
use crate::finding::ReadError;

pub(super) fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let places = Places::new(report.sources);
    entries(report, &places).try_for_each(|entry| write_entry(&entry, out))
}

fn write_entry(entry: &Entry<'_>, out: &mut dyn Write) -> io::Result<()> {
    let (finding, at) = (entry.finding, entry.place());
    let (file, severity, message) = (Line(at.file), finding.severity.word(), Line(&finding.message));
    let (line, column, code) = (at.start.line, at.start.column, Line(&finding.rule.code));
    writeln!(out, "{file}:{line}:{column}: {severity}: {message} [{code}]")
}

pub(super) fn write_error(error: &ReadError, out: &mut dyn Write) -> io::Result<()> {
    let (file, message) = (Line(&error.file), Line(&error.message));
    writeln!(out, "{file}:{}:{}: error: {message} [READ]", error.line, error.column)
}
