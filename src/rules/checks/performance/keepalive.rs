//! Connections of clients that end too soon.

use std::collections::BTreeMap;

use crate::catalogue::directive;
use crate::config::{NodeId, ScopeId};
use crate::route::served;
use crate::rules::facts::Facts;
use crate::rules::found::found_in;
use crate::rules::hit::Hit;
use crate::rules::model::Rule;
use crate::scope::single;

/// nginx's own default until 1.19.9; 1000 since.
const LEAST: u64 = 100;

/// `keepalive_requests` below that, where a block that serves requests has it. The directive of the same name in an
/// upstream is about the other side.
pub(super) fn low(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let view = facts.view;
    let set = |block| Some((single(view.config, block, directive::KEEPALIVE_REQUESTS)?, block));
    let mut first: BTreeMap<NodeId, ScopeId> = BTreeMap::new();
    for (node, _) in served(view).filter_map(set) {
        first.entry(node).or_insert(view.config.node(node).scope);
    }
    let few = first.into_iter().filter_map(|(node, scope)| Some((count(facts, node)?, node, scope)));
    let hits = few.filter(|&(count, ..)| count < LEAST);
    hits.map(|(count, node, scope)| {
        found_in(facts, rule, scope, node, Some(if count == 0 { "none" } else { "few" }))
    })
    .collect()
}

fn count(facts: &Facts<'_>, node: NodeId) -> Option<u64> {
    std::str::from_utf8(&facts.view.arg(node, 0)?).ok()?.parse().ok()
}
