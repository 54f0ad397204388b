//! Groups and variables that nothing asks for.

use std::collections::{HashMap, HashSet};

use crate::catalogue::{Family, directive, variable};
use crate::config::{NodeId, ScopeKind, View};
use crate::finding::Label;
use crate::rules::facts::Facts;
use crate::rules::found::found_in;
use crate::rules::hit::Hit;
use crate::rules::model::Rule;
use crate::syntax::StatementKind;
use crate::value::{Part, parts, variables};

/// Upstreams, and variables of `map`, `geo`, `split_clients` and `set`, whose name stands nowhere else. Said only of a tree
/// that was read completely, and of variables only where no script outside of it may read them.
pub(super) fn check(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    if !facts.is_whole {
        return Vec::new();
    }
    let names = Names::of(facts.view);
    let may_be_passed = names.may_be_passed();
    let unused = |(name, _): &(&Name, _)| !names.is_used(name, may_be_passed);
    let mut found: Vec<(&Name, &Vec<NodeId>)> = names.defined.iter().filter(unused).collect();
    found.sort_by_key(|(_, nodes)| nodes.first().copied());
    found.into_iter().filter_map(|(name, nodes)| hit(facts, rule, name, nodes)).collect()
}

fn hit(facts: &Facts<'_>, rule: &'static Rule, name: &Name, nodes: &[NodeId]) -> Option<Hit> {
    let (first, others) = nodes.split_first()?;
    let case = if name.is_group { "group" } else { "variable" };
    let scope = facts.view.config.node(*first).scope;
    let mut hit = found_in(facts, rule, scope, *first, Some(case));
    hit.words = hit.words.with("variable", String::from_utf8_lossy(&name.text));
    let message = rule.report.related.first().map(|it| it.message.to_string()).unwrap_or_default();
    hit.related
        .extend(others.iter().map(|&node| Label { span: facts.view.head(node), message: message.clone() }));
    Some(hit)
}

/// A name that something defines, in lower case: nginx compares both kinds without case.
#[derive(PartialEq, Eq, Hash)]
struct Name {
    is_group: bool,
    text: Vec<u8>,
}

#[derive(Default)]
struct Names {
    /// With the directives that define them.
    defined: HashMap<Name, Vec<NodeId>>,
    variables: HashSet<Vec<u8>>,
    /// What may be the name of a group in any word.
    hosts: HashSet<Vec<u8>>,
    /// What may be a name in a script.
    scripts: HashSet<Vec<u8>>,
    /// Whether a script that was not read may use any variable.
    may_be_read: bool,
    /// Variables that are the host of a pass.
    passed: HashSet<Vec<u8>>,
    /// Variables with a value that other variables are a part of.
    composed: HashSet<Vec<u8>>,
    /// Whether a pass puts its host together.
    is_unforeseen: bool,
}

impl Names {
    fn of(view: View<'_>) -> Self {
        let mut names = Self::default();
        for id in (0u32..).map(NodeId).take(view.config.nodes.len()) {
            names.read(view, id);
        }
        names
    }

    fn is_used(&self, name: &Name, may_be_passed: bool) -> bool {
        let asked = if name.is_group {
            may_be_passed || self.hosts.contains(&name.text)
        } else {
            self.may_be_read || self.variables.contains(&name.text)
        };
        asked || self.scripts.contains(&name.text)
    }

    fn read(&mut self, view: View<'_>, node: NodeId) {
        let own = self.define(view, node);
        for (index, word) in view.args(node).enumerate() {
            if Some(index) != own {
                self.variables.extend(variables(&word).map(<[u8]>::to_ascii_lowercase));
                self.hosts.extend(hosts(&word));
            }
        }
        // The key of a table's entry, or the name of a directive.
        self.variables.extend(variables(&view.name(node)).map(<[u8]>::to_ascii_lowercase));
        self.read_scripts(view, node);
        self.compose(view, node);
        match passed(view, node) {
            Ok(variable) => self.passed.extend(variable),
            Err(Unforeseen) => self.is_unforeseen = true,
        }
    }

    /// Remembers the variable that takes a value with variables in it, from `set` or as an entry of a table.
    fn compose(&mut self, view: View<'_>, node: NodeId) {
        let scope = view.config.scope(view.config.node(node).scope);
        let table = scope.node.filter(|_| scope.kind == ScopeKind::Data);
        let (owner, index) = match table {
            Some(table) => (table, view.arg_count(table).saturating_sub(1)),
            None if view.config.node(node).name == directive::SET => (node, 0),
            None => return,
        };
        let value = view.arg_count(node).checked_sub(1).and_then(|last| view.arg(node, last));
        if value.is_some_and(|value| value.contains(&b'$')) {
            let name = view.arg(owner, index);
            self.composed.extend(name.and_then(|it| it.strip_prefix(b"$").map(<[u8]>::to_ascii_lowercase)));
        }
    }

