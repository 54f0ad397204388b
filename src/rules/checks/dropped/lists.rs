//! Other lists that are inherited whole or not at all.

use std::collections::BTreeSet;

use super::{Key, caseless, hit, key};
use crate::catalogue::{DirectiveId, Handler, directive};
use crate::config::{NodeId, ScopeId};
use crate::route::endings;
use crate::rules::facts::Facts;
use crate::rules::hit::Hit;
use crate::rules::model::Rule;
use crate::scope::{Replaced, handler, replaced};

/// Lists that change what a pass brings back.
const PROXY: &[DirectiveId] = &[
    directive::PROXY_HIDE_HEADER,
    directive::PROXY_PASS_HEADER,
    directive::PROXY_COOKIE_DOMAIN,
    directive::PROXY_COOKIE_PATH,
    directive::PROXY_COOKIE_FLAGS,
];
const GRPC: &[DirectiveId] = &[directive::GRPC_HIDE_HEADER, directive::GRPC_PASS_HEADER];
const FASTCGI: &[DirectiveId] = &[directive::FASTCGI_HIDE_HEADER, directive::FASTCGI_PASS_HEADER];
const UWSGI: &[DirectiveId] = &[directive::UWSGI_HIDE_HEADER, directive::UWSGI_PASS_HEADER];
const SCGI: &[DirectiveId] = &[directive::SCGI_HIDE_HEADER, directive::SCGI_PASS_HEADER];

/// Lists that count wherever content is served.
const SERVING: &[DirectiveId] =
    &[directive::LIMIT_REQ, directive::LIMIT_CONN, directive::SUB_FILTER, directive::AUTH_REQUEST_SET];

/// Levels whose list replaces the outer one, entries of which it lacks.
pub fn check(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let mut seen: BTreeSet<Key> = BTreeSet::new();
    let mut hits = Vec::new();
    for (block, answer) in endings(facts.view) {
        let serving = if answer.is_none() { SERVING } else { &[] };
        for &name in [directive::ERROR_PAGE].iter().chain(serving).chain(of_pass(facts, block, answer)) {
            let Some(replaced) = replaced(facts.view, block, name) else { continue };
            if seen.insert(key(replaced)) {
                hits.extend(hit(facts, rule, replaced, &lost(facts, replaced), None));
            }
        }
    }
    hits
}

/// The lists that count for what takes requests over at a block.
fn of_pass(facts: &Facts<'_>, block: ScopeId, answer: Option<NodeId>) -> &'static [DirectiveId] {
    let config = facts.view.config;
    let pass = handler(config, block).filter(|_| answer.is_none());
    match pass.and_then(|pass| config.node(pass).name.handler()) {
        Some(Handler::Proxy) => PROXY,
        Some(Handler::Grpc) => GRPC,
        Some(Handler::Fastcgi) => FASTCGI,
        Some(Handler::Uwsgi) => UWSGI,
        Some(Handler::Scgi) => SCGI,
        _ => &[],
    }
}

fn lost(facts: &Facts<'_>, replaced: Replaced) -> Vec<NodeId> {
    let mut own = facts.view.config.own(replaced.level, replaced.name);
    // `proxy_cookie_path off` and its like are there to end the list.
    if own.any(|node| facts.view.arg_count(node) == 1 && caseless(facts, node, 0) == b"off") {
        return Vec::new();
    }
    match replaced.name {
        directive::ERROR_PAGE => replaced.lost(facts.view, |node| statuses(facts, node)),
        directive::LIMIT_REQ => replaced.lost(facts.view, |node| zone(facts, node)),
        _ => replaced.lost(facts.view, |node| vec![caseless(facts, node, 0)]),
    }
}

/// The statuses of an `error_page`: all words but its target and what stands in place of the status.
fn statuses(facts: &Facts<'_>, node: NodeId) -> Vec<Vec<u8>> {
    let mut words: Vec<Vec<u8>> = facts.view.args(node).map(|word| word.to_vec()).collect();
    words.pop();
    words.retain(|word| word.first() != Some(&b'='));
    words
}

/// The zone of a `limit_req`, which stands anywhere among its words.
fn zone(facts: &Facts<'_>, node: NodeId) -> Vec<Vec<u8>> {
    let words = facts.view.args(node).filter(|word| word.starts_with(b"zone="));
    words.map(|word| word.to_vec()).collect()
}
