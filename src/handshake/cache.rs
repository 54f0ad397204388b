//! Whether a stored answer may be given to a handshake (`ngx_http_upstream_cache`).

use crate::catalogue::directive;
use crate::config::ScopeId;
use crate::scope::{list, single};
use crate::value::{Client, Environment, Outcome, Value, holds, variables};

/// Whether `proxy_cache` is on and no value of `proxy_cache_bypass` is certain to be true for the handshake.
pub fn may_answer(environment: &Environment<'_>, block: ScopeId) -> bool {
    let view = environment.view;
    let zone = single(view.config, block, directive::PROXY_CACHE).and_then(|node| view.arg(node, 0));
    if zone.is_none_or(|zone| &*zone == b"off") {
        return false;
    }
    if has_key_of_its_own(environment, block) {
        return false;
    }
    let bypass = list(view.config, block, directive::PROXY_CACHE_BYPASS);
    !bypass
        .iter()
        .flat_map(|&node| view.args(node))
        .any(|value| holds(&environment.evaluate(&value)) == Outcome::True)
}

/// Whether the key of a handshake is certain to differ from that of any plain request: a variable in it does.
fn has_key_of_its_own(environment: &Environment<'_>, block: ScopeId) -> bool {
    let Some(node) = single(environment.view.config, block, directive::PROXY_CACHE_KEY) else { return false };
    let client = Client::plain();
    let plain = Environment::new(environment.view, environment.definitions, &client, block);
    let differs = |name: &[u8]| match (environment.variable(name), plain.variable(name)) {
        (Value::Known(handshake), Value::Known(page)) => handshake != page,
        _ => false,
    };
    environment.view.args(node).any(|key| variables(&key).any(differs))
}
