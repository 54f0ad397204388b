//! The document that `handshake --format json` prints.

use std::io::{self, Write};

use serde::Serialize;

use super::super::json_text;
use super::Blocks;
use crate::config::{NodeId, ScopeId, ScopeKind, View};
use crate::handshake::{Answer, BlockReport, Request};
use crate::scope::location_of;
use crate::trace::{Hop, Step, Trace};
use crate::value::{Value, shown};

/// Writes it.
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
    json_text::document(&document, out)
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
        Some(Value::Unknown(variable)) => Sent::Unknown { unknown: shown(variable) },
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
