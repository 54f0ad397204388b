//! The variables that a tree defines.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::client::Client;
use super::course::Course;
use super::map::{MapInfo, maps_of};
use super::set::Assigned;
use crate::catalogue::directive;
use crate::config::{NodeId, ScopeId, ScopeKind, View};

/// What defines a variable besides nginx itself.
#[derive(Debug, Clone)]
pub(super) enum Definition {
    Map(MapInfo),
    /// Set by something whose value is not in the configuration: geo, `split_clients`, Lua, a named capture, ...
    Other,
}

/// The variables that a tree defines. Names are without case (`ngx_http_add_variable` lowers them).
#[derive(Debug, Default)]
pub struct Definitions {
    pub(super) by_name: HashMap<Vec<u8>, Definition>,
    /// The variables of `set`: where no `set` has run, a map of the same name counts, else they are empty.
    pub(super) set: HashSet<Vec<u8>>,
    /// What the rewrite directives of each server assign.
    pub(super) entered: PerClient<Assigned>,
    /// How those of each location run.
    pub(super) courses: PerClient<Course>,
}

/// What is worked out once for each client and block.
#[derive(Debug)]
pub(super) struct PerClient<T>(RefCell<Vec<(Client, Blocks<T>)>>);

/// By block.
type Blocks<T> = HashMap<ScopeId, Rc<T>>;

impl<T> Default for PerClient<T> {
    fn default() -> Self {
        Self(RefCell::default())
    }
}

impl<T> PerClient<T> {
    /// What is known for a block; `make` is asked once.
    pub(super) fn get_or(&self, client: &Client, block: ScopeId, make: impl FnOnce() -> T) -> Rc<T> {
        let is_it = |(other, _): &&(Client, Blocks<T>)| other == client;
        let known = self.0.borrow().iter().find(is_it).and_then(|(_, blocks)| blocks.get(&block).cloned());
        known.unwrap_or_else(|| {
            let value = Rc::new(make());
            let mut all = self.0.borrow_mut();
            match all.iter_mut().find(|(other, _)| other == client) {
                Some((_, blocks)) => drop(blocks.insert(block, Rc::clone(&value))),
                None => all.push((client.clone(), HashMap::from([(block, Rc::clone(&value))]))),
            }
            value
        })
    }
}

impl Definitions {
    /// Collects the definitions of a tree; of two maps for one variable the last counts.
    pub fn of(view: View<'_>) -> Self {
        let mut definitions = Self::default();
        let is_data = |id: &ScopeId| view.config.scope(*id).kind == ScopeKind::Data;
        for scope in view.config.scope_ids().filter(is_data).filter(|&id| is_for_http(view, id)) {
            definitions.add_data_block(view, scope);
        }
        for scope in view.config.scope_ids() {
            for node in view.config.own(scope, directive::AUTH_REQUEST_SET) {
                definitions.add(view, node, 0, Definition::Other);
            }
            for node in view.config.own(scope, directive::SET) {
                definitions.set.extend(variable_name(view, node, 0));
            }
        }
        definitions
    }

    fn add_data_block(&mut self, view: View<'_>, scope: ScopeId) {
        let Some(node) = view.config.scope(scope).node else { return };
        match maps_of(view, scope) {
            Some(map) => self.add(view, node, 1, Definition::Map(map)),
            None => self.add(view, node, view.arg_count(node).saturating_sub(1), Definition::Other),
        }
    }

    fn add(&mut self, view: View<'_>, node: NodeId, argument: usize, definition: Definition) {
        if let Some(name) = variable_name(view, node, argument) {
            self.by_name.insert(name, definition);
        }
    }

    /// The map that defines a variable.
    pub fn map(&self, name: &[u8]) -> Option<&MapInfo> {
        match self.by_name.get(&name.to_ascii_lowercase()) {
            Some(Definition::Map(map)) => Some(map),
            _ => None,
        }
    }

    /// Every map, in no particular order.
    pub fn maps(&self) -> impl Iterator<Item = &MapInfo> {
        self.by_name.values().filter_map(|definition| match definition {
            Definition::Map(map) => Some(map),
            Definition::Other => None,
        })
    }

    /// Whether the tree defines a variable.
    pub fn has(&self, name: &[u8]) -> bool {
        let name = name.to_ascii_lowercase();
        self.by_name.contains_key(&name) || self.set.contains(&name)
    }
}

/// A stream's maps have variables of their own.
fn is_for_http(view: View<'_>, scope: ScopeId) -> bool {
    let kinds = |kind: ScopeKind| view.config.enclosing(scope, kind).is_some();
    !kinds(ScopeKind::Stream) && !kinds(ScopeKind::Mail)
}

/// The variable that an argument names, in lower case.
fn variable_name(view: View<'_>, node: NodeId, argument: usize) -> Option<Vec<u8>> {
    let word = view.arg(node, argument)?;
    word.strip_prefix(b"$").map(<[u8]>::to_ascii_lowercase)
}
