//! `$1` where nothing captures it.

use std::cell::OnceCell;
use std::collections::HashMap;

use super::changed::VALUES;
use super::words::{hit, http_scopes, place, shown};
use crate::catalogue::directive;
use crate::config::{NodeId, ScopeId, ScopeKind, pattern};
use crate::rules::facts::Facts;
use crate::rules::hit::Hit;
use crate::rules::model::Rule;
use crate::value::{Classes, Key, Part, Test, condition_words, parts, test};

/// Captures that are always empty.
pub fn check(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let classes = Classes::of(facts.view, facts.definitions);
    let search = Search { facts, rule, classes, of_maps: OnceCell::new() };
    let rewrites = http_scopes(facts.view).flat_map(|scope| facts.view.config.own(scope, directive::REWRITE));
    let mut hits: Vec<Hit> = rewrites.filter_map(|node| search.in_rewrite(node)).collect();
    hits.extend(search.in_maps());
    if facts.is_whole {
        hits.extend(search.in_values());
    }
    hits
}

struct Search<'f> {
    facts: &'f Facts<'f>,
    rule: &'static Rule,
    classes: Classes<'f>,
    /// The most groups of any map's expression; `None` where one is not readable.
    of_maps: OnceCell<Option<usize>>,
}

/// The highest `$1` to `$9` of a value.
fn highest(value: &[u8]) -> Option<Part<'_>> {
    let captures = parts(value).filter(|part| matches!(part, Part::Capture(_)));
    captures.max_by_key(|part| if let Part::Capture(number) = part { *number } else { 0 })
}

fn number(part: Part<'_>) -> usize {
    if let Part::Capture(number) = part { usize::from(number) } else { 0 }
}

impl Search<'_> {
    fn groups(&self, pattern: &[u8], caseless: bool) -> Option<usize> {
        self.classes.shape(pattern, caseless).map(|shape| shape.groups())
    }

    fn in_rewrite(&self, node: NodeId) -> Option<Hit> {
        let (pattern, value) = (self.facts.view.arg(node, 0)?, self.facts.view.arg(node, 1)?);
        let part = highest(&value)?;
        let groups = self.groups(&pattern, false)?;
        (number(part) > groups).then(|| self.found(node, 1, part, "own"))
    }

    fn in_maps(&self) -> Vec<Hit> {
        let mut maps: Vec<_> = self.facts.definitions.maps().collect();
        maps.sort_by_key(|map| map.node);
        let entries = maps.into_iter().flat_map(|map| &map.entries);
        let found = entries.filter_map(|entry| {
            let Key::Regex(pattern, caseless) = &entry.key else { return None };
            let part = highest(&entry.value)?;
            let groups = self.groups(pattern, *caseless)?;
            (number(part) > groups).then(|| self.found(entry.node, 0, part, "own"))
        });
        found.collect()
    }

    fn in_values(&self) -> Vec<Hit> {
        let mut known = HashMap::new();
        let config = self.facts.view.config;
        let mut hits = Vec::new();
        for scope in http_scopes(self.facts.view) {
            for node in VALUES.iter().flat_map(|&name| config.own(scope, name)) {
                let Some((index, part)) = self.read(node) else { continue };
                let server = config.enclosing(scope, ScopeKind::Server);
                let most = *known.entry(server).or_insert_with(|| self.most_groups(server));
                if most.is_some_and(|most| number(part) > most) {
                    hits.push(self.found(node, index, part, "anywhere"));
                } else if self.most_of_if(scope).is_some_and(|most| number(part) > most) {
                    hits.push(self.found(node, index, part, "if"));
                }
            }
        }
        hits
    }

    /// The highest capture that a directive reads.
    fn read(&self, node: NodeId) -> Option<(usize, Part<'static>)> {
        let arguments = (0..self.facts.view.arg_count(node)).filter_map(|index| {
            let value = self.facts.view.arg(node, index)?;
            let Part::Capture(number) = highest(&value)? else { return None };
            Some((index, Part::Capture(number)))
        });
        arguments.max_by_key(|&(_, part)| number(part))
    }

    /// The groups of the `if` around a directive of the rewrite phase, where its expression must match and nothing else
    /// is tried in it.
    fn most_of_if(&self, scope: ScopeId) -> Option<usize> {
        let view = self.facts.view;
        let node = view.config.scope(scope).node?;
        let has_rewrite = view.config.own(scope, directive::REWRITE).next().is_some();
        if view.config.node(node).name != directive::IF || has_rewrite || self.maps_capture() {
            return None;
        }
        match test(&condition_words(view, node)) {
            (Test::Match { pattern, caseless, .. }, false) => self.groups(pattern, caseless),
            _ => None,
        }
    }

    fn maps_capture(&self) -> bool {
        self.most_of_maps() != Some(0)
    }

    fn most_of_maps(&self) -> Option<usize> {
        *self.of_maps.get_or_init(|| {
            let entries = self.facts.definitions.maps().flat_map(|map| &map.entries);
            let expressions = entries.filter_map(|entry| match &entry.key {
                Key::Regex(pattern, caseless) => Some((pattern, *caseless)),
                Key::Default | Key::Exact(_) => None,
            });
            let groups = expressions.map(|(pattern, caseless)| self.groups(pattern, caseless));
            groups.collect::<Option<Vec<usize>>>().map(|all| all.into_iter().max().unwrap_or(0))
        })
    }

    /// The most groups of any expression that a request to a server can run through; `None` where one is not readable.
    fn most_groups(&self, server: Option<ScopeId>) -> Option<usize> {
        let (view, config) = (self.facts.view, self.facts.view.config);
        let inside: Vec<ScopeId> = match server {
            Some(server) => std::iter::once(server).chain(config.descendants(server)).collect(),
            None => config.scope_ids().collect(),
        };
        let mut most = 0;
        for &scope in &inside {
            if let Some((expression, caseless)) = pattern(view, scope)
                .filter(|_| config.scope(scope).kind == ScopeKind::Location)
                .and_then(crate::config::Pattern::expression)
            {
                most = most.max(self.groups(&expression, caseless)?);
            }
            for node in config.own(scope, directive::REWRITE) {
                most = most.max(self.groups(&view.arg(node, 0)?, false)?);
            }
            for node in config.own(scope, directive::IF) {
                if let (Test::Match { pattern, caseless, .. }, _) = test(&condition_words(view, node)) {
                    most = most.max(self.groups(pattern, caseless)?);
                }
            }
            for name in config.own(scope, directive::SERVER_NAME).flat_map(|node| view.args(node)) {
                if let Some(expression) = name.strip_prefix(b"~") {
                    most = most.max(self.groups(expression, true)?);
                }
            }
        }
        Some(most.max(self.most_of_maps()?))
    }

    fn found(&self, node: NodeId, index: usize, part: Part<'_>, case: &str) -> Hit {
        let at = place(self.facts.view, node, index, part);
        let mut hit = hit(self.facts, self.rule, node, at, Some(case));
        hit.words = hit.words.with("variable", shown(part));
        hit
    }
}
