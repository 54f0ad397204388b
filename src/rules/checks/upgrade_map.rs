//! Values that a map would give better: its entry costs kept connections, or there is no map yet.

use crate::catalogue::directive;
use std::cell::OnceCell;
use std::collections::{BTreeMap, HashSet};

use crate::config::{NodeId, ScopeId, ScopeKind};
use crate::finding::Edit;
use crate::fix::placement::{first_in_block, replace};
use crate::rules::facts::{Facts, Proxied};
use crate::rules::found::found;
use crate::rules::hit::{Hit, Repair};
use crate::rules::model::{Rule, Sender};
use crate::scope::list;
use crate::value::{Client, Environment, MapInfo, PassUrl, Value, variables};

/// Maps whose `'' close` ends every plain request's connection to an upstream that would keep it.
pub fn close(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let groups = keeping_groups(facts);
    let mut entries: BTreeMap<NodeId, Vec<(&Proxied, bool)>> = BTreeMap::new();
    for proxied in &facts.proxied {
        if let Some(entry) = closing_entry(facts, proxied) {
            entries.entry(entry).or_default().push((proxied, keeps(facts, proxied, &groups)));
        }
    }
    let hit = |(entry, users): (NodeId, Vec<(&Proxied, bool)>)| {
        let (proxied, _) = users.iter().find(|(_, keeps)| *keeps)?;
        let edits: Vec<Edit> = replace(facts.view, entry, 0, "''").into_iter().collect();
        let agreed = users.iter().all(|(_, keeps)| *keeps);
        let repair = if agreed { Repair::Edits(edits) } else { Repair::Shown(edits) };
        Some(Hit { repair, ..found(facts, rule, proxied, entry, None) })
    };
    entries.into_iter().filter_map(hit).collect()
}

/// The map entry that gives a plain request's Connection the value `close`.
fn closing_entry(facts: &Facts<'_>, proxied: &Proxied) -> Option<NodeId> {
    let line = line(facts, proxied, b"connection")?;
    let value = facts.view.arg(line, 1)?;
    let map = variables(&value).find_map(|name| facts.definitions.map(name))?;
    let over_upgrade = variables(&map.source).any(|name| name.eq_ignore_ascii_case(b"http_upgrade"));
    let entry = map.entry_for(b"").filter(|entry| over_upgrade && entry.value == b"close")?;
    Some(entry.node)
}

/// The names of the groups that keep connections, in lower case.
fn keeping_groups(facts: &Facts<'_>) -> HashSet<Vec<u8>> {
    let (view, config) = (facts.view, facts.view.config);
    let groups = config.scope_ids().filter(|&id| config.scope(id).kind == ScopeKind::Upstream);
    let kept = groups.filter(|&group| {
        let keepalive = config.own(group, directive::KEEPALIVE).next();
        keepalive.and_then(|node| view.arg(node, 0)).is_some_and(|count| &*count != b"0")
    });
    kept.filter_map(|group| Some(view.arg(config.scope(group).node?, 0)?.to_ascii_lowercase())).collect()
}

/// Whether the pass leads to one of these groups.
fn keeps(facts: &Facts<'_>, proxied: &Proxied, groups: &HashSet<Vec<u8>>) -> bool {
    let url = facts.view.arg(proxied.pass, 0).unwrap_or_default();
    PassUrl::of(&url).is_some_and(|url| groups.contains(&url.authority.to_ascii_lowercase()))
}

fn line(facts: &Facts<'_>, proxied: &Proxied, name: &[u8]) -> Option<NodeId> {
    let view = facts.view;
    let mut lines = list(view.config, proxied.block, directive::PROXY_SET_HEADER).into_iter();
    lines.find(|&node| view.arg(node, 0).is_some_and(|word| word.eq_ignore_ascii_case(name)))
}

