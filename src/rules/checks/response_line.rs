//! `add_header` and `proxy_pass_header` where the request to the backend is meant.

use crate::catalogue::directive;
use crate::config::NodeId;
use crate::finding::Edit;
use crate::fix::placement::remove;
use crate::rules::facts::{Facts, Proxied};
use crate::rules::found::found;
use crate::rules::hit::{Hit, Repair};
use crate::rules::model::Rule;
use crate::scope::{levels, location_of};

/// The headers that people put on the response, the token that the backend needs, and the line that sends it.
const HEADERS: [(&str, &[u8], &str); 2] = [
    ("Upgrade", b"websocket", "proxy_set_header Upgrade $http_upgrade"),
    ("Connection", b"upgrade", "proxy_set_header Connection \"upgrade\""),
];

/// Blocks whose request lacks a handshake header that a line of theirs puts on the response.
pub fn check(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    facts.proxied.iter().filter(|it| facts.serves(it)).filter_map(|it| hit(facts, rule, it)).collect()
}

fn hit(facts: &Facts<'_>, rule: &'static Rule, proxied: &Proxied) -> Option<Hit> {
    let request = facts.requests(proxied).first().filter(|it| !it.headers_may_be_hidden())?;
    let lacks = |name: &str, token: &[u8]| {
        let mut sent = request.sent(name).map(|line| line.value.has_token(token));
        sent.all(|has| has == Some(false))
    };
    let missing: Vec<_> = HEADERS.into_iter().filter(|(name, token, _)| lacks(name, token)).collect();
    let lines: Vec<NodeId> =
        missing.iter().flat_map(|(name, ..)| on_response(facts, proxied, name)).collect();
    let first = *lines.first()?;
    let mut hit = found(facts, rule, proxied, first, None);
    let header = facts.view.arg(first, 0).unwrap_or_default();
    hit.words = hit.words.with("header", lossy(&header)).with("written", lossy(&facts.view.name(first)));
    let texts = missing.iter().map(|(.., text)| (*text).to_owned()).collect();
    hit.repair = Repair::SetAnd(texts, removed(facts, proxied, &lines));
    Some(hit)
}

fn lossy(text: &[u8]) -> String {
    String::from_utf8_lossy(text).into_owned()
}

/// The location's own lines that put a request's header on the response. An `add_header` with a value that no handshake
/// has is about something else, as is `proxy_pass_header` beside a line that hides the header.
fn on_response(facts: &Facts<'_>, proxied: &Proxied, name: &str) -> Vec<NodeId> {
    let (view, location) = (facts.view, location_of(facts.view.config, proxied.block));
    let named =
        |node: &NodeId| view.arg(*node, 0).is_some_and(|word| word.eq_ignore_ascii_case(name.as_bytes()));
    let meant = |node: &NodeId| {
        let value = view.arg(*node, 1).unwrap_or_default().to_ascii_lowercase();
        let value = String::from_utf8_lossy(&value).into_owned();
        ["upgrade", "websocket", "$http_connection"].iter().any(|word| value.contains(word))
    };
    let own = |directive| view.config.own(location, directive).filter(named);
    let hidden = levels(view.config, location)
        .any(|level| view.config.own(level, directive::PROXY_HIDE_HEADER).any(|node| named(&node)));
    let passed = own(directive::PROXY_PASS_HEADER).filter(|_| !hidden);
    own(directive::ADD_HEADER).filter(meant).chain(passed).collect()
}

/// Takes the lines out, unless those of an outer level would come into force.
fn removed(facts: &Facts<'_>, proxied: &Proxied, lines: &[NodeId]) -> Vec<Edit> {
    let config = facts.view.config;
    let location = location_of(config, proxied.block);
    let home = config.scope(location).node.map(|node| config.node(node).include);
    let goes = |node: NodeId| {
        let name = config.node(node).name;
        let own = config.own(location, name).filter(|it| !lines.contains(it)).count();
        let outer = levels(config, location).skip(1);
        let alone = { outer }.all(|it| config.own(it, name).next().is_none() && config.scope(it).in_sight);
        Some(config.node(node).include) == home && (own > 0 || alone)
    };
    lines.iter().filter(|&&node| goes(node)).map(|&node| remove(facts.view, node)).collect()
}
