//! The order in which nginx tries locations, and that in which they are written.

use crate::route::Pattern;
use crate::rules::facts::Facts;
use crate::rules::found::found_in;
use crate::rules::hit::{Hit, Repair};
use crate::rules::model::Rule;

use super::all_siblings;

/// Locations that stand behind one that nginx tries later.
pub fn check(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let mut hits = Vec::new();
    for siblings in all_siblings(facts) {
        let mut latest = None;
        for (location, pattern) in siblings {
            let Some(rank) = rank(&pattern) else { continue };
            let node = facts.view.config.scope(location).node;
            match latest {
                Some((last, by)) if rank < last => hits.extend(node.map(|node| {
                    let hit = found_in(facts, rule, location, node, None);
                    let words = hit.words.with("outer", facts.view.label(by));
                    Hit { words, repair: Repair::None, ..hit }
                })),
                _ => latest = Some((rank, location)),
            }
        }
    }
    hits
}

/// When a location is tried; `None` for named ones, which only nginx itself asks for.
fn rank(pattern: &Pattern) -> Option<u8> {
    match pattern {
        Pattern::Exact(_) => Some(0),
        Pattern::Prefix(_, true) => Some(1),
        Pattern::Prefix(_, false) => Some(2),
        Pattern::Regex(..) => Some(3),
        Pattern::Named(_) => None,
    }
}
