//! The locations of one server, or of one location's inside, by what they match.

use std::collections::{BTreeSet, HashMap};

use super::{Pattern, pattern};
use crate::catalogue::Handler;
use crate::config::{ScopeId, ScopeKind, View};

/// The locations of one level.
#[derive(Debug, Default)]
pub(super) struct Level {
    /// `= /path`
    pub(super) exact: HashMap<Vec<u8>, ScopeId>,
    /// Prefixes, and whether expressions stay out of play.
    prefixes: HashMap<Vec<u8>, (ScopeId, bool)>,
    lengths: BTreeSet<usize>,
    /// Expressions in reading order; the flag says without case.
    pub(super) regexes: Vec<(ScopeId, Vec<u8>, bool)>,
    /// `@name`
    pub(super) named: HashMap<Vec<u8>, ScopeId>,
    /// Paths with a final slash that some location of this name passes on: `/x/` and `= /x/` share a node of nginx's
    /// tree, so either one's pass makes it redirect `/x` (`clcf->auto_redirect`).
    passed: HashMap<Vec<u8>, ScopeId>,
}

impl Level {
    /// Reads the locations directly inside `level`; of two with one name the first counts.
    pub(super) fn of(view: View<'_>, level: ScopeId) -> Self {
        let mut read = Self::default();
        let is_location = |id: &ScopeId| view.config.scope(*id).kind == ScopeKind::Location;
        for location in view.config.children(level).filter(is_location) {
            if let Some(pattern) = pattern(view, location) {
                read.add(view, location, pattern);
            }
        }
        read
    }

    fn add(&mut self, view: View<'_>, location: ScopeId, pattern: Pattern) {
        if let Some(path) = pattern.path().filter(|path| path.ends_with(b"/") && passes(view, location)) {
            self.passed.entry(path.to_vec()).or_insert(location);
        }
        match pattern {
            Pattern::Exact(path) => drop(self.exact.entry(path).or_insert(location)),
            Pattern::Prefix(path, noregex) => {
                self.lengths.insert(path.len());
                self.prefixes.entry(path).or_insert((location, noregex));
            }
            Pattern::Regex(regex, caseless) => self.regexes.push((location, regex, caseless)),
            Pattern::Named(name) => drop(self.named.entry(name).or_insert(location)),
        }
    }

    /// The longest prefix of `uri` with its length, and whether expressions stay out of play.
    pub(super) fn longest_prefix(&self, uri: &[u8]) -> Option<(usize, ScopeId, bool)> {
        self.lengths.range(..=uri.len()).rev().find_map(|&length| {
            let &(location, noregex) = self.prefixes.get(uri.get(..length)?)?;
            Some((length, location, noregex))
        })
    }

    /// The location that `uri` with a slash is redirected to: the exact one of the pair is in force.
    pub(super) fn slashed(&self, uri: &[u8]) -> Option<ScopeId> {
        let path = [uri, b"/"].concat();
        let &passing = self.passed.get(&path)?;
        let exact = self.exact.get(&path).copied();
        Some(exact.or_else(|| self.prefixes.get(&path).map(|&(location, _)| location)).unwrap_or(passing))
    }
}

/// Whether a location has a pass of its own.
fn passes(view: View<'_>, location: ScopeId) -> bool {
    let mut handlers =
        view.config.directives(location).filter_map(|node| view.config.node(node).name.handler());
    handlers.any(Handler::is_pass)
}
