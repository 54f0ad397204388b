//! What paths tell: the location's and the one in the pass.

use super::endpoints::{self, Endpoint, Kind, Strength};
use crate::config::{NodeId, View};
use crate::route::{Pattern, pattern};
use crate::scope::location_of;
use crate::value::{Environment, Regex};

/// The well-known endpoint that the block serves: by its path alone, or by a weak path and the application's port or
/// name in the pass.
pub fn endpoint(environment: &Environment<'_>, pass: NodeId) -> Option<&'static Endpoint> {
    let url = Url::of(environment.view, pass);
    candidates(environment, &url).into_iter().find(|endpoint| counts(endpoint, &url))
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

/// Endpoints that some path of the block matches.
fn candidates(environment: &Environment<'_>, url: &Url) -> Vec<&'static Endpoint> {
    let location = location_of(environment.view.config, environment.block);
    let mut found: Vec<&'static Endpoint> = match pattern(environment.view, location) {
        Some(Pattern::Exact(path) | Pattern::Prefix(path, _)) => endpoints::by_path(&path).collect(),
        Some(Pattern::Regex(regex, caseless)) => by_regex(&regex, caseless),
        Some(Pattern::Named(_)) | None => Vec::new(),
    };
    found.extend(endpoints::by_path(&url.path));
    found
}

/// Endpoints for one of whose paths the location was written: it matches that and not just any path.
fn by_regex(regex: &[u8], caseless: bool) -> Vec<&'static Endpoint> {
    let Ok(regex) = Regex::new(regex, caseless) else { return Vec::new() };
    let matches = |path: &[u8]| regex.is_match(path).unwrap_or(false);
    if matches(b"/") || matches(b"/ngxlint") {
        return Vec::new();
    }
    endpoints::all().filter(|endpoint| endpoint.examples().any(|path| matches(path.as_bytes()))).collect()
}

/// Whether a path belongs to server-sent events, long polling, another protocol, a health check or a registry.
pub fn counter_evidence(environment: &Environment<'_>, pass: NodeId) -> bool {
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
    let url = Url::of(environment.view, pass);
    let other = |endpoint: &&'static Endpoint| matches!(endpoint.kind, Kind::HttpStream | Kind::OtherUpgrade);
    if candidates(environment, &url).iter().any(|it| other(it) && it.strength == Strength::Strong) {
        return true;
    }
    let location = location_of(environment.view.config, environment.block);
    let path = pattern(environment.view, location).and_then(|pattern| Some(pattern.path()?.to_vec()));
    path.is_some_and(|path| {
        path.split(|&byte| byte == b'/')
            .any(|part| PLAIN.iter().any(|plain| part.eq_ignore_ascii_case(plain)))
    })
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
    /// The parts of the address in a pass.
    pub fn of(view: View<'_>, pass: NodeId) -> Self {
        let url = view.arg(pass, 0).unwrap_or_default();
        let rest =
            url.windows(3).position(|part| part == b"://").and_then(|at| url.get(at + 3..)).unwrap_or(&url);
        let end = rest.iter().position(|&byte| byte == b'/').unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        let colon = authority.iter().rposition(|&byte| byte == b':').unwrap_or(authority.len());
        let (host, port) = authority.split_at(colon);
        let port =
            std::str::from_utf8(port.get(1..).unwrap_or_default()).ok().and_then(|port| port.parse().ok());
        Self { host: host.to_vec(), port, path: path.to_vec() }
    }
}
