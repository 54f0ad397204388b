//! The location search (`ngx_http_core_find_location`).
//!
//! Inside a regular expression's location only further expressions count: `ngx_http_init_static_location_trees` does not
//! go there, so that a path location in it, which nginx takes if its name starts with the text of the expression, never
//! serves anything.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use crate::catalogue::directive;
use crate::config::{ScopeId, View};
use crate::value::{Captures, RegexError};

mod expressions;
mod level;
mod paths;
mod pattern;

use expressions::{Expressions, Match};
use level::Level;
use paths::Static;
pub use pattern::{Pattern, pattern};

/// Where a location search ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// This location serves.
    Location(ScopeId),
    /// This location's name is the path with a slash, and it passes requests on: nginx answers 301 at once.
    SlashRedirect(ScopeId),
    /// No location: the enclosing block itself serves.
    Nothing,
    /// A regular expression on the way cannot be judged here.
    Unknown(ScopeId),
}

/// The answer of a location search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// Where it ends.
    pub found: Found,
    /// The captures of the last expression that matched on the way; they replace what the request had captured.
    pub captures: Option<Captures>,
    /// The longest prefix location that an expression took the request from.
    pub over: Option<ScopeId>,
}

/// The locations of a tree, indexed level by level when they are first asked for.
pub struct Locations<'a> {
    view: View<'a>,
    levels: RefCell<HashMap<ScopeId, Rc<Level>>>,
    expressions: Expressions,
}

impl<'a> Locations<'a> {
    /// The locations of a tree.
    pub fn of(view: View<'a>) -> Self {
        Self { view, levels: RefCell::default(), expressions: Expressions::default() }
    }

    /// The location of `level` (a server, or a location for its nested ones) that serves `uri`, a normalized path. The
    /// longest prefixes lead down; on the way back up the innermost level's expressions are tried first; then those
    /// inside the one that matches.
    pub fn find(&self, level: ScopeId, uri: &[u8]) -> Choice {
        let (found, mut open) = self.descend(level, uri);
        let (found, passed) = settle(found);
        let mut choice = Choice { found, captures: None, over: None };
        if passed.is_none() && found != Found::Nothing {
            return choice;
        }
        while let Some(matched) = open.iter().rev().find_map(|level| level.expression(uri)) {
            let Match::Yes(location, captures) = matched else {
                return Choice { found: Found::Unknown(matched.location()), ..choice };
            };
            choice = Choice { found: Found::Location(location), captures: Some(captures), over: passed };
            open = vec![self.level(location)];
        }
        choice
    }

    /// Follows the longest prefixes down, and lists the levels whose expressions are in play, innermost last.
    fn descend(&self, level: ScopeId, uri: &[u8]) -> (Static, Vec<Rc<Level>>) {
        let (mut at, mut best, mut open) = (level, Static::Nothing, Vec::new());
        loop {
            let level = self.level(at);
            let found = level.paths.find(uri);
            if !matches!(found, Static::Prefix(_, true)) {
                open.push(level);
            }
            match found {
                Static::Prefix(inner, _) => (best, at) = (found, inner),
                Static::Nothing => return (best, open),
                Static::Exact(_) | Static::SlashRedirect(_) => return (found, open),
            }
        }
    }

    /// What an expression captures of a text, compiled once for all requests.
    ///
    /// # Errors
    /// Where the engine does not take the expression.
    pub fn captures(
        &self,
        pattern: &[u8],
        caseless: bool,
        text: &[u8],
    ) -> Result<Option<Captures>, RegexError> {
        self.expressions.get(pattern.to_vec(), caseless).captures(text)
    }

    /// The named location `name` (`@` included) of a server.
    pub fn named(&self, server: ScopeId, name: &[u8]) -> Option<ScopeId> {
        self.level(server).named.get(name).copied()
    }

    /// Whether a location's expression matches a path; `None` where that is not known.
    pub fn matches(&self, location: ScopeId, uri: &[u8]) -> Option<bool> {
        let (pattern, caseless) = pattern(self.view, location)?.expression()?;
        self.expressions.get(pattern, caseless).captures(uri).ok().map(|captures| captures.is_some())
    }

    /// Why it is not known whether a location's expression matches a path.
    pub fn error(&self, location: ScopeId, uri: &[u8]) -> Option<RegexError> {
        let (pattern, caseless) = pattern(self.view, location)?.expression()?;
        self.expressions.get(pattern, caseless).captures(uri).err()
    }

    fn level(&self, scope: ScopeId) -> Rc<Level> {
        let mut levels = self.levels.borrow_mut();
        Rc::clone(
            levels.entry(scope).or_insert_with(|| Rc::new(Level::of(self.view, scope, &self.expressions))),
        )
    }
}

/// Where the search ends unless an expression matches, and the prefix location that one would take the request from;
/// none where expressions are not asked.
fn settle(found: Static) -> (Found, Option<ScopeId>) {
    match found {
        Static::Exact(location) => (Found::Location(location), None),
        Static::SlashRedirect(location) => (Found::SlashRedirect(location), None),
        Static::Prefix(location, _) => (Found::Location(location), Some(location)),
        Static::Nothing => (Found::Nothing, None),
    }
}

/// Whether a location may only be reached from inside; nested ones inherit it.
pub fn is_internal(view: View<'_>, location: ScopeId) -> bool {
    let inside = |id: &ScopeId| view.config.scope(*id).kind.is_location_level();
    view.config
        .ancestors(location)
        .take_while(inside)
        .any(|id| view.config.own(id, directive::INTERNAL).next().is_some())
}
