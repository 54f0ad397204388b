//! Whether a stored answer may be given to a handshake (`ngx_http_upstream_cache`).

use crate::catalogue::directive;
use crate::config::ScopeId;
use crate::scope::{list, single};
use crate::value::{Environment, Outcome, holds};

/// Whether `proxy_cache` is on and no value of `proxy_cache_bypass` is certain to be true for the handshake.
pub fn may_answer(environment: &Environment<'_>, block: ScopeId) -> bool {
    let view = environment.view;
    let zone = single(view.config, block, directive::PROXY_CACHE).and_then(|node| view.arg(node, 0));
    if zone.is_none_or(|zone| &*zone == b"off") {
        return false;
    }
    let bypass = list(view.config, block, directive::PROXY_CACHE_BYPASS);
    !bypass
        .iter()
        .flat_map(|&node| view.args(node))
        .any(|value| holds(&environment.evaluate(&value)) == Outcome::True)
}
