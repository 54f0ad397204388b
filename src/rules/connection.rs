//! How repairs ask for an upgrade: `Connection "upgrade"`, or a variable of a map over `$http_upgrade`.

use super::facts::Facts;
use super::preferences::Connection;
use crate::catalogue::directive;
use crate::config::{ScopeId, ScopeKind};
use crate::finding::{Edit, Fix};
use crate::fix::placement::{Wanted, first_in_block};
use crate::value::{Client, Environment, MapInfo, PassUrl, variables};

/// The line as rules spell it.
const LITERAL: &str = "proxy_set_header Connection \"upgrade\"";

/// Names of a new map's variable, best first.
const NAMES: [&str; 2] = ["connection_upgrade", "websocket_connection"];

/// What the repairs of a tree write.
pub(super) struct UpgradeValue {
    /// The line that is written instead of the literal one.
    line: Option<String>,
    /// The map that the line needs, where the tree lacks one.
    map: Option<Edit>,
}

impl UpgradeValue {
    /// What repairs of `blocks` write: a map that works is used, and a new one written only where the user asks for it
    /// and the `http` block can be seen.
    pub(super) fn of(facts: &Facts<'_>, mut blocks: impl Iterator<Item = ScopeId>) -> Self {
        let literal = Self { line: None, map: None };
        let Some(first) = blocks.next() else { return literal };
        let wanted = facts.preferences.connection;
        if wanted == Some(Connection::Literal) {
            return literal;
        }
        if let Some(variable) = working_map(facts) {
            return Self { line: Some(line(&variable)), map: None };
        }
        let asked = wanted == Some(Connection::Map);
        let keeps_alive =
            asked && std::iter::once(first).chain(blocks).any(|block| keeps_alive(facts, block));
        let new = asked.then(|| new_map(facts, keeps_alive)).flatten();
        new.map_or(literal, |(name, map)| Self { line: Some(line(&format!("${name}"))), map: Some(map) })
    }

    /// The line to write for one of a rule's.
    pub(super) fn write(&self, text: String) -> String {
        self.line.clone().filter(|_| text == LITERAL).unwrap_or(text)
    }

    /// A repair with the map that its lines need.
    pub(super) fn completed(&self, mut fix: Fix, wanted: &[Wanted]) -> Fix {
        let needed = wanted.iter().any(|wanted| self.line.as_ref() == Some(&wanted.text));
        fix.edits.extend(self.map.clone().filter(|_| needed));
        fix.edits.sort();
        fix
    }
}

fn line(variable: &str) -> String {
    format!("proxy_set_header Connection {variable}")
}

/// The variable of the first map over `$http_upgrade` that gives `upgrade` to a handshake.
fn working_map(facts: &Facts<'_>) -> Option<String> {
    let client = Client::handshake();
    let scope = facts.proxied.first()?.block;
    let environment = Environment::new(facts.view, facts.definitions, &client, scope);
    let works = |map: &&MapInfo| {
        let over_upgrade = variables(&map.source).any(|name| name.eq_ignore_ascii_case(b"http_upgrade"));
        over_upgrade && map.evaluate(&environment).has_token(b"upgrade") == Some(true)
    };
    let map = facts.definitions.maps().filter(works).min_by_key(|map| map.node)?;
    facts.view.arg(map.node, 1).map(|name| String::from_utf8_lossy(&name).into_owned())
}

/// A new map at the start of `http`, with the name of its variable.
fn new_map(facts: &Facts<'_>, keeps_alive: bool) -> Option<(&'static str, Edit)> {
    let config = facts.view.config;
    let name = NAMES.into_iter().find(|name| !facts.definitions.has(name.as_bytes()))?;
    let http = config.scope_ids().find(|&id| config.scope(id).kind == ScopeKind::Http)?;
    let edit = first_in_block(facts.view, http, &map_lines(name, keeps_alive))?;
    Some((name, edit))
}

/// The map from the client's wish to the `Connection` header. For other requests it sends `close`, as nginx does by
/// itself before 1.29.7, or no such header, where the upstream's connections are to be kept.
pub(super) fn map_lines(variable: &str, keeps_alive: bool) -> [String; 4] {
    let plain = if keeps_alive { "''" } else { "close" };
    [
        format!("map $http_upgrade ${variable} {{"),
        "    default upgrade;".into(),
        format!("    ''      {plain};"),
        "}".into(),
    ]
}

/// Whether a block passes to an upstream that keeps connections open.
pub(super) fn keeps_alive(facts: &Facts<'_>, block: ScopeId) -> bool {
    let (view, config) = (facts.view, facts.view.config);
    let Some(proxied) = facts.proxied(block) else { return false };
    let address = view.arg(proxied.pass, 0).unwrap_or_default();
    let Some(host) = PassUrl::of(&address).map(|url| url.split_port().0.to_vec()) else { return false };
    let is_meant = |scope: ScopeId| {
        let name = config.scope(scope).node.and_then(|node| view.arg(node, 0));
        name.is_some_and(|name| name.eq_ignore_ascii_case(&host))
    };
    let upstreams = config.scope_ids().filter(|&id| config.scope(id).kind == ScopeKind::Upstream);
    { upstreams }.any(|id| is_meant(id) && config.own_last(id, directive::KEEPALIVE).is_some())
}
