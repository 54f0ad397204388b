//! `concise`: one line per finding, for editors and problem matchers.

use std::io::{self, Write};

use super::Report;
use super::escape::Line;
use super::place::Places;
use crate::finding::{Finding, ReadError};

pub(super) fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let places = Places::new(report.sources);
    report.findings.iter().try_for_each(|finding| write_finding(finding, report, &places, out))
}

fn write_finding(
    finding: &Finding,
    of: &Report<'_>,
    places: &Places<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let file = Line(&of.sources.get(finding.span.doc).name);
    let at = places.start(finding.span);
    let (severity, message, code) =
        (finding.severity.word(), Line(&finding.message), Line(&finding.rule.code));
    writeln!(out, "{file}:{}:{}: {severity}: {message} [{code}]", at.line, at.column)
}

pub(super) fn write_error(error: &ReadError, out: &mut dyn Write) -> io::Result<()> {
    let (file, message) = (Line(&error.file), Line(&error.message));
    writeln!(out, "{file}:{}:{}: error: {message} [READ]", error.line, error.column)
}
