//! Passes that cannot carry a WebSocket: another scheme, or another protocol.

use crate::catalogue::{Handler, directive};
use crate::config::{NodeId, ScopeId, ScopeKind};
use crate::finding::Edit;
use crate::intent::{Kind, Strength, endpoint_at};
use crate::rules::facts::{Facts, Proxied};
use crate::rules::found::{found, found_in};
use crate::rules::hit::{Hit, Repair};
use crate::rules::model::Rule;
use crate::scope::handler;

/// The schemes that nginx does not know, and what to write instead.
const SCHEMES: [(&str, &str); 2] = [("ws://", "http://"), ("wss://", "https://")];

/// `proxy_pass ws://...`, as it stands or by a variable.
pub fn scheme(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    facts.proxied.iter().filter_map(|it| by_scheme(facts, rule, it)).collect()
}

fn by_scheme(facts: &Facts<'_>, rule: &'static Rule, proxied: &Proxied) -> Option<Hit> {
    let view = facts.view;
    if view.config.node(proxied.pass).scope != proxied.block {
        return None;
    }
    let written = view.arg(proxied.pass, 0)?;
    let value = facts.judge()?.environment(proxied.block).evaluate(&written);
    let start = |text: &[u8], scheme: &str| {
        text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme.as_bytes()))
    };
    let literal = SCHEMES.into_iter().find(|(scheme, _)| start(&written, scheme));
    let by_value = || SCHEMES.into_iter().find(|(it, _)| value.bytes().is_some_and(|text| start(text, it)));
    let (scheme, instead) = literal.or_else(by_value)?;
    let named = if literal.is_some() { "literal" } else { "variable" };
    let mut hit = found(facts, rule, proxied, proxied.pass, Some(named));
    hit.words = hit.words.with("path", scheme).with("variable", instead);
    hit.repair =
        literal.map_or(Repair::None, |_| Repair::Edits(exchanged(facts, proxied.pass, scheme, instead)));
    Some(hit)
}

/// Exchanges the scheme where the address is written; a quote may stand before it.
fn exchanged(facts: &Facts<'_>, pass: NodeId, scheme: &str, instead: &str) -> Vec<Edit> {
    let source = facts.view.arg_source(pass, 0);
    let quote = usize::from(matches!(source.first(), Some(b'"' | b'\'')));
    let edit = facts.view.arg_span(pass, 0).and_then(|span| {
        let start = span.start + u32::try_from(quote).ok()?;
        let end = start + u32::try_from(scheme.len()).ok()?;
        Some(Edit { span: crate::source::Span { start, end, ..span }, text: instead.into() })
    });
    edit.into_iter().collect()
}

/// WebSocket endpoints that are handed to a backend in a protocol without upgrades.
pub fn protocol(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let config = facts.view.config;
    let locations = config.scope_ids().filter(|&id| config.scope(id).kind == ScopeKind::Location);
    locations.filter_map(|location| by_protocol(facts, rule, location)).collect()
}

fn by_protocol(facts: &Facts<'_>, rule: &'static Rule, location: ScopeId) -> Option<Hit> {
    let pass = handler(facts.view.config, location)?;
    let name = facts.view.config.node(pass).name;
    let is_foreign = matches!(name.handler(), Some(Handler::Grpc | Handler::Fastcgi | Handler::Memcached));
    if !is_foreign || may_be_another(facts, location, pass) {
        return None;
    }
    let evidence = evidence(facts, location)?;
    let mut hit = found_in(facts, rule, location, pass, Some(name.name()));
    hit.words = hit.words.with("evidence", evidence).with("written", name.name());
    Some(Hit { repair: Repair::None, ..hit })
}

/// Whether a template may put another pass in the place of this one.
fn may_be_another(facts: &Facts<'_>, location: ScopeId, pass: NodeId) -> bool {
    let config = facts.view.config;
    let is_template = facts.view.texts.sources.get(config.node(pass).doc).reading().is_some();
    is_template && !config.scope(location).in_sight
}

fn evidence(facts: &Facts<'_>, location: ScopeId) -> Option<String> {
    let (view, config) = (facts.view, facts.view.config);
    match facts.declared.at(view, config.scope(location).node?) {
        Some(true) => return Some("a comment declares it for WebSockets".into()),
        Some(false) => return None,
        None => {}
    }
    let upgrades = |name| {
        let mut own = config.own(location, name);
        own.any(|node| view.arg(node, 0).is_some_and(|header| header.eq_ignore_ascii_case(b"upgrade")))
    };
    if upgrades(directive::PROXY_SET_HEADER) || upgrades(directive::GRPC_SET_HEADER) {
        return Some("it sets the Upgrade header".into());
    }
    let endpoint = endpoint_at(view, location)?;
    let only = endpoint.kind == Kind::WebsocketOnly && endpoint.strength == Strength::Strong;
    only.then(|| format!("its path is where {} takes WebSockets", endpoint.app))
}
