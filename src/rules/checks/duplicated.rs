//! A header that may stand once is sent twice, typically by a snippet and a line of the block's own.

use super::shared::agreed;
use crate::catalogue::directive;
use crate::config::NodeId;
use crate::finding::Label;
use crate::fix::placement::remove;
use crate::handshake::{Header, Request, is_surely_sent};
use crate::rules::engine::concerned;
use crate::rules::facts::{Facts, Proxied};
use crate::rules::found::found;
use crate::rules::hit::{Hit, Repair};
use crate::rules::model::Rule;

/// Blocks that send one of the headers in the rule's parameters more than once.
pub fn check(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let blocks = facts.intended(rule);
    let all = blocks.flat_map(|it| rule.params.iter().filter_map(move |name| hit(facts, rule, it, name)));
    agreed(facts, directive::PROXY_SET_HEADER, all.collect())
}

fn hit(facts: &Facts<'_>, rule: &'static Rule, proxied: &Proxied, name: &str) -> Option<(Hit, NodeId)> {
    let requests = facts.requests(proxied);
    let sent: Vec<Vec<&Header>> = requests.iter().map(|request| surely_sent(request, name)).collect();
    let twice: Vec<bool> = sent.iter().map(|lines| lines.len() > 1).collect();
    let lines: Vec<NodeId> =
        sent.iter().find(|lines| lines.len() > 1)?.iter().filter_map(|line| line.node).collect();
    let surplus = surplus(facts, proxied, &lines, name)?;
    let other = lines.iter().copied().find(|&line| line != surplus)?;
    let named = if twice.contains(&false) { "before".into() } else { name.to_ascii_lowercase() };
    let mut hit = found(facts, rule, proxied, surplus, Some(&named));
    hit.words = hit.words.with("header", name).with("versions", concerned(facts, &twice));
    let text = rule.report.related.first().map(|it| it.message.to_string()).unwrap_or_default();
    hit.related.push(Label { span: facts.view.head(other), message: text });
    hit.repair = Repair::Edits(vec![remove(facts.view, surplus)]);
    Some((hit, surplus))
}

fn surely_sent<'r>(request: &'r Request, name: &'r str) -> Vec<&'r Header> {
    request.sent(name).filter(|line| is_surely_sent(line)).collect()
}

/// The line to leave out. Of several Host lines nginx 1.31.4 sends the last one; of the others the first that a
/// handshake can use stays, one in a snippet rather than one of the block's own.
fn surplus(facts: &Facts<'_>, proxied: &Proxied, lines: &[NodeId], name: &str) -> Option<NodeId> {
    if name == "Host" {
        return lines.first().copied();
    }
    let request = facts.requests(proxied).first()?;
    let wanted = facts.client.header(name)?;
    let is_right = |node: NodeId| {
        let line = request.set.iter().find(|line| line.node == Some(node));
        line.and_then(|line| line.value.bytes())
            .is_some_and(|value| value.trim_ascii().eq_ignore_ascii_case(wanted.as_bytes()))
    };
    let include = |node: NodeId| facts.view.config.node(node).include;
    let home = facts.view.config.scope(proxied.headers.level?).node.map(include);
    let kept = *lines
        .iter()
        .max_by_key(|&&node| (is_right(node), Some(include(node)) != home, std::cmp::Reverse(node)))?;
    lines.iter().copied().find(|&line| line != kept)
}
