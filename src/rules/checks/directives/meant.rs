//! What was probably meant: the name that is closest, of those that would be right at the place.

use std::collections::HashMap;

use super::super::super::judgement::Found;
use crate::catalogue::{Contexts, DirectiveId, Family, ValueKind, all, variable_names};
use crate::config::ScopeKind;
use crate::guess::{closest, distance, hint};
use crate::rules::facts::Facts;
use crate::source::Span;

/// Names that are looked up are compared with all others: more of them are not worth the time.
pub const MOST_GUESSES: usize = 200;

/// The hint for a name: a directive that may stand in one of `contexts`, else any other.
pub fn directive(
    known: &mut HashMap<(String, Contexts), String>,
    facts: &Facts<'_>,
    name: &str,
    contexts: Contexts,
) -> String {
    let key = (name.to_owned(), contexts);
    if let Some(hint) = known.get(&key) {
        return hint.clone();
    }
    if known.len() >= MOST_GUESSES {
        return String::new();
    }
    let all_names = || all().filter(|(id, _)| exists(*id, facts)).map(|(_, entry)| entry);
    let near = |entry: &&crate::catalogue::Directive| is_near(entry.name, name);
    let here = all_names().filter(|entry| !entry.contexts.intersection(contexts).is_empty());
    let best = closest(name, here.filter(near).map(|entry| entry.name))
        .or_else(|| closest(name, all_names().filter(near).map(|entry| entry.name)))
        .or_else(|| closest(name, facts.preferences.directives.names().filter(|own| is_near(own, name))));
    let hint = best.map_or_else(String::new, |name| format!("; did you mean `{name}`?"));
    known.insert(key, hint.clone());
    hint
}

/// How many letters may be wrong in a name of this length.
fn slips(written: &str) -> usize {
    match written.len() {
        0..=4 => 1,
        5..=15 => 2,
        _ => 3,
    }
}

/// Whether a name looks like a slip of one that nginx knows.
pub fn is_slip(written: &str) -> bool {
    all().any(|(_, entry)| is_near(entry.name, written))
}

/// Whether two names are so alike that one may be a slip of the other: their lengths tell first.
fn is_near(name: &str, written: &str) -> bool {
    let most = slips(written);
    name.len().abs_diff(written.len()) <= most && distance(name, written) <= most
}

fn exists(id: DirectiveId, facts: &Facts<'_>) -> bool {
    let in_range = |version: Option<crate::catalogue::Version>, from: bool| match version {
        Some(version) if from => facts.target.contains_from(version),
        Some(version) => facts.target.contains_below(version),
        None => true,
    };
    id.entry().is_some_and(|entry| {
        entry.variants.iter().any(|it| in_range(it.since, true) && in_range(it.removed, false))
    })
}

/// The hint for one of a closed set of words.
pub fn value(facts: &Facts<'_>, found: &Found) -> String {
    let view = facts.view;
    let variants = view.config.node(found.node).name.entry().map_or(&[][..], |entry| entry.variants);
    let Some(variant) = variants.iter().find(|it| !it.contexts.intersection(found.contexts).is_empty())
    else {
        return String::new();
    };
    let written = found.word.checked_sub(1).and_then(|index| view.arg(found.node, index));
    let written = String::from_utf8_lossy(&written.unwrap_or_default()).into_owned();
    let words = match variant.value {
        Some(ValueKind::Enum | ValueKind::Bitmask) => variant.values,
        _ => return String::new(),
    };
    hint(&written, words.iter().copied())
}

/// The hint for a variable.
pub fn variable(facts: &Facts<'_>, found: &Found) -> String {
    let Some(name) = name(&found.message) else { return String::new() };
    let own: Vec<String> = {
        let defined = facts.judgement().defined.iter();
        defined.map(|name| String::from_utf8_lossy(name).into_owned()).collect()
    };
    let family =
        match facts.view.config.enclosing(facts.view.config.node(found.node).scope, ScopeKind::Stream) {
            Some(_) => Family::Stream,
            None => Family::Http,
        };
    let near = |known: &&str| {
        known.len().abs_diff(name.len()) <= slips(name) && distance(known, name) <= slips(name)
    };
    let known: Vec<&str> = variable_names(family).collect();
    let all = own.iter().map(String::as_str).chain(known.iter().copied()).filter(near);
    let best = closest(name, all);
    best.map_or_else(String::new, |name| format!("; did you mean `${name}`?"))
}

/// The name in `unknown "name" variable`.
fn name(message: &str) -> Option<&str> {
    message.split('"').nth(1)
}

/// The place of the variable within its word.
pub fn reference(facts: &Facts<'_>, found: &Found) -> Option<Span> {
    let (view, name) = (facts.view, name(&found.message)?);
    (0..view.arg_count(found.node)).find_map(|index| {
        let span = view.arg_span(found.node, index)?;
        let text = view.texts.sources.text(span);
        let (start, end) = position(text, name.as_bytes())?;
        let offset = |at: usize| span.start + u32::try_from(at).unwrap_or(0);
        Some(Span { start: offset(start), end: offset(end), ..span })
    })
}

/// Where `$name` or `${name}` stands, without case.
fn position(text: &[u8], name: &[u8]) -> Option<(usize, usize)> {
    memchr::memchr_iter(b'$', text).find_map(|at| {
        let rest = text.get(at + 1..)?;
        let (open, rest) = rest.strip_prefix(b"{").map_or((0, rest), |rest| (1, rest));
        let is_it = rest.get(..name.len())?.eq_ignore_ascii_case(name);
        let next = rest.get(name.len());
        let ends = next.is_none_or(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_');
        (is_it && ends).then_some((at, at + 1 + name.len() + 2 * open))
    })
}
