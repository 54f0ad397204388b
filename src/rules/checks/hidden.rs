//! Response headers of the handshake that `proxy_hide_header` keeps from the client.

use super::shared::agreed;
use crate::catalogue::directive;
use crate::config::NodeId;
use crate::fix::placement::remove;
use crate::handshake::hides;
use crate::rules::facts::{Facts, Proxied};
use crate::rules::found::found;
use crate::rules::hit::{Hit, Repair};
use crate::rules::model::Rule;
use crate::scope::{levels, list, location_of};

/// Blocks that hide one of the headers in the rule's parameters.
pub fn check(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let blocks = facts.intended(rule);
    let all = blocks.flat_map(|it| rule.params.iter().filter_map(move |name| hit(facts, rule, it, name)));
    let (removed, passed): (Vec<_>, Vec<_>) =
        all.partition(|(hit, _)| matches!(hit.repair, Repair::Edits(_)));
    let passed = passed.into_iter().map(|(hit, _)| hit);
    agreed(facts, directive::PROXY_HIDE_HEADER, removed).into_iter().chain(passed).collect()
}

fn hit(facts: &Facts<'_>, rule: &'static Rule, proxied: &Proxied, name: &str) -> Option<(Hit, NodeId)> {
    let view = facts.view;
    if !hides(view, proxied.block, name) {
        return None;
    }
    let named =
        |node: &NodeId| view.arg(*node, 0).is_some_and(|word| word.eq_ignore_ascii_case(name.as_bytes()));
    let node = list(view.config, proxied.block, directive::PROXY_HIDE_HEADER).into_iter().find(named)?;
    let mut hit = found(facts, rule, proxied, node, Some("hidden"));
    hit.words = hit.words.with("header", name);
    hit.repair = if may_go(facts, proxied, node) {
        Repair::Edits(vec![remove(view, node)])
    } else {
        Repair::Set(vec![format!("proxy_pass_header {name}")])
    };
    Some((hit, node))
}

/// Whether the line may be taken out: it stands in the location itself, and no list of an outer level comes into force
/// without it.
fn may_go(facts: &Facts<'_>, proxied: &Proxied, node: NodeId) -> bool {
    let config = facts.view.config;
    let location = location_of(config, proxied.block);
    let lists = |level| config.own(level, directive::PROXY_HIDE_HEADER).count();
    let in_sight = |level| config.scope(level).in_sight;
    let alone = || levels(config, location).skip(1).all(|level| lists(level) == 0 && in_sight(level));
    config.node(node).scope == location && (lists(location) > 1 || alone())
}
