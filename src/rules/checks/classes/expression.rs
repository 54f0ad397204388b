//! Expressions that match more than they seem to, or take too long.

use super::words::{appended, hit, http_scopes};
use crate::catalogue::directive;
use crate::config::{NodeId, ScopeKind, pattern};
use crate::rules::facts::Facts;
use crate::rules::hit::{Hit, Repair};
use crate::rules::model::Rule;
use crate::value::{Classes, Key, Test, condition_words, test};

/// Locations for a file extension that need not be the end of the path.
pub fn open(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let (view, config) = (facts.view, facts.view.config);
    let locations = config.scope_ids().filter(|&id| config.scope(id).kind == ScopeKind::Location);
    let found = locations.filter_map(|location| {
        let (expression, _) = pattern(view, location)?.expression()?;
        let extension = extension(&expression).filter(|_| !is_for_folder(&expression))?;
        let node = config.scope(location).node?;
        let mut hit = hit(facts, rule, node, view.head(node), None);
        hit.scope = Some(location);
        let label = view.label(location);
        hit.words = hit.words.with("block", label).with("path", format!(".{extension}.jpg"));
        let last = view.arg_count(node).saturating_sub(1);
        hit.repair = appended(view, node, last, "$").map_or(Repair::None, |edit| Repair::Edits(vec![edit]));
        Some(hit)
    });
    found.collect()
}

/// The first extension that an expression ends with, where nothing binds it to the end of the path.
fn extension(expression: &[u8]) -> Option<String> {
    let at = memchr::memmem::rfind(expression, b"\\.")?;
    // `/\.ht` is about hidden files.
    let tail =
        expression.get(at + 2..).filter(|_| !expression.get(..at).is_some_and(|it| it.ends_with(b"/")))?;
    let inner = tail.strip_prefix(b"(").and_then(|tail| tail.strip_suffix(b")")).unwrap_or(tail);
    let inner = inner.strip_prefix(b"?:").unwrap_or(inner);
    let is_word = |&byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'|' | b'?');
    let first = inner.split(|&byte| byte == b'|').next()?;
    let text: Vec<u8> = first.iter().copied().filter(u8::is_ascii_alphanumeric).collect();
    let is_plain = inner.iter().all(is_word) && first.first().is_some_and(u8::is_ascii_alphanumeric);
    is_plain.then(|| String::from_utf8_lossy(&text).into_owned())
}

/// `^/static`, `^/(site|wire)/`: the folder is what it is about.
fn is_for_folder(expression: &[u8]) -> bool {
    let without_groups = |text: &[u8]| -> Vec<u8> {
        let open = text.iter().take_while(|&&byte| matches!(byte, b'(' | b'?' | b':')).count();
        text.get(open..).unwrap_or_default().to_vec()
    };
    let Some(rest) = expression.strip_prefix(b"^").map(without_groups) else { return false };
    let behind = rest.strip_prefix(b"/").map(without_groups).unwrap_or_default();
    behind.first().is_some_and(|&byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'\\'))
}

/// Expressions that take exponential time.
pub fn explodes(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let classes = Classes::of(facts.view, facts.definitions);
    let is_slow = |it: &(NodeId, usize, Vec<u8>, bool)| {
        classes.shape(&it.2, it.3).is_some_and(|shape| shape.explodes())
    };
    let slow = expressions(facts).into_iter().filter(is_slow);
    slow.map(|(node, index, expression, _)| {
        let view = facts.view;
        let at = index.checked_sub(1).map_or_else(|| Some(view.head(node)), |it| view.arg_span(node, it));
        let mut hit = hit(facts, rule, node, at.unwrap_or_else(|| view.head(node)), None);
        hit.words = hit.words.with("problem", String::from_utf8_lossy(&expression));
        hit
    })
    .collect()
}

/// The expressions of a tree: directive, word (0 for its name), pattern, and whether it ignores case.
fn expressions(facts: &Facts<'_>) -> Vec<(NodeId, usize, Vec<u8>, bool)> {
    let (view, config) = (facts.view, facts.view.config);
    let mut all = Vec::new();
    for scope in http_scopes(view) {
        let location =
            (config.scope(scope).kind == ScopeKind::Location).then(|| pattern(view, scope)).flatten();
        if let Some(((expression, caseless), node)) =
            location.and_then(crate::config::Pattern::expression).zip(config.scope(scope).node)
        {
            all.push((node, view.arg_count(node), expression, caseless));
        }
        for node in config.own(scope, directive::REWRITE) {
            all.extend(view.arg(node, 0).map(|pattern| (node, 1, pattern.into_owned(), false)));
        }
        for node in config.own(scope, directive::IF) {
            if let (Test::Match { pattern, caseless, .. }, _) = test(&condition_words(view, node)) {
                all.push((node, 0, pattern.to_vec(), caseless));
            }
        }
        for node in config.own(scope, directive::SERVER_NAME) {
            let names = view.args(node).enumerate();
            all.extend(names.filter_map(|(index, name)| {
                Some((node, index + 1, name.strip_prefix(b"~")?.to_vec(), true))
            }));
        }
    }
    let mut entries: Vec<_> = facts.definitions.maps().flat_map(|map| &map.entries).collect();
    entries.sort_by_key(|entry| entry.node);
    all.extend(entries.into_iter().filter_map(|entry| match &entry.key {
        Key::Regex(pattern, caseless) => Some((entry.node, 0, pattern.clone(), *caseless)),
        Key::Default | Key::Exact(_) => None,
    }));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extensions_at_the_end() {
        for (expression, first) in [
            ("\\.php", Some("php")),
            ("\\.(jpe?g|png)", Some("jpeg")),
            ("\\.(?:css|js)", Some("css")),
            ("\\.php$", None),
            ("\\.php(/|$)", None),
            ("\\.", None),
            ("\\.git/", None),
            ("/\\.ht", None),
            ("/x", None),
        ] {
            assert_eq!(extension(expression.as_bytes()).as_deref(), first, "{expression}");
        }
        for folder in ["^/img/.*\\.png", "^/(?:site|wire)/.*\\.inc", "^(/a|/b).*\\.png"] {
            assert!(is_for_folder(folder.as_bytes()), "{folder}");
        }
        assert!(!is_for_folder(b"^/.*\\.php") && !is_for_folder(b"\\.php"));
    }
}
