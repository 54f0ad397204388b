//! Vulnerabilities of the nginx in question that a configuration lets attackers reach (`src/catalogue/cves.yaml`).

mod captures;
mod files;
mod rewrites;
mod sessions;
mod uses;

use super::Check;
use crate::catalogue::{Cve, cves};
use crate::config::{NodeId, ScopeId, ScopeKind};
use crate::rules::checks::classes;
use crate::rules::facts::Facts;
use crate::rules::hit::{Hit, Repair, Words};
use crate::rules::model::Rule;

/// The checks by name.
pub(super) const CHECKS: &[(&str, Check)] = &[("cve", check)];

/// Where a vulnerability can be reached: directives, each once.
type Places = fn(&Facts<'_>) -> Vec<NodeId>;

/// The algorithms that the table names.
const ALGORITHMS: [(&str, Places); 8] = [
    ("alias-after-rewrite", files::alias_after_rewrite),
    ("numbered-capture-after-rewrite-with-arguments", rewrites::capture_after_arguments),
    ("numbered-capture-in-cloned-subrequest", captures::in_cloned_subrequest),
    ("regex-map-after-capture", captures::changed),
    ("rewrite-overlapping-captures", rewrites::overlapping),
    ("shared-session-across-servers", sessions::across_servers),
    ("shared-session-with-client-certificates", sessions::with_client_certificates),
    ("volatile-variable-in-root-or-log", files::volatile),
];

/// Every vulnerability that all of the target releases have, wherever it can be reached.
pub fn check(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let affected = cves().iter().filter(|cve| cve.report && cve.affects_all(facts.target));
    affected.flat_map(|cve| places(facts, cve).into_iter().map(|node| hit(facts, rule, cve, node))).collect()
}

fn places(facts: &Facts<'_>, cve: &Cve) -> Vec<NodeId> {
    let mut places = match cve.when.check {
        Some(name) => {
            let known = ALGORITHMS.iter().find(|(known, _)| *known == name);
            known.map(|(_, places)| places(facts)).unwrap_or_default()
        }
        None if cve.when.always => first(facts).into_iter().collect(),
        None => uses::places(facts, &cve.when),
    };
    places.sort_unstable();
    places.dedup();
    places.truncate(if cve.once { 1 } else { usize::MAX });
    places
}

/// The first directive of a main file.
fn first(facts: &Facts<'_>) -> Option<NodeId> {
    let config = facts.view.config;
    config.directives(ScopeId::MAIN).next().filter(|_| config.complete)
}

fn hit(facts: &Facts<'_>, rule: &'static Rule, cve: &Cve, node: NodeId) -> Hit {
    let named = match cve.severity {
        Some("major") => "major",
        Some("medium") => "medium",
        _ => "low",
    };
    let config = facts.view.config;
    let scope = config.node(node).scope;
    let fixed: Vec<String> = cve.fixed.iter().map(ToString::to_string).collect();
    let words = Words::default()
        .with("problem", cve.id)
        .with("sent", cve.title)
        .with("path", cve.needs)
        .with("versions", fixed.join(" and "))
        .with("nginx", facts.target.to_string());
    Hit {
        rule,
        case: rule.cases.iter().position(|case| case.case.as_deref() == Some(named)),
        at: facts.view.head(node),
        include: config.node(node).include,
        scope: config.scope(scope).node.map(|_| scope),
        words,
        related: Vec::new(),
        repair: Repair::None,
    }
}

/// The blocks of one kind.
fn scopes<'f>(facts: &'f Facts<'_>, kind: ScopeKind) -> impl Iterator<Item = ScopeId> + 'f {
    facts.view.config.scope_ids().filter(move |&id| facts.view.config.scope(id).kind == kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_algorithm_of_the_table_exists() {
        for name in cves().iter().filter_map(|cve| cve.when.check) {
            assert!(ALGORITHMS.iter().any(|(known, _)| *known == name), "{name}");
        }
    }
}
