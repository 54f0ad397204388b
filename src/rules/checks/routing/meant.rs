//! Paths that are written as regular expressions, or as patterns of a shell, and that nginx compares letter by letter.

use crate::catalogue::directive;
use crate::config::{NodeId, ScopeId, ScopeKind, View};
use crate::finding::Edit;
use crate::route::{Pattern, pattern};
use crate::rules::checks::taken::Taken;
use crate::rules::facts::Facts;
use crate::rules::found::found_in;
use crate::rules::hit::{Hit, Repair};
use crate::rules::model::Rule;
use crate::source::Span;
use crate::template::has_gap;
use crate::value::{PassUrl, Regex};

/// What a path is thought to be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Meant {
    Regex,
    /// `/api/*`
    Wildcard,
}

/// Locations without `~` whose path is no path.
pub fn check(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let config = facts.view.config;
    let mut taken = None;
    let locations = config.scope_ids().filter(|&id| config.scope(id).kind == ScopeKind::Location);
    locations
        .filter_map(|location| {
            let node = config.scope(location).node?;
            let path = pattern(facts.view, location)?.path()?.to_vec();
            let meant = meant(&path).filter(|_| !has_gap(&path))?;
            let case = if meant == Meant::Regex { "regex" } else { "wildcard" };
            let mut hit = found_in(facts, rule, location, node, Some(case));
            hit.words = hit.words.with("path", String::from_utf8_lossy(&path));
            let edits = match meant {
                Meant::Regex => with_tilde(facts.view, location, node, &path),
                Meant::Wildcard => without_star(facts.view, node, &path)
                    .filter(|(_, bare)| {
                        let taken = taken.get_or_insert_with(|| Taken::of(facts.view));
                        let is_exact = matches!(pattern(facts.view, location), Some(Pattern::Exact(_)));
                        taken.take(facts.view, location, is_exact, bare)
                    })
                    .map(|(edits, _)| edits),
            };
            hit.repair = edits.map_or(Repair::None, Repair::Edits);
            Some(hit)
        })
        .collect()
}

/// Whether a path is a regular expression or a wildcard by its looks.
pub fn is_mistaken(path: &[u8]) -> bool {
    meant(path).is_some()
}

fn meant(path: &[u8]) -> Option<Meant> {
    // Nobody writes an expression with such characters by mistake.
    if path.iter().any(|byte| b" \"'`<>".contains(byte)) {
        return None;
    }
    let holds = |text: &[u8]| memchr::memmem::find(path, text).is_some();
    let group = memchr::memchr(b'(', path).and_then(|at| path.get(at..));
    let has_choice = group.is_some_and(|group| {
        let inner = group.get(..memchr::memchr(b')', group).unwrap_or(0)).unwrap_or_default();
        inner.contains(&b'|')
    });
    if path.starts_with(b"^") || path.contains(&b'\\') || holds(b".*") || holds(b".+") || has_choice {
        return Some(Meant::Regex);
    }
    path.ends_with(b"*").then_some(Meant::Wildcard)
}

/// `~` before the path, or in place of its modifier; not where nginx would refuse that.
fn with_tilde(view: View<'_>, location: ScopeId, node: NodeId, path: &[u8]) -> Option<Vec<Edit>> {
    Regex::new(path, false).ok()?;
    let config = view.config;
    let is_nested = config.children(location).any(|id| config.scope(id).kind == ScopeKind::Location);
    let mut inside = std::iter::once(location).chain(config.descendants(location));
    let replaces = inside.any(|scope| config.own(scope, directive::PROXY_PASS).any(|it| has_uri(view, it)));
    if is_nested || replaces {
        return None;
    }
    let first = view.arg_span(node, 0)?;
    let (span, text) = match (view.arg_count(node), view.arg_source(node, 0)) {
        (2, _) => (first, "~"),
        (_, [b'=', ..]) => (Span { end: first.start + 1, ..first }, "~ "),
        (_, [b'^', b'~', ..]) => (Span { end: first.start + 2, ..first }, "~ "),
        _ => (Span { end: first.start, ..first }, "~ "),
    };
    Some(vec![Edit { span, text: text.to_owned() }])
}

/// Whether an address has a path, which nginx refuses below a regular expression.
fn has_uri(view: View<'_>, pass: NodeId) -> bool {
    let address = view.arg(pass, 0).unwrap_or_default();
    !address.contains(&b'$') && PassUrl::of(&address).is_some_and(|url| !url.uri.is_empty())
}

/// The edit that takes the stars at the end away, and what is left of the path.
fn without_star<'p>(view: View<'_>, node: NodeId, path: &'p [u8]) -> Option<(Vec<Edit>, &'p [u8])> {
    let stars = path.iter().rev().take_while(|&&byte| byte == b'*').count();
    let bare = path.get(..path.len() - stars).filter(|bare| !bare.is_empty() && !bare.contains(&b'*'))?;
    let span = view.arg_span(node, view.arg_count(node).checked_sub(1)?)?;
    let is_quoted = matches!(view.texts.sources.text(span), [b'"' | b'\'', ..]);
    let end = span.end.checked_sub(u32::from(is_quoted))?;
    let span = Span { start: end.checked_sub(u32::try_from(stars).ok()?)?, end, ..span };
    let is_plain = view.texts.sources.text(span).iter().all(|&byte| byte == b'*');
    is_plain.then(|| (vec![Edit { span, text: String::new() }], bare))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_are_none() {
        for path in ["^/api/", "/a\\.php", "/api/.*", "/x/.+", "/(a|b)/", "/api/.*$", "\\.php$", "/img/*"] {
            assert!(is_mistaken(path.as_bytes()), "{path}");
        }
        for path in [
            "/",
            "/odata/$metadata",
            "/a(1)",
            "/c++",
            "/.well-known/",
            "/a.b",
            "/*/x",
            "/(1",
            "/a|b",
            "/a <\\^>",
        ] {
            assert!(!is_mistaken(path.as_bytes()), "{path}");
        }
    }
}
