//! Maps without a default whose value is a whole target: nothing is left of it where no key matches.

use std::collections::{BTreeMap, HashSet};

use super::target::{Target, passes};
use super::words::{hit, http_scopes, label};
use crate::catalogue::directive;
use crate::config::{NodeId, View};
use crate::rules::facts::Facts;
use crate::rules::hit::Hit;
use crate::rules::model::Rule;
use crate::value::{Key, MapInfo, Part, condition_words, parts};

/// Maps that may leave a target empty, each with the places that use it.
pub fn check(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let (view, mut uses) = (facts.view, BTreeMap::<NodeId, Vec<NodeId>>::new());
    let mut tested = None;
    for (node, name) in targets(view) {
        let map = facts.definitions.map(&name).filter(|map| is_open(map));
        let Some(map) = map else { continue };
        if !tested.get_or_insert_with(|| variables_tested(view)).contains(&name) {
            uses.entry(map.node).or_default().push(node);
        }
    }
    let hit = |(map, uses): (NodeId, Vec<NodeId>)| {
        let at = view.arg_span(map, 1).unwrap_or_else(|| view.head(map));
        let mut hit = hit(facts, rule, map, at, None);
        let name = view.arg(map, 1).unwrap_or_default();
        hit.words = hit.words.with("map", String::from_utf8_lossy(&name));
        hit.related = uses.iter().map(|&node| label(rule, view.head(node))).collect();
        hit
    };
    uses.into_iter().map(hit).collect()
}

/// The variables, in lower case, that are all of a folder, a redirect or the host of a pass.
fn targets(view: View<'_>) -> Vec<(NodeId, Vec<u8>)> {
    const WHOLE: [crate::catalogue::DirectiveId; 4] =
        [directive::ALIAS, directive::RETURN, directive::REWRITE, directive::ROOT];
    let scopes = http_scopes(view);
    let whole = scopes.flat_map(|scope| WHOLE.iter().flat_map(move |&name| view.config.own(scope, name)));
    let whole = whole.filter_map(|node| {
        let index = match view.config.node(node).name {
            directive::RETURN if view.arg_count(node) == 1 => 0,
            directive::RETURN if crate::route::is_redirect(crate::route::returned(view, node).code) => 1,
            directive::RETURN => return None,
            directive::REWRITE => 1,
            _ => 0,
        };
        Some((node, alone(&view.arg(node, index)?)?))
    });
    let hosts = passes(view).filter_map(|node| {
        let url = view.arg(node, 0)?;
        Some((node, alone(Target::of(&url)?.authority)?))
    });
    whole.chain(hosts).collect()
}

/// The one variable that a value consists of.
fn alone(value: &[u8]) -> Option<Vec<u8>> {
    let mut pieces = parts(value);
    match (pieces.next(), pieces.next()) {
        (Some(Part::Variable(name)), None) => Some(name.to_ascii_lowercase()),
        _ => None,
    }
}

/// Whether a map gives nothing for some of its source's values.
fn is_open(map: &MapInfo) -> bool {
    const EVERYTHING: [&[u8]; 8] = [b"", b"^", b".", b".*", b"^.*", b"^.*$", b".+", b"^(.*)$"];
    let catches = |key: &Key| match key {
        Key::Default => true,
        Key::Exact(_) => false,
        Key::Regex(pattern, _) => EVERYTHING.contains(&pattern.as_slice()),
    };
    let has = |wanted: &[u8]| {
        map.entries.iter().any(|it| matches!(&it.key, Key::Exact(key) if key.eq_ignore_ascii_case(wanted)))
    };
    let is_complete = match map.source.as_slice() {
        b"$scheme" | b"${scheme}" => has(b"http") && has(b"https"),
        b"$https" | b"${https}" => has(b"on") && has(b""),
        _ => false,
    };
    map.in_sight && !is_complete && !map.entries.iter().any(|entry| catches(&entry.key))
}

/// The variables that some `if` looks at, in lower case.
fn variables_tested(view: View<'_>) -> HashSet<Vec<u8>> {
    let ifs = http_scopes(view).flat_map(|scope| view.config.own(scope, directive::IF));
    let first = ifs.filter_map(|node| condition_words(view, node).first().and_then(|word| alone(word)));
    first.collect()
}
