//! Servers that share a socket: which one answers where no name fits, and where two have the same.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::catalogue::directive;
use crate::config::{NodeId, ScopeId, ScopeKind};
use crate::finding::Label;
use crate::route::{SocketId, Sockets};
use crate::rules::facts::Facts;
use crate::rules::found::found_in;
use crate::rules::hit::{Hit, Repair};
use crate::rules::model::Rule;
use crate::rules::templates::Templates;
use crate::template::has_gap;

/// Sockets of several servers, none of which is said to be the default.
pub fn no_default(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let sockets = Sockets::of(facts.view);
    let config = facts.view.config;
    let mut seen = BTreeSet::new();
    { sockets.ids() }
        .filter_map(|socket| {
            let (mut servers, listen) = (sockets.servers(socket), sockets.deciding_listen(socket));
            let first = servers.next()?;
            servers.next()?;
            let is_default = |word: &[u8]| matches!(word, b"default_server" | b"default");
            let is_said = listen.is_some_and(|node| facts.view.args(node).any(|word| is_default(&word)));
            let node = listen.or(config.scope(first).node)?;
            let is_new = !is_said && is_known(facts, &sockets, socket) && seen.insert(node);
            is_new.then(|| Hit { repair: Repair::None, ..found_in(facts, rule, first, node, None) })
        })
        .collect()
}

/// Whether all that could listen on a socket, with all its options, has been read.
fn is_known(facts: &Facts<'_>, sockets: &Sockets, socket: SocketId) -> bool {
    let config = facts.view.config;
    let http = sockets.servers(socket).next().and_then(|server| config.enclosing(server, ScopeKind::Http));
    let mut servers = sockets.servers(socket);
    http.is_some_and(|http| config.scope(http).in_sight) && servers.all(|it| config.scope(it).in_sight)
}

/// A name of a server: its directive and the number of the word, or nothing for the empty name of one without any.
type Name = Option<(NodeId, usize)>;

/// So many names are looked at in all: a server with many of them may listen on many ports.
const MOST_NAMES: usize = 1_000_000;

/// Names that a second server of a socket has.
pub fn name_twice(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let (sockets, templates) = (Sockets::of(facts.view), Templates::of(facts.view.texts));
    let (mut seen, mut judged) = (BTreeSet::new(), HashSet::new());
    let (mut hits, mut looked_at) = (Vec::new(), 0);
    for socket in sockets.ids() {
        let servers: Vec<ScopeId> = sockets.servers(socket).collect();
        if servers.len() < 2 || looked_at > MOST_NAMES || !judged.insert(servers.clone()) {
            continue;
        }
        let mut first: HashMap<(Option<ScopeId>, Vec<u8>), (ScopeId, Name)> = HashMap::new();
        for server in servers {
            // A second `http` is refused; of two in one text each was meant alone.
            let http = facts.view.config.enclosing(server, ScopeKind::Http);
            for (text, name) in names(facts, &templates, server) {
                looked_at += 1;
                let &mut (owner, by) = first.entry((http, text.clone())).or_insert((server, name));
                if owner != server && seen.insert((server, name)) {
                    hits.extend(twice(facts, rule, (server, name), (owner, by), &text));
                }
            }
        }
    }
    hits
}

/// The names of a server in lower case. Where a text is left out, or a template says which of two servers is there,
/// nothing is known.
fn names(facts: &Facts<'_>, templates: &Templates<'_>, server: ScopeId) -> Vec<(Vec<u8>, Name)> {
    let (view, config) = (facts.view, facts.view.config);
    let doc = config.scope(server).node.map(|node| config.node(node).doc);
    if doc.is_none_or(|doc| templates.holds(doc)) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for node in config.own(server, directive::SERVER_NAME) {
        let named = view.args(node).enumerate().filter(|(_, word)| !has_gap(word));
        found.extend(named.map(|(index, word)| (word.to_ascii_lowercase(), Some((node, index)))));
    }
    let has_none = config.own(server, directive::SERVER_NAME).next().is_none();
    if has_none && config.scope(server).in_sight {
        found.push((Vec::new(), None));
    }
    found
}

fn twice(
    facts: &Facts<'_>,
    rule: &'static Rule,
    (server, name): (ScopeId, Name),
    (owner, by): (ScopeId, Name),
    text: &[u8],
) -> Option<Hit> {
    let view = facts.view;
    let place = |server: ScopeId, name: Name| {
        let opening = || view.config.scope(server).node.map(|node| view.head(node));
        name.map_or_else(opening, |(node, index)| view.arg_span(node, index))
    };
    let node = name.map(|(node, _)| node).or(view.config.scope(server).node)?;
    let mut hit = found_in(facts, rule, server, node, Some(if name.is_some() { "named" } else { "empty" }));
    hit.at = place(server, name)?;
    hit.words = hit.words.with("sent", String::from_utf8_lossy(text));
    let message = rule.report.related.first().map(|it| it.message.to_string()).unwrap_or_default();
    hit.related.extend(place(owner, by).map(|span| Label { span, message }));
    Some(Hit { repair: Repair::None, ..hit })
}
