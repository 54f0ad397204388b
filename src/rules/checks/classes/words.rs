//! Places and edits inside the arguments of a directive.

use crate::config::{NodeId, ScopeId, View};
use crate::finding::{Edit, Label};
use crate::rules::facts::Facts;
use crate::rules::found::found_in;
use crate::rules::hit::{Hit, Repair};
use crate::rules::model::Rule;
use crate::source::Span;
use crate::value::{Part, Site};

/// A finding at a span of a directive, without a repair.
pub fn hit(facts: &Facts<'_>, rule: &'static Rule, node: NodeId, at: Span, case: Option<&str>) -> Hit {
    let scope = facts.view.config.node(node).scope;
    Hit { at, repair: Repair::None, ..found_in(facts, rule, scope, node, case) }
}

/// The blocks whose directives nginx reads as HTTP: also `if` in server, and `http` itself.
pub fn http_scopes(view: View<'_>) -> impl Iterator<Item = ScopeId> + '_ {
    use crate::config::ScopeKind::IfInServer;
    let is_http = move |&scope: &ScopeId| {
        let kind = view.config.scope(scope).kind;
        kind.is_http_level() || kind == IfInServer
    };
    view.config.scope_ids().filter(is_http)
}

/// A piece of a value as it is written, without braces: `$uri`, `$1`.
pub fn shown(part: Part<'_>) -> String {
    match part {
        Part::Variable(name) => format!("${}", String::from_utf8_lossy(name)),
        Part::Capture(number) => format!("${number}"),
        Part::Text(text) | Part::Invalid(text) => String::from_utf8_lossy(text).into_owned(),
    }
}

/// The place of a variable in an argument: `$name` or `${name}`; the whole argument where it is not found.
pub fn place(view: View<'_>, node: NodeId, index: usize, part: Part<'_>) -> Span {
    let whole = view.arg_span(node, index).unwrap_or_else(|| view.head(node));
    let name = shown(part);
    let bare = name.strip_prefix('$').unwrap_or(&name);
    let raw = view.arg_source(node, index);
    let braced = format!("${{{bare}}}");
    let ends = |at: usize, length: usize| {
        let next = raw.get(at + length).copied().unwrap_or(b' ');
        matches!(part, Part::Capture(_)) || !(next.is_ascii_alphanumeric() || next == b'_')
    };
    let plain = memchr::memmem::find_iter(raw, name.as_bytes()).find(|&at| ends(at, name.len()));
    let found = plain.map(|at| (at, name.len()));
    let found = found.or_else(|| memchr::memmem::find(raw, braced.as_bytes()).map(|at| (at, braced.len())));
    found.map_or(whole, |(at, length)| part_of(whole, at, length))
}

/// So many bytes of a span, from `at` on.
pub fn part_of(whole: Span, at: usize, length: usize) -> Span {
    let number = |bytes: usize| u32::try_from(bytes).unwrap_or(u32::MAX);
    let start = whole.start.saturating_add(number(at));
    Span::new(whole.doc, start, start.saturating_add(number(length)))
}

/// Appends to an argument, inside its quotes.
pub fn appended(view: View<'_>, node: NodeId, index: usize, text: &str) -> Option<Edit> {
    let span = view.arg_span(node, index)?;
    let raw = view.arg_source(node, index);
    let is_quoted = matches!(raw.first(), Some(b'"' | b'\'')) && raw.len() > 1 && raw.first() == raw.last();
    let end = if is_quoted { span.end - 1 } else { span.end };
    Some(Edit { span: Span::new(span.doc, end, end), text: text.into() })
}

/// Where a directive stands.
pub fn site(facts: &Facts<'_>, node: NodeId) -> Site {
    Site::of(facts.view, node)
}

/// Another place with a rule's own words, or these where it has none.
pub fn label(rule: &Rule, span: Span) -> Label {
    let message = rule.report.related.first().map(|related| related.message.to_string());
    Label { span, message: message.unwrap_or_default() }
}
