//! The exact and prefix locations of one level (`ngx_http_core_find_static_location`).

use crate::config::ScopeId;

/// What the exact and prefix locations of a level say about a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Static {
    /// An exact location (`NGX_OK`).
    Exact(ScopeId),
    /// The path with a slash is a location that passes requests on, and no location equals the path (`NGX_DONE`).
    SlashRedirect(ScopeId),
    /// The longest prefix, and whether it keeps the level's expressions out of play (`NGX_AGAIN`).
    Prefix(ScopeId, bool),
    /// Neither (`NGX_DECLINED`).
    Nothing,
}

/// One path of a level. `= /x/` and `/x/` share it, as they share a node of nginx's tree.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Entry {
    path: Vec<u8>,
    exact: Option<ScopeId>,
    prefix: Option<(ScopeId, bool)>,
    /// Whether one of the two has a pass of its own (`auto_redirect`).
    passes: bool,
    /// The nearest entry that is a prefix location whose path this one's begins with.
    outer: Option<usize>,
}

/// A path location, to be put into [`Paths`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PathLocation {
    /// The path as written.
    pub(super) path: Vec<u8>,
    /// The block.
    pub(super) location: ScopeId,
    /// `None` for `=`; else whether it is `^~`.
    pub(super) noregex: Option<bool>,
    /// Whether it has a pass of its own.
    pub(super) passes: bool,
}

/// The path locations of one level, ordered bytewise.
#[derive(Debug, Default)]
pub(super) struct Paths {
    entries: Vec<Entry>,
}

impl Paths {
    /// Orders the path locations of a level, given in file order. Of two equal ones, which nginx refuses, the first
    /// counts.
    pub(super) fn new(mut locations: Vec<PathLocation>) -> Self {
        locations.sort_by(|one, other| one.path.cmp(&other.path));
        let mut entries: Vec<Entry> = Vec::new();
        for location in locations {
            match entries.last_mut() {
                Some(last) if last.path == location.path => last.add(&location),
                _ => entries.push(Entry::new(location)),
            }
        }
        link(&mut entries);
        Self { entries }
    }

    /// What the level says about `uri`: O(log n) comparisons of paths, and at most as many steps outwards as prefix
    /// locations stand in each other.
    pub(super) fn find(&self, uri: &[u8]) -> Static {
        let after = self.entries.partition_point(|entry| step(entry).path.as_slice() <= uri);
        let nearest = after.checked_sub(1).and_then(|index| self.entries.get(index));
        if let Some(equal) = nearest.filter(|entry| entry.path == uri) {
            return equal.answer();
        }
        self.slash_redirect(uri).or_else(|| self.longest(nearest?, uri)).unwrap_or(Static::Nothing)
    }

    fn slash_redirect(&self, uri: &[u8]) -> Option<Static> {
        let slashed = || uri.iter().chain(b"/");
        let index = self.entries.partition_point(|entry| step(entry).path.iter().lt(slashed()));
        let entry = self.entries.get(index).filter(|entry| entry.passes)?;
        let location = entry.exact.or(entry.prefix.map(|(location, _)| location))?;
        entry.path.iter().eq(slashed()).then_some(Static::SlashRedirect(location))
    }

    /// The longest prefix location among an entry and those around it. `nearest` is the last one not after `uri`, so
    /// every prefix of `uri` is also one of `nearest`.
    fn longest(&self, nearest: &Entry, uri: &[u8]) -> Option<Static> {
        let common = nearest.path.iter().zip(uri).take_while(|(one, other)| one == other).count();
        let outwards =
            std::iter::successors(Some(nearest), |entry| entry.outer.and_then(|at| self.entries.get(at)));
        let mut prefixes = outwards.map(step).filter(|entry| entry.path.len() <= common);
        prefixes.find_map(|entry| entry.prefix).map(|(location, noregex)| Static::Prefix(location, noregex))
    }
}

/// An entry that a search looks at.
fn step(entry: &Entry) -> &Entry {
    #[cfg(test)]
    tests::STEPS.with(|steps| steps.set(steps.get() + 1));
    entry
}

impl Entry {
    fn new(location: PathLocation) -> Self {
        let mut entry = Self::default();
        entry.add(&location);
        Self { path: location.path, ..entry }
    }

    fn add(&mut self, added: &PathLocation) {
        match added.noregex {
            None => self.exact = self.exact.or(Some(added.location)),
            Some(noregex) => self.prefix = self.prefix.or(Some((added.location, noregex))),
        }
        self.passes |= added.passes;
    }

    fn answer(&self) -> Static {
        match (self.exact, self.prefix) {
            (Some(location), _) => Static::Exact(location),
            (None, Some((location, noregex))) => Static::Prefix(location, noregex),
            (None, None) => Static::Nothing,
        }
    }
}

/// Notes for every entry the prefix location around it.
fn link(entries: &mut [Entry]) {
    let mut open: Vec<(usize, Vec<u8>)> = Vec::new();
    for (index, entry) in entries.iter_mut().enumerate() {
        while open.last().is_some_and(|(_, path)| !entry.path.starts_with(path)) {
            open.pop();
        }
        entry.outer = open.last().map(|&(outer, _)| outer);
        if entry.prefix.is_some() {
            open.push((index, entry.path.clone()));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    thread_local! {
        pub(super) static STEPS: Cell<usize> = const { Cell::new(0) };
    }

    fn paths(names: impl Iterator<Item = String>) -> Paths {
        let location = |(number, path): (u32, String)| PathLocation {
            path: path.into_bytes(),
            location: ScopeId(number),
            noregex: Some(false),
            passes: true,
        };
        Paths::new((0..).zip(names).map(location).collect())
    }

    /// The answer, and how many entries were looked at.
    fn counted(paths: &Paths, uri: &str) -> (Static, usize) {
        STEPS.set(0);
        (paths.find(uri.as_bytes()), STEPS.get())
    }

    #[test]
    fn ten_thousand_locations_take_a_few_dozen_steps() {
        let many = paths((0..10_000).map(|number| format!("/a/{number}/")).chain(["/".into(), "/a/".into()]));
        for (uri, expected) in [("/a/77/x", 77), ("/a/b", 10_001), ("/b", 10_000), ("/a/9999/", 9_999)] {
            let (found, steps) = counted(&many, uri);
            assert_eq!(found, Static::Prefix(ScopeId(expected), false), "{uri}");
            assert!((1..40).contains(&steps), "{uri}: {steps} steps");
        }
        assert_eq!(counted(&many, "/a/77").0, Static::SlashRedirect(ScopeId(77)));
    }

    #[test]
    fn prefixes_that_stand_in_each_other_cost_one_step_each() {
        let deep = paths((0..300).map(|depth| format!("/{}", "a".repeat(depth))));
        let (found, steps) = counted(&deep, &format!("/{}b", "a".repeat(100)));
        assert_eq!(found, Static::Prefix(ScopeId(100), false));
        assert!(steps < 350, "{steps} steps");
    }
}
