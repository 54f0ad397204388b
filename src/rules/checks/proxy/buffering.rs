//! Buffering that is switched off for everything.

use crate::catalogue::directive;
use crate::config::ScopeKind;
use crate::rules::facts::Facts;
use crate::rules::found::found_in;
use crate::rules::hit::Hit;
use crate::rules::model::Rule;

/// `proxy_buffering off` outside of locations.
pub fn check(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let config = facts.view.config;
    let is_wide = |kind: ScopeKind| matches!(kind, ScopeKind::Http | ScopeKind::Server);
    let levels = config.scope_ids().filter(|&id| is_wide(config.scope(id).kind));
    levels
        .filter_map(|level| {
            let node = config.own_last(level, directive::PROXY_BUFFERING)?;
            let is_off = facts.view.arg(node, 0)?.eq_ignore_ascii_case(b"off");
            is_off.then(|| found_in(facts, rule, level, node, None))
        })
        .collect()
}
