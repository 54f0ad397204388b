//! The location search (`ngx_http_core_find_location`).

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use super::level::Level;
use super::{Found, pattern};
use crate::config::{ScopeId, View};
use crate::value::Regex;

/// Expressions that are tried for one tree. A configuration in which each of ten thousand locations asks for ten
/// thousand others comes to more; what is left then is not known.
const MOST_TRIES: u32 = 200_000;

/// The locations of a tree, indexed level by level as searches need them.
pub struct Routes<'a> {
    view: View<'a>,
    levels: RefCell<HashMap<ScopeId, Rc<Level>>>,
    tries: Cell<u32>,
}

/// What one level answers, and whether the search ends there.
struct Answer {
    found: Found,
    last: bool,
}

impl<'a> Routes<'a> {
    /// The locations of a tree; none is looked at yet.
    pub fn new(view: View<'a>) -> Self {
        Self { view, levels: RefCell::default(), tries: Cell::new(0) }
    }

    fn level(&self, level: ScopeId) -> Rc<Level> {
        let known = self.levels.borrow().get(&level).cloned();
        known.unwrap_or_else(|| {
            let read = Rc::new(Level::of(self.view, level));
            self.levels.borrow_mut().insert(level, Rc::clone(&read));
            read
        })
    }

    /// The named location `name` (`@` included) of a server.
    pub fn named(&self, server: ScopeId, name: &[u8]) -> Option<ScopeId> {
        self.level(server).named.get(name).copied()
    }

    /// The location of `level` (a server, or a location for its nested ones) that serves `uri`, a normalized path. The
    /// longest prefixes lead down; on the way back up the innermost level's expressions are tried first; from one that
    /// matches the search starts again inside it, where only expressions can stand.
    pub fn find(&self, level: ScopeId, uri: &[u8]) -> Found {
        let (mut level, mut base) = (level, Found::Nothing);
        loop {
            let (answer, open) = self.descend(level, uri);
            if answer.last {
                return answer.found;
            }
            match open.into_iter().rev().find_map(|level| self.regex_search(level, uri)) {
                Some(Found::Location(matched)) => (level, base) = (matched, Found::Location(matched)),
                Some(unknown) => return unknown,
                None if answer.found == Found::Nothing => return base,
                None => return answer.found,
            }
        }
    }

    /// Follows the longest prefixes down and lists the levels whose expressions are in play.
    fn descend(&self, level: ScopeId, uri: &[u8]) -> (Answer, Vec<ScopeId>) {
        let (mut level, mut open) = (level, Vec::new());
        let mut best = Answer { found: Found::Nothing, last: false };
        loop {
            let (answer, noregex) = self.static_search(level, uri);
            if !noregex {
                open.push(level);
            }
            match answer.found {
                _ if answer.last => return (answer, open),
                Found::Location(inner) => (best, level) = (answer, inner),
                _ => return (best, open),
            }
        }
    }

    /// An equal exact location, else the redirect to a path with a slash, else the longest prefix; and whether the
    /// level's expressions are out of play.
    fn static_search(&self, level: ScopeId, uri: &[u8]) -> (Answer, bool) {
        let level = self.level(level);
        if let Some(&location) = level.exact.get(uri) {
            return (Answer { found: Found::Location(location), last: true }, true);
        }
        let longest = level.longest_prefix(uri);
        let equal = longest.is_some_and(|(length, ..)| length == uri.len());
        if let Some(location) = level.slashed(uri).filter(|_| !equal) {
            return (Answer { found: Found::SlashRedirect(location), last: true }, true);
        }
        match longest {
            Some((_, location, noregex)) => {
                (Answer { found: Found::Location(location), last: false }, noregex)
            }
            None => (Answer { found: Found::Nothing, last: false }, false),
        }
    }

    /// The first expression of a level that matches.
    fn regex_search(&self, level: ScopeId, uri: &[u8]) -> Option<Found> {
        let level = self.level(level);
        level.expressions(uri).find_map(|(location, regex, caseless)| {
            match self.tried(regex, *caseless, uri) {
                Some(false) => None,
                Some(true) => Some(Found::Location(*location)),
                None => Some(Found::Unknown(*location)),
            }
        })
    }

    /// Whether a location's expression matches a path; `None` where that is not known.
    pub fn matches(&self, location: ScopeId, uri: &[u8]) -> Option<bool> {
        let (expression, caseless) = pattern(self.view, location)?.expression()?;
        self.tried(&expression, caseless, uri)
    }

    fn tried(&self, expression: &[u8], caseless: bool, uri: &[u8]) -> Option<bool> {
        self.tries.set(self.tries.get().saturating_add(1));
        if self.tries.get() > MOST_TRIES {
            return None;
        }
        Regex::new(expression, caseless).and_then(|regex| regex.is_match(uri)).ok()
    }
}
