//! What nginx finds only at the end of an `http` or `stream` block: locations that stand twice, variables that nobody
//! defines.

use super::Stop;
use super::dispatch::quoted;
use super::script::Names;

/// What has been read of the open `http` or `stream` block.
#[derive(Default)]
pub(super) struct Http {
    pub(super) names: Names,
    pub(super) locations: Vec<Location>,
    pub(super) servers: usize,
    /// Values that are compiled at the end, when servers and locations have inherited them.
    pub(super) inherited: Vec<Vec<u8>>,
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
pub(super) struct Location {
    pub(super) matching: Match,
    pub(super) name: Vec<u8>,
    /// The location around it.
    pub(super) parent: Option<usize>,
    pub(super) server: usize,
    /// The entry and the line of its `{`.
    pub(super) place: (usize, u32),
}

impl Http {
    pub(super) fn last_location(&self) -> Option<usize> {
        self.locations.len().checked_sub(1)
    }

    /// `ngx_http_merge_servers`, `ngx_http_init_static_location_trees`, then `ngx_http_variables_init_vars`, all of
    /// which run at the block's closing brace, `place`. Names do not outlive their block.
    pub(super) fn end(&mut self, place: (usize, u32)) -> Result<(), Stop> {
        let Self { mut names, locations, servers, inherited } = std::mem::take(self);
        let merged = inherited.iter().filter(|_| servers > 0).try_for_each(|value| names.compile(value));
        merged.map_err(|message| Stop { place: Some(place), message })?;
        if let Some(twice) = duplicate(&locations) {
            return Err(twice);
        }
        match names.unknown() {
            Some(name) => Err(Stop { place: None, message: quoted("unknown \"", name, "\" variable") }),
            None => Ok(()),
        }
    }
}

/// The first location that stands twice in one block. nginx looks at one server after another, at the locations inside a
/// location before those around it, and at those of one block by name.
fn duplicate(locations: &[Location]) -> Option<Stop> {
    let mut depths: Vec<usize> = Vec::with_capacity(locations.len());
    for location in locations {
        let around = location.parent.and_then(|parent| depths.get(parent));
        depths.push(around.map_or(0, |depth| depth + 1));
    }
    let mut order: Vec<(usize, &Location)> = depths.into_iter().zip(locations).collect();
    order.retain(|(_, location)| matches!(location.matching, Match::Exact | Match::Prefix));
    order.sort_by(|(a_depth, a), (b_depth, b)| {
        let key = |depth: usize, it: &Location| (it.server, std::cmp::Reverse(depth), it.parent);
        key(*a_depth, a).cmp(&key(*b_depth, b)).then_with(|| by_name(a, b))
    });
    let key = |it: &Location| (it.server, it.parent, it.matching);
    let mut pairs = order.iter().zip(order.iter().skip(1));
    let (_, (_, second)) = pairs.find(|((_, a), (_, b))| key(a) == key(b) && a.name == b.name)?;
    Some(Stop { place: Some(second.place), message: quoted("duplicate location \"", &second.name, "\"") })
}

/// `ngx_http_cmp_locations`: by name with `/` before all other bytes, an exact one first.
fn by_name(a: &Location, b: &Location) -> std::cmp::Ordering {
    let weight = |byte: &u8| if *byte == b'/' { 0 } else { u16::from(*byte) + 1 };
    a.name.iter().map(weight).cmp(b.name.iter().map(weight)).then(a.matching.cmp(&b.matching))
}
