//! A finding as the object that `json` and `jsonl` print.

use serde::Serialize;

use super::entry::{self, Entry, rule_page};
use super::place::Place;
use crate::finding;

/// One finding; the keys stand in the documented order.
#[derive(Serialize)]
pub(super) struct Diagnostic<'a> {
    code: &'a str,
    name: &'a str,
    family: &'a str,
    severity: &'a str,
    message: &'a str,
    help: &'a str,
    url: String,
    file: &'a str,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
    offset: u32,
    end_offset: u32,
    block: Option<Block<'a>>,
    scopes: &'a [String],
    related: Vec<Related<'a>>,
    includes: Vec<String>,
    fix: Option<Fix<'a>>,
    fingerprint: &'a str,
}

#[derive(Serialize)]
struct Block<'a> {
    file: &'a str,
    line: u32,
    label: &'a str,
}

#[derive(Serialize)]
struct Related<'a> {
    file: &'a str,
    line: u32,
    column: u32,
    message: &'a str,
}

#[derive(Serialize)]
struct Fix<'a> {
    title: &'a str,
    safety: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<u32>,
    edits: Vec<Edit<'a>>,
}

#[derive(Serialize)]
struct Edit<'a> {
    file: &'a str,
    offset: u32,
    end_offset: u32,
    text: &'a str,
}

impl<'a> From<&'a Entry<'a>> for Diagnostic<'a> {
    fn from(of: &'a Entry<'a>) -> Self {
        let (finding, Place { file, span, start, end }) = (of.finding, of.place());
        Self {
            code: &finding.rule.code,
            name: &finding.rule.name,
            family: finding.rule.family(),
            severity: finding.severity.word(),
            message: &finding.message,
            help: &finding.help,
            url: rule_page(finding.rule),
            file,
            line: start.line,
            column: start.column,
            end_line: end.line,
            end_column: end.column,
            offset: span.start,
            end_offset: span.end,
            block: of.block().map(block),
            scopes: &finding.scopes,
            related: of.related().map(related).collect(),
            includes: of.includes().map(|place| format!("{}:{}", place.file, place.start.line)).collect(),
            fix: finding.fix.as_deref().map(|fix| self::fix(fix, of)),
            fingerprint: &of.fingerprint,
        }
    }
}

fn block(of: entry::Related<'_>) -> Block<'_> {
    Block { file: of.place.file, line: of.place.start.line, label: of.message }
}

fn related(of: entry::Related<'_>) -> Related<'_> {
    let Place { file, start, .. } = of.place;
    Related { file, line: start.line, column: start.column, message: of.message }
}

fn fix<'a>(fix: &'a finding::Fix, of: &Entry<'a>) -> Fix<'a> {
    let edits = of.changes(fix).map(|change| {
        let Place { file, span, .. } = change.place;
        Edit { file, offset: span.start, end_offset: span.end, text: change.text }
    });
    Fix { title: &fix.title, safety: fix.safety.word(), group: fix.group, edits: edits.collect() }
}
