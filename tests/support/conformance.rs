//! Runs published cases against real nginx, to show that the laboratory sees what they say.

use super::backend::{Backend, Kind, Record};
use super::client::{Answer, Handshake};
use super::listen::Ports;
use super::nginx::{Nginx, Site};
use super::tree::Tree;
use super::upstream::Upstreams;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// The first release of which a probe's or location's `newest` speaks.
const NEWEST: [u32; 3] = [1, 31, 4];

/// How the probes of a run went.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// Probes tried.
    pub(crate) tried: usize,
    /// Where the laboratory and the case disagree.
    pub(crate) disagreements: Vec<String>,
}

/// The strict backend and a release, for running cases.
#[derive(Debug)]
pub(crate) struct Bench {
    strict: Backend,
    releases: [Nginx; 2],
}

impl Bench {
    /// Starts the backend.
    pub(crate) fn start() -> Self {
        Self { strict: Backend::start(Kind::Strict), releases: Nginx::both() }
    }

    /// Runs one case on both releases.
    pub(crate) fn run(&self, folder: &Path, tally: &mut Tally) {
        let text = std::fs::read_to_string(folder.join("expect.json")).expect("expect.json");
        let case: Value = serde_json::from_str(&text).expect("expect.json in JSON");
        let tree = Tree::read(folder);
        for release in &self.releases {
            let visit = Visit { bench: self, release, tree: &tree, name: &case["name"] };
            if let Err(error) = visit.run(&case, tally) {
                tally.disagreements.push(format!("{} on {}: {error}", case["name"], release.name));
            }
        }
    }
}

/// The folders of all cases, but for some names.
pub(crate) fn cases(root: &Path, but: &[&str]) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(root).expect("the cases").map(|e| e.expect("an entry").path());
    let mut found: Vec<PathBuf> = entries.filter(|p| !but.iter().any(|name| p.ends_with(name))).collect();
    found.sort();
    found
}

struct Visit<'a> {
    bench: &'a Bench,
    release: &'a Nginx,
    tree: &'a Tree,
    name: &'a Value,
}

impl Visit<'_> {
    fn run(&self, case: &Value, tally: &mut Tally) -> Result<(), String> {
        let upstreams = Upstreams::of(self.bench.strict.port);
        let refusal = self.release.refuses(self.tree, &upstreams);
        if refusal.is_none() != (case["nginx_t"][self.side()] == true) {
            return Err(format!("nginx -t: {}", refusal.unwrap_or_else(|| "accepted".into())));
        }
        if refusal.is_some() {
            return Ok(());
        }
        let site = self.release.serve(self.tree, &upstreams, &mut Ports::default())?;
        for probe in case["probes"].as_array().into_iter().flatten() {
            self.probe(&site, probe, is_torn(case), tally);
        }
        Ok(())
    }

    fn side(&self) -> &'static str {
        if self.release.is_old() { "old" } else { "new" }
    }

    fn probe(&self, site: &Site, probe: &Value, torn: bool, tally: &mut Tally) {
        let newest = probe.get("newest").filter(|_| self.release.version >= NEWEST);
        let expected = newest.unwrap_or(&probe[self.side()]).as_str().unwrap_or_default();
        tally.tried += 1;
        self.bench.strict.records();
        let port = probe["listen"].as_str().and_then(|port| port.parse().ok());
        let mut route = site.route(port);
        route.tls &= probe["tls"] != false;
        let answer = Handshake { torn: torn && expected != "works", ..handshake(probe) }.try_at(route);
        let records = self.bench.strict.records();
        let seen = reason(&answer, records.last());
        let tolerant = expected == "other" || probe["tolerant"] == true;
        if if tolerant { (seen == "works") != (expected == "works") } else { seen != expected } {
            let place = format!("{} on {}: {probe}", self.name, self.release.name);
            tally.disagreements.push(format!("{place}: seen {seen} ({})", answer.problem));
        }
        if let Some(complaint) = trace_complaint(&probe["trace"], &answer, records.last()) {
            tally.disagreements.push(format!("{} on {}: {probe}: {complaint}", self.name, self.release.name));
        }
    }
}

/// Whether a mirrored request's 101 tears the client's connection down: whenever it comes, so that the first message may
/// have been answered by then.
fn is_torn(case: &Value) -> bool {
    let locations = case["locations"].as_array();
    locations.into_iter().flatten().any(|location| location["reason"] == "mirror-subrequest-upgrade")
}

/// The case's word for what happened.
fn reason(answer: &Answer, record: Option<&Record>) -> String {
    match answer.status {
        _ if answer.works() => "works".into(),
        101 => "response-header-hidden".into(),
        _ if answer.is_of_a_backend() => record.and_then(|r| r.defects.first()).cloned().unwrap_or_default(),
        300..=399 => "redirect".into(),
        401 | 403 => "auth".into(),
        _ => "not-proxied".into(),
    }
}

/// What a trace says otherwise than what was seen: the status that nginx itself gave, the request line sent upstream.
fn trace_complaint(trace: &Value, answer: &Answer, record: Option<&Record>) -> Option<String> {
    let sent = record.map(|record| format!("{} {}", record.head.method, record.head.target));
    if let Some(expected) = trace["upstream"].as_str() {
        return (sent.as_deref() != Some(expected)).then(|| format!("sent {sent:?}"));
    }
    let status = trace["status"].as_u64().filter(|&status| status != u64::from(answer.status))?;
    Some(format!("status {} instead of {status}", answer.status))
}

fn handshake(probe: &Value) -> Handshake {
    let text = |name: &str| probe[name].as_str().map(str::to_owned);
    let host = if probe["host"].is_null() && probe.get("host").is_some() {
        None
    } else {
        text("host").or(Some("example.com".into()))
    };
    let mut handshake = Handshake::new(&text("path").expect("a path"), host.as_deref().unwrap_or_default());
    handshake.method = text("method").unwrap_or(handshake.method);
    handshake.version = text("version").unwrap_or(handshake.version);
    handshake.protocols = text("proto");
    let headers = probe["headers"].as_object().into_iter().flatten();
    handshake.headers =
        headers.map(|(n, v)| (n.clone(), v.as_str().unwrap_or_default().to_owned())).collect();
    handshake
}