    /// Whether some pass may ask any group: its host is put together, or a variable whose values are not spelt out.
    fn may_be_passed(&self) -> bool {
        let is_spelt_out = |name: &Vec<u8>| {
            let variable = Name { is_group: false, text: name.clone() };
            self.defined.contains_key(&variable) && !self.composed.contains(name)
        };
        self.is_unforeseen || !self.passed.iter().all(is_spelt_out)
    }

    /// The argument that the directive defines.
    fn define(&mut self, view: View<'_>, node: NodeId) -> Option<usize> {
        let last = view.arg_count(node).checked_sub(1)?;
        let index = match view.config.node(node).name {
            directive::UPSTREAM | directive::SET => 0,
            directive::MAP | directive::GEO | directive::SPLIT_CLIENTS => last,
            _ => return None,
        };
        let word = view.arg(node, index)?.to_ascii_lowercase();
        let is_group = view.config.node(node).name == directive::UPSTREAM;
        let text = if is_group { word } else { word.strip_prefix(b"$")?.to_vec() };
        if is_group && !text.iter().all(|&byte| is_of_host(byte)) || !is_group && is_nginx_own(&text) {
            return None;
        }
        self.defined.entry(Name { is_group, text }).or_default().push(node);
        Some(index)
    }

    /// Scripts in the configuration, and whether there are others.
    fn read_scripts(&mut self, view: View<'_>, node: NodeId) {
        let name = view.name(node);
        let holds = |part: &[u8]| memchr::memmem::find(&name, part).is_some();
        let statement = view.texts.statement(view.config.node(node).doc, view.config.node(node).statement);
        if statement.kind == StatementKind::Raw {
            let document = view.texts.sources.get(view.config.node(node).doc);
            self.read_script(document.slice(statement.terminator, statement.close));
        } else if holds(b"_by_lua") {
            view.args(node).for_each(|word| self.read_script(&word));
        }
        let outside = [&b"_by_lua_file"[..], b"lua_package_", b"js_", b"perl", b"lua_load_"];
        let is_ssi =
            &*name == b"ssi" && view.arg(node, 0).is_some_and(|word| word.eq_ignore_ascii_case(b"on"));
        self.may_be_read |= is_ssi || outside.iter().any(|part| holds(part));
    }

    fn read_script(&mut self, text: &[u8]) {
        self.may_be_read |= [&b"require"[..], b"dofile", b"loadfile"]
            .iter()
            .any(|word| memchr::memmem::find(text, word).is_some());
        let is_of_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
        self.scripts.extend(text.split(|byte| !is_of_name(byte)).map(<[u8]>::to_ascii_lowercase));
        self.scripts.extend(hosts(text));
    }
}

/// Variables that modules read by themselves, such as `$limit_rate` and `$args`, and those that nginx fills in.
fn is_nginx_own(name: &[u8]) -> bool {
    let name = std::str::from_utf8(name).unwrap_or_default();
    [Family::Http, Family::Stream].iter().any(|&family| variable(family, name).is_some())
        || ["memcached_key", "uid_reset"].contains(&name)
}

fn is_of_host(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}

/// The pieces of a word that may be the name of a group.
fn hosts(word: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    word.split(|&byte| !is_of_host(byte)).filter(|it| !it.is_empty()).map(<[u8]>::to_ascii_lowercase)
}

/// The variable that is the host of a pass, or nothing where the host is text; an error where it is put together.
fn passed(view: View<'_>, node: NodeId) -> Result<Option<Vec<u8>>, Unforeseen> {
    let config = view.config;
    let is_stream = config.scope(config.node(node).scope).kind == ScopeKind::StreamServer;
    let is_pass = is_stream || config.node(node).name.handler().is_some();
    let Some(target) = view.arg(node, 0).filter(|_| is_pass) else { return Ok(None) };
    let behind = memchr::memmem::find(&target, b"://").and_then(|at| target.get(at + 3..));
    let host = behind.and_then(|behind| behind.split(|&byte| byte == b'/').next()).unwrap_or(&target);
    let mut pieces = parts(host);
    match (pieces.next(), pieces.next()) {
        (None | Some(Part::Text(_)), None) => Ok(None),
        (Some(Part::Variable(name)), None | Some(Part::Text([b':', ..]))) => {
            Ok(Some(name.to_ascii_lowercase()))
        }
        _ => Err(Unforeseen),
    }
}

/// A host that is put together when a request comes.
struct Unforeseen;
