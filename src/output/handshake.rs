//! Verdicts on blocks, as JSON and as a table.

use std::io::{self, Write};

use serde::Serialize;

use super::Style;
use super::escape::Line;
use crate::catalogue::Version;
use crate::config::{NodeId, ScopeId, ScopeKind, View};
use crate::handshake::{Answer, BlockReport, Request};
use crate::scope::location_of;
use crate::trace::{Hop, Step, Trace};
use crate::value::Value;

/// The verdicts of one tree.
pub struct Blocks<'a> {
    /// The tree.
    pub view: View<'a>,
    /// The version they are for.
    pub version: Version,
    /// One for each location, `if` in location and `limit_except`.
    pub reports: &'a [BlockReport],
    /// The URLs that were followed, each with its way.
    pub traces: &'a [(String, Trace)],
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
        traces: blocks.traces.iter().map(|(url, trace)| traced(blocks.view, url, trace)).collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    nginx_version: String,
    blocks: Vec<Block<'a>>,
    traces: Vec<Traced<'a>>,
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

#[derive(Serialize)]
struct Traced<'a> {
    url: &'a str,
    verdict: &'static str,
    reason: &'static str,
    defects: Vec<&'static str>,
    server: Option<Place<'a>>,
    block: Option<Place<'a>>,
    location: Option<Place<'a>>,
    upstream: Option<Upstream>,
    status: Option<u16>,
    steps: Vec<StepPlace<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    hops: Vec<HopPlace<'a>>,
}

#[derive(Serialize)]
struct StepPlace<'a> {
    file: Option<&'a str>,
    line: Option<u32>,
    text: String,
}

#[derive(Serialize)]
struct HopPlace<'a> {
    server: Option<Place<'a>>,
    block: Option<Place<'a>>,
    location: Option<Place<'a>>,
    upstream: Option<Upstream>,
    status: Option<u16>,
    verdict: &'static str,
    reason: &'static str,
    defects: Vec<&'static str>,
}

fn traced<'a>(view: View<'a>, url: &'a str, trace: &Trace) -> Traced<'a> {
    let first = trace.hops.first();
    let hop = first.map(|hop| hop_place(view, hop));
    let (server, block, location, upstream, status) = hop.map_or((None, None, None, None, None), |it| {
        (it.server, it.block, it.location, it.upstream, it.status)
    });
    let further = trace.hops.iter().skip(1).map(|hop| hop_place(view, hop));
    Traced {
        url,
        verdict: trace.answer.verdict.word(),
        reason: trace.answer.reason.word(),
        defects: words(&trace.answer),
        server,
        block,
        location,
        upstream,
        status,
        steps: trace.steps.iter().map(|step| step_place(view, step)).collect(),
        hops: further.collect(),
    }
}

fn words(answer: &Answer) -> Vec<&'static str> {
    answer.defects.iter().map(|reason| reason.word()).collect()
}

fn step_place<'a>(view: View<'a>, step: &Step) -> StepPlace<'a> {
    let place = step.node.map(|node| place(view, node));
    StepPlace {
        file: place.as_ref().map(|place| place.file),
        line: place.as_ref().map(|place| place.line),
        text: step.text.clone(),
    }
}

fn hop_place<'a>(view: View<'a>, hop: &Hop) -> HopPlace<'a> {
    let at = |scope: ScopeId| view.config.scope(scope).node.map(|node| place(view, node));
    HopPlace {
        server: hop.server.and_then(at),
        block: hop.block.and_then(at),
        location: hop.block.and_then(|block| at(location_of(view.config, block))),
        upstream: hop.upstream.as_ref().map(|it| upstream(&it.request)),
        status: hop.status,
        verdict: hop.answer.verdict.word(),
        reason: hop.answer.reason.word(),
        defects: words(&hop.answer),
    }
}

/// Writes the way of each URL as numbered steps, ending in the request that the backend would receive.
///
/// # Errors
/// Where the writer fails.
pub fn steps(blocks: &Blocks<'_>, out: &mut dyn Write, style: Style) -> io::Result<()> {
    for (url, trace) in blocks.traces {
        writeln!(out, "{}", Line(url))?;
        for (number, step) in (1..).zip(&trace.steps) {
            let place = step_place(blocks.view, step);
            let at = place.file.zip(place.line).map(|(file, line)| format!("  ({}:{line})", Line(file)));
            writeln!(out, "  {number:>2}. {}{}", Line(&step.text), at.unwrap_or_default())?;
        }
        if let Some(upstream) = trace.hops.last().and_then(|hop| hop.upstream.as_ref()) {
            head(upstream, out)?;
        }
        let answer = &trace.answer;
        let (start, end) = if style.colour { (colour(answer.verdict.word()), "\x1b[0m") } else { ("", "") };
        let why =
            if answer.defects.is_empty() { String::new() } else { format!(": {}", words(answer).join(", ")) };
        let status = trace
            .hops
            .first()
            .and_then(|hop| hop.status)
            .map_or(String::new(), |it| format!(" (status {it})"));
        writeln!(out, "  => {start}{}{end}{why}{status}\n", answer.verdict.word())?;
    }
    Ok(())
}

/// The head of the request as the backend would receive it.
fn head(upstream: &crate::trace::Upstream, out: &mut dyn Write) -> io::Result<()> {
    let text = |value: &Value| match value {
        Value::Known(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        Value::Unknown(variable) => format!("${variable}"),
    };
    let request = &upstream.request;
    let target = String::from_utf8_lossy(&upstream.target).into_owned();
    writeln!(
        out,
        "\n      {} {} HTTP/{}",
        text(&request.method.value),
        Line(&target),
        text(&request.version.value)
    )?;
    let lines = [&request.set, &request.defaults, &request.passed].into_iter().flatten();
    for line in lines.filter(|line| !line.value.is_blank()) {
        writeln!(out, "      {}: {}", Line(&line.name), Line(&text(&line.value)))?;
    }
    writeln!(out)
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
