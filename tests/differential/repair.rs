//! What `ngxlint check --fix` does to random configurations: the blocks that it repairs work in real nginx, everything
//! else stays what it was.

use super::agreement::declare;
use super::generate::generate;
use super::oracle::Oracle;
use super::request::Request;
use super::rng::Rng;
use super::site::{Bench, Failure, Folder, Site};
use super::subject::{blocks, traces};
use super::tree::{Conf, MAIN};
use crate::support::nginx::Nginx;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::process::{Command, Output};

/// The defects of a request that a fix repairs.
const REPAIRED: [&str; 5] =
    ["no-upgrade-header", "no-connection-upgrade", "http10", "header-blanked", "duplicate-header"];

/// The rules that repair them.
const RULES: &str = "WS101,WS102,WS103,WS104,WS105,WS106";

/// What was repaired.
#[derive(Debug, Default)]
pub(crate) struct Repairs {
    /// Configurations that `--fix` changed.
    pub(crate) changed: u64,
    /// Requests that failed before, in a block with a fix, and got their 101 from real nginx afterwards.
    pub(crate) works: u64,
    /// What went wrong.
    pub(crate) problems: Vec<String>,
}

/// Repairs so many random configurations and asks real nginx.
pub(crate) fn repair(nginx: &Nginx, seed: u64, cases: u64) -> Repairs {
    let mut repairs = Repairs::default();
    let bench = Bench::start();
    let version = nginx.version.map(|number| number.to_string()).join(".");
    for number in 0..cases {
        // The first case is that of the seed itself, so that a printed seed repeats its case.
        let case_seed = if number == 0 { seed } else { Rng::new(seed.wrapping_add(number)).next() };
        let mut case = generate(case_seed);
        declare(&mut case.conf);
        let place = Folder::write(&case.conf, &bench);
        let mut job = Job { place, conf: &case.conf, version: &version, problems: Vec::new() };
        let requests: Vec<Request> = case.requests.into_iter().filter(Request::is_ordinary).collect();
        let wanted = job.fixable(&requests);
        let before = job.before();
        if !job.fix(&before) {
            continue;
        }
        repairs.changed += 1;
        match Site::start_in(nginx, job.place) {
            Ok(site) => repairs.works += works(&site, &bench, &wanted, &version, &mut job.problems),
            // What nginx did not take before it need not take now.
            Err(Failure::Refused(log)) if accepts(nginx, &case.conf, &bench) => job.problems.push(log),
            Err(Failure::Refused(_)) => {}
            Err(Failure::Lost(log)) => panic!("{log}"),
        }
        repairs.problems.extend(job.problems.into_iter().map(|it| format!("NGXLINT_SEED={case_seed}: {it}")));
    }
    repairs
}

fn accepts(nginx: &Nginx, conf: &Conf, bench: &Bench) -> bool {
    Site::start(nginx, conf, bench).is_ok()
}

/// Asks nginx what must work now. Nothing that a fix repairs may be wrong any more; what becomes of a 101 on its way back
/// shows only now, and is no matter of these rules.
fn works(site: &Site, bench: &Bench, wanted: &[Request], version: &str, problems: &mut Vec<String>) -> u64 {
    let mut oracle = Oracle::new(site, bench);
    let mut works = 0;
    for (request, trace) in wanted.iter().zip(traces(&site.place, wanted, version)) {
        let trace = trace.expect("a trace");
        let seen = oracle.ask(request);
        let is_left = trace["defects"].as_array().is_some_and(|it| it.iter().any(is_repaired));
        let fails_later = trace["verdict"] == "fails" && !is_left;
        match seen {
            Ok(seen) if seen.works && trace["verdict"] == "works" => works += 1,
            Ok(seen) if fails_later && !seen.works => {}
            other => problems
                .push(format!("after --fix {request:?} comes to {other:?}, and is said to be {trace}")),
        }
    }
    works
}

fn is_repaired(defect: &Value) -> bool {
    REPAIRED.iter().any(|repaired| defect == repaired)
}

/// What a configuration was before `--fix`.
struct Before {
    files: BTreeMap<String, String>,
    shown: Value,
}

struct Job<'a> {
    place: Folder,
    conf: &'a Conf,
    version: &'a str,
    problems: Vec<String>,
}

