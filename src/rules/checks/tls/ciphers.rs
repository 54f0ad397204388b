//! Cipher suites that can be broken, or that check no certificate.

use super::cipher_list::{Token, Weak, tokens, weak};
use super::servers::in_use;
use crate::catalogue::directive;
use crate::config::NodeId;
use crate::finding::Edit;
use crate::rules::facts::Facts;
use crate::rules::found::found_in;
use crate::rules::hit::{Hit, Repair};
use crate::rules::model::Rule;
use crate::source::Span;
use crate::template::holds_placeholder;

/// nginx's own list, where nothing good is left.
const DEFAULT: &str = "HIGH:!aNULL:!MD5";

/// Each `ssl_ciphers` that lets weak suites in.
pub fn check(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let nodes = in_use(facts.view, directive::SSL_CIPHERS);
    nodes.into_iter().filter_map(|node| hit(facts, rule, node)).collect()
}

fn hit(facts: &Facts<'_>, rule: &'static Rule, node: NodeId) -> Option<Hit> {
    let view = facts.view;
    let word = view.arg(node, 0).filter(|word| !holds_placeholder(word))?;
    std::str::from_utf8(&word).ok()?;
    let list = std::str::from_utf8(view.arg_source(node, 0)).ok()?;
    let span = view.arg_span(node, 0)?;
    let found = weak(list);
    let first = found.first()?;
    let mut hit = found_in(facts, rule, view.config.node(node).scope, node, None);
    hit.at = part(span, first.token.start, first.token.end());
    hit.words = hit.words.with("written", first.token.name).with("problem", first.kinds.join(", "));
    hit.repair = Repair::Edits(vec![Edit { span, text: repaired(list, &found) }]);
    Some(hit)
}

/// Each `ssl_ecdh_curve` with a group of the rule's parameters that is not marked as optional (`?`).
pub fn groups(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let nodes = in_use(facts.view, directive::SSL_ECDH_CURVE);
    nodes.into_iter().filter_map(|node| group(facts, rule, node)).collect()
}

fn group(facts: &Facts<'_>, rule: &'static Rule, node: NodeId) -> Option<Hit> {
    let view = facts.view;
    let list = std::str::from_utf8(view.arg_source(node, 0)).ok()?;
    let is_meant = |name: &str| {
        let name = name.to_ascii_uppercase();
        rule.params.iter().any(|it| name.contains(&**it))
    };
    let token = tokens(list).find(|token| !token.name.starts_with('?') && is_meant(token.name))?;
    let mut hit = found_in(facts, rule, view.config.node(node).scope, node, None);
    hit.at = part(view.arg_span(node, 0)?, token.start, token.end());
    hit.words = hit.words.with("written", token.name);
    Some(Hit { repair: Repair::None, ..hit })
}

fn part(span: Span, start: usize, end: usize) -> Span {
    let offset = |at: usize| span.start + u32::try_from(at).unwrap_or(0);
    Span { start: offset(start), end: offset(end), ..span }
}

/// The list without the weak suites it names; what stands for everything loses them by exclusions at the end.
fn repaired(list: &str, found: &[Weak<'_>]) -> String {
    let quote =
        list.chars().next().filter(|first| matches!(first, '"' | '\'')).map(String::from).unwrap_or_default();
    let is_gone = |start: usize| found.iter().any(|it| it.token.start == start && !it.token.is_everything());
    let kept: Vec<_> = tokens(list).filter(|token| !is_gone(token.start)).collect();
    if !kept.iter().any(Token::is_positive) {
        return format!("{quote}{DEFAULT}{quote}");
    }
    let mut words: Vec<String> =
        { kept.iter() }.filter_map(|token| list.get(token.start..token.end()).map(str::to_owned)).collect();
    for kind in found.iter().filter(|it| it.token.is_everything()).flat_map(|it| &it.kinds) {
        let exclusion = format!("!{kind}");
        if !words.contains(&exclusion) {
            words.push(exclusion);
        }
    }
    format!("{quote}{}{quote}", words.join(":"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fixed(list: &str) -> String {
        repaired(list, &weak(list))
    }

    #[test]
    fn weak_suites_go_and_the_rest_stays() {
        assert_eq!(fixed("'ECDHE-RSA-AES128-SHA:DES-CBC3-SHA:!aNULL'"), "'ECDHE-RSA-AES128-SHA:!aNULL'");
        assert_eq!(fixed("HIGH:RC4:3DES:!MD5"), "HIGH:!MD5");
        assert_eq!(fixed("\"RC4:!aNULL\""), "\"HIGH:!aNULL:!MD5\"");
    }

    #[test]
    fn everything_loses_what_is_weak() {
        let list = fixed("ALL:!aNULL:!EXPORT:+HIGH");
        assert_eq!(list, "ALL:!aNULL:!EXPORT:+HIGH:!LOW:!DES:!3DES:!RC4:!MD5:!IDEA:!SEED");
        assert!(weak(&list).is_empty());
    }
}
