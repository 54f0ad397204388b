//! `return` with a page in a block that only some may reach: the rewrite phase answers before access is checked.

use crate::catalogue::{DirectiveId, directive};
use crate::config::{NodeId, ScopeId, ScopeKind, View};
use crate::finding::Label;
use crate::route::{Pattern, is_internal, pattern, returned};
use crate::rules::facts::Facts;
use crate::rules::found::found_in;
use crate::rules::hit::{Hit, Repair};
use crate::rules::model::Rule;
use crate::scope::access::{AccessList, AccessLists, asks};
use crate::scope::{in_force, location_of};
use crate::value::{Part, Test, condition_words, parts, test};

/// Credentials that the access phase asks for.
const CREDENTIALS: [DirectiveId; 3] = [directive::AUTH_BASIC, directive::AUTH_REQUEST, directive::AUTH_JWT];

/// Each `return` of a page in a block with a restriction in force.
pub fn check(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let config = facts.view.config;
    let all =
        config.scope_ids().flat_map(|scope| config.own(scope, directive::RETURN).map(move |it| (scope, it)));
    let lists = AccessLists::of(facts.view);
    all.filter_map(|(scope, node)| hit(facts, rule, (scope, node), &lists)).collect()
}

fn hit(
    facts: &Facts<'_>,
    rule: &'static Rule,
    (scope, node): (ScopeId, NodeId),
    lists: &AccessLists<'_>,
) -> Option<Hit> {
    let view = facts.view;
    if !(200..300).contains(&returned(view, node).code) || answers_preflight(view, scope) {
        return None;
    }
    let location = location_of(view.config, scope);
    if is_internal(view, location) || matches!(pattern(view, location), Some(Pattern::Named(_))) {
        return None;
    }
    let restriction = restriction(view, lists, scope)?;
    let is_own = view
        .config
        .ancestors(scope)
        .take_while(|&id| id >= location)
        .any(|id| id == view.config.node(restriction).scope);
    let is_exact = matches!(pattern(view, location), Some(Pattern::Exact(_)));
    let named = if is_exact && !is_own && is_constant(view, node) { "constant" } else { "page" };
    let mut hit = found_in(facts, rule, scope, node, Some(named));
    let name = view.config.node(restriction).name.name();
    hit.words = hit.words.with("problem", name);
    let message = rule.report.related.first().map(|it| it.message.to_string()).unwrap_or_default();
    hit.related.push(Label { span: view.head(restriction), message });
    hit.repair = Repair::None;
    Some(hit)
}

/// The directive in force that keeps some out, unless a level in between was not read.
fn restriction(view: View<'_>, lists: &AccessLists<'_>, scope: ScopeId) -> Option<NodeId> {
    let list = lists.at(scope);
    let certain = |node: &NodeId| {
        let node = view.config.node(*node);
        let found = in_force(view.config, scope, node.name);
        found.unseen.is_none() || found.unseen == Some(node.scope)
    };
    let denied = list.first_deny().filter(|_| !list.allows_everybody() || denies_first(&list));
    denied.or_else(|| asks(view, scope, &CREDENTIALS)).filter(certain)
}

/// Whether a `deny` comes before the `allow all`.
fn denies_first(list: &AccessList) -> bool {
    list.first_deny() < list.first_allow()
}

/// Whether the `return` stands under a test for the method OPTIONS: browsers send preflights without credentials.
fn answers_preflight(view: View<'_>, scope: ScopeId) -> bool {
    let branch = view.config.scope(scope);
    if !matches!(branch.kind, ScopeKind::IfInServer | ScopeKind::IfInLocation) {
        return false;
    }
    let Some(node) = branch.node else { return false };
    let words = condition_words(view, node);
    match test(&words) {
        (Test::Same(subject, value), false) => is_method(subject) && value == b"OPTIONS",
        (Test::Match { subject, pattern, .. }, false) => {
            is_method(subject) && memchr::memmem::find(&pattern.to_ascii_uppercase(), b"OPTIONS").is_some()
        }
        _ => false,
    }
}

fn is_method(subject: &[u8]) -> bool {
    subject.eq_ignore_ascii_case(b"$request_method")
}

fn is_constant(view: View<'_>, node: NodeId) -> bool {
    view.arg(node, 1).is_none_or(|text| parts(&text).all(|part| matches!(part, Part::Text(_))))
}
