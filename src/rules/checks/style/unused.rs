//! Groups and variables that nothing asks for.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::scripts::Scripts;
use crate::catalogue::{Family, directive, variable};
use crate::config::{Node, NodeId, ScopeKind, View};
use crate::finding::Label;
use crate::rules::facts::Facts;
use crate::rules::found::found_in;
use crate::rules::hit::Hit;
use crate::rules::model::Rule;
use crate::value::{Part, parts, variables};

/// Upstreams, and variables of `map`, `geo`, `split_clients` and `set`, whose name stands nowhere else. Said only of a tree
/// that was read completely, and of variables only where no script outside of it may read them.
pub(super) fn check(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let mut names = Names::default();
    if facts.is_whole {
        names.define(facts.view);
        names.remove_used(facts.view);
    }
    let unused: BTreeMap<&[NodeId], &Name> = names.unused.iter().map(|(name, at)| (&**at, name)).collect();
    unused.into_iter().filter_map(|(nodes, name)| hit(facts, rule, name, nodes)).collect()
}

fn hit(facts: &Facts<'_>, rule: &'static Rule, name: &Name, nodes: &[NodeId]) -> Option<Hit> {
    let (first, others) = nodes.split_first()?;
    let case = if name.is_group { "group" } else { "variable" };
    let scope = facts.view.config.node(*first).scope;
    let mut hit = found_in(facts, rule, scope, *first, Some(case));
    hit.words = hit.words.with("variable", String::from_utf8_lossy(&name.text));
    let message = rule.report.related.first().map(|it| it.message.to_string()).unwrap_or_default();
    let labels = others.iter().map(|&node| Label { span: facts.view.head(node), message: message.clone() });
    hit.related.extend(labels);
    Some(hit)
}

/// A name that something defines, in lower case: nginx compares both kinds without case.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Name {
    is_group: bool,
    text: Vec<u8>,
}

#[derive(Default)]
struct Names {
    /// Those that nothing has been seen to use, with the directives that define them.
    unused: HashMap<Name, Vec<NodeId>>,
    /// Variables that the tree defines.
    variables: HashSet<Vec<u8>>,
    /// As long as the longest name is.
    longest: usize,
}

impl Names {
    fn define(&mut self, view: View<'_>) {
        for (id, node) in nodes(view) {
            let Some(word) = defined(view, id, node).and_then(|index| view.arg(id, index)) else { continue };
            let is_group = node.name == directive::UPSTREAM;
            let text = if is_group { Some(&*word) } else { word.strip_prefix(b"$") };
            let Some(text) = text.map(<[u8]>::to_ascii_lowercase).filter(|it| is_ours(is_group, it)) else {
                continue;
            };
            self.longest = self.longest.max(text.len());
            if !is_group {
                self.variables.insert(text.clone());
            }
            self.unused.entry(Name { is_group, text }).or_default().push(id);
        }
    }

    /// Leaves what no word names.
    fn remove_used(&mut self, view: View<'_>) {
        let mut scripts = Scripts::default();
        for (id, node) in nodes(view) {
            if self.unused.is_empty() {
                return;
            }
            let own = defined(view, id, node);
            let others = view.args(id).enumerate().filter(|&(index, _)| Some(index) != own);
            others.for_each(|(_, word)| self.remove_named(&word));
            if view.config.scope(node.scope).kind == ScopeKind::Data {
                self.remove_named(&view.name(id));
            }
            scripts.read(view, id, node, |text| self.remove_words(text));
        }
        let may_be_passed = self.unused.keys().any(|name| name.is_group) && self.may_be_passed(view);
        self.unused.retain(|name, _| if name.is_group { !may_be_passed } else { !scripts.are_elsewhere });
    }

    fn remove_named(&mut self, word: &[u8]) {
        if memchr::memchr(b'$', word).is_some() {
            variables(word).for_each(|name| self.remove(false, name));
        }
        for piece in word.split(|&byte| !is_of_host(byte)) {
            self.remove(true, piece);
        }
    }

    /// Every word of a script may be a name.
    fn remove_words(&mut self, text: &[u8]) {
        text.split(|&byte| !is_of_host(byte)).for_each(|piece| self.remove(true, piece));
        let is_of_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        text.split(|&byte| !is_of_name(byte)).for_each(|piece| self.remove(false, piece));
    }

    fn remove(&mut self, is_group: bool, text: &[u8]) {
        if (1..=self.longest).contains(&text.len()) {
            self.unused.remove(&Name { is_group, text: text.to_ascii_lowercase() });
        }
    }

    /// Whether some pass may ask any group: its host is put together, or a variable whose values are not spelt out.
    fn may_be_passed(&self, view: View<'_>) -> bool {
        let mut asked = HashSet::new();
        for (id, node) in nodes(view) {
            match passed(view, id, node) {
                Ok(name) => asked.extend(name),
                Err(Unforeseen) => return true,
            }
        }
        let is_composed = |(id, node)| composed(view, id, node).is_some_and(|name| asked.contains(&name));
        !asked.is_subset(&self.variables) || !asked.is_empty() && nodes(view).any(is_composed)
    }
}

fn nodes(view: View<'_>) -> impl Iterator<Item = (NodeId, Node)> {
    (0u32..).map(NodeId).zip(view.config.nodes.iter().copied())
}

/// The argument that is the name of what a directive defines.
fn defined(view: View<'_>, id: NodeId, node: Node) -> Option<usize> {
    match node.name {
        directive::UPSTREAM | directive::SET => Some(0),
        directive::MAP | directive::GEO | directive::SPLIT_CLIENTS => view.arg_count(id).checked_sub(1),
        _ => None,
    }
}

/// Whether nothing but the tree can ask for a name: nginx reads some variables by itself, such as `$limit_rate`.
fn is_ours(is_group: bool, name: &[u8]) -> bool {
    if is_group {
        return name.iter().all(|&byte| is_of_host(byte));
    }
    let name = std::str::from_utf8(name).unwrap_or_default();
    let is_known = |family| variable(family, name).is_some();
    !is_known(Family::Http) && !is_known(Family::Stream) && !["memcached_key", "uid_reset"].contains(&name)
}

fn is_of_host(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}

/// The variable that takes a value with variables in it, from `set` or as an entry of a table.
fn composed(view: View<'_>, id: NodeId, node: Node) -> Option<Vec<u8>> {
    let scope = view.config.scope(node.scope);
    let table = scope.node.filter(|_| scope.kind == ScopeKind::Data);
    let owner = table.or_else(|| (node.name == directive::SET).then_some(id))?;
    let value = view.arg(id, view.arg_count(id).checked_sub(1)?)?;
    memchr::memchr(b'$', &value)?;
    let name = view.arg(owner, defined(view, owner, view.config.node(owner))?)?;
    name.strip_prefix(b"$").map(<[u8]>::to_ascii_lowercase)
}

/// The variable that is the host of a pass, or nothing where the host is text; an error where it is put together.
fn passed(view: View<'_>, id: NodeId, node: Node) -> Result<Option<Vec<u8>>, Unforeseen> {
    let is_stream = view.config.scope(node.scope).kind == ScopeKind::StreamServer;
    let is_pass = is_stream || node.name.handler().is_some();
    let Some(target) = view.arg(id, 0).filter(|_| is_pass) else { return Ok(None) };
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
