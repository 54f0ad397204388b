//! Decoded text in the URI that nginx sends to a backend as it stands.

use super::target::Target;
use super::words::{hit, http_scopes, place, shown, site};
use crate::catalogue::directive;
use crate::config::{NodeId, ScopeId, View};
use crate::route::matches_everything;
use crate::rules::facts::Facts;
use crate::rules::hit::Hit;
use crate::rules::model::Rule;
use crate::value::{Class, Classes, Part, Set, parts};

/// Addresses that send a decoded path, and those that send an encoded one encoded again.
pub fn check(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let (view, classes) = (facts.view, Classes::of(facts.view, facts.definitions));
    let passes = http_scopes(view).flat_map(|scope| view.config.own(scope, directive::PROXY_PASS));
    passes.filter_map(|pass| found(facts, rule, &classes, pass)).collect()
}

fn found(facts: &Facts<'_>, rule: &'static Rule, classes: &Classes<'_>, pass: NodeId) -> Option<Hit> {
    let url = facts.view.arg(pass, 0)?;
    if !url.contains(&b'$') {
        encoded_again(facts.view, facts.view.config.node(pass).scope)?;
        return Some(hit(facts, rule, pass, facts.view.head(pass), Some("encoded-twice")));
    }
    let breaks = Set::matching(|byte| matches!(byte, b' ' | b'?' | b'#' | b'%' | 0x7f) || byte < b' ');
    let is_decoded = |part: &Part<'_>| {
        let held = classes.held_by(site(facts, pass), *part);
        held.iter().any(|held| held.class == Class::Decoded && held.bytes.meets(&breaks))
    };
    let uri = Target::of(&url)?.uri;
    let part = parts(uri).find(is_decoded)?;
    let has_query = parts(uri).any(|part| matches!(part, Part::Variable(b"args" | b"query_string")));
    let case = if has_query { "decoded" } else { "without-query" };
    let mut hit = hit(facts, rule, pass, place(facts.view, pass, 0, part), Some(case));
    hit.words = hit.words.with("variable", shown(part));
    Some(hit)
}

/// The `rewrite ^ $request_uri` of a block.
fn encoded_again(view: View<'_>, block: ScopeId) -> Option<NodeId> {
    view.config.own(block, directive::REWRITE).find(|&node| {
        let all = view.arg(node, 0).is_some_and(|pattern| matches_everything(&pattern));
        all && view.arg(node, 1).as_deref() == Some(b"$request_uri")
    })
}
