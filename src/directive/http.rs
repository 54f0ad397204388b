//! What nginx finds only at the end of an `http` or `stream` block: locations that stand twice, variables that nobody
//! defines.

use super::ends::Named;
use super::script::Names;
use super::state::Problem;
use super::{Fault, quoted};
use crate::catalogue::VersionRange;

/// What has been read of the open `http` or `stream` block.
pub(super) struct Http<P> {
    pub(super) names: Names<P>,
    pub(super) locations: Vec<Location<P>>,
    pub(super) servers: usize,
    /// Values that are compiled at the end, when servers and locations have inherited them.
    pub(super) inherited: Vec<(P, Vec<u8>)>,
    pub(super) named: Named<P>,
}

/// How a location is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Match {
    /// `=`
    Exact,
    /// A prefix, with or without `^~`.
    Prefix,
    /// `~` or `~*`
    Regex,
    /// `@name`
    Named,
}

/// A location.
pub(super) struct Location<P> {
    pub(super) matching: Match,
    pub(super) name: Vec<u8>,
    /// The location around it.
    pub(super) parent: Option<usize>,
    pub(super) server: usize,
    pub(super) place: P,
}

impl<P: Copy> Http<P> {
    pub(super) fn new(range: VersionRange) -> Self {
        Self {
            names: Names::new(range),
            locations: Vec::new(),
            servers: 0,
            inherited: Vec::new(),
            named: Named::default(),
        }
    }

    pub(super) fn last_location(&self) -> Option<usize> {
        self.locations.len().checked_sub(1)
    }

    /// `ngx_http_merge_servers`, `ngx_http_init_static_location_trees`, then `ngx_http_variables_init_vars`, all of
    /// which run at the block's closing brace, `place`. Names do not outlive their block.
    pub(super) fn end(&mut self, place: Option<P>) -> Vec<Problem<P>> {
        let fresh = Self::new(self.names.range);
        let Self { mut names, locations, servers, inherited, named } = std::mem::replace(self, fresh);
        let mut problems = named.missing(place);
        for (cause, value) in inherited.iter().filter(|_| servers > 0) {
            names.here = Some(*cause);
            if let Err(refusal) = names.compile(value) {
                problems.push(Problem {
                    refusal: refusal.at(2),
                    at: place,
                    cause: Some(*cause),
                    first: None,
                });
            }
        }
        problems.extend(duplicates(&locations));
        problems.extend(names.unknown().map(|(name, cause)| Problem {
            refusal: quoted("unknown \"", name, "\" variable").of(Fault::Variable),
            at: None,
            cause,
            first: None,
        }));
        problems
    }
}

/// The locations that stand twice in one block. nginx looks at one server after another, at the locations inside a
/// location before those around it, and at those of one block by name.
fn duplicates<P: Copy>(locations: &[Location<P>]) -> Vec<Problem<P>> {
    let mut depths: Vec<usize> = Vec::with_capacity(locations.len());
    for location in locations {
        let around = location.parent.and_then(|parent| depths.get(parent));
        depths.push(around.map_or(0, |depth| depth + 1));
    }
    let mut order: Vec<(usize, &Location<P>)> = depths.into_iter().zip(locations).collect();
    order.retain(|(_, location)| location.matching != Match::Regex);
    order.sort_by(|(a_depth, a), (b_depth, b)| {
        let key = |depth: usize, it: &Location<P>| {
            (it.server, std::cmp::Reverse(depth), it.parent, it.matching == Match::Named)
        };
        key(*a_depth, a).cmp(&key(*b_depth, b)).then_with(|| by_name(a, b))
    });
    let key = |it: &Location<P>| (it.server, it.parent, it.matching);
    let pairs = order.iter().zip(order.iter().skip(1));
    let same = pairs.filter(|((_, a), (_, b))| key(a) == key(b) && a.name == b.name);
    same.map(|((_, first), (_, second))| {
        let fault = if second.matching == Match::Named { Fault::Ignored } else { Fault::Duplicate };
        Problem {
            refusal: quoted("duplicate location \"", &second.name, "\"").of(fault),
            at: Some(second.place),
            cause: Some(second.place),
            first: Some(first.place),
        }
    })
    .collect()
}

/// `ngx_http_cmp_locations`: by name with `/` before all other bytes, an exact one first.
fn by_name<P>(a: &Location<P>, b: &Location<P>) -> std::cmp::Ordering {
    let weight = |byte: &u8| if *byte == b'/' { 0 } else { u16::from(*byte) + 1 };
    a.name.iter().map(weight).cmp(b.name.iter().map(weight)).then(a.matching.cmp(&b.matching))
}