impl Job<'_> {
    fn run(&self, arguments: &[&str]) -> Output {
        run(&self.place, self.version, arguments)
    }

    fn json(&self, arguments: &[&str]) -> Value {
        json(&self.place, self.version, arguments)
    }

    /// The requests that fail for nothing but what the safe fixes of their block repair.
    fn fixable(&self, requests: &[Request]) -> Vec<Request> {
        let found = self.json(&["check", MAIN, "--select", RULES]);
        let found = found["diagnostics"].as_array().cloned().unwrap_or_default();
        let safe = found.iter().filter(|it| it["fix"]["safety"] == "safe");
        let repaired: BTreeSet<String> = safe.map(|it| place(&it["block"])).collect();
        let unrepaired = found.iter().filter(|it| it["fix"]["safety"] != "safe");
        let unrepaired: BTreeSet<String> = unrepaired.map(|it| place(&it["block"])).collect();
        let blocks = blocks(&self.place, self.version).expect("verdicts on blocks");
        let traces = traces(&self.place, requests, self.version);
        let pairs = requests.iter().zip(traces);
        let is_wanted = |trace: &Value| {
            let at = place(&trace["block"]);
            let copies: Vec<&Value> = blocks.iter().filter(|block| place(block) == at).collect();
            let [block] = copies.as_slice() else { return false };
            let defects = |of: &Value| of["defects"].as_array().cloned().unwrap_or_default();
            repaired.contains(&at)
                && !unrepaired.contains(&at)
                && trace["hops"].is_null()
                && trace["verdict"] == "fails"
                && !trace["upstream"]["host"].is_null()
                && defects(trace) == defects(block)
                && defects(trace).iter().all(is_repaired)
        };
        pairs
            .filter(|(_, trace)| trace.as_ref().is_ok_and(&is_wanted))
            .map(|(request, _)| request.clone())
            .collect()
    }

    fn files(&self) -> BTreeMap<String, String> {
        self.conf.files.keys().map(|name| (name.clone(), self.place.read(name))).collect()
    }

    fn before(&self) -> Before {
        Before { files: self.files(), shown: self.json(&["show", MAIN]) }
    }

    /// Fixes, and holds what came of it against what was; whether anything was changed.
    fn fix(&mut self, before: &Before) -> bool {
        let arguments = ["check", MAIN, "--select", RULES, "--fix"];
        self.run(&arguments);
        let files = self.files();
        if files == before.files {
            return false;
        }
        self.run(&arguments);
        if self.files() != files {
            self.problems.push("a second --fix changes something".into());
        }
        for (name, text) in &files {
            if let Some(lost) = lost(&before.files[name], text) {
                self.problems.push(format!("{name} has lost `{lost}`"));
            }
        }
        let (was, is) = (effective(&before.shown), effective(&self.json(&["show", MAIN])));
        if was != is {
            let differs = was.iter().zip(&is).find(|(was, is)| was != is);
            self.problems.push(format!("what is in force has changed: {differs:#?}"));
        }
        true
    }
}

fn run(place: &Folder, version: &str, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ngxlint"));
    command.current_dir(place.home.path()).args(arguments);
    command.args(["--nginx-version", version]).output().expect("ngxlint")
}

fn json(place: &Folder, version: &str, arguments: &[&str]) -> Value {
    let output = run(place, version, &[arguments, &["--format", "json"]].concat());
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{arguments:?}: {}", String::from_utf8_lossy(&output.stderr)))
}

fn place(of: &Value) -> String {
    format!("{}:{}", of["file"].as_str().unwrap_or_default(), of["line"])
}

/// A line that stood there and stands there no more, byte for byte, but for the ones whose value a fix replaces: without
/// the lines that a fix has put between, the text is what it was.
fn lost<'a>(before: &'a str, after: &str) -> Option<&'a str> {
    let is_replaced = |line: &str| {
        let statement = line.trim_start().to_ascii_lowercase();
        [
            "proxy_set_header upgrade",
            "proxy_set_header connection",
            "proxy_set_header sec-",
            "proxy_http_version",
        ]
        .iter()
        .any(|start| statement.starts_with(start))
    };
    let mut rest = after.split_inclusive('\n');
    let kept = before.split_inclusive('\n').filter(|line| !is_replaced(line));
    { kept }.find(|line| !rest.any(|other| other == *line || is_within(line, other)))
}

/// Whether `longer` is a line that opens a block, with something put right into it.
fn is_within(line: &str, longer: &str) -> bool {
    let alike = |(one, other): &(u8, u8)| one == other;
    let before = line.bytes().zip(longer.bytes()).take_while(alike).count();
    let after = line.bytes().rev().zip(longer.bytes().rev()).take_while(alike).count();
    line.contains('{') && line.len() < longer.len() && before + after >= line.len()
}

/// Every block with all that is in force there, without what the fixes are about.
fn effective(shown: &Value) -> Vec<(String, Vec<(String, String)>)> {
    let blocks = shown["blocks"].as_array().cloned().unwrap_or_default();
    let is_meant = |directive: &Value| {
        let header = directive["args"][0].as_str().unwrap_or_default().to_ascii_lowercase();
        match directive["name"].as_str().unwrap_or_default() {
            "proxy_http_version" | "proxy_pass_request_headers" => true,
            "proxy_set_header" => {
                matches!(header.as_str(), "upgrade" | "connection" | "host")
                    || header.starts_with("sec-websocket-")
            }
            _ => false,
        }
    };
    // In which order directives of different names stand is of no account.
    let directives = |block: &Value| {
        let all = block["directives"].as_array().cloned().unwrap_or_default();
        let kept = all.iter().filter(|directive| !is_meant(directive));
        let mut kept: Vec<(String, String)> =
            kept.map(|directive| (directive["name"].to_string(), directive["args"].to_string())).collect();
        kept.sort_by(|(one, _), (other, _)| one.cmp(other));
        kept
    };
    blocks.iter().map(|block| (block["label"].to_string(), directives(block))).collect()
}
