//! Pages about nginx itself that clients from anywhere can read.

use crate::catalogue::{DirectiveId, directive};
use crate::config::{NodeId, ScopeId, ScopeKind, View};
use crate::fix::placement::after;
use crate::route::{always_answered, is_internal};
use crate::rules::facts::Facts;
use crate::rules::found::found_in;
use crate::rules::hit::{Hit, Repair};
use crate::rules::model::Rule;

use super::reach::Reach;

/// The handlers of such pages; the last two are NGINX Plus's.
const PAGES: [DirectiveId; 3] = [directive::STUB_STATUS, directive::API, directive::STATUS];

/// Status pages that anybody reaches.
pub fn check(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let view = facts.view;
    let pages: Vec<(ScopeId, NodeId)> = pages(view).collect();
    if pages.is_empty() {
        return Vec::new();
    }
    let reach = Reach::of(view);
    let open = pages.into_iter().filter(|&(scope, _)| reach.is_open(scope));
    open.map(|(scope, node)| hit(facts, rule, (scope, node), &reach)).collect()
}

fn pages(view: View<'_>) -> impl Iterator<Item = (ScopeId, NodeId)> {
    let config = view.config;
    let own =
        move |scope| PAGES.iter().flat_map(move |&name| config.own(scope, name)).map(move |it| (scope, it));
    let serves = move |&(scope, _): &(ScopeId, NodeId)| {
        matches!(config.scope(scope).kind, ScopeKind::Server | ScopeKind::Location)
            && !is_internal(view, scope)
            && always_answered(view, scope).is_none()
    };
    config.scope_ids().flat_map(own).filter(serves)
}

fn hit(facts: &Facts<'_>, rule: &'static Rule, (scope, node): (ScopeId, NodeId), reach: &Reach<'_>) -> Hit {
    let mut hit = found_in(facts, rule, scope, node, None);
    hit.words = hit.words.with("problem", facts.view.config.node(node).name.name());
    let lines = ["allow 127.0.0.1".to_owned(), "deny all".to_owned()];
    hit.repair = match reach.lists.at(scope).level {
        None => Repair::Edits(vec![after(facts.view, node, &lines)]),
        Some(_) => Repair::None,
    };
    hit
}
