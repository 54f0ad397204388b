//! The map behind `Connection $connection_upgrade`: missing, inverted, incomplete, or over the wrong variable.

use crate::catalogue::directive;
use crate::config::{NodeId, ScopeId, ScopeKind};
use crate::finding::{Edit, Label};
use crate::fix::placement::first_in_block;
use crate::rules::connection::{keeps_alive, map_lines};
use crate::rules::engine::common_words;
use crate::rules::facts::{Facts, Proxied};
use crate::rules::hit::{Hit, Repair, Words};
use crate::rules::model::Rule;
use crate::value::{Client, Environment, Key, MapInfo, Part, Value, parts};

/// Blocks whose Connection value comes from a map that does not give `upgrade` to every handshake.
pub fn check(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    facts.proxied.iter().filter_map(|proxied| hit(facts, rule, proxied)).collect()
}

/// What is wrong with a map.
struct Fault {
    named: &'static str,
    at: NodeId,
    edits: Vec<Edit>,
}

fn hit(facts: &Facts<'_>, rule: &'static Rule, proxied: &Proxied) -> Option<Hit> {
    let node = connection_line(facts, proxied)?;
    let variable = only_variable(&facts.view.arg(node, 1)?).filter(|_| facts.serves(proxied))?;
    let fault = match facts.definitions.map(variable.as_bytes()) {
        None => undefined(facts, &variable, node, proxied.block)?,
        Some(map) if map.in_sight => broken(facts, proxied, map)?,
        Some(_) => return None,
    };
    let words = common_words(facts, proxied)
        .with("variable", format!("${variable}"))
        .with("map", map_name(facts, &variable));
    Some(found(facts, rule, proxied, node, fault, words))
}

/// The first line in force that sets the Connection header.
fn connection_line(facts: &Facts<'_>, proxied: &Proxied) -> Option<NodeId> {
    let view = facts.view;
    let is_connection =
        |&node: &NodeId| view.arg(node, 0).is_some_and(|name| name.eq_ignore_ascii_case(b"connection"));
    view.config.own(proxied.headers.level?, directive::PROXY_SET_HEADER).find(is_connection)
}

fn found(
    facts: &Facts<'_>,
    rule: &'static Rule,
    proxied: &Proxied,
    used: NodeId,
    fault: Fault,
    words: Words,
) -> Hit {
    let view = facts.view;
    let text = rule.report.related.first().map(|related| related.message.to_string()).unwrap_or_default();
    let elsewhere = (fault.at != used).then(|| Label { span: view.head(used), message: text });
    Hit {
        rule,
        case: rule.cases.iter().position(|case| case.case.as_deref() == Some(fault.named)),
        at: view.head(fault.at),
        include: view.config.node(fault.at).include,
        scope: Some(proxied.block),
        words,
        related: elsewhere.into_iter().collect(),
        repair: if fault.edits.is_empty() { Repair::None } else { Repair::Edits(fault.edits) },
    }
}

/// The name of the one variable that a value consists of.
fn only_variable(value: &[u8]) -> Option<String> {
    let mut parts = parts(value);
    match (parts.next(), parts.next()) {
        (Some(Part::Variable(name)), None) => Some(String::from_utf8_lossy(name).into_owned()),
        _ => None,
    }
}

fn map_name(facts: &Facts<'_>, variable: &str) -> String {
    let map = facts.definitions.map(variable.as_bytes());
    map.map_or_else(String::new, |map| {
        String::from_utf8_lossy(facts.view.texts.sources.text(facts.view.head(map.node))).into_owned()
    })
}

/// A variable that nothing in a completely read tree defines: nginx refuses to start with `unknown "x" variable`.
fn undefined(facts: &Facts<'_>, variable: &str, used: NodeId, block: ScopeId) -> Option<Fault> {
    let config = facts.view.config;
    let looks_like_it = variable.to_ascii_lowercase().contains("upgrade") && !variable.starts_with("http_");
    if !looks_like_it || !facts.is_whole || facts.definitions.has(variable.as_bytes()) {
        return None;
    }
    let http = config.scope_ids().find(|&id| config.scope(id).kind == ScopeKind::Http)?;
    let lines = map_lines(variable, keeps_alive(facts, block));
    let edits = first_in_block(facts.view, http, &lines).into_iter().collect();
    Some(Fault { named: "undefined", at: used, edits })
}

