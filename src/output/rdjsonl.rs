//! `rdjsonl`: reviewdog's diagnostics, one per line. Its columns count bytes, and ends are exclusive.

use std::io::{self, Write};

use serde::Serialize;

use super::entry::{Entry, entries, rule_page};
use super::place::{Place, Places, Point};
use super::{Report, json_text};
use crate::finding::{Fix, ReadError, Severity};
use crate::source::{Sources, Span};

pub(super) fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let places = Places::new(report.sources);
    entries(report, &places)
        .try_for_each(|entry| json_text::line(&diagnostic(&entry, report.sources, &places), out))?;
    report.errors.iter().try_for_each(|error| json_text::line(&unread(error), out))
}

#[derive(Serialize)]
struct Diagnostic<'a> {
    message: &'a str,
    location: Location<'a>,
    severity: &'static str,
    source: Source,
    code: Code<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    suggestions: Option<[Suggestion; 1]>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    range: Range,
}

#[derive(Serialize)]
struct Range {
    start: Position,
    end: Position,
}

#[derive(Serialize)]
struct Position {
    line: u32,
    column: u32,
}

#[derive(Serialize)]
struct Source {
    name: &'static str,
    url: &'static str,
}

const SOURCE: Source = Source { name: env!("CARGO_PKG_NAME"), url: super::entry::HOME };

#[derive(Serialize)]
struct Code<'a> {
    value: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

#[derive(Serialize)]
struct Suggestion {
    range: Range,
    text: String,
}

impl From<Point> for Position {
    fn from(of: Point) -> Self {
        Self { line: of.line, column: of.byte }
    }
}

impl From<Place<'_>> for Range {
    fn from(of: Place<'_>) -> Self {
        Self { start: of.start.into(), end: of.end.into() }
    }
}

fn diagnostic<'a>(entry: &Entry<'a>, sources: &Sources, places: &Places<'_>) -> Diagnostic<'a> {
    let (finding, at) = (entry.finding, entry.place());
    Diagnostic {
        message: &finding.message,
        location: Location { path: at.file, range: at.into() },
        severity: match finding.severity {
            Severity::Error => "ERROR",
            Severity::Warning => "WARNING",
            Severity::Note => "INFO",
        },
        source: SOURCE,
        code: Code { value: &finding.rule.code, url: Some(rule_page(finding.rule)) },
        suggestions: entry
            .offered_fix()
            .and_then(|fix| suggestion(fix, entry, sources, places))
            .map(|suggestion| [suggestion]),
    }
}

/// The whole fix as one replacement: reviewdog offers each suggestion by itself, and half a fix is none. One that reaches
/// into another file, or over bytes that JSON cannot hold, has no such form.
fn suggestion(fix: &Fix, entry: &Entry<'_>, sources: &Sources, places: &Places<'_>) -> Option<Suggestion> {
    let doc = entry.finding.span.doc;
    let is_here = fix.edits.iter().all(|edit| edit.span.doc == doc);
    let (first, last) = (fix.edits.first()?, fix.edits.last()?);
    let whole = Span::new(doc, first.span.start, last.span.end);
    let mut text = String::new();
    let mut from = whole.start;
    for edit in fix.edits.iter().filter(|_| is_here) {
        text.push_str(std::str::from_utf8(sources.get(doc).slice(from, edit.span.start)).ok()?);
        text.push_str(&edit.text);
        from = edit.span.end;
    }
    is_here.then(|| Suggestion { range: places.place(whole).into(), text })
}

fn unread(error: &ReadError) -> Diagnostic<'_> {
    let at = || Position { line: error.line, column: error.column };
    Diagnostic {
        message: &error.message,
        location: Location { path: &error.file, range: Range { start: at(), end: at() } },
        severity: "ERROR",
        source: SOURCE,
        code: Code { value: "READ", url: None },
        suggestions: None,
    }
}
