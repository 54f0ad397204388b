//! Every probe of `tests/conformance/websocket`: what real nginx did with one request.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test reads its data by itself and fails by panicking"
)]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use ngxlint::catalogue::Version;
use ngxlint::config::{Base, Context, Library, Paths, View, assemble};
use ngxlint::files::Disk;
use ngxlint::route::Sockets;
use ngxlint::trace::{ClientRequest, Trace, Tracer};
use ngxlint::value::Definitions;
use serde_json::Value;

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance/websocket/cases");
    let mut cases: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    cases
}

/// The request of a probe: its URL and arguments as they stand, or its path, headers and subprotocols.
fn request(probe: &Value, tls: bool) -> ClientRequest {
    let path = probe["path"].as_str().unwrap();
    let tls = tls && probe["tls"] != false;
    let default = if tls { format!("wss://127.0.0.1{path}") } else { format!("ws://127.0.0.1{path}") };
    let url = probe["url"].as_str().map_or(default, str::to_owned);
    let mut request = ClientRequest::of(&url).unwrap();
    if !tls && probe["tls"] == false {
        request.port = 443;
    }
    let host = probe["host"].as_str().unwrap_or("example.com");
    request.client = request.client.with("Host", host);
    for (name, value) in probe["headers"].as_object().into_iter().flatten() {
        request.client = request.client.with(name, value.as_str().unwrap_or_default());
    }
    if let Some(protocol) = probe["proto"].as_str() {
        request.client = request.client.with("Sec-WebSocket-Protocol", protocol);
    }
    if let Some(method) = probe["method"].as_str() {
        method.clone_into(&mut request.client.method);
    }
    let arguments: Vec<&str> =
        probe["args"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    for pair in arguments.chunks(2) {
        match *pair {
            ["--header", header] => {
                let (name, value) = header.split_once(':').unwrap();
                request.client = request.client.with(name, value.trim());
            }
            ["--method", method] => method.clone_into(&mut request.client.method),
            ["--http", version] => {
                request.http = match version {
                    "1.0" => ngxlint::trace::HttpVersion::Http10,
                    "2" => ngxlint::trace::HttpVersion::Http2,
                    _ => ngxlint::trace::HttpVersion::Http11,
                };
            }
            ["--remote-addr", address] => address.clone_into(&mut request.client.remote_addr),
            _ => panic!("{pair:?}"),
        }
    }
    request
}

fn expected(probe: &Value, version: Version) -> &str {
    let newest = probe.get("newest").filter(|_| version >= Version::new(1, 31, 4));
    let name = if version >= Version::new(1, 29, 7) { "new" } else { "old" };
    newest.or_else(|| probe.get(name)).and_then(Value::as_str).unwrap()
}

/// What differs between a trace and what the probe says.
fn differences(view: View<'_>, trace: &Trace, probe: &Value, wanted: &str) -> Vec<String> {
    let mut found = Vec::new();
    let reason = trace.answer.reason.word();
    let tolerant = probe["tolerant"] == true || wanted == "other";
    // What a uwsgi or SCGI backend makes of an upgrade is its own affair: the probe's backend took it.
    let agrees = (reason == "protocol" && trace.answer.verdict.word() == "depends")
        || if tolerant { reason != "works" } else { reason == wanted };
    if !agrees {
        found.push(format!("{reason}, expected {wanted}"));
    }
    let place = |scope: Option<ngxlint::config::ScopeId>| {
        let node = scope.and_then(|scope| view.config.scope(scope).node)?;
        let file = &view.texts.sources.get(view.config.node(node).doc).name;
        Some(format!("{file}:{}", view.line(node)))
    };
    let Some(hop) = trace.hops.first() else { return vec!["no hop".into()] };
    let block = place(hop.block).or_else(|| place(hop.server));
    let traced = &probe["trace"];
    let wanted_block = traced["block"].as_str().or(probe["block"].as_str());
    if wanted_block.is_some() && block.as_deref() != wanted_block {
        found.push(format!("block {block:?}, expected {wanted_block:?}"));
    }
    if let Some(server) = traced["server"].as_str()
        && place(hop.server).as_deref() != Some(server)
    {
        found.push(format!("server {:?}, expected {server}", place(hop.server)));
    }
    if let Some(uri) = traced["uri"].as_str()
        && String::from_utf8_lossy(&hop.uri) != uri
    {
        found.push(format!("uri {:?}, expected {uri}", String::from_utf8_lossy(&hop.uri)));
    }
    if let (Some(line), Some(upstream)) = (traced["upstream"].as_str(), &hop.upstream) {
        let method = upstream.request.method.value.bytes().unwrap_or_default();
        let sent = [method, b" ", &upstream.target].concat();
        if String::from_utf8_lossy(&sent) != line {
            found.push(format!("sends {:?}, expected {line}", String::from_utf8_lossy(&sent)));
        }
    }
    if let (Some(status), true) = (traced["status"].as_u64(), hop.upstream.is_none())
        && hop.status != u16::try_from(status).ok()
    {
        found.push(format!("status {:?}, expected {status}", hop.status));
    }
    found
}

#[test]
fn every_probe_is_met() {
    let (mut wrong, mut checked) = (String::new(), 0);
    for case in cases() {
        let expect: Value =
            serde_json::from_slice(&std::fs::read(case.join("expect.json")).unwrap()).unwrap();
        let mut library = Library::new(&Disk, case.clone());
        let root = library.open(&case.join("nginx.conf")).unwrap();
        let config =
            assemble(&mut library, root, &Context::main(), &Base::Known(case.clone()), &Paths::default());
        let view = View { texts: &library.texts, config: &config };
        let tls = std::fs::read_to_string(case.join("nginx.conf")).unwrap().contains(" ssl;");
        for version in [(1, 22, 1), (1, 28, 0), (1, 29, 6), (1, 29, 7), (1, 31, 5)] {
            let version = Version::new(version.0, version.1, version.2);
            let (definitions, sockets) = (Definitions::of(view), Sockets::of(view));
            let tracer = Tracer::new(view, &definitions, &sockets, version, &Disk, case.clone());
            for probe in expect["probes"].as_array().unwrap() {
                let wanted = expected(probe, version);
                if wanted == "n/a" {
                    continue;
                }
                checked += 1;
                let trace = tracer.trace(&request(probe, tls));
                for difference in differences(view, &trace, probe, wanted) {
                    let name = case.file_name().unwrap().to_string_lossy();
                    writeln!(
                        wrong,
                        "{name} {version} {}: {difference}",
                        probe["url"].as_str().unwrap_or(probe["path"].as_str().unwrap())
                    )
                    .unwrap();
                }
            }
        }
    }
    assert!(checked > 1000, "only {checked} probes were found");
    assert!(wrong.is_empty(), "{} of {checked}:\n{wrong}", wrong.lines().count());
}
