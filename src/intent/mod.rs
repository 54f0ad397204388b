//! Whether a block is meant for WebSockets, and by what evidence. A verdict says what a handshake would get; intent says
//! whether anyone would send one. A plain `location / { proxy_pass ...; }` has none and is never reported.

mod comments;
pub mod endpoints;
mod explicit;
mod intended;
mod names;
mod paths;

use std::collections::HashSet;

use endpoints::Endpoint;
use paths::Paths;

use crate::catalogue::directive;
use crate::config::{NodeId, ScopeId, ScopeKind, View};
use crate::rules::Intent;
use crate::value::Environment;

pub use comments::Declarations;
pub use endpoints::{Kind, Strength};
pub use explicit::foreign_protocol;
pub use intended::Intended;

/// Why a block is thought to be meant for WebSockets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// How strong it is.
    pub level: Intent,
    /// In a few words, for a message.
    pub text: String,
    /// Whether the block serves nothing but WebSockets.
    pub websocket_only: bool,
    /// Whether its path or a name says WebSocket, whatever its directives say.
    pub named: bool,
}

/// What is known of a whole tree.
#[derive(Debug, Default)]
pub struct Signals {
    /// What comments declare.
    pub declared: Declarations,
    /// What the settings declare.
    pub intended: Intended,
    /// Whether a map over `$http_upgrade` exists: somebody has thought of WebSockets.
    pub has_upgrade_map: bool,
    /// Where blocks with both handshake headers pass to, as the pass is written up to its path.
    pub served: HashSet<Vec<u8>>,
    /// Blocks that a dispatch sends WebSocket requests to.
    pub targets: HashSet<ScopeId>,
    /// Blocks that a WebSocket URL was followed to.
    pub followed: HashSet<ScopeId>,
}

impl Signals {
    /// Takes note of a block that sends both handshake headers: its upstream takes WebSockets.
    pub fn add_served(&mut self, environment: &Environment<'_>, pass: NodeId) {
        if explicit::sends_both(environment) {
            self.served.insert(paths::Url::of(environment.view, pass).authority());
        }
    }
}

/// The evidence for a proxied block whose handler is `pass`.
pub fn evidence(environment: &Environment<'_>, pass: NodeId, signals: &Signals) -> Option<Evidence> {
    let block = environment.block;
    match signals.declared.of(environment.view, block, pass) {
        Some(true) => return Some(declared("a comment declares it for WebSockets")),
        Some(false) => return None,
        None if signals.followed.contains(&block) => return Some(declared("the WebSocket URL leads here")),
        None => {}
    }
    if let Some(text) = signals.intended.declares(environment, pass) {
        return Some(declared(&text));
    }
    if explicit::foreign_protocol(environment) {
        return None;
    }
    let paths = Paths::of(environment, pass);
    let endpoint = paths.endpoint();
    let only = || refuses_plain_requests(environment) || endpoint.is_some_and(is_websocket_only);
    let dispatched = signals.targets.contains(&block);
    let named = || dispatched || endpoint.is_some() || names::evidence(environment, pass).is_some();
    if let Some(text) = explicit::evidence(environment, signals) {
        return Some(Evidence { level: Intent::Explicit, text, websocket_only: only(), named: named() });
    }
    let by_endpoint = endpoint.map(|found| Evidence {
        level: Intent::Endpoint,
        text: format!("its path is where {} takes WebSockets", found.app),
        websocket_only: only(),
        named: true,
    });
    let by_name = || {
        let text = names::evidence(environment, pass)?;
        Some(Evidence { level: Intent::Name, text, websocket_only: only(), named: true })
    };
    let found = by_endpoint.or_else(by_name).filter(|_| !tells_against(environment, &paths));
    found.map(|found| raised(environment, pass, found, signals))
}

fn declared(text: &str) -> Evidence {
    Evidence { level: Intent::Declared, text: text.into(), websocket_only: true, named: true }
}

/// A map over `$http_upgrade`, or a sibling with the headers for the same upstream, lifts an endpoint or a name by one
/// level.
fn raised(
    environment: &Environment<'_>,
    pass: NodeId,
    mut evidence: Evidence,
    signals: &Signals,
) -> Evidence {
    let reason = if signals.served.contains(&paths::Url::of(environment.view, pass).authority()) {
        ", and another block sends the WebSocket headers to the same upstream"
    } else if signals.has_upgrade_map {
        ", and a map over $http_upgrade exists"
    } else {
        return evidence;
    };
    evidence.level = if evidence.level == Intent::Name { Intent::Endpoint } else { Intent::Explicit };
    evidence.text.push_str(reason);
    evidence
}

/// The well-known endpoint for which a location was written, by its path alone; a telling one before others.
pub fn endpoint_at(view: View<'_>, location: ScopeId) -> Option<&'static Endpoint> {
    let candidates = paths::candidates(view, location);
    let strong = candidates.iter().find(|endpoint| endpoint.strength == Strength::Strong);
    strong.or_else(|| candidates.first()).copied()
}

/// Whether a path is all of a telling endpoint's: clients ask for it as it is, without a slash at the end.
pub fn slash_is_foreign(path: &[u8]) -> bool {
    // Whoever serves several WebSockets puts them below such a word.
    const COMMON: [&[u8]; 7] = [b"ws", b"wss", b"websocket", b"websockets", b"socket", b"stream", b"api"];
    let last = path.rsplit(|&byte| byte == b'/').next().unwrap_or_default();
    let speaks = |it: &Endpoint| matches!(it.kind, Kind::WebsocketOnly | Kind::Mixed);
    !COMMON.contains(&last)
        && endpoints::by_path(path)
            .any(|it| it.strength == Strength::Strong && speaks(it) && it.ends_with(path))
}

fn is_websocket_only(endpoint: &Endpoint) -> bool {
    endpoint.kind == Kind::WebsocketOnly && endpoint.strength == Strength::Strong
}

/// What tells against WebSockets where only a path or a name speaks for them.
pub fn has_counter_evidence(environment: &Environment<'_>, pass: NodeId) -> bool {
    tells_against(environment, &Paths::of(environment, pass))
}

fn tells_against(environment: &Environment<'_>, paths: &Paths) -> bool {
    let config = environment.view.config;
    let is_subrequest = crate::route::is_internal(environment.view, environment.block);
    is_subrequest || paths.counter_evidence() || {
        let headers = config.own(environment.block, directive::ADD_HEADER);
        // What Docker's registry documentation tells people to copy.
        headers
            .filter_map(|node| environment.view.arg(node, 0))
            .any(|name| name.starts_with(b"Docker-Distribution"))
    }
}

/// Whether the block's own `if` ends requests without an Upgrade header.
fn refuses_plain_requests(environment: &Environment<'_>) -> bool {
    use crate::value::{Client, Outcome, condition};
    let config = environment.view.config;
    let plain = Client::handshake().with("Upgrade", "").with("Connection", "");
    let without = Environment::new(environment.view, environment.definitions, &plain, environment.block);
    config.children(environment.block).filter(|&id| config.scope(id).kind == ScopeKind::IfInLocation).any(
        |branch| {
            let ends = config.own(branch, directive::RETURN).next().is_some();
            let node = config.scope(branch).node.filter(|_| ends);
            node.is_some_and(|node| {
                condition(&without, node) == Outcome::True && condition(environment, node) == Outcome::False
            })
        },
    )
}
