//! Handshakes that nginx answers with a redirect, which no WebSocket client follows.

use super::slash;
use crate::config::ScopeKind;
use crate::rules::facts::{Facts, Proxied};
use crate::rules::found::found;
use crate::rules::hit::{Hit, Repair};
use crate::rules::model::{Intent, Rule};

/// Blocks whose handshakes are redirected: by their server, by themselves, or for want of a slash at the end.
pub fn check(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let explicit = |it: &&Proxied| it.evidence.as_ref().is_some_and(|found| found.level >= Intent::Explicit);
    let locations = facts
        .proxied
        .iter()
        .filter(|it| facts.view.config.scope(it.block).kind == ScopeKind::Location)
        .filter(explicit);
    let mut hits: Vec<Hit> = locations.filter_map(|it| redirected(facts, rule, it)).collect();
    // One redirect of a server is one cause, however many locations it makes useless.
    hits.sort_by_key(|hit| (hit.at.doc, hit.at.start, hit.scope));
    hits.dedup_by_key(|hit| (hit.at, hit.include));
    hits.extend(slash::missing(facts, rule));
    hits
}

fn redirected(facts: &Facts<'_>, rule: &'static Rule, proxied: &Proxied) -> Option<Hit> {
    let node = facts.judge()?.redirected_by(proxied.block)?;
    let kind = facts.view.config.scope(facts.view.config.node(node).scope).kind;
    let outside = matches!(kind, ScopeKind::Server | ScopeKind::IfInServer);
    let mut hit = found(facts, rule, proxied, node, Some(if outside { "server" } else { "block" }));
    hit.repair = Repair::None;
    Some(hit)
}
