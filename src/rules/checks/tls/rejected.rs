//! A default server that refuses handshakes, and still answers those who name another server in theirs.

use std::collections::HashSet;

use crate::catalogue::directive;
use crate::config::{NodeId, ScopeId, ScopeKind, View};
use crate::route::{Pattern, Sockets, always_answered, pattern, returned};
use crate::rules::facts::Facts;
use crate::rules::found::found_in;
use crate::rules::hit::{Hit, Repair};
use crate::rules::model::Rule;
use crate::scope::access::{AccessLists, Family};
use crate::scope::single;

/// `ssl_reject_handshake on` in the default server of a socket with other TLS servers, whose content is served.
pub fn check(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let view = facts.view;
    let mut hits = Vec::new();
    let mut seen = HashSet::new();
    let sockets = Sockets::of(view);
    for socket in sockets.ids().filter(|&socket| sockets.is_ssl(socket)) {
        let Some(server) = sockets.default_server(socket) else { continue };
        let has_others = sockets.servers(socket).any(|other| other != server);
        let Some(node) = rejecting(view, server).filter(|_| has_others && !seen.contains(&server)) else {
            continue;
        };
        if serves(view, server) {
            seen.insert(server);
            hits.push(Hit { repair: Repair::None, ..found_in(facts, rule, server, node, None) });
        }
    }
    hits
}

fn rejecting(view: View<'_>, server: ScopeId) -> Option<NodeId> {
    let node = single(view.config, server, directive::SSL_REJECT_HANDSHAKE)?;
    view.arg(node, 0).is_some_and(|word| word.eq_ignore_ascii_case(b"on")).then_some(node)
}

/// Whether neither the server nor its `location /` turns everybody away.
fn serves(view: View<'_>, server: ScopeId) -> bool {
    let config = view.config;
    if !config.scope(server).in_sight {
        return false;
    }
    let is_slash = |&id: &ScopeId| {
        config.scope(id).kind == ScopeKind::Location
            && matches!(pattern(view, id), Some(Pattern::Prefix(path, _)) if path == b"/")
    };
    let slash = config.children(server).find(is_slash);
    !turns_away(view, server) && !slash.is_some_and(|slash| turns_away(view, slash))
}

fn turns_away(view: View<'_>, block: ScopeId) -> bool {
    let is_answered = always_answered(view, block).is_some_and(|node| {
        view.config.node(node).name == directive::RETURN && returned(view, node).code >= 400
    });
    is_answered || AccessLists::of(view).at(block).others(Family::V4) == Some(false)
}
