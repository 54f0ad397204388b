//! One `root` for several locations, written in each of them.

use std::collections::BTreeMap;

use crate::catalogue::directive;
use crate::config::{NodeId, ScopeId, ScopeKind};
use crate::finding::{Edit, Label};
use crate::fix::placement::{first_in_block, inside, remove, source};
use crate::route::endings;
use crate::rules::facts::Facts;
use crate::rules::found::found_in;
use crate::rules::hit::{Hit, Repair};
use crate::rules::model::Rule;
use crate::scope::handler;

/// Servers that have no `root`, two or more locations of which have the same.
pub fn check(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let config = facts.view.config;
    // By server, the locations that serve files with the root they set.
    let mut serving: BTreeMap<ScopeId, Vec<(ScopeId, Option<NodeId>)>> = BTreeMap::new();
    for (block, answer) in endings(facts.view) {
        let is_location = config.scope(block).kind == ScopeKind::Location;
        let has_alias = config.own(block, directive::ALIAS).next().is_some();
        let holds_files = is_location && answer.is_none() && !has_alias && handler(config, block).is_none();
        let Some(server) = config.enclosing(block, ScopeKind::Server).filter(|_| holds_files) else {
            continue;
        };
        serving.entry(server).or_default().push((block, config.own_last(block, directive::ROOT)));
    }
    serving.into_iter().filter_map(|(server, locations)| of_server(facts, rule, server, &locations)).collect()
}

fn of_server(
    facts: &Facts<'_>,
    rule: &'static Rule,
    server: ScopeId,
    locations: &[(ScopeId, Option<NodeId>)],
) -> Option<Hit> {
    let config = facts.view.config;
    let has_root = config.own(server, directive::ROOT).next().is_some();
    if has_root || !config.scope(server).in_sight {
        return None;
    }
    let mut by_root: BTreeMap<Vec<u8>, Vec<(ScopeId, NodeId)>> = BTreeMap::new();
    for &(location, root) in locations {
        let value = root.and_then(|root| Some((root, facts.view.arg(root, 0)?)));
        let Some((root, value)) = value else { continue };
        by_root.entry(value.into_owned()).or_default().push((location, root));
    }
    let (_, group) = by_root.into_iter().max_by_key(|(_, group)| group.len())?;
    let &(location, first) = group.first().filter(|_| group.len() > 1)?;
    let mut hit = found_in(facts, rule, location, first, None);
    let text = rule.report.related.first().map(|related| related.message.to_string()).unwrap_or_default();
    hit.related = { group.iter().skip(1) }
        .map(|&(_, node)| Label { span: facts.view.head(node), message: text.clone() })
        .collect();
    // Whoever serves files without a root of its own would get another one.
    let is_alone = locations.iter().all(|(_, root)| root.is_some());
    let edits = moved(facts, server, &group).filter(|_| is_alone);
    hit.repair = edits.map_or(Repair::None, Repair::Edits);
    Some(hit)
}

/// The roots of a group taken out and written once in the server.
fn moved(facts: &Facts<'_>, server: ScopeId, group: &[(ScopeId, NodeId)]) -> Option<Vec<Edit>> {
    let view = facts.view;
    let home = inside(view, server);
    let nodes = || group.iter().map(|&(_, node)| node);
    if nodes().any(|node| view.config.node(node).include != home) {
        return None;
    }
    let line = nodes().next().map(|node| source(view, node))?;
    let first = first_in_block(view, server, &[line])?;
    Some(std::iter::once(first).chain(nodes().map(|node| remove(view, node))).collect())
}
