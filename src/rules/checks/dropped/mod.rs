//! Lists that a block writes anew, and what of the outer list is thereby lost.

mod lists;
mod repeat;
mod requests;
mod responses;

use super::Check;
use crate::catalogue::DirectiveId;
use crate::config::{NodeId, ScopeId};
use crate::finding::Label;
use crate::rules::facts::Facts;
use crate::rules::found::found_in;
use crate::rules::hit::{Hit, Repair};
use crate::rules::model::Rule;
use crate::scope::Replaced;

/// The checks by name.
pub(super) const CHECKS: &[(&str, Check)] = &[
    ("list-replaced", lists::check),
    ("request-headers-dropped", requests::check),
    ("response-headers-dropped", responses::check),
];

/// A list of a level, however many blocks have it in force.
type Key = (ScopeId, DirectiveId);

fn key(replaced: Replaced) -> Key {
    (replaced.level, replaced.name)
}

/// A finding about a level whose list lacks entries of the outer one, at its first entry; `named` is the case.
fn hit(
    facts: &Facts<'_>,
    rule: &'static Rule,
    replaced: Replaced,
    lost: &[NodeId],
    named: Option<&str>,
) -> Option<Hit> {
    let view = facts.view;
    let first = view.config.own(replaced.level, replaced.name).next().filter(|_| !lost.is_empty())?;
    let mut hit = found_in(facts, rule, replaced.level, first, named);
    hit.words = hit
        .words
        .with("outer", view.label(replaced.outer))
        .with("written", replaced.name.name())
        .with("header", names(facts, lost));
    let text = rule.report.related.first().map(|related| related.message.to_string()).unwrap_or_default();
    hit.related = lost.iter().map(|&node| Label { span: view.head(node), message: text.clone() }).collect();
    hit.repair = Repair::Edits(vec![repeat::lines(view, replaced, lost)]);
    Some(hit)
}

/// The first words of entries, each once: `Host`, `X-Real-IP` and 2 more.
fn names(facts: &Facts<'_>, lost: &[NodeId]) -> String {
    const MOST_NAMED: usize = 4;
    let mut names: Vec<String> = Vec::new();
    for &node in lost {
        let name = facts.view.shown(node, 0).unwrap_or_default();
        let name = format!("`{}`", String::from_utf8_lossy(&name));
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let more = names.len().saturating_sub(MOST_NAMED);
    let end = if more > 0 { Some(format!("{more} more")) } else { names.pop() };
    names.truncate(MOST_NAMED);
    match end {
        Some(end) if names.is_empty() => end,
        Some(end) => format!("{} and {end}", names.join(", ")),
        None => String::new(),
    }
}

/// Whether a directive stands anywhere: most trees have few of the lists, and many blocks.
fn is_used(facts: &Facts<'_>, name: DirectiveId) -> bool {
    facts.view.config.nodes.iter().any(|node| node.name == name)
}

/// A word of an entry in lower case, as names of headers are compared.
fn caseless(facts: &Facts<'_>, node: NodeId, index: usize) -> Vec<u8> {
    facts.view.arg(node, index).unwrap_or_default().to_ascii_lowercase()
}
