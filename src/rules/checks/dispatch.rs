//! Dispatch idioms that go wrong: the client sees another status, or a capture is lost on the way.

use std::collections::HashSet;

use super::shared::Statement;
use crate::catalogue::directive;
use crate::config::{NodeId, ScopeId, ScopeKind};
use crate::finding::Edit;
use crate::route::{Pattern, pattern};
use crate::rules::facts::{Facts, Proxied};
use crate::rules::found::{found, found_in};
use crate::rules::hit::{Hit, Repair};
use crate::rules::model::Rule;
use crate::scope::location_of;
use crate::value::{Part, condition_words, parts, steps};

/// `error_page 418 @ws` without `=`.
pub fn status(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let config = facts.view.config;
    let wanted = |id: &ScopeId| matches!(config.scope(*id).kind, ScopeKind::Location | ScopeKind::Server);
    let found = config.scope_ids().filter(wanted).filter_map(|id| replaced(facts, rule, id));
    let mut seen: HashSet<Statement> = HashSet::new();
    { found }.filter(|(_, statement)| seen.insert(*statement)).map(|(hit, _)| hit).collect()
}

fn replaced(facts: &Facts<'_>, rule: &'static Rule, scope: ScopeId) -> Option<(Hit, Statement)> {
    let page = facts.judge()?.replaced_by(scope)?;
    let mut hit = found_in(facts, rule, scope, page, None);
    let words: Vec<String> =
        facts.view.args(page).map(|word| String::from_utf8_lossy(&word).into_owned()).collect();
    hit.words =
        hit.words.with("written", words.join(" ")).with("path", words.last().cloned().unwrap_or_default());
    hit.repair = with_equals(facts, page, &words);
    let node = facts.view.config.node(page);
    Some((hit, (node.doc, node.statement)))
}

/// Puts `=` before the target, or makes it of `=200`. Where the line is about other codes, too, these would change.
fn with_equals(facts: &Facts<'_>, page: NodeId, words: &[String]) -> Repair {
    let before = words.len().saturating_sub(2);
    let status = words.get(before).filter(|word| word.starts_with('='));
    let edit = match status {
        Some(_) => facts.view.arg_span(page, before).map(|span| Edit { span, text: "=".into() }),
        None => facts
            .view
            .arg_span(page, words.len().saturating_sub(1))
            .map(|span| Edit { span: crate::source::Span { end: span.start, ..span }, text: "= ".into() }),
    };
    let codes = words.len() - 1 - usize::from(status.is_some());
    let edits: Vec<Edit> = edit.into_iter().collect();
    if codes == 1 { Repair::Edits(edits) } else { Repair::Shown(edits) }
}

/// An expression of an `if` or `rewrite` between the location's own and the pass that uses `$1`.
pub fn captures(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    facts.intended(rule).filter_map(|it| emptied(facts, rule, it)).collect()
}

fn emptied(facts: &Facts<'_>, rule: &'static Rule, proxied: &Proxied) -> Option<Hit> {
    let config = facts.view.config;
    let location = location_of(config, proxied.block);
    let (own, _) = pattern(facts.view, location).and_then(Pattern::expression)?;
    let used = highest_capture(&facts.view.arg(proxied.pass, 0)?)?;
    let steps = steps(config, location).into_iter().map(|(node, _)| node);
    let (node, expression) = steps.filter_map(|node| Some((node, expression(facts, node)?))).last()?;
    // The pass of an `if` follows its own expression only.
    let is_inside = config.node(proxied.pass).scope != location;
    if is_inside || groups(&own) < used || groups(&expression) >= used {
        return None;
    }
    let mut hit = found(facts, rule, proxied, node, None);
    let text = String::from_utf8_lossy(facts.view.texts.sources.text(facts.view.head(node))).into_owned();
    hit.words = hit.words.with("written", text).with("variable", format!("${used}"));
    Some(Hit { repair: Repair::None, ..hit })
}

/// The highest of `$1` to `$9` in a value.
fn highest_capture(value: &[u8]) -> Option<u8> {
    let numbers = parts(value).filter_map(|part| match part {
        Part::Capture(number) => Some(number),
        _ => None,
    });
    numbers.max()
}

/// The expression that a directive of the rewrite module tries.
fn expression(facts: &Facts<'_>, node: NodeId) -> Option<Vec<u8>> {
    match facts.view.config.node(node).name {
        directive::REWRITE => facts.view.arg(node, 0).map(std::borrow::Cow::into_owned),
        directive::IF => match condition_words(facts.view, node).as_slice() {
            [_, operator, expression] if operator.contains(&b'~') => Some(expression.to_vec()),
            _ => None,
        },
        _ => None,
    }
}

/// How many groups an expression captures.
fn groups(expression: &[u8]) -> u8 {
    let (mut count, mut class, mut at) = (0u8, false, 0);
    while let Some(&byte) = expression.get(at) {
        let rest = expression.get(at + 1..).unwrap_or_default();
        match byte {
            b'\\' => at += 1,
            b'[' => class = true,
            b']' => class = false,
            b'(' if !class && captures_here(rest) => count = count.saturating_add(1),
            _ => {}
        }
        at += 1;
    }
    count
}

/// Whether the text after a `(` makes a capturing group.
fn captures_here(rest: &[u8]) -> bool {
    match rest {
        [b'?', b'P', b'<', ..] | [b'?', b'\'', ..] => true,
        [b'?', b'<', next, ..] => !matches!(next, b'=' | b'!'),
        [b'?' | b'*', ..] => false,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_counted_as_pcre_numbers_them() {
        assert_eq!(groups(b"^/app/(.*)$"), 1);
        assert_eq!(groups(br"^/\(x\)/[(](?:a|b)(?<name>c)(d)"), 2);
        assert_eq!(groups(b"websocket"), 0);
        assert_eq!(highest_capture(b"http://b/$2/$1$is_args"), Some(2));
    }
}
