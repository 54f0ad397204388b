//! Evidence in the block's own directives.

use super::Signals;
use crate::catalogue::directive;
use crate::config::NodeId;
use crate::scope::list;
use crate::value::{Environment, Part, has_token, parts, variables};

/// What the block's directives say, in a few words.
pub fn evidence(environment: &Environment<'_>, signals: &Signals) -> Option<String> {
    if signals.targets.contains(&environment.block) {
        return Some("an `if` sends WebSocket requests here".into());
    }
    let headers = list(environment.view.config, environment.block, directive::PROXY_SET_HEADER);
    (headers.iter().find_map(|&node| by_header(environment, node))).or_else(|| by_use(environment))
}

fn by_header(environment: &Environment<'_>, node: NodeId) -> Option<String> {
    let (name, value) = (environment.view.arg(node, 0)?, environment.view.arg(node, 1)?);
    let is_sign = match name.to_ascii_lowercase().as_slice() {
        b"upgrade" => !value.is_empty(),
        b"connection" => wants_upgrade(environment, &value),
        _ => false,
    };
    is_sign.then(|| format!("it sets the {} header", String::from_utf8_lossy(&name)))
}

/// Whether a Connection value is upgrade, comes from a map over `$http_upgrade`, or is the client's own.
fn wants_upgrade(environment: &Environment<'_>, value: &[u8]) -> bool {
    let by_variable = variables(value).any(|name| {
        let map = environment.definitions.map(name);
        let named = is(name, "http_connection") || is(name, "connection_upgrade");
        named || map.is_some_and(|map| variables(&map.source).any(|source| is(source, "http_upgrade")))
    });
    by_variable || environment.evaluate(value).has_token(b"upgrade") == Some(true)
}

fn is(name: &[u8], expected: &str) -> bool {
    name.eq_ignore_ascii_case(expected.as_bytes())
}

/// `$http_upgrade` or `$http_sec_websocket_*` anywhere among the block's own directives.
fn by_use(environment: &Environment<'_>) -> Option<String> {
    let view = environment.view;
    let used = |name: &[u8]| {
        is(name, "http_upgrade") || name.to_ascii_lowercase().starts_with(b"http_sec_websocket_")
    };
    view.config.directives(environment.block).find_map(|node| {
        let found =
            view.args(node).any(|word| memchr::memchr(b'$', &word).is_some() && variables(&word).any(used));
        found.then(|| {
            let name = String::from_utf8_lossy(&view.name(node)).into_owned();
            format!("its `{name}` looks at the client's WebSocket headers")
        })
    })
}

/// Words that people write instead of `websocket`: mistakes, no other protocol.
const MEANT_WEBSOCKET: [&str; 9] = [
    "websocket",
    "websockets",
    "web-socket",
    "upgrade",
    "http_upgrade",
    "ws",
    "wss",
    "h2c",
    "connection_upgrade",
];

/// Whether Upgrade is set to a constant token of some other protocol, which is none of our business.
pub fn foreign_protocol(environment: &Environment<'_>) -> bool {
    let view = environment.view;
    let headers = list(view.config, environment.block, directive::PROXY_SET_HEADER);
    let mut values = headers.into_iter().filter_map(|node| {
        let is_upgrade = view.arg(node, 0)?.eq_ignore_ascii_case(b"upgrade");
        view.arg(node, 1).filter(|value| is_upgrade && !value.is_empty())
    });
    values.any(|value| is_constant(&value) && !is_near_websocket(&value))
}

fn is_constant(value: &[u8]) -> bool {
    parts(value).all(|part| matches!(part, Part::Text(_)))
}

fn is_near_websocket(value: &[u8]) -> bool {
    let value = value.trim_ascii();
    value.starts_with(b"\\$")
        || MEANT_WEBSOCKET.iter().any(|word| has_token(value, word.as_bytes()))
        || value.to_ascii_lowercase().windows(6).any(|part| part == b"socket")
}
