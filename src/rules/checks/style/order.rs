//! Locations in the order in which nginx asks them.

use crate::config::{NodeId, ScopeId, ScopeKind};
use crate::finding::Label;
use crate::route::{Pattern, pattern};
use crate::rules::facts::Facts;
use crate::rules::found::found_in;
use crate::rules::hit::Hit;
use crate::rules::model::Rule;
use crate::template::holds_placeholder;

/// Locations that stand behind a sibling that nginx asks later: exact ones come first, then `^~`, plain prefixes and
/// expressions. Named ones stand anywhere.
pub(super) fn check(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    facts.view.config.scope_ids().flat_map(|level| of_level(facts, rule, level)).collect()
}

fn of_level(facts: &Facts<'_>, rule: &'static Rule, level: ScopeId) -> Vec<Hit> {
    let config = facts.view.config;
    let mut found = Vec::new();
    let mut last: Option<(u8, NodeId)> = None;
    for location in config.children(level).filter(|&id| config.scope(id).kind == ScopeKind::Location) {
        let (Some(rank), Some(node)) = (rank(facts, location), config.scope(location).node) else { continue };
        match last {
            Some((latest, before)) if rank < latest => {
                let mut hit = found_in(facts, rule, location, node, None);
                let message = rule.report.related.first().map(|it| it.message.to_string());
                let label = message.map(|message| Label { span: facts.view.head(before), message });
                hit.related.extend(label);
                found.push(hit);
            }
            Some((latest, _)) if rank == latest => {}
            _ => last = Some((rank, node)),
        }
    }
    found
}

/// When nginx asks a location; nothing for a named one, and for what a template fills in.
fn rank(facts: &Facts<'_>, location: ScopeId) -> Option<u8> {
    let node = facts.view.config.scope(location).node?;
    if facts.view.args(node).any(|word| holds_placeholder(&word)) {
        return None;
    }
    Some(match pattern(facts.view, location)? {
        Pattern::Exact(_) => 0,
        Pattern::Prefix(_, true) => 1,
        Pattern::Prefix(_, false) => 2,
        Pattern::Regex(..) => 3,
        Pattern::Named(_) => return None,
    })
}
