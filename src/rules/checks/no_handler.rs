//! Locations that are meant for WebSockets and have nothing that passes a handshake on.

use crate::catalogue::{DirectiveId, directive};
use crate::config::{NodeId, ScopeId, ScopeKind};
use crate::handshake::Reason;
use crate::intent::{Kind, Strength, endpoint_at};
use crate::route::is_internal;
use crate::rules::facts::Facts;
use crate::rules::found::found_in;
use crate::rules::hit::{Hit, Repair};
use crate::rules::model::Rule;
use crate::scope::in_force;

/// Locations that set the headers of a handshake, for a request that never goes anywhere.
pub fn headers(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let hit = |location: ScopeId| {
        let node = sets(facts, location, b"upgrade").filter(|_| is_open(facts, location))?;
        if matches!(facts.judge()?.lost_at(location)?, Reason::Redirect | Reason::Auth) {
            return None;
        }
        sets(facts, location, b"connection")?;
        let named = named(facts, location);
        Some(Hit { repair: Repair::None, ..found_in(facts, rule, location, node, Some(named)) })
    };
    bare(facts).into_iter().filter_map(hit).collect()
}

/// Locations whose path is that of a well-known WebSocket endpoint, or that a comment declares, and that serve files.
pub fn endpoints(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let hit = |location: ScopeId| {
        let node = facts.view.config.scope(location).node?;
        let declared = facts.declared.at(facts.view, node);
        let endpoint = endpoint_at(facts.view, location).filter(|it| it.strength == Strength::Strong);
        let speaks = endpoint.filter(|it| matches!(it.kind, Kind::WebsocketOnly | Kind::Mixed));
        let why = match (declared, speaks) {
            (Some(true), _) => "a comment declares it for WebSockets".into(),
            (None, Some(endpoint)) => format!("its path is where {} takes WebSockets", endpoint.app),
            _ => return None,
        };
        let has_headers = sets(facts, location, b"upgrade").is_some();
        let is_lost = || facts.judge().and_then(|judge| judge.lost_at(location)) == Some(Reason::NotProxied);
        if has_headers || !is_open(facts, location) || !is_lost() {
            return None;
        }
        let mut hit = found_in(facts, rule, location, node, Some(named(facts, location)));
        hit.words = hit.words.with("evidence", why);
        Some(Hit { repair: Repair::None, ..hit })
    };
    bare(facts).into_iter().filter_map(hit).collect()
}

/// Locations without any handler in or below them.
fn bare(facts: &Facts<'_>) -> Vec<ScopeId> {
    let config = facts.view.config;
    let mut answers = vec![false; config.scopes.len()];
    // What stands inside a scope comes after it.
    for id in config.scope_ids().collect::<Vec<_>>().into_iter().rev() {
        let inside = answers.get(id.0 as usize) == Some(&true);
        if inside || may_answer(facts, id) {
            let around = [Some(id), config.scope(id).parent];
            for it in around.into_iter().flatten() {
                answers.get_mut(it.0 as usize).into_iter().for_each(|answer| *answer = true);
            }
        }
    }
    let is_bare = |id: &ScopeId| {
        config.scope(*id).kind == ScopeKind::Location && answers.get(id.0 as usize) == Some(&false)
    };
    config.scope_ids().filter(is_bare).collect()
}

/// Whether a client may come to a location, and all of its server is known: that decides what takes a request on.
fn is_open(facts: &Facts<'_>, location: ScopeId) -> bool {
    let config = facts.view.config;
    let server = config.enclosing(location, ScopeKind::Server);
    server.is_some_and(|server| config.scope(server).in_sight) && !is_internal(facts.view, location)
}

/// Whether a scope's own directives may answer a request: a handler, a directive of an unknown module, one out of sight.
fn may_answer(facts: &Facts<'_>, scope: ScopeId) -> bool {
    let config = facts.view.config;
    let handles = |node: NodeId| {
        let name = config.node(node).name;
        name == DirectiveId::UNKNOWN || name.handler().is_some()
    };
    let is_data = config.scope(scope).kind == ScopeKind::Data;
    !config.scope(scope).in_sight || (!is_data && config.directives(scope).any(handles))
}

/// The location's own line for a header.
fn sets(facts: &Facts<'_>, location: ScopeId, header: &[u8]) -> Option<NodeId> {
    let view = facts.view;
    let mut own = view.config.own(location, directive::PROXY_SET_HEADER);
    own.find(|&node| {
        let named = view.arg(node, 0).is_some_and(|name| name.eq_ignore_ascii_case(header));
        named && view.arg(node, 1).is_some_and(|value| !value.is_empty())
    })
}

/// What answers instead.
fn named(facts: &Facts<'_>, location: ScopeId) -> &'static str {
    let own = |name| facts.view.config.own(location, name).next().is_some();
    if own(directive::TRY_FILES) {
        "try-files"
    } else if own(directive::ALIAS) || in_force(facts.view.config, location, directive::ROOT).level.is_some()
    {
        "files"
    } else {
        "nothing"
    }
}
