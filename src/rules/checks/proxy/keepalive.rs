//! Connections that a group would keep, and that no request leaves open: until 1.29.7 nginx speaks HTTP/1.0 to backends
//! and asks them to close.

use std::collections::{HashMap, HashSet};

use crate::catalogue::{Handler, directive};
use crate::config::{NodeId, ScopeId, ScopeKind, View};
use crate::finding::{Edit, Label};
use crate::fix::placement::{Level, Wanted, set};
use crate::route::endings;
use crate::rules::effective::is_effective;
use crate::rules::facts::{Facts, Proxied};
use crate::rules::found::found_in;
use crate::rules::hit::{Hit, Repair};
use crate::rules::model::{Intent, Rule, Sender};
use crate::scope::{handler, in_force, is_set_to};
use crate::source::DocId;
use crate::value::{PassUrl, Value};

/// What a block does with connections.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    /// It may leave them open.
    Keeps,
    /// Each is closed after one request.
    Closes,
    /// Its connections become tunnels.
    Tunnels,
}

/// A block that passes to a group, by its pass.
struct User {
    block: ScopeId,
    pass: NodeId,
    does: Use,
}

/// Groups that would keep connections, none of whose blocks leaves one open.
pub fn check(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let config = facts.view.config;
    let groups = config.scope_ids().filter(|&id| keeps(facts.view, id).is_some());
    let groups: Vec<ScopeId> = groups.collect();
    if groups.is_empty() {
        return Vec::new();
    }
    let ((users, any), shared) = (users(facts), shared(facts));
    // Whoever passes to a variable may use any group.
    if any.iter().any(|user| user.does == Use::Keeps) {
        return Vec::new();
    }
    { groups.into_iter() }
        .filter_map(|group| {
            let name = facts.view.arg(config.scope(group).node?, 0)?.to_ascii_lowercase();
            let users = users.get(&name)?;
            let closes = users.iter().any(|user| user.does == Use::Closes);
            let keeps_some = users.iter().any(|user| user.does == Use::Keeps);
            (closes && !keeps_some).then(|| hit(facts, rule, group, users, &shared))?
        })
        .collect()
}

/// The texts that stand in several places of the tree.
fn shared(facts: &Facts<'_>) -> HashSet<DocId> {
    let mut seen = HashSet::new();
    facts.view.config.included.iter().copied().filter(|&doc| !seen.insert(doc)).collect()
}

fn hit(
    facts: &Facts<'_>,
    rule: &'static Rule,
    group: ScopeId,
    users: &[User],
    shared: &HashSet<DocId>,
) -> Option<Hit> {
    let mut hit = found_in(facts, rule, group, keeps(facts.view, group)?, None);
    let text = rule.report.related.first().map(|related| related.message.to_string()).unwrap_or_default();
    let closing = || users.iter().filter(|user| user.does == Use::Closes);
    let mut passes: Vec<NodeId> = closing().map(|user| user.pass).collect();
    passes.dedup();
    hit.related = { passes.into_iter() }
        .map(|pass| Label { span: facts.view.head(pass), message: text.clone() })
        .collect();
    let edits: Option<Vec<Vec<Edit>>> = closing().map(|user| edits(facts, user)).collect();
    let mut edits: Vec<Edit> = edits.into_iter().flatten().flatten().collect();
    edits.sort();
    edits.dedup();
    hit.repair = if edits.is_empty() {
        Repair::None
    } else if edits.iter().any(|edit| shared.contains(&edit.span.doc)) {
        Repair::Shown(edits)
    } else {
        Repair::Edits(edits)
    };
    Some(hit)
}

/// The `keepalive` of a group with more than 0 connections. A group is judged where its whole `http` block was read: any
/// other server may pass to it.
fn keeps(view: View<'_>, group: ScopeId) -> Option<NodeId> {
    let config = view.config;
    let is_known = config.scope(group).kind == ScopeKind::Upstream
        && config.enclosing(group, ScopeKind::Http).is_some_and(|http| config.scope(http).in_sight);
    let node = config.own_last(group, directive::KEEPALIVE).filter(|_| is_known)?;
    let count: u64 = std::str::from_utf8(&view.arg(node, 0)?).ok()?.parse().ok()?;
    (count > 0).then_some(node)
}

