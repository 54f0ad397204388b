//! One case on one nginx: what it does, what we say, and how the two compare.

use super::compare::{Aspect, Judgement, compare, compare_block};
use super::expand::Logged;
use super::generate::Case;
use super::oracle::{Oracle, Seen};
use super::request::Request;
use super::site::{Bench, Failure, Site};
use super::subject::{blocks, traces};
use super::tree::{Conf, Kind, Place};
use crate::support::nginx::Nginx;
use serde_json::Value;
use std::fmt::Write as _;

/// One request's result.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// What nginx did.
    pub(crate) seen: Seen,
    /// What we said.
    pub(crate) said: Result<Value, String>,
    /// How they compare.
    pub(crate) judgement: Judgement,
}

impl Outcome {
    /// What makes two disagreements the same: what they are about first, and how either side says that it ends.
    pub(crate) fn signature(&self) -> Option<(Aspect, u16, String)> {
        let Judgement::Differs(differences) = &self.judgement else { return None };
        let said = self.said.as_ref().map(|trace| format!("{} {}", trace["reason"], trace["status"]));
        Some((differences[0].0, self.seen.status, said.unwrap_or_default()))
    }
}

/// A case that was run.
#[derive(Debug)]
pub(crate) struct Trial {
    /// A result for each request.
    pub(crate) outcomes: Vec<Outcome>,
    site: Site,
}

/// What is compared with nginx.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    /// The trace of each request.
    Traces,
    /// What is said about the block that served, whatever led to it.
    Blocks,
}

/// Where the cases run.
#[derive(Debug)]
pub(crate) struct Lab<'a> {
    /// The release.
    pub(crate) nginx: &'a Nginx,
    /// The version that ngxlint is told.
    pub(crate) version: String,
    /// The backends.
    pub(crate) bench: Bench,
    /// What is compared.
    pub(crate) subject: Subject,
}

impl<'a> Lab<'a> {
    /// A laboratory around a release.
    pub(crate) fn new(nginx: &'a Nginx, subject: Subject) -> Self {
        let version = nginx.version.map(|number| number.to_string()).join(".");
        Self { nginx, version, bench: Bench::start(), subject }
    }

    /// Runs a case.
    pub(crate) fn run(&self, case: &Case) -> Result<Trial, Failure> {
        let site = Site::start(self.nginx, &case.conf, &self.bench)?;
        let mut oracle = Oracle::new(&site, &self.bench);
        let seen = case.requests.iter().map(|request| oracle.ask(request).map_err(|error| (request, error)));
        let seen: Vec<Seen> = seen.collect::<Result<_, _>>().map_err(|(request, error)| {
            let files = case.conf.files.keys().map(|name| site.place.read(name));
            Failure::Lost(format!("{request:?}: {error}\n{}", files.collect::<String>()))
        })?;
        let said = self.said(&site, &case.requests, &seen);
        let pairs = case.requests.iter().zip(seen).zip(said);
        let outcomes =
            pairs.map(|((request, seen), said)| self.outcome(&site, request, seen, said)).collect();
        Ok(Trial { outcomes, site })
    }

    fn said(&self, site: &Site, requests: &[Request], seen: &[Seen]) -> Vec<Result<Value, String>> {
        if self.subject == Subject::Traces {
            return traces(&site.place, requests, &self.version);
        }
        let all = blocks(&site.place, &self.version);
        let entry = |seen: &Seen| {
            let (file, line): &Place = &site.place.blocks[seen.block].place;
            let own = |all: &Vec<Value>| {
                all.iter().filter(|entry| entry["file"] == *file && entry["line"] == *line).cloned().collect()
            };
            all.as_ref().map(own).map_err(Clone::clone)
        };
        seen.iter().map(entry).collect()
    }

    fn outcome(&self, site: &Site, request: &Request, seen: Seen, said: Result<Value, String>) -> Outcome {
        let judgement = match &said {
            Ok(entry) if self.subject == Subject::Blocks => compare_block(request, &seen, entry),
            Ok(trace) => compare(request, &seen, &site.place.blocks, trace),
            Err(error) => Judgement::Differs(vec![(Aspect::Output, error.clone())]),
        };
        Outcome { seen, said, judgement }
    }
}

impl Trial {
    /// The block that served a request.
    pub(crate) fn served(&self, outcome: &Outcome) -> &Logged {
        &self.site.place.blocks[outcome.seen.block]
    }

    /// What there is to read about one request: configuration, request, both sides.
    pub(crate) fn report(&self, conf: &Conf, request: &Request, outcome: &Outcome) -> String {
        let mut text = String::new();
        let place = &self.site.place;
        for name in conf.files.keys() {
            write!(text, "--- {name}\n{}", without_logs(&place.read(name))).expect("memory");
        }
        let port = place.ports[request.port];
        writeln!(text, "--- request to {}:{port}\n{}", request.address, request.text(port).trim_end())
            .expect("memory");
        let options = request.options().join("' '");
        writeln!(text, "--- ngxlint handshake nginx.conf '{}' '{options}'", request.url(port))
            .expect("memory");
        let seen = &outcome.seen;
        let block = self.served(outcome);
        let server = if block.kind == Kind::Server { "the server block " } else { "" };
        writeln!(text, "--- nginx: served by {server}{}:{}, {seen:?}", block.place.0, block.place.1)
            .expect("memory");
        match &outcome.said {
            Ok(trace) => writeln!(text, "--- ngxlint: {trace}"),
            Err(error) => writeln!(text, "--- ngxlint: {error}"),
        }
        .expect("memory");
        if let Judgement::Differs(differences) = &outcome.judgement {
            for (aspect, difference) in differences {
                writeln!(text, "--- {aspect:?}: {difference}").expect("memory");
            }
        }
        text
    }
}

fn without_logs(text: &str) -> String {
    let lines = text.lines().map(|line| line.split(" access_log ").next().unwrap_or_default());
    lines.fold(String::new(), |text, line| text + line + "\n")
}
