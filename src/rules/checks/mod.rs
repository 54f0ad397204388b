//! Checks: algorithms that find what conditions cannot say. A rule file names one; its words stay in the file.

mod connection_map;
mod directives;
mod dispatch;
mod duplicated;
mod foreign_pass;
mod headers_dropped;
mod hidden;
mod includes;
mod misspelt;
mod no_handler;
mod origin;
mod redirected;
mod response_line;
mod shared;
mod slash;
mod subprotocol;
mod subrequest;
mod syntax_error;
mod upgrade_map;

pub use directives::is_slip;

use super::facts::Facts;
use super::hit::Hit;
use super::model::Rule;

/// A check: everything it finds in a tree, for the rule that names it.
type Check = fn(&Facts<'_>, &'static Rule) -> Vec<Hit>;

/// Every check by name.
const CHECKS: [(&str, Check); 34] = [
    ("any-protocol", upgrade_map::any_protocol),
    ("byte-order-mark", syntax_error::byte_order_mark),
    ("captures-emptied", dispatch::captures),
    ("connection-map", connection_map::check),
    ("directive-argument", directives::value),
    ("directive-deprecated", directives::deprecated),
    ("directive-form", directives::form),
    ("directive-misplaced", directives::misplaced),
    ("directive-twice", directives::duplicate),
    ("directive-unknown", directives::unknown),
    ("directive-version", directives::not_in_version),
    ("duplicated", duplicated::check),
    ("endpoint-as-file", no_handler::endpoints),
    ("foreign-protocol", foreign_pass::protocol),
    ("foreign-scheme", foreign_pass::scheme),
    ("headers-dropped", headers_dropped::check),
    ("hidden", hidden::check),
    // As `unused-ignore`.
    ("ignore-without-reason", |_, _| Vec::new()),
    ("include-cycle", includes::cycle),
    ("include-not-found", includes::not_found),
    ("literal-connection", upgrade_map::literal),
    ("map-close", upgrade_map::close),
    ("misspelt", misspelt::check),
    ("no-handler", no_handler::headers),
    ("origin", origin::check),
    ("parameter-too-long", syntax_error::parameter_too_long),
    ("redirected", redirected::check),
    ("response-line", response_line::check),
    ("status-replaced", dispatch::status),
    ("subprotocol", subprotocol::check),
    ("subrequest-upgrades", subrequest::check),
    ("syntax-error", syntax_error::check),
    ("variable-unknown", directives::variable),
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
