//! Paths that the locations of a level have already: nginx refuses a second exact location, or a second prefix, of one
//! path.

use std::collections::HashSet;

use crate::config::{ScopeId, ScopeKind, View};
use crate::route::{Pattern, pattern};

/// The exact and the prefix locations of a tree by their level and path.
pub struct Taken(HashSet<(Option<ScopeId>, bool, Vec<u8>)>);

impl Taken {
    /// Collects them.
    pub fn of(view: View<'_>) -> Self {
        let config = view.config;
        let locations = config.scope_ids().filter(|&id| config.scope(id).kind == ScopeKind::Location);
        let taken = locations.filter_map(|location| {
            let level = config.scope(location).parent;
            match pattern(view, location)? {
                Pattern::Exact(path) => Some((level, true, path)),
                Pattern::Prefix(path, _) => Some((level, false, path)),
                Pattern::Regex(..) | Pattern::Named(_) => None,
            }
        });
        Self(taken.collect())
    }

    /// Takes a path for `location`, beside its siblings; whether it was free.
    pub fn take(&mut self, view: View<'_>, location: ScopeId, is_exact: bool, path: &[u8]) -> bool {
        self.0.insert((view.config.scope(location).parent, is_exact, path.to_vec()))
    }
}
