//! Follows one request through a configuration, step by step, as nginx would: socket, server, rewrites, location, access,
//! files, error pages, and the request that goes upstream (`ngx_http_core_run_phases`).
//!
//! What the configuration alone does not decide ends the trace with `depends`, never with a guess.

mod access;
mod content;
mod disk;
mod ending;
mod hop;
mod location;
mod onward;
mod phases;
mod proxy;
mod realip;
mod received;
mod request;
mod script;
mod start;
mod state;
mod story;

use std::path::PathBuf;

use crate::catalogue::{Version, directive};
use crate::config::{NodeId, ScopeId, ScopeKind, View};
use crate::files::Files;
use crate::handshake::{Answer, Reason, Request, Verdict};
use crate::route::{Locations, Names, Sockets};
use crate::scope::{entries, is_set_to, list};
use crate::value::Definitions;

use onward::Way;
pub use request::{ClientRequest, HttpVersion, UrlError};

/// Passes within one configuration that are followed.
const MOST_HOPS: usize = 8;

/// Everything that tracing requests through one tree needs.
pub struct Tracer<'a> {
    /// The tree.
    pub view: View<'a>,
    /// The variables it defines.
    pub definitions: &'a Definitions,
    /// Its sockets.
    pub sockets: &'a Sockets,
    /// Its server names, socket by socket.
    names: Names<'a>,
    /// Its locations, level by level.
    locations: Locations<'a>,
    /// The nginx version.
    pub version: Version,
    /// Where files are looked for.
    pub files: &'a dyn Files,
    /// The folder that relative `root`s start from.
    pub prefix: PathBuf,
    /// The folder that stands for `/`.
    pub root: Option<PathBuf>,
    groups: Vec<String>,
}

/// One thing that happened on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The directive that made it happen.
    pub node: Option<NodeId>,
    /// The few words that decide.
    pub text: String,
    /// How many subrequests deep.
    pub depth: usize,
    /// The hop that it belongs to, counted from 0.
    pub hop: usize,
}

/// One hop: from a connection to what answers it.
#[derive(Debug, Clone)]
pub struct Hop {
    /// The port that the request arrives at.
    pub port: u16,
    /// Whether the request that arrives asks for an upgrade.
    pub asks: bool,
    /// The server block.
    pub server: Option<ScopeId>,
    /// The block in force at the end.
    pub block: Option<ScopeId>,
    /// The request that goes upstream, where the handler is `proxy_pass`.
    pub upstream: Option<Upstream>,
    /// The verdict on this hop alone.
    pub answer: Answer,
    /// The status nginx itself answers with; `None` where the backend answers, or the connection is closed.
    pub status: Option<u16>,
    /// The normalized path at the end (`$uri`).
    pub uri: Vec<u8>,
}

/// The request a hop sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upstream {
    /// The `proxy_pass`.
    pub pass: NodeId,
    /// Its address; as it is written where a variable in it is not known.
    pub url: Vec<u8>,
    /// Path and query, byte for byte.
    pub target: Vec<u8>,
    /// Version and headers.
    pub request: Request,
    /// What becomes of a 101 on its way back through this hop.
    pub response: Answer,
}

/// The way of one request.
#[derive(Debug, Clone)]
pub struct Trace {
    /// The first hop, then those within the same configuration.
    pub hops: Vec<Hop>,
    /// What happened, in order.
    pub steps: Vec<Step>,
    /// The verdict of the first hop that fails, else of the last.
    pub answer: Answer,
}

impl<'a> Tracer<'a> {
    /// A tracer over a tree.
    pub fn new(
        view: View<'a>,
        definitions: &'a Definitions,
        sockets: &'a Sockets,
        version: Version,
        files: &'a dyn Files,
        prefix: PathBuf,
    ) -> Self {
        Self {
            view,
            definitions,
            sockets,
            names: Names::of(view, sockets),
            locations: Locations::of(view),
            version,
            files,
            prefix,
            root: None,
            groups: named_groups(view),
        }
    }

    /// The `http` block: where a step that no directive makes is shown.
    fn http(&self) -> Option<NodeId> {
        let config = self.view.config;
        let http = config.scope_ids().find(|&id| config.scope(id).kind == ScopeKind::Http)?;
        config.scope(http).node
    }

