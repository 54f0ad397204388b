//! Captures that a map replaces, or that a subrequest does not have.

use std::collections::HashSet;

use super::classes::{VALUES, changes, is_capturing};
use crate::catalogue::{DirectiveId, directive};
use crate::config::{NodeId, ScopeId};
use crate::rules::facts::Facts;
use crate::scope::setting;
use crate::value::{Classes, Part, parts};

/// Strings in which a map replaces a capture that stands before it, or a volatile map with expressions stands beside
/// something else.
pub fn changed(facts: &Facts<'_>) -> Vec<NodeId> {
    let mut found: Vec<NodeId> = changes(facts).into_iter().map(|change| change.node).collect();
    found.extend(strings(facts, |facts, value| {
        let count = parts(value).count();
        count > 1 && parts(value).any(|part| is_volatile(facts, part))
    }));
    found
}

/// Whether a piece is the variable of a volatile map with an expression that captures.
fn is_volatile(facts: &Facts<'_>, part: Part<'_>) -> bool {
    let Part::Variable(name) = part else { return false };
    let classes = Classes::of(facts.view, facts.definitions);
    facts.definitions.map(name).is_some_and(|map| map.volatile && is_capturing(&classes, map))
}

/// `$1` to `$9` in a block whose requests are cloned, with a map that captures.
pub fn in_cloned_subrequest(facts: &Facts<'_>) -> Vec<NodeId> {
    let classes = Classes::of(facts.view, facts.definitions);
    let maps: Vec<_> = facts.definitions.maps().filter(|map| is_capturing(&classes, map)).collect();
    if maps.is_empty() {
        return Vec::new();
    }
    let reading = strings(facts, |_, value| parts(value).any(|part| matches!(part, Part::Capture(_))));
    let uses_map = strings(facts, |facts, value| {
        parts(value).any(|part| match part {
            Part::Variable(name) => {
                facts.definitions.map(name).is_some_and(|map| is_capturing(&classes, map))
            }
            _ => false,
        })
    });
    let config = facts.view.config;
    let with_map: HashSet<ScopeId> = uses_map.iter().map(|&node| config.node(node).scope).collect();
    let is_near =
        |node: &NodeId| config.ancestors(config.node(*node).scope).any(|level| with_map.contains(&level));
    reading.into_iter().filter(|node| clones(facts, *node)).filter(is_near).collect()
}

/// Whether requests of a directive's block are cloned: `slice`, or a cache that is renewed in the background.
fn clones(facts: &Facts<'_>, node: NodeId) -> bool {
    const IN_BACKGROUND: [DirectiveId; 4] = [
        directive::FASTCGI_CACHE_BACKGROUND_UPDATE,
        directive::PROXY_CACHE_BACKGROUND_UPDATE,
        directive::SCGI_CACHE_BACKGROUND_UPDATE,
        directive::UWSGI_CACHE_BACKGROUND_UPDATE,
    ];
    let (view, scope) = (facts.view, facts.view.config.node(node).scope);
    let is_sliced = setting(view, scope, directive::SLICE).is_some_and(|size| &*size != b"0");
    is_sliced || IN_BACKGROUND.iter().any(|&name| crate::scope::is_set_to(view, scope, name, b"on"))
}

/// The directives one of whose values is of a kind.
fn strings(facts: &Facts<'_>, is: impl Fn(&Facts<'_>, &[u8]) -> bool) -> Vec<NodeId> {
    let config = facts.view.config;
    let nodes =
        config.scope_ids().flat_map(|scope| VALUES.iter().flat_map(move |&name| config.own(scope, name)));
    nodes.filter(|&node| facts.view.args(node).any(|value| is(facts, &value))).collect()
}
