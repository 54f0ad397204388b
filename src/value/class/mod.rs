//! What a client can put into a value: not the value of one request, but the bytes that any request may bring there.
//!
//! Whoever asks gets too little rather than too much: an expression that cannot be taken apart, and a variable of a module
//! that computes it (geo, Lua), hold nothing of the client's.

mod literals;
mod names;
mod script;
#[cfg(test)]
mod tests;
mod tried;

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::Definitions;
use super::map::{Key, MapInfo};
use super::regex::{Set, Shape};
use super::script::{Part, parts};
use crate::catalogue::directive;
use crate::config::{NodeId, ScopeId, View};

use script::Script;
use tried::Tried;

/// How text of a client gets into a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// `$host`, `$http_host`: what nginx has taken for a host.
    Host,
    /// As it was sent: `$request_uri`, `$args`, `$http_*`. Line ends are not among it.
    Raw,
    /// With `%XX` decoded: `$uri`, and what a location's expression captures of it.
    Decoded,
    /// Whatever: `$request_body`.
    Any,
}

/// Text of a client in a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The variable of nginx's that it comes from, in lower case without `$`.
    pub origin: String,
    /// How it got there.
    pub class: Class,
    /// The bytes it can hold.
    pub bytes: Set,
    /// Whether an expression has it end with a certain letter.
    pub ends_fixed: bool,
}

/// Where a value stands: what has been assigned and captured depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Site {
    /// The block.
    pub scope: ScopeId,
    /// The directive. Those of the rewrite phase see what ran before them, all others what the whole phase has left.
    pub node: NodeId,
}

impl Site {
    /// The place of a directive.
    pub fn of(view: View<'_>, node: NodeId) -> Self {
        Self { scope: view.config.node(node).scope, node }
    }
}

/// Values that are made of values grow without end: so many variables are looked up for one answer.
const MOST_LOOKUPS: u32 = 200;

/// Expressions by pattern and whether they ignore case.
type Shapes = HashMap<(Vec<u8>, bool), Option<Rc<Shape>>>;

/// The classes of a tree's variables, worked out where they are asked for.
pub struct Classes<'a> {
    view: View<'a>,
    definitions: &'a Definitions,
    scripts: RefCell<HashMap<ScopeId, Rc<Script>>>,
    shapes: RefCell<Shapes>,
    /// The names of groups, in lower case.
    groups: OnceCell<HashSet<Vec<u8>>>,
    lookups: Cell<u32>,
}

impl<'a> Classes<'a> {
    /// The variables of a tree.
    pub fn of(view: View<'a>, definitions: &'a Definitions) -> Self {
        Self {
            view,
            definitions,
            scripts: RefCell::default(),
            shapes: RefCell::default(),
            groups: OnceCell::new(),
            lookups: Cell::new(0),
        }
    }

    /// What clients can put into a value.
    pub fn held(&self, site: Site, value: &[u8]) -> Vec<Held> {
        parts(value).flat_map(|part| self.held_by(site, part)).collect()
    }

    /// What clients can put into a piece of a value.
    pub fn held_by(&self, site: Site, part: Part<'_>) -> Vec<Held> {
        self.lookups.set(0);
        self.piece(site, part)
    }

    /// An expression taken apart; `None` where it cannot be.
    pub fn shape(&self, pattern: &[u8], caseless: bool) -> Option<Rc<Shape>> {
        let key = (pattern.to_vec(), caseless);
        let mut shapes = self.shapes.borrow_mut();
        shapes.entry(key).or_insert_with(|| Shape::of(pattern, caseless).map(Rc::new)).clone()
    }

    fn value(&self, site: Site, value: &[u8]) -> Vec<Held> {
        parts(value).flat_map(|part| self.piece(site, part)).collect()
    }

    fn piece(&self, site: Site, part: Part<'_>) -> Vec<Held> {
        self.lookups.set(self.lookups.get() + 1);
        if self.lookups.get() > MOST_LOOKUPS {
            return Vec::new();
        }
        match part {
            Part::Variable(name) => self.variable(site, &name.to_ascii_lowercase()),
            Part::Capture(number) => self.captured(&self.tried_before(site), usize::from(number)),
            Part::Text(_) | Part::Invalid(_) => Vec::new(),
        }
    }

    /// What a rewrite directive has assigned counts first, then what an expression has named, then a map, then nginx.
    fn variable(&self, site: Site, name: &[u8]) -> Vec<Held> {
        let assigned = self.assigned(site, name);
        if let Some(whole) = assigned.values {
            return whole.into_iter().flat_map(|(site, value)| self.value(site, &value)).collect();
        }
        let tried = self.tried_naming(site, name);
        if !tried.is_empty() {
            return self.captured_by_name(&tried, name);
        }
        match self.definitions.map(name) {
            Some(map) => self.mapped(site, map),
            None if self.definitions.has(name) => Vec::new(),
            None => self.own(site, name),
        }
    }

    /// What one of nginx's own variables holds.
    fn own(&self, site: Site, name: &[u8]) -> Vec<Held> {
        let Some((class, mut bytes)) = names::held_by(name) else { return Vec::new() };
        if names::is_path(name) {
            match self.path(site.scope) {
                Some(narrow) => bytes = bytes.and(&narrow),
                None => return Vec::new(),
            }
        }
        let origin = String::from_utf8_lossy(name).into_owned();
        vec![Held { origin, class, bytes, ends_fixed: false }]
    }

    /// The values of a map's entries; an expression's captures are of what the map looks at.
    fn mapped(&self, site: Site, map: &MapInfo) -> Vec<Held> {
        let with_variables = map.entries.iter().filter(|entry| entry.value.contains(&b'$'));
        let held = with_variables.flat_map(|entry| {
            let tried = match &entry.key {
                Key::Regex(pattern, caseless) => {
                    Some(Tried::new(pattern, *caseless, tried::Subject::Value(site, map.source.clone())))
                }
                Key::Default | Key::Exact(_) => None,
            };
            let tried: Vec<Tried> = tried.into_iter().collect();
            parts(&entry.value).flat_map(|part| self.of_entry(site, &tried, part)).collect::<Vec<_>>()
        });
        held.collect()
    }

    fn of_entry(&self, site: Site, tried: &[Tried], part: Part<'_>) -> Vec<Held> {
        match part {
            Part::Capture(number) => self.captured(tried, usize::from(number)),
            Part::Variable(name) => {
                let named = self.captured_by_name(tried, name);
                if named.is_empty() { self.piece(site, part) } else { named }
            }
            Part::Text(_) | Part::Invalid(_) => Vec::new(),
        }
    }

    /// Whether a directive belongs to the rewrite phase, which runs in order.
    fn is_step(&self, node: NodeId) -> bool {
        let name = self.view.config.node(node).name;
        matches!(name, directive::SET | directive::RETURN | directive::REWRITE | directive::IF)
    }
}
