//! Checks: algorithms that find what conditions cannot say. A rule file names one; its words stay in the file. Each family
//! of rules keeps its own.

mod directives;
mod dropped;
mod includes;
mod proxy;
mod routing;
mod syntax;
mod taken;
mod websocket;

pub use directives::is_slip;

use super::facts::Facts;
use super::hit::Hit;
use super::model::Rule;

/// A check: everything it finds in a tree, for the rule that names it.
type Check = fn(&Facts<'_>, &'static Rule) -> Vec<Hit>;

/// The checks of each family by name.
const FAMILIES: &[&[(&str, Check)]] = &[
    directives::CHECKS,
    dropped::CHECKS,
    includes::CHECKS,
    JUDGED_LATER,
    proxy::CHECKS,
    routing::CHECKS,
    syntax::CHECKS,
    websocket::CHECKS,
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
