//! Findings as checks make them: a place, a block, and the words that every message may use.

use super::engine::{case, common_words, related, written};
use super::evaluate::Subject;
use super::facts::{Facts, Proxied};
use super::hit::{Hit, Repair, Words};
use super::model::Rule;
use crate::config::{NodeId, ScopeId};

/// A finding about a proxied block, at one of its directives; `named` is the case that a check found.
pub fn found(
    facts: &Facts<'_>,
    rule: &'static Rule,
    proxied: &Proxied,
    node: NodeId,
    named: Option<&str>,
) -> Hit {
    let view = facts.view;
    let request = facts.requests(proxied).first();
    let subject =
        Subject { facts, scope: proxied.block, proxied: Some(proxied), request, node: None, failed: None };
    Hit {
        rule,
        case: case(subject, rule, named),
        at: view.head(node),
        include: view.config.node(node).include,
        scope: Some(proxied.block),
        words: common_words(facts, proxied).with("written", written(facts, node)),
        related: related(facts, rule, proxied.block, node),
        repair: Repair::ByRule,
    }
}

/// A finding about a scope that need not proxy anything.
pub fn found_in(
    facts: &Facts<'_>,
    rule: &'static Rule,
    scope: ScopeId,
    node: NodeId,
    named: Option<&str>,
) -> Hit {
    let proxied = facts.proxied(scope);
    let subject = Subject { facts, scope, proxied, request: None, node: Some(node), failed: None };
    Hit {
        rule,
        case: case(subject, rule, named),
        at: facts.view.head(node),
        include: facts.view.config.node(node).include,
        scope: Some(scope),
        words: Words::default().with("block", facts.view.label(scope)).with("written", written(facts, node)),
        related: related(facts, rule, scope, node),
        repair: Repair::ByRule,
    }
}
