//! Verdicts on blocks, as JSON and as a table.

use std::io::{self, Write};

use serde::Serialize;

use super::Style;
use super::escape::Line;
use crate::catalogue::Version;
use crate::config::{NodeId, ScopeKind, View};
use crate::handshake::{BlockReport, Request};
use crate::scope::location_of;
use crate::value::Value;

/// The verdicts of one tree.
pub struct Blocks<'a> {
    /// The tree.
    pub view: View<'a>,
    /// The version they are for.
    pub version: Version,
    /// One for each location, `if` in location and `limit_except`.
    pub reports: &'a [BlockReport],
}

/// Writes the document that `handshake --format json` prints.
///
/// # Errors
/// Where the writer fails.
pub fn json(blocks: &Blocks<'_>, out: &mut dyn Write) -> io::Result<()> {
    let document = Document {
        version: 1,
        nginx_version: blocks.version.to_string(),
        blocks: blocks.reports.iter().filter_map(|report| block(blocks.view, report)).collect(),
        traces: Vec::new(),
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    nginx_version: String,
    blocks: Vec<Block<'a>>,
    traces: Vec<()>,
}

#[derive(Serialize)]
struct Block<'a> {
    #[serde(flatten)]
    place: Place<'a>,
    kind: &'static str,
    label: String,
    location: Option<Place<'a>>,
    handler: Option<Handler<'a>>,
    upstream: Option<Upstream>,
    verdict: &'static str,
    reason: &'static str,
    defects: Vec<&'static str>,
}

#[derive(Serialize)]
struct Place<'a> {
    file: &'a str,
    line: u32,
}

#[derive(Serialize)]
struct Handler<'a> {
    directive: String,
    value: String,
    #[serde(flatten)]
    place: Place<'a>,
}

#[derive(Serialize)]
struct Upstream {
    http_version: Sent,
    upgrade: Sent,
    connection: Sent,
    host: Sent,
}

/// What is sent of a header: a string, null, or the variable that nobody knows.
#[derive(Serialize)]
#[serde(untagged)]
enum Sent {
    Value(Option<String>),
    Unknown { unknown: String },
}

fn place(view: View<'_>, node: NodeId) -> Place<'_> {
    Place { file: &view.texts.sources.get(view.config.node(node).doc).name, line: view.line(node) }
}

fn block<'a>(view: View<'a>, report: &BlockReport) -> Option<Block<'a>> {
    let scope = view.config.scope(report.scope);
    let location = view.config.scope(location_of(view.config, report.scope)).node;
    Some(Block {
        place: place(view, scope.node?),
        kind: kind(scope.kind),
        label: view.label(report.scope),
        location: location.map(|node| place(view, node)),
        handler: report.handler.map(|node| handler(view, node)),
        upstream: report.request.as_ref().map(upstream),
        verdict: report.answer.verdict.word(),
        reason: report.answer.reason.word(),
        defects: report.answer.defects.iter().map(|reason| reason.word()).collect(),
    })
}

fn kind(kind: ScopeKind) -> &'static str {
    match kind {
        ScopeKind::IfInLocation => "if",
        ScopeKind::LimitExcept => "limit_except",
        _ => "location",
    }
}

fn handler(view: View<'_>, node: NodeId) -> Handler<'_> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Handler {
        directive: text(&view.name(node)),
        value: text(&view.arg(node, 0).unwrap_or_default()),
        place: place(view, node),
    }
}

fn upstream(request: &Request) -> Upstream {
    Upstream {
        http_version: sent(Some(&request.version.value)),
        upgrade: sent(request.value("Upgrade").as_ref()),
        connection: sent(request.value("Connection").as_ref()),
        host: sent(request.value("Host").as_ref()),
    }
}

fn sent(value: Option<&Value>) -> Sent {
    match value {
        Some(Value::Unknown(variable)) => Sent::Unknown { unknown: format!("${variable}") },
        Some(Value::Known(bytes)) if !bytes.is_empty() => {
            Sent::Value(Some(String::from_utf8_lossy(bytes).into_owned()))
        }
        _ => Sent::Value(None),
    }
}

/// Writes one aligned row for each block.
///
/// # Errors
/// Where the writer fails.
pub fn table(blocks: &Blocks<'_>, out: &mut dyn Write, style: Style) -> io::Result<()> {
    let rows: Vec<[String; 4]> =
        blocks.reports.iter().filter_map(|report| row(blocks.view, report)).collect();
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths = [width(0), width(1), width(2)];
    for [place, label, verdict, why] in &rows {
        let (start, end) = if style.colour { (colour(verdict), "\x1b[0m") } else { ("", "") };
        let [a, b, c] = widths;
        writeln!(out, "{place:a$}  {label:b$}  {start}{verdict:c$}{end}  {why}")?;
    }
    Ok(())
}

fn row(view: View<'_>, report: &BlockReport) -> Option<[String; 4]> {
    let node = view.config.scope(report.scope).node?;
    let file = &view.texts.sources.get(view.config.node(node).doc).name;
    let place = format!("{file}:{}", view.line(node));
    let defects: Vec<&str> = report.answer.defects.iter().map(|reason| reason.word()).collect();
    let cell = |text: &str| Line(text).to_string();
    Some([
        cell(&place),
        cell(&view.label(report.scope)),
        report.answer.verdict.word().into(),
        defects.join(", "),
    ])
}

fn colour(verdict: &str) -> &'static str {
    match verdict {
        "works" => "\x1b[32m",
        "fails" => "\x1b[31m",
        _ => "\x1b[33m",
    }
}
