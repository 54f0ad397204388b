//! `try_files` whose last resort is itself.

use super::words::{appended, hit};
use crate::catalogue::directive;
use crate::config::{Pattern, ScopeId, ScopeKind, pattern};
use crate::route::always_answered;
use crate::rules::facts::Facts;
use crate::rules::hit::{Hit, Repair};
use crate::rules::model::Rule;

/// Locations that redirect what they do not find to themselves.
pub fn check(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let config = facts.view.config;
    let locations = config.scope_ids().filter(|&id| config.scope(id).kind == ScopeKind::Location);
    locations.filter_map(|location| found(facts, rule, location)).collect()
}

fn found(facts: &Facts<'_>, rule: &'static Rule, location: ScopeId) -> Option<Hit> {
    let view = facts.view;
    let node = view.config.own(location, directive::TRY_FILES).next()?;
    let last = view.arg_count(node).checked_sub(1).filter(|&last| last > 0)?;
    let word = view.arg(node, last)?;
    if !leads_back(&word, &pattern(view, location)?) || always_answered(view, location).is_some() {
        return None;
    }
    let span = view.arg_span(node, last)?;
    let mut hit = hit(facts, rule, node, span, None);
    hit.words = hit.words.with("sent", String::from_utf8_lossy(&word));
    hit.repair = appended(view, node, last, "").map_or(Repair::None, |mut edit| {
        edit.span = crate::source::Span::new(span.doc, span.end, span.end);
        edit.text = " =404".into();
        Repair::Edits(vec![edit])
    });
    Some(hit)
}

/// Whether an internal redirect to `word` comes to the same location: it is the same path again, or in a location by
/// prefix the path with a slash.
fn leads_back(word: &[u8], location: &Pattern) -> bool {
    const ARGUMENTS: [&[u8]; 4] = [b"$is_args$args", b"$is_args$query_string", b"?$args", b"?$query_string"];
    let path = ARGUMENTS.iter().find_map(|tail| word.strip_suffix(*tail)).unwrap_or(word);
    let same: [&[u8]; 5] = [b"$uri", b"${uri}", b"$document_uri", b"${document_uri}", b"$request_uri"];
    let slashed = path.strip_suffix(b"/").is_some_and(|path| same.contains(&path));
    match location {
        Pattern::Named(_) => false,
        Pattern::Prefix(..) => same.contains(&path) || slashed,
        Pattern::Exact(_) | Pattern::Regex(..) => same.contains(&path),
    }
}
