//! What a location matches, and the answer of a search for one.

use super::Routes;
use crate::catalogue::directive;
use crate::config::{ScopeId, View};

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

    /// The regular expression, and whether it ignores case.
    pub fn expression(self) -> Option<(Vec<u8>, bool)> {
        match self {
            Self::Regex(expression, caseless) => Some((expression, caseless)),
            Self::Exact(_) | Self::Prefix(..) | Self::Named(_) => None,
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

/// The location of `level` that serves `uri`: a search for one request. [`Routes`] keeps what many searches share.
pub fn find(view: View<'_>, level: ScopeId, uri: &[u8]) -> Found {
    Routes::new(view).find(level, uri)
}

/// The named location `name` (`@` included) of a server.
pub fn named(view: View<'_>, server: ScopeId, name: &[u8]) -> Option<ScopeId> {
    Routes::new(view).named(server, name)
}

/// Whether a location may only be reached from inside; nested ones inherit it.
pub fn is_internal(view: View<'_>, location: ScopeId) -> bool {
    let inside = |id: &ScopeId| view.config.scope(*id).kind.is_location_level();
    view.config
        .ancestors(location)
        .take_while(inside)
        .any(|id| view.config.own(id, directive::INTERNAL).next().is_some())
}
