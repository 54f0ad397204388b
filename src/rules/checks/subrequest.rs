//! Subrequests of `auth_request` and `mirror` that carry the headers of the handshake on.

use std::collections::BTreeSet;

use crate::catalogue::directive;
use crate::config::{NodeId, ScopeId};
use crate::finding::Label;
use crate::rules::facts::{Facts, Proxied};
use crate::rules::found::found;
use crate::rules::hit::{Hit, Repair};
use crate::rules::model::Rule;

/// Blocks that a handshake asks on the side, and that would make a tunnel of it.
pub fn check(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let mut seen: BTreeSet<ScopeId> = BTreeSet::new();
    let mut hits = Vec::new();
    for proxied in facts.intended(rule) {
        let asked = facts.judge().map(|judge| judge.upgraded_subrequests(proxied.block)).unwrap_or_default();
        for (node, target) in asked {
            let target = facts.proxied(target).filter(|it| it.block != proxied.block);
            if let Some(target) = target.filter(|it| seen.insert(it.block)) {
                hits.push(hit(facts, rule, proxied, node, target));
            }
        }
    }
    hits
}

fn hit(facts: &Facts<'_>, rule: &'static Rule, asking: &Proxied, by: NodeId, target: &Proxied) -> Hit {
    let view = facts.view;
    let mirrored = view.config.node(by).name == directive::MIRROR;
    let mut hit = found(facts, rule, target, target.pass, Some(if mirrored { "mirror" } else { "auth" }));
    let evidence = asking.evidence.as_ref().map_or("", |it| it.text.as_str());
    hit.words = hit.words.with("outer", view.label(asking.block)).with("evidence", evidence);
    let text = rule.report.related.first().map(|it| it.message.to_string()).unwrap_or_default();
    hit.related.push(Label { span: view.head(by), message: text });
    Hit { repair: Repair::ByRule, ..hit }
}
