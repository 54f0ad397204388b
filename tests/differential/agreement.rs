//! What `ngxlint check` finds in a block, beside what `ngxlint handshake` says of a request that it serves.

use super::generate::generate;
use super::request::Request;
use super::rng::Rng;
use super::site::{Bench, Folder};
use super::subject::{blocks, traces};
use super::tree::{Conf, Item, MAIN};
use serde_json::Value;
use std::collections::BTreeSet;
use std::process::Command;

/// The rules about the request that a block sends, each with the defect that it is about.
const RULES: [(&str, &str); 4] = [
    ("WS101", "no-upgrade-header"),
    ("WS102", "no-connection-upgrade"),
    ("WS103", "http10"),
    ("WS105", "header-blanked"),
];

/// The rule that stands for several of them.
const DROPPED: &str = "WS104";

/// What was compared.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    /// Requests that a block with findings served.
    pub(crate) found: usize,
    /// Requests that a block without findings served well.
    pub(crate) works: usize,
    /// What does not fit together.
    pub(crate) disagreements: Vec<String>,
}

/// Compares check and trace over so many random configurations.
pub(crate) fn compare(seed: u64, cases: u64, version: &str) -> Counts {
    let bench = Bench::start();
    let mut counts = Counts::default();
    for number in 0..cases {
        let mut case = generate(Rng::new(seed.wrapping_add(number)).next());
        declare(&mut case.conf);
        let place = Folder::write(&case.conf, &bench);
        let findings = findings(&place, version);
        let blocks = blocks(&place, version).expect("verdicts on blocks");
        let ordinary: Vec<Request> = case.requests.into_iter().filter(Request::is_ordinary).collect();
        for trace in traces(&place, &ordinary, version) {
            let trace = trace.expect("a trace");
            if let Some(problem) = judge(&trace, &findings, &blocks, &mut counts) {
                let files = case.conf.files.keys().map(|name| format!("--- {name}\n{}", place.read(name)));
                let files = files.collect::<String>();
                counts.disagreements.push(format!("{problem}\n{trace}\n{findings:?}\n{files}"));
            }
        }
    }
    counts
}

/// Declares every block for WebSockets.
pub(crate) fn declare(conf: &mut Conf) {
    for item in conf.files.get_mut(MAIN).into_iter().flatten() {
        if let Item::Block(head, _) = item
            && head == "http"
        {
            *head = "# ngxlint: websocket\nhttp".into();
        }
    }
}

/// File, line of the block, and code of each finding.
fn findings(place: &Folder, version: &str) -> BTreeSet<(String, u64, String)> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ngxlint"));
    let codes = RULES.iter().map(|(code, _)| *code).chain([DROPPED]).collect::<Vec<_>>().join(",");
    let folder = place.main().parent().expect("a folder").to_path_buf();
    command.current_dir(folder).args(["check", MAIN, "--format", "json", "--nginx-version", version]);
    let output = command.args(["--select", &codes]).output().expect("ngxlint");
    let document: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{command:?}: {}", String::from_utf8_lossy(&output.stderr)));
    let found = document["diagnostics"].as_array().cloned().unwrap_or_default();
    found
        .iter()
        .map(|finding| {
            let (file, line) = at(&finding["block"]);
            (file, line, finding["code"].as_str().unwrap_or_default().to_owned())
        })
        .collect()
}

fn at(place: &Value) -> (String, u64) {
    (place["file"].as_str().unwrap_or_default().to_owned(), place["line"].as_u64().unwrap_or_default())
}

/// What does not fit together in one trace. A block that several includes bring has one finding for all of its copies;
/// a trace over several hops may be repaired by a later one.
fn judge(
    trace: &Value,
    findings: &BTreeSet<(String, u64, String)>,
    blocks: &[Value],
    counts: &mut Counts,
) -> Option<String> {
    let place = at(&trace["block"]);
    let copies: Vec<&Value> = blocks.iter().filter(|block| at(block) == place).collect();
    let [block] = copies.as_slice() else { return None };
    if trace["upstream"].is_null() || trace["hops"].is_array() || trace["verdict"] == "depends" {
        return None;
    }
    let has = |defects: &Value, defect: &str| {
        defects.as_array().is_some_and(|defects| defects.iter().any(|it| it == defect))
    };
    let is_block = |at_: &(String, u64)| blocks.iter().any(|block| at(block) == *at_);
    let codes_at = |holds: &dyn Fn(&(String, u64)) -> bool| -> Vec<&str> {
        let held = findings.iter().filter(|(file, line, _)| holds(&(file.clone(), *line)));
        held.map(|(_, _, code)| code.as_str()).collect()
    };
    let codes = codes_at(&|found| *found == place);
    // What several blocks inherit, or include, is one finding, about the first of them or the level they have it from.
    let is_shared = |step: &Value| {
        let text = step["text"].as_str().unwrap_or_default();
        text.contains("inherited from") || (text.contains("headers are set") && at(step).0 != place.0)
    };
    let is_shared = trace["steps"].as_array().is_some_and(|steps| steps.iter().any(is_shared));
    let around = codes_at(&|found| is_shared || *found == at(&trace["location"]) || !is_block(found));
    if codes.is_empty() && trace["verdict"] == "works" {
        counts.works += 1;
    }
    counts.found += usize::from(!codes.is_empty());
    let wrong = RULES.iter().find(|(code, defect)| codes.contains(code) && !has(&trace["defects"], defect));
    if let Some((code, defect)) = wrong {
        return Some(format!("{code} is reported, and no {defect}"));
    }
    if !codes.is_empty() && trace["verdict"] == "works" {
        return Some(format!("{codes:?} reported where the handshake works"));
    }
    // A Host that is missing is no matter of these rules.
    let is_theirs = |defect: &str| defect != "header-blanked" || !trace["upstream"]["host"].is_null();
    let is_certain = |defect: &str| has(&trace["defects"], defect) && has(&block["defects"], defect);
    let certain = RULES.iter().find(|(_, defect)| is_certain(defect) && is_theirs(defect));
    match certain {
        Some((code, defect))
            if ![&codes, &around].iter().any(|it| it.contains(code) || it.contains(&DROPPED)) =>
        {
            Some(format!("{defect}, and no {code}"))
        }
        _ => None,
    }
}