/// The blocks that pass to each group, and those that may pass to any.
fn users(facts: &Facts<'_>) -> (HashMap<Vec<u8>, Vec<User>>, Vec<User>) {
    let (view, config) = (facts.view, facts.view.config);
    let (mut users, mut any): (HashMap<Vec<u8>, Vec<User>>, Vec<User>) = (HashMap::new(), Vec::new());
    for (block, answer) in endings(view) {
        let Some(pass) = handler(config, block).filter(|_| answer.is_none()) else { continue };
        let Some(does) = config.node(pass).name.handler().and_then(|it| does(facts, block, it)) else {
            continue;
        };
        let user = User { block, pass, does };
        let address = view.arg(pass, 0).unwrap_or_default();
        let host = PassUrl::of(&address).map_or(&*address, |url| url.authority);
        let host = host.rsplit(|&byte| byte == b'/').next().unwrap_or_default();
        if host.contains(&b'$') {
            any.push(user);
        } else {
            users.entry(host.to_ascii_lowercase()).or_default().push(user);
        }
    }
    (users, any)
}

/// What a block that passes on does with connections; `None` where it speaks no protocol that could keep them.
fn does(facts: &Facts<'_>, block: ScopeId, handler: Handler) -> Option<Use> {
    let view = facts.view;
    match handler {
        Handler::Proxy => facts.proxied(block).and_then(|proxied| proxies(facts, proxied)),
        Handler::Fastcgi => {
            let keep = directive::FASTCGI_KEEP_CONN;
            let decided = in_force(view.config, block, keep);
            let may_keep = decided.unseen.is_some() || is_set_to(view, block, keep, b"on");
            Some(if may_keep { Use::Keeps } else { Use::Closes })
        }
        Handler::Grpc | Handler::Memcached => Some(Use::Keeps),
        Handler::Uwsgi | Handler::Scgi | Handler::Tunnel | Handler::Script | Handler::Internal => None,
    }
}

fn proxies(facts: &Facts<'_>, proxied: &Proxied) -> Option<Use> {
    if proxied.evidence.as_ref().is_some_and(|it| it.level >= Intent::Explicit || it.websocket_only) {
        return Some(Use::Tunnels);
    }
    let request = facts.sent_by(Sender::Plain, proxied)?;
    let asks = |token: &[u8]| {
        let value = request.value("Connection").unwrap_or(Value::EMPTY);
        value.has_token(token).filter(|_| !request.headers_may_be_hidden())
    };
    let is = |version: &[u8]| {
        let is_known = request.version.node.is_some() || request.version_level.unseen.is_none();
        is_known && request.version.value.bytes() == Some(version)
    };
    // A backend may keep a connection of HTTP/1.0 where it is asked to; HTTP/2 has no such header.
    let closes = match (asks(b"close"), asks(b"keep-alive")) {
        (Some(true), _) => is(b"1.0") || is(b"1.1"),
        (_, Some(false)) => is(b"1.0"),
        _ => false,
    };
    Some(if closes { Use::Closes } else { Use::Keeps })
}

/// The edits that let a block leave connections open; `None` where that would change what tunnels inside send.
fn edits(facts: &Facts<'_>, user: &User) -> Option<Vec<Edit>> {
    let Some(proxied) = facts.proxied(user.block) else {
        return Some(Vec::new());
    };
    let mut inside = facts.view.config.descendants(user.block).filter_map(|block| facts.proxied(block));
    if inside.any(|it| proxies(facts, it) == Some(Use::Tunnels)) {
        return None;
    }
    let wanted = ["proxy_http_version 1.1", "proxy_set_header Connection \"\""];
    let wanted = wanted.map(|text| Wanted { text: text.to_owned() });
    let missing: Vec<Wanted> = wanted.into_iter().filter(|it| !is_effective(facts, proxied, it)).collect();
    let request = facts.sent_by(Sender::Plain, proxied)?;
    Some(set(facts.view, user.block, request, &missing, Level::Block))
}
