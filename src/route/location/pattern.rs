//! What a location block matches, read from its words.

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
