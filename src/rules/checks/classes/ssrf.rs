//! Backends that a client chooses.

use std::cell::{OnceCell, RefCell};
use std::collections::{HashMap, HashSet};

use super::target::{Target, passes};
use super::words::{hit, place, shown, site};
use crate::catalogue::directive;
use crate::config::{NodeId, Pattern, ScopeId, ScopeKind, View, pattern};
use crate::route::{Sockets, is_internal};
use crate::rules::facts::Facts;
use crate::rules::hit::Hit;
use crate::rules::model::Rule;
use crate::scope::location_of;
use crate::value::{Class, Classes, Held, Part, Test, condition_words, parts, test};

/// Passes whose host a client can choose.
pub fn check(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let classes = Classes::of(facts.view, facts.definitions);
    let sockets = OnceCell::new();
    let open = passes(facts.view).filter(|&pass| !is_inside(facts.view, pass));
    let search = Search { facts, rule, classes, sockets: &sockets, compared: RefCell::default() };
    open.filter_map(|pass| search.found(pass)).collect()
}

/// Whether only nginx itself gets there.
fn is_inside(view: View<'_>, pass: NodeId) -> bool {
    let location = location_of(view.config, view.config.node(pass).scope);
    is_internal(view, location) || matches!(pattern(view, location), Some(Pattern::Named(_)))
}

struct Search<'f> {
    facts: &'f Facts<'f>,
    rule: &'static Rule,
    classes: Classes<'f>,
    sockets: &'f OnceCell<Sockets>,
    /// What the `if`s of each block compare.
    compared: RefCell<HashMap<ScopeId, HashSet<Vec<u8>>>>,
}

impl Search<'_> {
    fn found(&self, pass: NodeId) -> Option<Hit> {
        let facts = self.facts;
        let url = facts.view.arg(pass, 0)?;
        let pieces: Vec<Part<'_>> = parts(Target::of(&url)?.head).collect();
        for (index, &part) in pieces.iter().enumerate() {
            let rest = pieces.get(index + 1..).unwrap_or_default();
            let held = self.classes.held_by(site(facts, pass), part);
            let chosen = held.iter().filter(|held| is_chosen(held, rest));
            let case = chosen.filter_map(|held| self.case(pass, held, part)).min();
            if let Some(case) = case {
                let mut hit = hit(facts, self.rule, pass, place(facts.view, pass, 0, part), Some(case));
                hit.words = hit.words.with("variable", shown(part));
                return Some(hit);
            }
        }
        None
    }

    /// `client` for what is the client's alone, `host` for the host of a server that answers to any.
    fn case(&self, pass: NodeId, held: &Held, part: Part<'_>) -> Option<&'static str> {
        let view = self.facts.view;
        let scope = view.config.node(pass).scope;
        if self.is_limited(scope, part, held) {
            return None;
        }
        if held.class != Class::Host || held.origin == "http_host" {
            return Some("client");
        }
        let server = view.config.enclosing(scope, ScopeKind::Server)?;
        self.takes_any_name(server).then_some("host")
    }

    /// Whether an `if` on the way compares the variable.
    fn is_limited(&self, scope: ScopeId, part: Part<'_>, held: &Held) -> bool {
        let view = self.facts.view;
        let names = [shown(part).to_ascii_lowercase(), format!("${}", held.origin)];
        let mut known = self.compared.borrow_mut();
        view.config.ancestors(scope).any(|level| {
            let compared = known.entry(level).or_insert_with(|| compared(view, level));
            names.iter().any(|name| compared.contains(name.as_bytes()))
        })
    }

    /// Whether a server answers to names that it does not list.
    fn takes_any_name(&self, server: ScopeId) -> bool {
        let view = self.facts.view;
        let sockets = self.sockets.get_or_init(|| Sockets::of(view));
        let is_default = sockets.ids().any(|id| sockets.default_server(id) == Some(server));
        let mut names = view.config.own(server, directive::SERVER_NAME).flat_map(|node| view.args(node));
        is_default
            || names.any(|name| name.starts_with(b"~") || name.starts_with(b"*") || name.starts_with(b"."))
    }
}

/// Whether text makes up a host: it can hold a dot or a colon, and what follows does not end the name. Text with a slash
/// ends the host before whatever follows.
fn is_chosen(held: &Held, rest: &[Part<'_>]) -> bool {
    let is_host = held.bytes.has(b'.') || held.bytes.has(b':');
    let cuts = held.bytes.has(b'/') || held.bytes.has(b'?');
    let is_name = |part: &Part<'_>| match part {
        Part::Text(text) => text.split(|&byte| byte == b':').next().is_some_and(|name| !name.is_empty()),
        _ => true,
    };
    is_host && !held.ends_fixed && (cuts || !rest.first().is_some_and(is_name))
}

/// The variables, in lower case with `$`, that the `if`s of a block compare with something, that block itself among them.
fn compared(view: View<'_>, level: ScopeId) -> HashSet<Vec<u8>> {
    let config = view.config;
    let conditions = config.scope(level).node.into_iter().chain(config.own(level, directive::IF));
    let found = conditions.filter(|&node| config.node(node).name == directive::IF).filter_map(|node| {
        let words = condition_words(view, node);
        match test(&words).0 {
            Test::Match { subject, .. } => Some(subject.to_ascii_lowercase()),
            Test::Same(subject, value) if !value.is_empty() => Some(subject.to_ascii_lowercase()),
            _ => None,
        }
    });
    found.collect()
}
