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
const CHECKS: [(&str, Check); 7] = [
    ("byte-order-mark", syntax_error::byte_order_mark),
    ("connection-map", connection_map::check),
    ("headers-dropped", headers_dropped::check),
    ("include-cycle", includes::cycle),
    ("include-not-found", includes::not_found),
    ("parameter-too-long", syntax_error::parameter_too_long),
    ("syntax-error", syntax_error::check),
];

/// Runs the check called `name`; an unknown name finds nothing (the loader refuses it before).
pub fn run(name: &str, facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    CHECKS.iter().find(|(known, _)| *known == name).map(|(_, check)| check(facts, rule)).unwrap_or_default()
}

/// Whether a check of this name exists.
pub fn exists(name: &str) -> bool {
    CHECKS.iter().any(|(known, _)| *known == name)
}
