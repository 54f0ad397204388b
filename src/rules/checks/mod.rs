//! Checks: algorithms that find what conditions cannot say. A rule file names one; its words stay in the file.

mod connection_map;
mod headers_dropped;
mod includes;
mod syntax_error;

use super::facts::Facts;
use super::hit::Hit;
use super::model::Rule;

/// A check: everything it finds in a tree, for the rule that names it.
type Check = fn(&Facts<'_>, &'static Rule) -> Vec<Hit>;

/// Every check by name.
const CHECKS: [(&str, Check); 8] = [
    ("byte-order-mark", syntax_error::byte_order_mark),
    ("connection-map", connection_map::check),
    ("headers-dropped", headers_dropped::check),
    ("include-cycle", includes::cycle),
    ("include-not-found", includes::not_found),
    ("parameter-too-long", syntax_error::parameter_too_long),
    ("syntax-error", syntax_error::check),
    // Judged once everything else has been found: `crate::suppress`.
    ("unused-ignore", |_, _| Vec::new()),
];

/// The names of all checks.
pub fn names() -> impl Iterator<Item = &'static str> {
    CHECKS.iter().map(|&(name, _)| name)
}

/// Runs the check called `name`; an unknown name finds nothing (the loader refuses it before).
pub fn run(name: &str, facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    CHECKS.iter().find(|(known, _)| *known == name).map(|(_, check)| check(facts, rule)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_check_that_a_rule_names_exists() {
        for rule in &crate::rules::RULES {
            let Some(name) = rule.check.as_deref() else { continue };
            assert!(
                CHECKS.iter().any(|(known, _)| *known == name),
                "{}: no check is called {name}",
                rule.code
            );
        }
    }
}