/// What a map gives to a handshake, to one that spells `WebSocket`, and to a plain request.
struct Answers {
    handshake: Value,
    spelt_otherwise: Value,
    plain: Value,
}

fn answers(facts: &Facts<'_>, proxied: &Proxied, map: &MapInfo) -> Answers {
    let ask = |upgrade: &str| {
        let client = Client::handshake().with("Upgrade", upgrade);
        map.evaluate(&Environment::new(facts.view, facts.definitions, &client, proxied.block))
    };
    Answers { handshake: ask("websocket"), spelt_otherwise: ask("WebSocket"), plain: ask("") }
}

fn broken(facts: &Facts<'_>, proxied: &Proxied, map: &MapInfo) -> Option<Fault> {
    let answers = answers(facts, proxied, map);
    let upgrades = |value: &Value| value.has_token(b"upgrade");
    let fault = |named, at, edits| Some(Fault { named, at, edits });
    match (upgrades(&answers.handshake)?, upgrades(&answers.spelt_otherwise)?) {
        (true, true) => None,
        (true, false) => fault("one-spelling", spelt(map), ignore_case(facts, map)),
        (false, _) if !over_upgrade(map) => {
            fault("wrong-source", map.node, replace(facts, map.node, 0, "$http_upgrade"))
        }
        (false, _) => match map.entry_for(b"websocket") {
            None => fault("no-default", map.node, with_default(facts, map)),
            Some(entry) if entry.key == Key::Default && upgrades(&answers.plain) == Some(true) => {
                fault("inverted", map.node, inverted(facts, map))
            }
            Some(entry) => {
                let named = if entry.key == Key::Default { "keep-alive" } else { "wrong-entry" };
                fault(named, entry.node, replace(facts, entry.node, 0, "upgrade"))
            }
        },
    }
}

fn over_upgrade(map: &MapInfo) -> bool {
    only_variable(&map.source).is_some_and(|name| name.eq_ignore_ascii_case("http_upgrade"))
}

fn default(map: &MapInfo) -> Option<NodeId> {
    map.entries.iter().find(|entry| entry.key == Key::Default).map(|entry| entry.node)
}

/// The entry that matches one spelling only.
fn spelt(map: &MapInfo) -> NodeId {
    let regex = map.entries.iter().find(|entry| matches!(entry.key, Key::Regex(_, false)));
    regex.map_or(map.node, |entry| entry.node)
}

/// The edit that gives argument `index` of a directive another value.
fn replace(facts: &Facts<'_>, node: NodeId, index: usize, value: &str) -> Vec<Edit> {
    facts.view.arg_span(node, index).map(|span| Edit { span, text: value.into() }).into_iter().collect()
}

/// `~^websocket$` becomes `~*^websocket$`.
fn ignore_case(facts: &Facts<'_>, map: &MapInfo) -> Vec<Edit> {
    let regexes = map.entries.iter().filter(|entry| matches!(entry.key, Key::Regex(_, false)));
    let key = |node: NodeId| {
        let head = facts.view.head(node);
        let text = facts.view.texts.sources.text(head);
        let at = head.start + u32::try_from(memchr::memchr(b'~', text)? + 1).ok()?;
        Some(Edit { span: crate::source::Span { start: at, end: at, ..head }, text: "*".into() })
    };
    regexes.filter_map(|entry| key(entry.node)).collect()
}

/// The values of `default` and `''` change places.
fn inverted(facts: &Facts<'_>, map: &MapInfo) -> Vec<Edit> {
    let empty = map.entries.iter().find(|entry| entry.key == Key::Exact(Vec::new())).map(|entry| entry.node);
    let (Some(default), Some(empty)) = (default(map), empty) else { return Vec::new() };
    let text = |node| String::from_utf8_lossy(facts.view.arg_source(node, 0)).into_owned();
    let mut edits =
        [replace(facts, default, 0, &text(empty)), replace(facts, empty, 0, &text(default))].concat();
    edits.sort();
    edits
}

fn with_default(facts: &Facts<'_>, map: &MapInfo) -> Vec<Edit> {
    let config = facts.view.config;
    let scope = config.opened_by(map.node);
    scope
        .and_then(|scope| first_in_block(facts.view, scope, &["default upgrade;".into()]))
        .into_iter()
        .collect()
}
