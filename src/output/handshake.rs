//! Verdicts on blocks, as JSON and as a table.

use std::io::{self, Write};

use serde_json::{Value as Json, json};

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
    /// One for each location, `if` in location and limit_except.
    pub reports: &'a [BlockReport],
}

/// Writes the document that `handshake --format json` prints.
///
/// # Errors
/// Where the writer fails.
pub fn json(blocks: &Blocks<'_>, out: &mut dyn Write) -> io::Result<()> {
    let listed: Vec<Json> = blocks.reports.iter().filter_map(|report| block(blocks.view, report)).collect();
    let document = json!({
        "version": 1,
        "nginx_version": blocks.version.to_string(),
        "blocks": listed,
        "traces": [],
    });
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

fn place(view: View<'_>, node: NodeId) -> Json {
    json!({"file": view.texts.sources.get(view.config.node(node).doc).name, "line": view.line(node)})
}

fn block(view: View<'_>, report: &BlockReport) -> Option<Json> {
    let scope = view.config.scope(report.scope);
    let node = scope.node?;
    let location = view.config.scope(location_of(view.config, report.scope)).node;
    let mut block = place(view, node);
    block["kind"] = kind(scope.kind).into();
    block["label"] = view.label(report.scope).into();
    block["location"] = location.map_or(Json::Null, |node| place(view, node));
    block["handler"] = report.handler.map_or(Json::Null, |node| handler(view, node));
    block["upstream"] = report.request.as_ref().map_or(Json::Null, upstream);
    block["verdict"] = report.answer.verdict.word().into();
    block["reason"] = report.answer.reason.word().into();
    block["defects"] = report.answer.defects.iter().map(|reason| reason.word()).collect();
    Some(block)
}

fn kind(kind: ScopeKind) -> &'static str {
    match kind {
        ScopeKind::IfInLocation => "if",
        ScopeKind::LimitExcept => "limit_except",
        _ => "location",
    }
}

fn handler(view: View<'_>, node: NodeId) -> Json {
    let mut handler = place(view, node);
    handler["directive"] = String::from_utf8_lossy(&view.name(node)).into();
    handler["value"] = String::from_utf8_lossy(&view.arg(node, 0).unwrap_or_default()).into();
    handler
}

fn upstream(request: &Request) -> Json {
    json!({
        "http_version": value(Some(&request.version.value)),
        "upgrade": value(request.value("Upgrade").as_ref()),
        "connection": value(request.value("Connection").as_ref()),
        "host": value(request.value("Host").as_ref()),
    })
}

fn value(value: Option<&Value>) -> Json {
    match value {
        None => Json::Null,
        Some(Value::Known(bytes)) if bytes.is_empty() => Json::Null,
        Some(Value::Known(bytes)) => String::from_utf8_lossy(bytes).into(),
        Some(Value::Unknown(variable)) => json!({"unknown": format!("${variable}")}),
    }
}

/// Writes one aligned row for each block.
///
/// # Errors
/// Where the writer fails.
pub fn table(blocks: &Blocks<'_>, out: &mut dyn Write, style: Style) -> io::Result<()> {
    let rows: Vec<[String; 4]> = blocks.reports.iter().filter_map(|report| row(blocks.view, report)).collect();
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
    Some([cell(&place), cell(&view.label(report.scope)), report.answer.verdict.word().into(), defects.join(", ")])
}

fn colour(verdict: &str) -> &'static str {
    match verdict {
        "works" => "\x1b[32m",
        "fails" => "\x1b[31m",
        _ => "\x1b[33m",
    }
}
