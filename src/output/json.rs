//! `json`: one document for any number of files; `version` counts incompatible changes.

use std::io::{self, Write};

use serde::Serialize;
use serde::ser::{SerializeSeq as _, Serializer};

use super::place::Places;
use super::statistics::{Statistic, statistics};
use super::{Report, Style, Summary};
use crate::finding::{self, Finding, ReadError};
use crate::fingerprint::fingerprint;

/// The page of a rule is this and its code.
const RULE_PAGES: &str = "https://docs.rs/ngxlint/latest/ngxlint/rules/";

pub(super) fn write(report: &Report<'_>, out: &mut dyn Write, style: Style) -> io::Result<()> {
    let document = Document {
        version: 1,
        tool: Tool { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") },
        nginx_version: &report.nginx_version,
        summary: (&report.summary).into(),
        diagnostics: Diagnostics(report),
        errors: report.errors.iter().map(Error::from).collect(),
        statistics: style.statistics.then(|| statistics(&report.findings)),
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    tool: Tool,
    nginx_version: &'a str,
    summary: Totals,
    diagnostics: Diagnostics<'a>,
    errors: Vec<Error<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    statistics: Option<Vec<Statistic<'a>>>,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct Totals {
    files: usize,
    errors: usize,
    warnings: usize,
    notes: usize,
    fixable: usize,
    suppressed: usize,
}

#[derive(Serialize)]
struct Diagnostic<'a> {
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
    fingerprint: String,
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

#[derive(Serialize)]
struct Error<'a> {
    file: &'a str,
    line: u32,
    column: u32,
    message: &'a str,
}

/// The findings, made into their form one at a time as they are written.
struct Diagnostics<'a>(&'a Report<'a>);

impl Serialize for Diagnostics<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut list = to.serialize_seq(Some(self.0.findings.len()))?;
        let places = Places::new(self.0.sources);
        for finding in &self.0.findings {
            list.serialize_element(&diagnostic(finding, self.0, &places))?;
        }
        list.end()
    }
}

fn diagnostic<'a>(of: &'a Finding, report: &'a Report<'a>, places: &Places<'a>) -> Diagnostic<'a> {
    let (start, end) = (places.start(of.span), places.end(of.span));
    Diagnostic {
        code: &of.rule.code,
        name: &of.rule.name,
        family: of.rule.family(),
        severity: of.severity.word(),
        message: &of.message,
        help: &of.help,
        url: format!("{RULE_PAGES}{}", of.rule.code),
        file: &report.sources.get(of.span.doc).name,
        line: start.line,
        column: start.column,
        end_line: end.line,
        end_column: end.column,
        offset: of.span.start,
        end_offset: of.span.end,
        block: of.block.as_ref().map(|block| self::block(block, report)),
        scopes: &of.scopes,
        related: of.related.iter().map(|label| related(label, report, places)).collect(),
        includes: of.includes.iter().map(|&span| places.file_line(span)).collect(),
        fix: of.fix.as_ref().map(|fix| self::fix(fix, report)),
        fingerprint: fingerprint(of, report.sources),
    }
}

fn block<'a>(block: &'a finding::Block, report: &'a Report<'a>) -> Block<'a> {
    let document = report.sources.get(block.span.doc);
    Block { file: &document.name, line: document.line(block.span.start), label: &block.label }
}

fn related<'a>(label: &'a finding::Label, report: &'a Report<'a>, places: &Places<'a>) -> Related<'a> {
    let at = places.start(label.span);
    let file = &report.sources.get(label.span.doc).name;
    Related { file, line: at.line, column: at.column, message: &label.message }
}

fn fix<'a>(fix: &'a finding::Fix, report: &'a Report<'a>) -> Fix<'a> {
    let edits = fix.edits.iter().map(|edit| Edit {
        file: &report.sources.get(edit.span.doc).name,
        offset: edit.span.start,
        end_offset: edit.span.end,
        text: &edit.text,
    });
    Fix { title: &fix.title, safety: fix.safety.word(), group: fix.group, edits: edits.collect() }
}

impl From<&Summary> for Totals {
    fn from(of: &Summary) -> Self {
        let &Summary { files, errors, warnings, notes, fixable, suppressed, unsafe_fixable: _, accepted: _ } =
            of;
        Self { files, errors, warnings, notes, fixable, suppressed }
    }
}

impl<'a> From<&'a ReadError> for Error<'a> {
    fn from(of: &'a ReadError) -> Self {
        Self { file: &of.file, line: of.line, column: of.column, message: &of.message }
    }
}
