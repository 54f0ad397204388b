//! The location search (`ngx_http_core_find_location`).

use crate::catalogue::{Handler, directive};
use crate::config::{ScopeId, ScopeKind, View};
use crate::value::Regex;

/// What a location matches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pattern {
    /// `= /path`
    Exact(Vec<u8>),
    /// `/path`, or `^~ /path` where no regular expression of the level may take over.
    Prefix(Vec<u8>, bool),
    /// `~ regex` or, without case, `~* regex`
    Regex(Vec<u8>, bool),
    /// `@name`
    Named(Vec<u8>),
}

impl Pattern {
    /// The literal path; `None` for expressions and named locations.
    pub fn path(&self) -> Option<&[u8]> {
        match self {
            Self::Exact(path) | Self::Prefix(path, _) => Some(path),
            Self::Regex(..) | Self::Named(_) => None,
        }
    }
}

/// What a location block matches; the modifier may stick to the pattern (`ngx_http_core_location`).
pub fn pattern(view: View<'_>, location: ScopeId) -> Option<Pattern> {
    let node = view.config.scope(location).node?;
    let (first, second) = (view.arg(node, 0)?, view.arg(node, 1));
    Some(match second {
        Some(path) => modified(&first, &path),
        None => match &*first {
            [b'=', path @ ..] => modified(b"=", path),
            [b'^', b'~', path @ ..] => modified(b"^~", path),
            [b'~', b'*', regex @ ..] => modified(b"~*", regex),
            [b'~', regex @ ..] => modified(b"~", regex),
            [b'@', ..] => Pattern::Named(first.to_vec()),
            path => Pattern::Prefix(path.to_vec(), false),
        },
    })
}

fn modified(modifier: &[u8], rest: &[u8]) -> Pattern {
    let rest = rest.to_vec();
    match modifier {
        b"=" => Pattern::Exact(rest),
        b"^~" => Pattern::Prefix(rest, true),
        b"~*" => Pattern::Regex(rest, true),
        b"~" => Pattern::Regex(rest, false),
        _ => Pattern::Prefix(rest, false),
    }
}

/// The answer of a location search.
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

/// What one level answers, and whether the search ends there.
struct Answer {
    found: Found,
    last: bool,
}

/// The location of `level` (a server, or a location for its nested ones) that serves `uri`, a normalized path. The
/// longest prefixes lead down; on the way back up the innermost level's expressions are tried first; from one that
/// matches the search starts again inside it, where only expressions can stand.
pub fn find(view: View<'_>, level: ScopeId, uri: &[u8]) -> Found {
    let (mut level, mut base) = (level, Found::Nothing);
    loop {
        let (answer, open) = descend(view, level, uri);
        if answer.last {
            return answer.found;
        }
        match open.into_iter().rev().find_map(|level| regex_search(view, level, uri)) {
            Some(Found::Location(matched)) => (level, base) = (matched, Found::Location(matched)),
            Some(unknown) => return unknown,
            None if answer.found == Found::Nothing => return base,
            None => return answer.found,
        }
    }
}

/// Follows the longest prefixes down and lists the levels whose expressions are in play.
fn descend(view: View<'_>, level: ScopeId, uri: &[u8]) -> (Answer, Vec<ScopeId>) {
    let (mut level, mut open) = (level, Vec::new());
    let mut best = Answer { found: Found::Nothing, last: false };
    loop {
        let (answer, noregex) = static_search(view, level, uri);
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

/// Steps a to c of the search on one level, and whether its expressions are out of play.
fn static_search(view: View<'_>, level: ScopeId, uri: &[u8]) -> (Answer, bool) {
    let (mut longest, mut redirect): (Option<(usize, ScopeId, bool)>, Option<ScopeId>) = (None, None);
    for (location, pattern) in locations(view, level) {
        match pattern {
            Pattern::Exact(path) if path == uri => {
                return (Answer { found: Found::Location(location), last: true }, true);
            }
            Pattern::Prefix(path, noregex)
                if uri.starts_with(&path) && longest.is_none_or(|(length, ..)| path.len() > length) =>
            {
                longest = Some((path.len(), location, noregex));
            }
            Pattern::Exact(path) if is_slashed(&path, uri) => redirect = Some(location),
            Pattern::Prefix(path, _) if is_slashed(&path, uri) => redirect = redirect.or(Some(location)),
            _ => {}
        }
    }
    let equal = longest.is_some_and(|(length, ..)| length == uri.len());
    if let Some(location) = redirect.filter(|_| !equal && pair_passes(view, level, uri)) {
        return (Answer { found: Found::SlashRedirect(location), last: true }, true);
    }
    match longest {
        Some((_, location, noregex)) => (Answer { found: Found::Location(location), last: false }, noregex),
        None => (Answer { found: Found::Nothing, last: false }, false),
    }
}

/// `/x/` and `= /x/` share a node of the search tree: either one's pass makes nginx redirect `/x`.
fn pair_passes(view: View<'_>, level: ScopeId, uri: &[u8]) -> bool {
    locations(view, level).any(|(location, pattern)| {
        pattern.path().is_some_and(|path| is_slashed(path, uri)) && passes(view, location)
    })
}

fn is_slashed(path: &[u8], uri: &[u8]) -> bool {
    path.strip_suffix(b"/") == Some(uri)
}

/// Whether a location has a pass of its own (`clcf->auto_redirect`).
fn passes(view: View<'_>, location: ScopeId) -> bool {
    view.config
        .directives(location)
        .any(|node| view.config.node(node).name.handler().is_some_and(Handler::is_pass))
}

/// The first expression of a level that matches.
fn regex_search(view: View<'_>, level: ScopeId, uri: &[u8]) -> Option<Found> {
    locations(view, level).find_map(|(location, pattern)| {
        let Pattern::Regex(pattern, caseless) = pattern else { return None };
        match Regex::new(&pattern, caseless).and_then(|regex| regex.is_match(uri)) {
            Ok(false) => None,
            Ok(true) => Some(Found::Location(location)),
            Err(_) => Some(Found::Unknown(location)),
        }
    })
}

fn locations(view: View<'_>, level: ScopeId) -> impl Iterator<Item = (ScopeId, Pattern)> {
    let is_location = move |id: &ScopeId| view.config.scope(*id).kind == ScopeKind::Location;
    view.config.children(level).filter(is_location).filter_map(move |id| Some((id, pattern(view, id)?)))
}

/// The named location `name` (`@` included) of a server.
pub fn named(view: View<'_>, server: ScopeId, name: &[u8]) -> Option<ScopeId> {
    locations(view, server).find(|(_, pattern)| *pattern == Pattern::Named(name.to_vec())).map(|(id, _)| id)
}

/// Whether a location may only be reached from inside; nested ones inherit it.
pub fn is_internal(view: View<'_>, location: ScopeId) -> bool {
    let inside = |id: &ScopeId| view.config.scope(*id).kind.is_location_level();
    view.config
        .ancestors(location)
        .take_while(inside)
        .any(|id| view.config.own(id, directive::INTERNAL).next().is_some())
}
