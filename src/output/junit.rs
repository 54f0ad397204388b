//! `junit`: each finding as a failed test, each file with findings as a suite. The elements and attributes are those that
//! the schemas of Ant, Jenkins and GitLab have in common.

use std::io::{self, Write};

use super::Report;
use super::entry::{Entry, entries};
use super::place::Places;
use super::xml::{DECLARATION, Xml};
use crate::finding::{Finding, ReadError};

pub(super) fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let (failures, errors) = (report.findings.len(), report.errors.len());
    // A report without any test is taken for a broken one.
    let passed = usize::from(failures + errors == 0);
    let tests = failures + errors + passed;
    writeln!(out, "{DECLARATION}")?;
    writeln!(
        out,
        "<testsuites name=\"ngxlint\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\">"
    )?;
    let places = Places::new(report.sources);
    let mut entries = entries(report, &places);
    for suite in report.findings.chunk_by(|one, next| one.span.doc == next.span.doc) {
        write_suite(suite, report, &mut entries, out)?;
    }
    report.errors.iter().try_for_each(|error| write_error(error, out))?;
    if passed > 0 {
        open("ngxlint", [1, 0, 0], out)?;
        writeln!(
            out,
            "    <testcase name=\"no findings\" classname=\"ngxlint\" time=\"0\"/>\n  </testsuite>"
        )?;
    }
    writeln!(out, "</testsuites>")
}

fn open(name: &str, [tests, failures, errors]: [usize; 3], out: &mut dyn Write) -> io::Result<()> {
    let counts = format!("tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"0\"");
    writeln!(out, "  <testsuite name=\"{}\" {counts} time=\"0\">", Xml(name))
}

fn write_suite<'a>(
    suite: &[Finding],
    report: &Report<'_>,
    entries: &mut impl Iterator<Item = Entry<'a>>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let Some(first) = suite.first() else { return Ok(()) };
    open(&report.sources.get(first.span.doc).name, [suite.len(), suite.len(), 0], out)?;
    entries.take(suite.len()).try_for_each(|entry| write_entry(&entry, out))?;
    writeln!(out, "  </testsuite>")
}

fn write_entry(entry: &Entry<'_>, out: &mut dyn Write) -> io::Result<()> {
    let (finding, at) = (entry.finding, entry.place());
    let (code, name) = (Xml(&finding.rule.code), Xml(&finding.rule.name));
    let (file, line, column) = (Xml(at.file), at.start.line, at.start.column);
    writeln!(out, "    <testcase name=\"{code} {name} {line}:{column}\" classname=\"{file}\" time=\"0\">")?;
    let (severity, message) = (finding.severity.word(), Xml(&finding.message));
    writeln!(
        out,
        "      <failure type=\"{severity}\" message=\"{message}\">{file}:{line}:{column}: {message} [{code}]"
    )?;
    writeln!(out, "{}</failure>\n    </testcase>", Xml(&finding.help))
}

fn write_error(error: &ReadError, out: &mut dyn Write) -> io::Result<()> {
    let (file, message) = (Xml(&error.file), Xml(&error.message));
    let (line, column) = (error.line, error.column);
    open(&error.file, [1, 0, 1], out)?;
    writeln!(out, "    <testcase name=\"READ {line}:{column}\" classname=\"{file}\" time=\"0\">")?;
    writeln!(
        out,
        "      <error type=\"error\" message=\"{message}\">{file}:{line}:{column}: {message}</error>"
    )?;
    writeln!(out, "    </testcase>\n  </testsuite>")
}