    /// What an inner hop answers by itself may lead an outer one elsewhere: by `proxy_intercept_errors`, by `error_page`
    /// where no answer comes, by `X-Accel-Redirect`. That is not followed.
    fn replaced(&self, trace: &mut Trace) {
        let Some((last, outer)) = trace.hops.split_last() else { return };
        if trace.answer != last.answer || last.upstream.is_some() {
            return;
        }
        let config = self.view.config;
        let headers =
            last.block.map(|block| entries(self.view, block, directive::ADD_HEADER)).unwrap_or_default();
        let accelerates = headers.into_iter().find(|&node| {
            self.view.arg(node, 0).is_some_and(|name| name.eq_ignore_ascii_case(b"X-Accel-Redirect"))
        });
        let intercepts = || {
            outer.iter().filter_map(|hop| hop.block).find_map(|block| {
                let page = list(config, block, directive::ERROR_PAGE).first().copied()?;
                let is_on = is_set_to(self.view, block, directive::PROXY_INTERCEPT_ERRORS, b"on");
                (is_on || last.status.is_none()).then_some(page)
            })
        };
        if let Some(node) = accelerates.filter(|_| !outer.is_empty()).or_else(intercepts) {
            let text = "the outer hop may answer this by something else, which is not followed".into();
            trace.steps.push(Step {
                node: Some(node),
                text,
                depth: 0,
                hop: trace.hops.len().saturating_sub(1),
            });
            trace.answer = Answer::depends(Reason::UnknownValue);
        }
    }

    /// Follows a request to its end, hop by hop.
    pub fn trace(&self, request: &ClientRequest) -> Trace {
        let mut trace = Trace { hops: Vec::new(), steps: Vec::new(), answer: Answer::works() };
        let mut next = Some(request.clone());
        let (mut seen, mut divided): (Vec<ClientRequest>, Option<NodeId>) = (Vec::new(), None);
        while let Some(request) = next.take() {
            if seen.len() == MOST_HOPS || seen.iter().any(|earlier| earlier.is_as_sent(&request)) {
                let text = "the pass leads round in a circle until nginx has no connection left";
                let pass =
                    trace.hops.last().and_then(|hop| hop.upstream.as_ref()).map(|upstream| upstream.pass);
                trace.steps.push(Step { node: pass, text: text.into(), depth: 0, hop: seen.len() });
                trace.answer = Answer::fails(Reason::NotProxied);
                return trace;
            }
            let (hop, steps) = phases::run(self, &request);
            trace.steps.extend(steps.into_iter().map(|step| Step { hop: seen.len(), ..step }));
            let way = hop.upstream.as_ref().map_or(Way::Out, |upstream| self.onward(&hop, upstream));
            divided =
                divided.or(hop.upstream.as_ref().map(|it| it.pass).filter(|_| matches!(way, Way::Divided)));
            next = match way {
                Way::On(request) => Some(*request),
                Way::Out | Way::Divided => None,
            };
            trace.hops.push(hop);
            seen.push(request);
        }
        trace.answer = joined(&trace.hops);
        if divided.is_some() && trace.answer.verdict == Verdict::Works {
            let text =
                "some servers of this group are server blocks of this configuration, others are not".into();
            trace.steps.push(Step { node: divided, text, depth: 0, hop: trace.hops.len().saturating_sub(1) });
            trace.answer = Answer::depends(Reason::UnknownValue);
        }
        self.replaced(&mut trace);
        trace
    }
}

/// The verdict of the first hop that fails. What a hop sends may lack what the next one adds by itself: where the last
/// sends all that a backend needs, only what earlier ones do to the answer counts.
fn joined(hops: &[Hop]) -> Answer {
    let Some((last, before)) = hops.split_last() else { return Answer::works() };
    let repaired = last.answer.verdict == Verdict::Works;
    let answers = before.iter().map(|hop| match &hop.upstream {
        Some(upstream) if repaired => &upstream.response,
        _ => &hop.answer,
    });
    let mut answers = answers.chain([&last.answer]);
    answers.find(|answer| answer.verdict != Verdict::Works).unwrap_or(&last.answer).clone()
}

/// The names of groups in the tree's expressions: variables that are empty where the expression has not matched.
fn named_groups(view: View<'_>) -> Vec<String> {
    let holders = [directive::LOCATION, directive::SERVER_NAME, directive::REWRITE, directive::IF];
    let mut groups = Vec::new();
    for scope in view.config.scope_ids() {
        for node in holders.iter().flat_map(|&name| view.config.own(scope, name)) {
            for word in view.args(node).filter(|word| memchr::memmem::find(word, b"(?").is_some()) {
                groups.extend(names_in(&word));
            }
        }
        if let Some(map) = crate::value::maps_of(view, scope) {
            let keys = map.entries.into_iter().filter_map(|entry| match entry.key {
                crate::value::Key::Regex(pattern, _) => Some(pattern),
                _ => None,
            });
            groups.extend(keys.flat_map(|pattern| names_in(&pattern)));
        }
    }
    groups.sort();
    groups.dedup();
    groups
}

fn names_in(pattern: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(pattern);
    let starts = text.match_indices("(?").filter_map(|(at, _)| {
        let after = text.get(at + 2..)?.trim_start_matches('P');
        let inner = after.strip_prefix('<').or_else(|| after.strip_prefix('\''))?;
        let end = inner.find(['>', '\''])?;
        inner.get(..end).filter(|name| !name.starts_with(['=', '!']))
    });
    starts.map(str::to_ascii_lowercase).collect()
}
