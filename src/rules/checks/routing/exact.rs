//! Regular expressions that match exactly one path.

use crate::config::{NodeId, ScopeKind, View};
use crate::finding::Edit;
use crate::route::{Pattern, pattern};
use crate::rules::checks::taken::Taken;
use crate::rules::facts::Facts;
use crate::rules::found::found_in;
use crate::rules::hit::{Hit, Repair};
use crate::rules::model::Rule;
use crate::source::Span;

/// Locations `~ ^/path$`.
pub fn check(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let config = facts.view.config;
    let mut taken = None;
    let locations = config.scope_ids().filter(|&id| config.scope(id).kind == ScopeKind::Location);
    locations
        .filter_map(|location| {
            let node = config.scope(location).node?;
            let Pattern::Regex(regex, false) = pattern(facts.view, location)? else { return None };
            let path = only_match(&regex)?;
            let mut hit = found_in(facts, rule, location, node, None);
            hit.words = hit.words.with("path", path.clone());
            // An exact location holds no others.
            let is_nested = config.children(location).any(|it| config.scope(it).kind == ScopeKind::Location);
            let taken = taken.get_or_insert_with(|| Taken::of(facts.view));
            let is_free = !is_nested && taken.take(facts.view, location, true, path.as_bytes());
            let edit = exact(facts.view, node, &path).filter(|_| is_free);
            hit.repair = edit.map_or(Repair::None, |edit| Repair::Edits(vec![edit]));
            Some(hit)
        })
        .collect()
}

/// The one path that an expression matches, where it is made of letters and escaped ones alone.
fn only_match(regex: &[u8]) -> Option<String> {
    let inner = regex.strip_prefix(b"^/")?.strip_suffix(b"$")?;
    let mut path = String::from("/");
    let mut bytes = inner.iter();
    while let Some(&byte) = bytes.next() {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/_-~%".contains(&byte);
        match byte {
            // Of a letter or digit a backslash makes a class or a reference.
            b'\\' => path.push(bytes.next().copied().filter(|it| b"./_-~%".contains(it))?.into()),
            plain if is_plain(plain) => path.push(plain.into()),
            _ => return None,
        }
    }
    Some(path)
}

/// `= /path` in place of modifier and expression.
fn exact(view: View<'_>, node: NodeId, path: &str) -> Option<Edit> {
    let (first, last) = (view.arg_span(node, 0)?, view.arg_span(node, view.arg_count(node).checked_sub(1)?)?);
    Some(Edit { span: Span { end: last.end, ..first }, text: format!("= {path}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_with_one_match() {
        assert_eq!(only_match(br"^/robots\.txt$").as_deref(), Some("/robots.txt"));
        assert_eq!(only_match(b"^/a-b/c_d$").as_deref(), Some("/a-b/c_d"));
        for regex in ["^/robots.txt$", "^/a", "/a$", "^/a(b)$", r"^/a\d$", "^/a?$", r"^/a\$", "^/[a]$"] {
            assert_eq!(only_match(regex.as_bytes()), None, "{regex}");
        }
    }
}
