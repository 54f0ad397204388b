//! Paths that lead to a block, and what `rewrite` makes of them.

use super::ending::Ending;
use crate::config::{ScopeId, View};
use crate::route::{Pattern, example, pattern};
use crate::scope::location_of;
use crate::value::{Environment, Part, Regex, Value, parts};

/// Paths of all kinds, for a block to which any path may lead.
const ANY: [&[u8]; 4] = [b"/", b"/a", b"/a/b.c", b"/A//-_%"];

/// Some of the paths that lead to a block. What is true of all of them is taken to be true of every path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Paths {
    /// Each path; `None` where a `rewrite` has put in what is not known.
    all: Vec<Option<Vec<u8>>>,
    /// How many of them say where a rewritten request goes.
    telling: usize,
}

/// What a `rewrite` does.
pub(super) enum Replaced {
    /// Its expression does not match, or not for certain.
    Nothing,
    /// It matches.
    By(Paths),
}

impl Paths {
    /// Paths that lead to `block`: the location's own name and a longer one.
    pub(super) fn of(view: View<'_>, block: ScopeId) -> Self {
        let any = || ANY.iter().map(|path| path.to_vec()).collect();
        let (all, telling): (Vec<Vec<u8>>, usize) = match pattern(view, location_of(view.config, block)) {
            Some(Pattern::Exact(path)) => (vec![path], 1),
            Some(Pattern::Prefix(path, _)) => {
                let slash: &[u8] = if path.ends_with(b"/") { b"" } else { b"/" };
                let longer = [&path, slash, b"ngxlint/x"].concat();
                (vec![path, longer], 1)
            }
            Some(Pattern::Regex(regex, caseless)) => match example(&regex, caseless) {
                Some(path) => (vec![path], 1),
                None => (any(), ANY.len()),
            },
            Some(Pattern::Named(_)) | None => (any(), ANY.len()),
        };
        Self { all: all.into_iter().map(Some).collect(), telling }
    }

    /// What a `rewrite` with this expression makes of the paths.
    pub(super) fn replaced(
        &self,
        environment: &Environment<'_>,
        regex: &[u8],
        replacement: &[u8],
    ) -> Replaced {
        let Ok(regex) = Regex::new(regex, false) else { return Replaced::Nothing };
        let everything = || ANY.iter().all(|path| regex.is_match(path).unwrap_or(false));
        let replaced = self.all.iter().map(|path| match path {
            Some(path) => {
                let captures = regex.captures(path).ok()??;
                Some(expand(environment, replacement, path, &captures.numbered))
            }
            None if everything() => Some(None),
            None => None,
        });
        let all: Option<Vec<_>> = replaced.collect();
        all.map_or(Replaced::Nothing, |all| Replaced::By(Self { all, telling: self.telling }))
    }

    /// The end of a phase that has rewritten to these paths.
    pub(super) fn ending(&self) -> Ending {
        let telling: Option<Vec<_>> = self.all.iter().take(self.telling).cloned().collect();
        telling.map_or(Ending::MovedSomewhere, |mut paths| {
            paths.dedup();
            Ending::Moved(paths)
        })
    }
}

/// The path of a replacement, its query left out; `None` where a part is not known.
fn expand(
    environment: &Environment<'_>,
    replacement: &[u8],
    path: &[u8],
    captures: &[Vec<u8>],
) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    for part in parts(without_query(replacement)) {
        match part {
            Part::Text(text) => out.extend_from_slice(text),
            Part::Capture(number) => out.extend(captures.get(usize::from(number)).into_iter().flatten()),
            Part::Variable(b"uri" | b"document_uri" | b"request_uri") => out.extend_from_slice(path),
            Part::Variable(name) => match environment.variable(name) {
                Value::Known(bytes) => out.extend(bytes),
                Value::Unknown(_) => return None,
            },
            Part::Invalid(_) => return None,
        }
    }
    Some(out)
}

/// A target up to its query.
pub(super) fn without_query(target: &[u8]) -> &[u8] {
    let end = memchr::memchr(b'?', target).unwrap_or(target.len());
    let target = target.get(..end).unwrap_or(target);
    let arguments = memchr::memmem::find(target, b"$is_args");
    arguments.and_then(|at| target.get(..at)).unwrap_or(target)
}

/// The path that a target names; `None` where it has a part that is not known.
pub(super) fn known_path(environment: &Environment<'_>, target: &[u8]) -> Option<Vec<u8>> {
    match environment.evaluate(without_query(target)) {
        Value::Known(path) => Some(path),
        Value::Unknown(_) => None,
    }
}
