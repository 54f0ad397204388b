//! `checkstyle`: its XML, which many services read.

use std::io::{self, Write};

use super::Report;
use super::entry::{Entry, entries};
use super::place::Places;
use super::xml::{DECLARATION, Xml};
use crate::finding::Severity;

pub(super) fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{DECLARATION}\n<checkstyle version=\"4.3\">")?;
    let places = Places::new(report.sources);
    let mut open = None;
    for entry in entries(report, &places) {
        let doc = entry.finding.span.doc;
        if open != Some(doc) {
            close(open.is_some(), out)?;
            writeln!(out, "  <file name=\"{}\">", Xml(entry.place().file))?;
            open = Some(doc);
        }
        write_entry(&entry, out)?;
    }
    close(open.is_some(), out)?;
    for error in &report.errors {
        writeln!(out, "  <file name=\"{}\">", Xml(&error.file))?;
        error_line([error.line, error.column], "error", &error.message, "READ", out)?;
        close(true, out)?;
    }
    writeln!(out, "</checkstyle>")
}

fn close(is_open: bool, out: &mut dyn Write) -> io::Result<()> {
    if is_open { writeln!(out, "  </file>") } else { Ok(()) }
}

fn write_entry(entry: &Entry<'_>, out: &mut dyn Write) -> io::Result<()> {
    let (finding, at) = (entry.finding, entry.place().start);
    let severity = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "info",
    };
    error_line([at.line, at.column], severity, &finding.message, &finding.rule.code, out)
}

fn error_line(
    [line, column]: [u32; 2],
    severity: &str,
    message: &str,
    code: &str,
    out: &mut dyn Write,
) -> io::Result<()> {
    let (message, code) = (Xml(message), Xml(code));
    write!(out, "    <error line=\"{line}\" column=\"{column}\" severity=\"{severity}\"")?;
    writeln!(out, " message=\"{message}\" source=\"ngxlint.{code}\"/>")
}
