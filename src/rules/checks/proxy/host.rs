//! The Host that backends are asked for where no directive says it: the name in the address.

use std::collections::HashSet;

use crate::catalogue::directive;
use crate::config::{ScopeId, View};
use crate::rules::facts::{Facts, Proxied};
use crate::rules::found::found;
use crate::rules::hit::Hit;
use crate::rules::model::Rule;
use crate::scope::levels;
use crate::template::has_gap;
use crate::value::PassUrl;

use super::{groups, passing};

/// Blocks whose Host is the name of a group, which is no name that a host can have.
pub fn invalid(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let groups = groups(facts);
    unsaid(facts)
        .filter_map(|proxied| {
            let host = host(facts.view, proxied)?;
            let is_invalid = !is_host_name(&host) && groups.contains(&host.to_ascii_lowercase());
            is_invalid.then(|| hit(facts, rule, proxied, &host))
        })
        .collect()
}

/// Blocks that pass to a machine of one's own and say no Host anywhere.
pub fn missing(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let groups = groups(facts);
    unsaid(facts)
        .filter_map(|proxied| {
            let host = host(facts.view, proxied)?;
            is_own_machine(&host, &groups).then(|| hit(facts, rule, proxied, &host))
        })
        .collect()
}

/// The blocks whose Host is `$proxy_host`, and that have not merely lost another one of an outer level.
fn unsaid<'f>(facts: &'f Facts<'_>) -> impl Iterator<Item = &'f Proxied> {
    passing(facts).filter(|proxied| {
        let mut levels = levels(facts.view.config, proxied.block);
        sends_proxy_host(facts, proxied) && !levels.any(|level| sets(facts, level))
    })
}

fn hit(facts: &Facts<'_>, rule: &'static Rule, proxied: &Proxied, host: &[u8]) -> Hit {
    let mut hit = found(facts, rule, proxied, proxied.pass, None);
    hit.words = hit.words.with("sent", String::from_utf8_lossy(host));
    hit
}

/// Whether the Host is surely `$proxy_host`, by default or because a directive says so.
fn sends_proxy_host(facts: &Facts<'_>, proxied: &Proxied) -> bool {
    let Some(request) = facts.requests(proxied).first().filter(|it| !it.headers_may_be_hidden()) else {
        return false;
    };
    let mut lines = request.lines("Host").map(|line| line.node);
    lines.all(|node| node.is_none_or(|node| facts.view.arg(node, 1).is_some_and(|value| is_default(&value))))
}

/// Whether a value is what nginx sends by itself.
fn is_default(value: &[u8]) -> bool {
    matches!(value, b"$proxy_host" | b"${proxy_host}")
}

/// Whether a level has a line for another Host.
fn sets(facts: &Facts<'_>, level: ScopeId) -> bool {
    let mut own = facts.view.config.own(level, directive::PROXY_SET_HEADER);
    own.any(|node| {
        let is_host = facts.view.arg(node, 0).is_some_and(|name| name.eq_ignore_ascii_case(b"host"));
        is_host && !facts.view.arg(node, 1).is_some_and(|value| is_default(&value))
    })
}

/// The host of the address, as `$proxy_host` has it; `None` where a variable or a template says it.
fn host(view: View<'_>, proxied: &Proxied) -> Option<Vec<u8>> {
    let address = view.arg(proxied.pass, 0)?;
    let url = PassUrl::of(&address)?;
    let host = url.host_header().into_owned();
    (!host.contains(&b'$') && !has_gap(url.authority)).then_some(host)
}

/// A group, an address or a socket; what has a domain of its own wants to be called by it.
fn is_own_machine(host: &[u8], groups: &HashSet<Vec<u8>>) -> bool {
    let name = host.split(|&byte| byte == b':').next().unwrap_or_default();
    let is_address = host.starts_with(b"[") || name.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.');
    is_address || name == b"localhost" || groups.contains(&host.to_ascii_lowercase())
}

/// Labels of letters, digits and inner hyphens (RFC 1123 section 2.1).
fn is_host_name(name: &[u8]) -> bool {
    name.split(|&byte| byte == b'.').all(|label| {
        let is_inner = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'-';
        label.iter().all(is_inner) && !label.starts_with(b"-") && !label.ends_with(b"-")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_hosts_can_have() {
        assert!(["app", "app-1", "1.2", "a.b-c.d"].iter().all(|name| is_host_name(name.as_bytes())));
        assert!(["my_app", "-app", "app-", "a.b_c"].iter().all(|name| !is_host_name(name.as_bytes())));
    }

    #[test]
    fn machines_of_ones_own() {
        let groups = HashSet::from([b"my_app".to_vec()]);
        let is_own = |host: &str| is_own_machine(host.as_bytes(), &groups);
        assert!(["My_app", "10.0.0.1:80", "[::1]", "localhost"].into_iter().all(is_own));
        assert!(!["app", "api.example.com", "api.example.com:8443"].into_iter().any(is_own));
    }
}
