//! Which server, which location, and which `if` get a request.

mod branches;
mod exact;
mod exclusive;
mod meant;
mod roots;
mod sockets;
mod spelling;
mod unreachable;

pub use meant::is_mistaken;

use super::Check;
use crate::config::{ScopeId, ScopeKind};
use crate::route::{Pattern, pattern};
use crate::rules::facts::Facts;

/// The checks by name.
pub(super) const CHECKS: &[(&str, Check)] = &[
    ("branches", branches::check),
    ("default-server-missing", sockets::no_default),
    ("exact-path", exact::check),
    ("regex-as-prefix", meant::check),
    ("root-repeated", roots::check),
    ("server-name-twice", sockets::name_twice),
    ("unreachable", unreachable::check),
    ("variable-spelling", spelling::check),
];

/// The locations directly in a server or location, in reading order.
fn siblings(facts: &Facts<'_>, level: ScopeId) -> Vec<(ScopeId, Pattern)> {
    let config = facts.view.config;
    let inside = config.children(level).filter(|&id| config.scope(id).kind == ScopeKind::Location);
    inside.filter_map(|id| Some((id, pattern(facts.view, id)?))).collect()
}

/// The locations of each server and location that holds some.
fn all_siblings<'f>(facts: &'f Facts<'_>) -> impl Iterator<Item = Vec<(ScopeId, Pattern)>> + 'f {
    let config = facts.view.config;
    let holds = |kind: ScopeKind| matches!(kind, ScopeKind::Server | ScopeKind::Location);
    let levels = config.scope_ids().filter(move |&id| holds(config.scope(id).kind));
    levels.map(|level| siblings(facts, level)).filter(|found| !found.is_empty())
}
