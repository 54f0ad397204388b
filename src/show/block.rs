//! The directives in force at a block.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::Written;
use crate::catalogue::{Context, DirectiveId, Inherit, Repeat, Variant, directive};
use crate::config::{NodeId, ScopeId, ScopeKind, View};
use crate::scope::{contributing, handler, in_force, levels};

/// The levels of a tree with the directives that each passes on.
pub(super) struct Levels<'a> {
    view: View<'a>,
    passed_on: HashMap<ScopeId, Rc<[DirectiveId]>>,
}

impl<'a> Levels<'a> {
    pub(super) fn of(view: View<'a>) -> Self {
        Self { view, passed_on: HashMap::new() }
    }

    /// Everything in force at `scope`: its own directives, then those of each level around it.
    pub(super) fn in_force(&mut self, scope: ScopeId) -> Vec<Written> {
        let mut found = self.own(scope);
        found.extend(self.handler_from_outside(scope));
        let kind = self.view.config.scope(scope).kind;
        if kind.is_level() || kind == ScopeKind::IfInServer {
            let outer = levels(self.view.config, scope).filter(|&level| level != scope);
            for level in outer.collect::<Vec<_>>() {
                self.add_inherited(scope, level, &mut found);
            }
            self.add_from_main(scope, &mut found);
        }
        found
    }

    fn own(&self, scope: ScopeId) -> Vec<Written> {
        let mut seen = HashSet::new();
        let mut nodes = Vec::new();
        for node in self.directives(scope) {
            let name = self.view.config.node(node).name;
            if name == DirectiveId::UNKNOWN {
                nodes.push(node);
            } else if seen.insert(name) {
                nodes.extend(self.entries(scope, name, node));
            }
        }
        nodes.into_iter().map(|node| Written { node, level: scope }).collect()
    }

    /// The handler of the location around an `if` or `limit_except`.
    fn handler_from_outside(&self, scope: ScopeId) -> Option<Written> {
        let config = self.view.config;
        let is_inside = matches!(config.scope(scope).kind, ScopeKind::IfInLocation | ScopeKind::LimitExcept);
        let node = handler(config, scope).filter(|_| is_inside)?;
        let level = config.node(node).scope;
        (level != scope).then_some(Written { node, level })
    }

    fn add_inherited(&mut self, scope: ScopeId, level: ScopeId, found: &mut Vec<Written>) {
        for &name in &*self.passed_on(level) {
            let Some(first) = self.view.config.own(level, name).next() else { continue };
            if contributing(self.view, scope, name).contains(&level) {
                let entries = self.entries(level, name, first);
                found.extend(entries.into_iter().map(|node| Written { node, level }));
            }
        }
    }

    /// What stands outside every block and may stand inside, too, is in force where no level says otherwise
    /// (`error_log`).
    fn add_from_main(&mut self, scope: ScopeId, found: &mut Vec<Written>) {
        let config = self.view.config;
        let places: Vec<Context> =
            levels(config, scope).filter_map(|level| config.scope(level).kind.place()).collect();
        for &name in &*self.passed_on(ScopeId::MAIN) {
            let may_stand_inside = places.iter().any(|&place| name.contexts().contains(place));
            if may_stand_inside && in_force(config, scope, name).level.is_none() {
                let level = ScopeId::MAIN;
                found.extend(config.own(level, name).map(|node| Written { node, level }));
            }
        }
    }

    /// The names of the directives of a level that blocks inside inherit, in reading order.
    fn passed_on(&mut self, level: ScopeId) -> Rc<[DirectiveId]> {
        if let Some(known) = self.passed_on.get(&level) {
            return Rc::clone(known);
        }
        let mut seen = HashSet::new();
        let inherited = |node: &NodeId| {
            let kind = self.variant(*node).and_then(|variant| variant.inherit);
            matches!(kind, Some(Inherit::Value | Inherit::List))
        };
        let nodes = self.directives(level).filter(inherited);
        let names = nodes.map(|node| self.view.config.node(node).name).filter(|&name| seen.insert(name));
        let names: Rc<[DirectiveId]> = names.collect();
        self.passed_on.insert(level, Rc::clone(&names));
        names
    }

    /// What sets something in a scope: no includes, which are in place already, and no blocks of directives.
    fn directives(&self, scope: ScopeId) -> impl Iterator<Item = NodeId> {
        let config = self.view.config;
        let in_data = config.scope(scope).kind == ScopeKind::Data;
        config.directives(scope).filter(move |&node| {
            let is_include = config.node(node).name == directive::INCLUDE;
            let opened = config.opened_by(node).map(|scope| config.scope(scope).kind);
            in_data || (!is_include && opened.is_none_or(|kind| kind == ScopeKind::Data))
        })
    }

    /// The directives called `name` of a level that count there; `first` is one of them.
    fn entries(&self, level: ScopeId, name: DirectiveId, first: NodeId) -> Vec<NodeId> {
        let repeat = self.variant(first).and_then(|variant| variant.repeat);
        match repeat {
            Some(Repeat::Refused | Repeat::Last) => {
                self.view.config.own_last(level, name).into_iter().collect()
            }
            Some(Repeat::Adds) | None => self.view.config.own(level, name).collect(),
        }
    }

    /// What the catalogue says of a directive where it stands.
    fn variant(&self, node: NodeId) -> Option<&'static Variant> {
        let node = self.view.config.node(node);
        let place = self.view.config.scope(node.scope).kind.place()?;
        node.name.entry()?.variants_in(place).next()
    }
}
