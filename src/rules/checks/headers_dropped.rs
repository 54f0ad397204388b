//! One `proxy_set_header` of its own makes a block lose all that it would inherit, the handshake headers included.

use crate::catalogue::directive;
use crate::config::{NodeId, ScopeId};
use crate::finding::Label;
use crate::fix::placement::source;
use crate::rules::engine::{case, common_words};
use crate::rules::evaluate::Subject;
use crate::rules::facts::{Facts, Proxied};
use crate::rules::hit::{Hit, Repair};
use crate::rules::model::Rule;
use crate::scope::levels;
use crate::value::{Environment, Value};

/// Blocks whose own headers switch off the handshake headers of an outer level.
pub fn check(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    facts.proxied.iter().filter_map(|proxied| hit(facts, rule, proxied)).collect()
}

fn hit(facts: &Facts<'_>, rule: &'static Rule, proxied: &Proxied) -> Option<Hit> {
    let view = facts.view;
    let deciding = proxied.headers.level?;
    // An unread include on the deciding level may bring the headers.
    if proxied.headers.unseen.is_some() {
        return None;
    }
    let (outer, dropped) = dropped(facts, proxied.block, deciding)?;
    let second_signal = proxied.evidence.is_some();
    if !facts.serves(proxied) || (!second_signal && facts.has_counter_evidence(proxied)) {
        return None;
    }
    let request = facts.requests(proxied).first()?;
    let subject = Subject {
        facts,
        scope: proxied.block,
        proxied: Some(proxied),
        request: Some(request),
        node: Some(proxied.pass),
        failed: None,
    };
    let first = view.config.own(deciding, directive::PROXY_SET_HEADER).next()?;
    let related = rule.report.related.first().map(|related| related.message.to_string());
    Some(Hit {
        rule,
        case: case(subject, rule, second_signal.then_some("second-signal")),
        at: view.head(first),
        include: view.config.node(first).include,
        scope: Some(proxied.block),
        words: common_words(facts, proxied).with("outer", view.label(outer)),
        related: dropped
            .iter()
            .map(|&node| Label { span: view.head(node), message: related.clone().unwrap_or_default() })
            .collect(),
        repair: Repair::Set(dropped.iter().map(|&node| source(facts.view, node)).collect()),
    })
}

/// The nearest outer level with headers, and its handshake headers that the deciding level lacks altogether: only where
/// it sends a working pair.
fn dropped(facts: &Facts<'_>, block: ScopeId, deciding: ScopeId) -> Option<(ScopeId, Vec<NodeId>)> {
    let config = facts.view.config;
    let outer = levels(config, block)
        .skip_while(|&level| level != deciding)
        .skip(1)
        .find(|&level| config.own(level, directive::PROXY_SET_HEADER).next().is_some())?;
    let environment = Environment::new(facts.view, facts.definitions, facts.client, block);
    let upgrade = sends(&environment, outer, "Upgrade", b"websocket")?;
    let connection = sends(&environment, outer, "Connection", b"upgrade")?;
    let has = |name: &str| {
        config.own(deciding, directive::PROXY_SET_HEADER).any(|node| is_named(facts, node, name))
    };
    if has("Upgrade") {
        return None;
    }
    let lines = [Some(upgrade), Some(connection).filter(|_| !has("Connection"))];
    Some((outer, lines.into_iter().flatten().collect()))
}

fn is_named(facts: &Facts<'_>, node: NodeId, name: &str) -> bool {
    facts.view.arg(node, 0).is_some_and(|word| word.eq_ignore_ascii_case(name.as_bytes()))
}

/// The line of a level that sends a header with this token to a handshake.
fn sends(environment: &Environment<'_>, level: ScopeId, name: &str, token: &[u8]) -> Option<NodeId> {
    let view = environment.view;
    view.config.own(level, directive::PROXY_SET_HEADER).find(|&node| {
        let named = view.arg(node, 0).is_some_and(|word| word.eq_ignore_ascii_case(name.as_bytes()));
        let value = view.arg(node, 1).map_or(Value::EMPTY, |value| environment.evaluate(&value));
        // A map that only the main file's http level holds is out of sight in a fragment.
        named && value.has_token(token) != Some(false)
    })
}
