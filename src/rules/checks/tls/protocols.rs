//! Versions of TLS that no longer protect.

use super::servers::in_use;
use crate::catalogue::directive;
use crate::config::NodeId;
use crate::finding::Edit;
use crate::rules::facts::Facts;
use crate::rules::found::found_in;
use crate::rules::hit::{Hit, Repair};
use crate::rules::model::Rule;
use crate::source::Span;

/// What remains where nothing else was written.
const CURRENT: &str = "TLSv1.2 TLSv1.3";

/// Each `ssl_protocols` with one of the versions in the rule's parameters.
pub fn check(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let nodes = in_use(facts.view, directive::SSL_PROTOCOLS);
    nodes.into_iter().filter_map(|node| hit(facts, rule, node)).collect()
}

fn hit(facts: &Facts<'_>, rule: &'static Rule, node: NodeId) -> Option<Hit> {
    let view = facts.view;
    // `ngx_conf_set_bitmask_slot` compares without case.
    let is_old = |word: &[u8]| rule.params.iter().any(|old| word.eq_ignore_ascii_case(old.as_bytes()));
    let old: Vec<bool> = view.args(node).map(|word| is_old(&word)).collect();
    let first = old.iter().position(|&old| old)?;
    let names: Vec<String> = { view.args(node) }
        .filter(|word| is_old(word))
        .map(|word| format!("`{}`", String::from_utf8_lossy(&word)))
        .collect();
    let scope = view.config.node(node).scope;
    let mut hit = found_in(facts, rule, scope, node, None);
    hit.at = view.arg_span(node, first)?;
    hit.words = hit.words.with("written", names.join(", "));
    hit.repair = Repair::Edits(edits(facts, node, &old)?);
    Some(hit)
}

/// Takes the old words out, or writes the current versions where no other word is left.
fn edits(facts: &Facts<'_>, node: NodeId, old: &[bool]) -> Option<Vec<Edit>> {
    let view = facts.view;
    let span = |index| view.arg_span(node, index);
    if old.iter().all(|&old| old) {
        let (first, last) = (span(0)?, span(old.len().checked_sub(1)?)?);
        return Some(vec![Edit { span: Span { end: last.end, ..first }, text: CURRENT.into() }]);
    }
    let keeps_before = |index: usize| old.iter().take(index).any(|&old| !old);
    let gone = old.iter().enumerate().filter(|&(_, &old)| old);
    let without = |(index, _): (usize, &bool)| {
        // With the space before it, or behind it where it is among the first.
        let (own, other) =
            (span(index)?, if keeps_before(index) { span(index.checked_sub(1)?)? } else { span(index + 1)? });
        let span = if keeps_before(index) {
            Span { start: other.end, ..own }
        } else {
            Span { end: other.start, ..own }
        };
        Some(Edit { span, text: String::new() })
    };
    gone.map(without).collect()
}
