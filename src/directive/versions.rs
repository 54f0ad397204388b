//! Versions of a range between which a directive changes, so that one of each stretch stands for all.

use super::values;
use crate::catalogue::{Directive, DirectiveId, Version, VersionRange};

/// The first version of each stretch of `range` in which the directive is one and the same, oldest first.
pub(super) fn stretches(id: DirectiveId, range: VersionRange) -> Vec<Version> {
    let mut found = vec![range.lowest()];
    if let Some(entry) = id.entry().filter(|_| range.exact().is_none()) {
        let inside = |version: &Version| *version > range.lowest() && range.contains(*version);
        found.extend(changes(entry).chain(values::changes(id).iter().copied()).filter(inside));
        found.sort_unstable();
        found.dedup();
    }
    found
}

fn changes(entry: &Directive) -> impl Iterator<Item = Version> {
    entry.variants.iter().flat_map(|variant| {
        let ports = variant.backported.iter().flat_map(|&port| [port, next_branch(port)]);
        let before = variant.before.iter().map(|before| before.at);
        variant.since.into_iter().chain(variant.removed).chain(before).chain(ports)
    })
}

/// A backport holds for one stable branch only.
fn next_branch(port: Version) -> Version {
    Version::new(port.major, port.minor + 1, 0)
}
