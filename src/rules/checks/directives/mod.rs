//! Directives that nginx refuses: each check reports the faults of one kind, with nginx's own message.

mod deprecated;
mod meant;
mod versions;

pub use deprecated::check as deprecated;
pub use meant::is_slip;
pub use versions::check as not_in_version;

use std::cell::RefCell;
use std::collections::HashMap;

use super::super::judgement::Found;
use crate::catalogue::{Context, Contexts};
use crate::config::NodeId;
use crate::directive::Fault;
use crate::finding::Label;
use crate::rules::facts::Facts;
use crate::rules::hit::{Hit, Repair, Words};
use crate::rules::model::Rule;
use crate::source::Span;

/// Names that no module knows.
pub fn unknown(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let foreign = facts.judgement().has_unknown_module;
    let meant = RefCell::new(HashMap::new());
    let found = of(facts, &[Fault::Unknown]).filter(|found| !versions::is_elsewhere(facts, found));
    let hits = found.filter_map(|found| {
        let name = String::from_utf8_lossy(&facts.view.name(found.node)).into_owned();
        let hint = meant::directive(&mut meant.borrow_mut(), facts, &name, found.contexts);
        (!foreign || !hint.is_empty()).then(|| hit(facts, rule, found, |words| words.with("problem", hint)))
    });
    hits.collect()
}

/// Directives in a block that does not take them.
pub fn misplaced(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let found = of(facts, &[Fault::Context]).filter(|found| !versions::is_elsewhere(facts, found));
    found
        .map(|found| {
            let own = facts.preferences.directives.own(&facts.view.name(found.node));
            let allowed = facts.view.config.node(found.node).name.contexts();
            let allowed = own.map_or(allowed, |own| own.contexts);
            hit(facts, rule, found, |words| words.with("level", list(allowed)))
        })
        .collect()
}

/// Directives with too few or too many words, or with the wrong ending.
pub fn form(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let found =
        of(facts, &[Fault::Count, Fault::Ending]).filter(|found| !versions::is_elsewhere(facts, found));
    found
        .map(|found| {
            let count = facts.view.arg_count(found.node);
            let mut hit = hit(facts, rule, found, |words| {
                words.with("sent", takes(facts, found)).with("written", count.to_string())
            });
            hit.case = case(rule, if found.fault == Fault::Ending { "ending" } else { "count" });
            hit
        })
        .collect()
}

/// Words that mean nothing to their directive.
pub fn value(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let found =
        of(facts, &[Fault::Value, Fault::Missing]).filter(|found| !versions::is_elsewhere(facts, found));
    found
        .map(|found| {
            let hint = meant::value(facts, found);
            hit(facts, rule, found, |words| words.with("problem", hint))
        })
        .collect()
}

/// Directives, locations and parameters that stand twice.
pub fn duplicate(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    of(facts, &[Fault::Duplicate, Fault::Ignored])
        .map(|found| {
            let mut hit = hit(facts, rule, found, |words| words);
            hit.case = case(rule, if found.fault == Fault::Ignored { "ignored" } else { "refused" });
            let text = rule.report.related.first().map(|it| it.message.to_string()).unwrap_or_default();
            hit.related.extend(
                found.first.map(|first| Label { span: facts.view.head(first), message: text.clone() }),
            );
            hit
        })
        .collect()
}

/// Variables that nothing defines.
pub fn variable(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    (of(facts, &[Fault::Variable]).enumerate())
        .map(|(count, found)| {
            let guess = count < meant::MOST_GUESSES;
            let meant = if guess { meant::variable(facts, found) } else { String::new() };
            let mut hit = hit(facts, rule, found, |words| words.with("problem", meant));
            hit.at = meant::reference(facts, found).unwrap_or(hit.at);
            hit
        })
        .collect()
}

fn of<'f>(facts: &'f Facts<'_>, faults: &'f [Fault]) -> impl Iterator<Item = &'f Found> {
    facts.judgement().found.iter().filter(move |found| faults.contains(&found.fault))
}

fn case(rule: &Rule, name: &str) -> Option<usize> {
    rule.cases.iter().position(|case| case.case.as_deref() == Some(name))
}

fn hit(facts: &Facts<'_>, rule: &'static Rule, found: &Found, words: impl FnOnce(Words) -> Words) -> Hit {
    let said = Words::default().with("nginx", found.message.clone());
    Hit { words: words(said), ..plain(facts, rule, found.node, place(facts, found)) }
}

/// A finding about a directive, in the scope it stands in.
fn plain(facts: &Facts<'_>, rule: &'static Rule, node: NodeId, at: Span) -> Hit {
    let config = facts.view.config;
    let scope = config.node(node).scope;
    Hit {
        rule,
        case: None,
        at,
        include: config.node(node).include,
        scope: config.scope(scope).node.map(|_| scope),
        words: Words::default(),
        related: Vec::new(),
        repair: Repair::None,
    }
}

/// The word that is to blame; all of them where they are too many or too few.
fn place(facts: &Facts<'_>, found: &Found) -> Span {
    let view = facts.view;
    match (found.fault, found.word) {
        (Fault::Unknown | Fault::Context, _) => {
            let head = view.head(found.node);
            let words = view.texts.words(head.doc, view.config.node(found.node).statement);
            words.first().map_or(head, |name| Span::new(head.doc, name.start, name.end))
        }
        (_, 0) => view.head(found.node),
        (_, word) => view.arg_span(found.node, word - 1).unwrap_or_else(|| view.head(found.node)),
    }
}

/// How many words the directive takes, where it takes them.
fn takes(facts: &Facts<'_>, found: &Found) -> String {
    if let Some(own) = facts.preferences.directives.own(&facts.view.name(found.node)) {
        return own.args.to_string();
    }
    let node = facts.view.config.node(found.node);
    let variants = node.name.entry().map_or(&[][..], |entry| entry.variants);
    let here = variants.iter().filter(|it| !it.contexts.intersection(found.contexts).is_empty());
    let mut counts: Vec<String> = here.map(|variant| variant.args.to_string()).collect();
    counts.dedup();
    counts.join(", or ")
}

/// `http, server or location`.
fn list(contexts: Contexts) -> String {
    let names: Vec<&str> = contexts.iter().map(Context::name).collect();
    match names.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        None => String::new(),
    }
}
