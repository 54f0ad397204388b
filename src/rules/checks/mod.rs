//! Checks: algorithms that find what conditions cannot say. A rule file names one; its words stay in the file. Each family
//! of rules keeps its own.

mod classes;
mod cve;
mod directives;
mod dropped;
mod includes;
mod performance;
mod proxy;
mod routing;
mod security;
mod style;
mod syntax;
mod taken;
mod tls;
mod websocket;

pub use directives::is_slip;

use super::facts::Facts;
use super::hit::Hit;
use super::model::Rule;

/// A check: everything it finds in a tree, for the rule that names it.
type Check = fn(&Facts<'_>, &'static Rule) -> Vec<Hit>;

/// The checks of each family by name.
const FAMILIES: &[&[(&str, Check)]] = &[
    classes::CHECKS,
    cve::CHECKS,
    directives::CHECKS,
    dropped::CHECKS,
    includes::CHECKS,
    performance::CHECKS,
    proxy::CHECKS,
    routing::CHECKS,
    security::CHECKS,
    style::CHECKS,
    syntax::CHECKS,
    tls::CHECKS,
    websocket::CHECKS,
    JUDGED_LATER,
];

/// Judged once everything else has been found: `crate::suppress`.
const JUDGED_LATER: &[(&str, Check)] =
    &[("ignore-without-reason", |_, _| Vec::new()), ("unused-ignore", |_, _| Vec::new())];

/// Every check with its name.
fn all() -> impl Iterator<Item = &'static (&'static str, Check)> {
    FAMILIES.iter().copied().flatten()
}

/// The names of all checks.
pub fn names() -> impl Iterator<Item = &'static str> {
    all().map(|&(name, _)| name)
}

/// Runs the check called `name`; an unknown name finds nothing (the loader refuses it before).
pub fn run(name: &str, facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    all().find(|(known, _)| *known == name).map(|(_, check)| check(facts, rule)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_check_that_a_rule_names_exists() {
        for rule in &crate::rules::RULES {
            let Some(name) = rule.check.as_deref() else { continue };
            assert!(super::names().any(|known| known == name), "{}: no check is called {name}", rule.code);
        }
    }

    #[test]
    fn no_two_checks_share_a_name() {
        let mut names: Vec<&str> = super::names().collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
