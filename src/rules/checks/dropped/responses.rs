//! What the client no longer gets: headers and trailers of the answer.

use std::collections::BTreeMap;

use super::{Key, caseless, hit, is_used, key};
use crate::catalogue::{DirectiveId, Version, directive};
use crate::config::{NodeId, ScopeId};
use crate::finding::Edit;
use crate::fix::placement::before;
use crate::route::{endings, returned};
use crate::rules::facts::Facts;
use crate::rules::hit::{Hit, Repair};
use crate::rules::model::Rule;
use crate::scope::{Replaced, replaced};

/// Headers by which a site protects its visitors.
const SECURITY: [&[u8]; 7] = [
    b"strict-transport-security",
    b"content-security-policy",
    b"content-security-policy-report-only",
    b"x-frame-options",
    b"x-content-type-options",
    b"referrer-policy",
    b"permissions-policy",
];

/// The first release that can merge the lists of two levels.
const CAN_MERGE: Version = Version::new(1, 29, 3);

/// Levels whose answers lack what an outer level adds.
pub fn check(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let config = facts.view.config;
    // Whether each level answers with nothing but errors.
    let mut found: BTreeMap<Key, (Replaced, bool)> = BTreeMap::new();
    let added =
        [directive::ADD_HEADER, directive::ADD_TRAILER].into_iter().filter(|&name| is_used(facts, name));
    let added: Vec<DirectiveId> = added.collect();
    if added.is_empty() {
        return Vec::new();
    }
    for (block, answer) in endings(facts.view) {
        let is_own = |node| config.node(node).scope == block && config.node(node).name == directive::RETURN;
        let code = answer.filter(|&node| is_own(node)).map(|node| returned(facts.view, node).code);
        // Behind a server that always answers nothing is served, and 444 sends nothing.
        if answer.is_some_and(|node| config.node(node).scope != block) || code == Some(444) {
            continue;
        }
        for &name in &added {
            let Some(replaced) = replaced(facts.view, block, name) else { continue };
            let only_errors = code.is_some_and(|code| code >= 400);
            found.entry(key(replaced)).or_insert((replaced, true)).1 &= only_errors;
        }
    }
    found
        .into_values()
        .filter_map(|(replaced, only_errors)| judge(facts, rule, replaced, only_errors))
        .collect()
}

fn judge(facts: &Facts<'_>, rule: &'static Rule, replaced: Replaced, only_errors: bool) -> Option<Hit> {
    let view = facts.view;
    let mut own = view.config.own(replaced.level, replaced.name);
    if own.all(|node| is_blank(facts, node)) {
        return None;
    }
    let mut lost = replaced.lost(view, |node| vec![caseless(facts, node, 0)]);
    lost.retain(|&node| !is_blank(facts, node) && (!only_errors || is_always(facts, node)));
    let protects = lost.iter().any(|&node| is_security(&caseless(facts, node, 0)));
    let mut hit = hit(facts, rule, replaced, &lost, (!protects).then_some("other"))?;
    hit.repair = merged(facts, replaced).map_or(hit.repair, |edit| Repair::Edits(vec![edit]));
    Some(hit)
}

/// An entry with an empty value adds nothing.
fn is_blank(facts: &Facts<'_>, node: NodeId) -> bool {
    facts.view.arg(node, 1).is_none_or(|value| value.is_empty())
}

/// Whether the header is added to errors, too.
fn is_always(facts: &Facts<'_>, node: NodeId) -> bool {
    facts.view.arg(node, 2).is_some_and(|word| &*word == b"always")
}

fn is_security(name: &[u8]) -> bool {
    SECURITY.contains(&name) || name.starts_with(b"cross-origin-")
}

/// `add_header_inherit merge`, where every version of the target range has it, no name stands in both lists and no block
/// inside would take the word over.
fn merged(facts: &Facts<'_>, replaced: Replaced) -> Option<Edit> {
    let (view, name) = (facts.view, replaced.name);
    let config = view.config;
    let rule = name.inherited_by().filter(|_| facts.target.lowest() >= CAN_MERGE)?;
    let first = config.own(replaced.level, name).next()?;
    let names = |level: ScopeId| config.own(level, name).map(|node| caseless(facts, node, 0));
    let own: Vec<Vec<u8>> = names(replaced.level).collect();
    let is_apart = !names(replaced.outer).any(|outer| own.contains(&outer));
    let says = |scope: ScopeId, name: DirectiveId| config.own(scope, name).next().is_some();
    let is_alone = !config.descendants(replaced.level).any(|scope| says(scope, name) || says(scope, rule));
    (is_apart && is_alone && !says(replaced.level, rule))
        .then(|| before(view, replaced.level, first, &[format!("{} merge", rule.name())]))
}