/// Blocks that ask for an upgrade whatever the client wants.
pub fn literal(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let map = Wanted {
        header: "Connection",
        variable: "connection_upgrade",
        lines: ["default upgrade;", "''      '';"],
        handshake: b"upgrade",
        other: |client| client.with("Upgrade", ""),
        known: OnceCell::new(),
    };
    let constant =
        |node: &NodeId| facts.view.arg(*node, 1).is_some_and(|value| memchr::memchr(b'$', &value).is_none());
    let asks = |it: &Proxied| {
        let sent = facts.sent_by(Sender::Plain, it).and_then(|sent| sent.value("Connection"));
        sent.and_then(|value| value.has_token(b"upgrade")) == Some(true) && facts.serves_plain(it)
    };
    let hits = facts.intended(rule).filter(|it| asks(it)).filter_map(|it| {
        let node = line(facts, it, b"connection").filter(constant)?;
        Some(map.hit(facts, rule, it, node))
    });
    hits.collect()
}

/// Blocks that hand on an Upgrade to whatever protocol.
pub fn any_protocol(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let map = Wanted {
        header: "Upgrade",
        variable: "websocket_upgrade",
        lines: ["default   '';", "websocket websocket;"],
        handshake: b"websocket",
        other: |client| client.with("Upgrade", "h2c"),
        known: OnceCell::new(),
    };
    let has = |it: &Proxied, name: &str, token: &[u8]| {
        let sent = facts.sent_by(Sender::H2c, it).and_then(|sent| sent.value(name));
        sent.and_then(|value| value.has_token(token)) == Some(true)
    };
    let passes = |it: &&Proxied| has(it, "Upgrade", b"h2c") && has(it, "Connection", b"upgrade");
    let hits = facts.intended(rule).filter(passes).filter_map(|it| {
        let node = line(facts, it, b"upgrade")?;
        Some(map.hit(facts, rule, it, node))
    });
    hits.collect()
}

/// A map over `$http_upgrade` that a header is to be taken from.
struct Wanted {
    header: &'static str,
    variable: &'static str,
    lines: [&'static str; 2],
    /// What it gives to a handshake; to the other request it gives nothing of the kind.
    handshake: &'static [u8],
    other: fn(Client) -> Client,
    /// The variable of the tree's own map, once it has been looked for.
    known: OnceCell<Option<String>>,
}

impl Wanted {
    fn hit(&self, facts: &Facts<'_>, rule: &'static Rule, proxied: &Proxied, node: NodeId) -> Hit {
        let mut hit = found(facts, rule, proxied, node, None);
        let line = |variable: &str| format!("proxy_set_header {} {variable}", self.header);
        let existing = self.known.get_or_init(|| self.existing(facts, proxied.block));
        hit.repair = match (existing.clone(), self.written(facts, proxied.block)) {
            (Some(variable), _) => Repair::Set(vec![line(&variable)]),
            (None, Some(edit)) => Repair::SetAnd(vec![line(&format!("${}", self.variable))], vec![edit]),
            (None, None) => Repair::None,
        };
        hit
    }

    /// The variable of a map that the tree already has.
    fn existing(&self, facts: &Facts<'_>, block: ScopeId) -> Option<String> {
        let gives = |map: &MapInfo, client: &Client| {
            let value = map.evaluate(&Environment::new(facts.view, facts.definitions, client, block));
            match value {
                Value::Known(_) => value.has_token(self.handshake),
                Value::Unknown(_) => None,
            }
        };
        let other = (self.other)(Client::handshake());
        let fits = |map: &&MapInfo| {
            gives(map, &Client::handshake()) == Some(true) && gives(map, &other) == Some(false)
        };
        let map = facts.definitions.maps().filter(fits).min_by_key(|map| map.node)?;
        facts.view.arg(map.node, 1).map(|name| String::from_utf8_lossy(&name).into_owned())
    }

    /// The map as the first of the http block, unless its name is taken or nobody can tell.
    fn written(&self, facts: &Facts<'_>, block: ScopeId) -> Option<Edit> {
        let config = facts.view.config;
        let http = config.enclosing(block, ScopeKind::Http)?;
        let free = config.scope(http).in_sight && !facts.definitions.has(self.variable.as_bytes());
        let mut text = vec![format!("map $http_upgrade ${} {{", self.variable)];
        text.extend(self.lines.iter().map(|line| format!("    {line}")));
        text.push("}".into());
        first_in_block(facts.view, http, &text).filter(|_| free)
    }
}
