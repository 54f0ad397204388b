//! What paths tell: the location's and the one in the pass.

use super::endpoints::{self, Endpoint, Kind, Strength};
use crate::config::{NodeId, ScopeId, View};
use crate::route::{Pattern, pattern};
use crate::scope::location_of;
use crate::value::{Environment, PassUrl, Regex};

/// What a block's paths tell: its location's, and the one in its pass.
pub struct Paths {
    url: Url,
    /// Endpoints that one of the paths matches.
    candidates: Vec<&'static Endpoint>,
    /// The location's own path, where it is literal.
    location: Option<Vec<u8>>,
}

impl Paths {
    /// Reads the paths of the environment's block, whose handler is `pass`.
    pub fn of(environment: &Environment<'_>, pass: NodeId) -> Self {
        let url = Url::of(environment.view, pass);
        let location = location_of(environment.view.config, environment.block);
        let pattern = pattern(environment.view, location);
        let mut candidates = candidates(environment.view, location);
        candidates.extend(endpoints::by_path(&url.path));
        let location = pattern.and_then(|pattern| Some(pattern.path()?.to_vec()));
        Self { url, candidates, location }
    }

    /// The well-known endpoint that the block serves: by its path alone, or by a weak path and the application's port or
    /// name in the pass.
    pub fn endpoint(&self) -> Option<&'static Endpoint> {
        self.candidates.iter().copied().find(|endpoint| counts(endpoint, &self.url))
    }

    /// Whether a path belongs to server-sent events, long polling, another protocol, a health check or a registry.
    pub fn counter_evidence(&self) -> bool {
        let other = |endpoint: &Endpoint| matches!(endpoint.kind, Kind::HttpStream | Kind::OtherUpgrade);
        let mut strong = self.candidates.iter().filter(|it| it.strength == Strength::Strong);
        strong.any(|endpoint| other(endpoint)) || self.location.as_deref().is_some_and(has_plain_part)
    }
}

/// Endpoints that the path of a location matches.
pub fn candidates(view: View<'_>, location: ScopeId) -> Vec<&'static Endpoint> {
    match pattern(view, location) {
        Some(Pattern::Exact(path) | Pattern::Prefix(path, _)) => endpoints::by_path(&path).collect(),
        Some(Pattern::Regex(regex, caseless)) => by_regex(&regex, caseless),
        Some(Pattern::Named(_)) | None => Vec::new(),
    }
}

fn counts(endpoint: &Endpoint, url: &Url) -> bool {
    let speaks = matches!(endpoint.kind, Kind::WebsocketOnly | Kind::Mixed);
    speaks
        && match endpoint.strength {
            Strength::Strong => true,
            Strength::Weak => {
                url.port.is_some_and(|port| endpoint.has_port(port)) || endpoint.has_name(&url.host)
            }
            Strength::None => false,
        }
}

/// Endpoints for one of whose paths the location was written.
fn by_regex(regex: &[u8], caseless: bool) -> Vec<&'static Endpoint> {
    let Some(matches) = matcher(regex, caseless) else { return Vec::new() };
    endpoints::all()
        .filter(|endpoint| endpoint.examples.iter().any(|path| matches(path.as_bytes())))
        .collect()
}

/// Whether a location with this expression was written for `path`.
pub fn is_written_for(regex: &[u8], caseless: bool, path: &[u8]) -> bool {
    matcher(regex, caseless).is_some_and(|matches| matches(path))
}

/// What an expression matches, unless it matches just any path.
fn matcher(regex: &[u8], caseless: bool) -> Option<impl Fn(&[u8]) -> bool> {
    let regex = Regex::new(regex, caseless).ok()?;
    let matches = move |path: &[u8]| regex.is_match(path).unwrap_or(false);
    (!matches(b"/") && !matches(b"/ngxlint")).then_some(matches)
}

/// Whether a segment of a path is the name of something plain.
fn has_plain_part(path: &[u8]) -> bool {
    const PLAIN: [&[u8]; 17] = [
        b"health",
        b"healthz",
        b"healthcheck",
        b"ping",
        b"status",
        b"metrics",
        b"negotiate",
        b"sse",
        b"events",
        b"eventsource",
        b"longpoll",
        b"poll",
        b"polling",
        b"v2",
        b"static",
        b"assets",
        b"favicon.ico",
    ];
    path.split(|&byte| byte == b'/').any(|part| PLAIN.iter().any(|plain| part.eq_ignore_ascii_case(plain)))
}

/// The parts of a pass that tell something.
#[derive(Debug, Default)]
pub struct Url {
    /// Upstream or host, without port; variables as written.
    pub host: Vec<u8>,
    /// The port, where one is written.
    pub port: Option<u16>,
    /// The URI part, with its slash; empty where there is none.
    pub path: Vec<u8>,
}

impl Url {
    /// Host and port, in lower case.
    pub fn authority(&self) -> Vec<u8> {
        let port = self.port.map_or_else(String::new, |port| format!(":{port}"));
        [self.host.to_ascii_lowercase(), port.into_bytes()].concat()
    }

    /// The parts of the address in a pass.
    pub fn of(view: View<'_>, pass: NodeId) -> Self {
        let url = view.arg(pass, 0).unwrap_or_default();
        let Some(url) = PassUrl::of(&url) else { return Self::default() };
        let (host, port) = url.split_port();
        let port = port.and_then(|port| std::str::from_utf8(port).ok()?.parse().ok());
        Self { host: host.to_vec(), port, path: url.uri.to_vec() }
    }
}
