//! Locations that no request can reach (`ngx_http_core_find_location`).

use std::collections::HashMap;

use crate::config::{ScopeId, ScopeKind};
use crate::finding::Label;
use crate::route::{Pattern, matches_everything};
use crate::rules::facts::Facts;
use crate::rules::found::found_in;
use crate::rules::hit::{Hit, Repair};
use crate::rules::model::Rule;
use crate::rules::templates::Templates;
use crate::template::has_gap;

use super::all_siblings;
use super::meant::is_mistaken;

/// Why a location is never used, and by which other one.
type Reason = (&'static str, Option<ScopeId>);

/// Locations that another one, or their own path, keeps all requests from.
pub fn check(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let templates = Templates::of(facts.view.texts);
    let of_level = |siblings: Vec<(ScopeId, Pattern)>| {
        let shadows = Shadows::of(facts, &templates, &siblings);
        let dead = siblings.into_iter().filter_map(|(location, pattern)| {
            let reason = shadows.reason(facts, &templates, location, &pattern)?;
            hit(facts, rule, location, reason)
        });
        dead.collect::<Vec<_>>()
    };
    all_siblings(facts).flat_map(of_level).collect()
}

fn hit(facts: &Facts<'_>, rule: &'static Rule, location: ScopeId, (case, by): Reason) -> Option<Hit> {
    let config = facts.view.config;
    let mut hit = found_in(facts, rule, location, config.scope(location).node?, Some(case));
    let shadow = by.and_then(|by| Some((by, config.scope(by).node?)));
    if let Some((by, node)) = shadow {
        let text = rule.report.related.first().map(|related| related.message.to_string());
        hit.related.push(Label { span: facts.view.head(node), message: text.unwrap_or_default() });
        hit.words = hit.words.with("outer", facts.view.label(by));
    }
    Some(Hit { repair: Repair::None, ..hit })
}

/// The expressions of a level that take requests from its other locations.
struct Shadows {
    /// The first that matches everything.
    everything: Option<ScopeId>,
    /// The first of each text, with and without case.
    first: HashMap<(Vec<u8>, bool), ScopeId>,
}

impl Shadows {
    fn of(facts: &Facts<'_>, templates: &Templates<'_>, siblings: &[(ScopeId, Pattern)]) -> Self {
        let mut shadows = Self { everything: None, first: HashMap::new() };
        for (location, pattern) in siblings {
            let Pattern::Regex(regex, caseless) = pattern else { continue };
            if !is_certain(facts, templates, *location, regex) {
                continue;
            }
            if matches_everything(regex) {
                shadows.everything = shadows.everything.or(Some(*location));
            }
            shadows.first.entry((regex.clone(), *caseless)).or_insert(*location);
        }
        shadows
    }

    fn reason(
        &self,
        facts: &Facts<'_>,
        templates: &Templates<'_>,
        location: ScopeId,
        pattern: &Pattern,
    ) -> Option<Reason> {
        match pattern {
            Pattern::Regex(regex, caseless) => {
                let same = [true, *caseless].map(|caseless| self.first.get(&(regex.clone(), caseless)));
                let same = same.into_iter().flatten().copied().min().map(|by| ("same", Some(by)));
                let everything = self.everything.map(|by| ("everything", Some(by)));
                let earlier = |it: &Reason| it.1.is_some_and(|by| by < location);
                let found = same.filter(earlier).or(everything.filter(earlier));
                found.filter(|_| is_certain(facts, templates, location, regex))
            }
            Pattern::Exact(path) | Pattern::Prefix(path, _) if is_no_path(path) => {
                let is_whole = has_modifier(facts, location);
                is_whole.then_some(("no-slash", None))
            }
            Pattern::Prefix(path, false) => {
                let everything = self.everything.filter(|_| is_certain(facts, templates, location, path));
                everything.filter(|_| !holds_locations(facts, location)).map(|by| ("prefix", Some(by)))
            }
            Pattern::Prefix(..) | Pattern::Exact(_) | Pattern::Named(_) => None,
        }
    }
}

/// Whether a path is certainly none that a URI begins with: they all begin with a slash.
fn is_no_path(path: &[u8]) -> bool {
    !path.is_empty() && !path.starts_with(b"/") && !has_gap(path) && !is_mistaken(path)
}

/// Whether what stands before the path is something that nginx takes.
fn has_modifier(facts: &Facts<'_>, location: ScopeId) -> bool {
    let Some(node) = facts.view.config.scope(location).node else { return false };
    let first = facts.view.arg(node, 0).unwrap_or_default();
    facts.view.arg_count(node) == 1 || matches!(&*first, b"=" | b"^~")
}

/// Whether the text stands in the file as nginx gets it: of a template only one of two locations may be left.
fn is_certain(facts: &Facts<'_>, templates: &Templates<'_>, location: ScopeId, text: &[u8]) -> bool {
    let node = facts.view.config.scope(location).node.map(|node| facts.view.config.node(node));
    node.is_some_and(|node| !templates.holds(node.doc)) && !has_gap(text)
}

fn holds_locations(facts: &Facts<'_>, location: ScopeId) -> bool {
    let config = facts.view.config;
    config.children(location).any(|id| config.scope(id).kind == ScopeKind::Location)
}
