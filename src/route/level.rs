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
    regexes: Vec<(ScopeId, Vec<u8>, bool)>,
    /// Numbers of the expressions that begin with `^` and this text, in lower case; those without are under nothing.
    starts: HashMap<Vec<u8>, Vec<usize>>,
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
            Pattern::Regex(regex, caseless) => {
                let start = plain_start(&regex).to_ascii_lowercase();
                self.starts.entry(start).or_default().push(self.regexes.len());
                self.regexes.push((location, regex, caseless));
            }
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

    /// The expressions that may match `uri`, in reading order; the flag says without case.
    pub(super) fn expressions(&self, uri: &[u8]) -> impl Iterator<Item = &(ScopeId, Vec<u8>, bool)> {
        let uri = uri.to_ascii_lowercase();
        let longest = if self.regexes.is_empty() { 0 } else { uri.len() + 1 };
        let starts = (0..longest).filter_map(|end| self.starts.get(uri.get(..end)?));
        let mut numbers: Vec<usize> = starts.flatten().copied().collect();
        numbers.sort_unstable();
        numbers.into_iter().filter_map(|number| self.regexes.get(number))
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

/// The text that a path must begin with for `^text...` to match, letters of the other case aside.
fn plain_start(expression: &[u8]) -> &[u8] {
    let Some(rest) = expression.strip_prefix(b"^").filter(|rest| !rest.contains(&b'|')) else { return b"" };
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'_');
    let end = rest.iter().position(|byte| !plain(byte)).unwrap_or(rest.len());
    let optional = matches!(rest.get(end), Some(b'*' | b'?' | b'{'));
    rest.get(..end - usize::from(optional && end > 0)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::plain_start;

    #[test]
    fn an_expression_is_told_apart_by_its_plain_start() {
        assert_eq!(plain_start(b"^/ws/(.*)"), b"/ws/");
        assert_eq!(plain_start(b"^/ws?/"), b"/w");
        assert_eq!(plain_start(b"^/ws{0}/"), b"/w");
        assert_eq!(plain_start(b"^/ws+"), b"/ws");
        assert_eq!(plain_start(b"^/a|/b"), b"");
        assert_eq!(plain_start(b"/ws"), b"");
        assert_eq!(plain_start(b"^?x"), b"");
    }
}
