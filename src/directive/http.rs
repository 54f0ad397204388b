//! What nginx finds only at the end of an `http` or `stream` block: locations that stand twice, variables that nobody
//! defines.

use std::collections::HashMap;

use super::ends::Named;
use super::levels::Levels;
use super::merge::hash::Table;
use super::merge::{Turn, certificates, refused};
use super::script::Names;
use super::server_names::ServerNames;
use super::sockets::Sockets;
use super::statement::Problem;
use super::upstreams::Upstreams;
use super::{Fault, quoted};
use crate::catalogue::{DirectiveId, Family, VersionRange, directive};

/// What has been read of the open `http` or `stream` block.
pub(super) struct Http<P> {
    pub(super) names: Names<P>,
    pub(super) locations: Vec<Location<P>>,
    pub(super) servers: usize,
    /// Values that are compiled at the end, when servers and locations have inherited them.
    pub(super) inherited: Vec<(P, Vec<u8>)>,
    pub(super) named: Named<P>,
    pub(super) upstreams: Upstreams<P>,
    pub(super) sockets: Sockets<P>,
    pub(super) server_names: ServerNames<P>,
    pub(super) levels: Levels<P>,
    /// What may be named once in a level, by the level, the directive and the name.
    pub(super) named_in: HashMap<(Option<usize>, DirectiveId, Vec<u8>), P>,
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
            upstreams: Upstreams::default(),
            sockets: Sockets::default(),
            server_names: ServerNames::default(),
            levels: Levels::default(),
            named_in: HashMap::new(),
        }
    }

    pub(super) fn last_location(&self) -> Option<usize> {
        self.locations.len().checked_sub(1)
    }

    /// What the block's closing brace, `place`, shows (`ngx_http_block`). Names do not outlive their block.
    pub(super) fn end(&mut self, place: Option<P>) -> Vec<Problem<P>> {
        let mut ended = std::mem::replace(self, Self::new(self.names.range));
        let mut problems = ended.named.missing(place);
        let outermost = ended.levels.outermost();
        let resolver = outermost.as_ref().and_then(|view| view.setting(directive::RESOLVER)).is_some();
        problems.extend(ended.upstreams.end(resolver));
        let family = ended.names.family.unwrap_or(Family::Http);
        problems.extend(refused(&ended.levels, family, place));
        problems.extend(certificates::missing(&ended.levels, &ended.sockets));
        problems.extend(ended.server_names.refused(&ended.sockets, outermost.as_ref()));
        problems.extend(ended.crowded());
        problems.extend(ended.inherit(place));
        problems.extend(duplicates(&ended.locations).map(|problem| (Turn::Locations, problem)));
        problems.extend(ended.unknown());
        problems.sort_by_key(|&(turn, _)| turn);
        problems.into_iter().map(|(_, problem)| problem).collect()
    }

    /// Values that are compiled once servers and locations have inherited them.
    fn inherit(&mut self, place: Option<P>) -> Vec<(Turn, Problem<P>)> {
        let inherited = std::mem::take(&mut self.inherited);
        let servers = self.servers;
        let problems = inherited.into_iter().filter(|_| servers > 0).filter_map(|(cause, value)| {
            self.names.here = Some(cause);
            let refusal = self.names.compile(&value).err()?.at(2);
            Some((Turn::Modules(1), Problem { refusal, at: place, cause: Some(cause), first: None }))
        });
        problems.collect()
    }

    /// Variables that nobody defines (`ngx_http_variables_init_vars`).
    fn unknown(&self) -> Vec<(Turn, Problem<P>)> {
        let problem = |(name, cause): (&[u8], Option<P>)| Problem {
            refusal: quoted("unknown \"", name, "\" variable").of(Fault::Variable),
            at: None,
            cause,
            first: None,
        };
        self.names.unknown().map(problem).map(|problem| (Turn::Variables, problem)).collect()
    }

    /// The table of variables, in which each has its place.
    fn crowded(&self) -> Option<(Turn, Problem<P>)> {
        let outermost = self.levels.outermost();
        let table = Table::sized("variables_hash", 1024, outermost.as_ref());
        let longest = self.names.longest();
        let length = longest.map_or(0, |(name, _)| name.len()).max(LONGEST_VARIABLE);
        let refusal = table.refuses(length)?.at(0);
        let sizes = [directive::VARIABLES_HASH_MAX_SIZE, directive::VARIABLES_HASH_BUCKET_SIZE];
        let set = outermost.and_then(|view| sizes.iter().find_map(|&id| view.setting(id)).map(|it| it.place));
        let cause = longest.and_then(|(_, place)| place).filter(|_| length > LONGEST_VARIABLE).or(set);
        Some((Turn::Tables, Problem { refusal, at: None, cause, first: None }))
    }
}

/// `$proxy_add_x_forwarded_for`; others fit wherever it does.
const LONGEST_VARIABLE: usize = 25;

/// The locations that stand twice in one block. nginx looks at one server after another, at the locations inside a
/// location before those around it, and at those of one block by name.
fn duplicates<P: Copy>(locations: &[Location<P>]) -> impl Iterator<Item = Problem<P>> {
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
    .collect::<Vec<_>>()
    .into_iter()
}

/// `ngx_http_cmp_locations`: by name with `/` before all other bytes, an exact one first.
fn by_name<P>(a: &Location<P>, b: &Location<P>) -> std::cmp::Ordering {
    let weight = |byte: &u8| if *byte == b'/' { 0 } else { u16::from(*byte) + 1 };
    a.name.iter().map(weight).cmp(b.name.iter().map(weight)).then(a.matching.cmp(&b.matching))
}
