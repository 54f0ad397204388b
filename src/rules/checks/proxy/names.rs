//! Names of backends, whose addresses nginx asks for once: when it starts.

use std::collections::HashSet;

use crate::catalogue::{DirectiveId, directive};
use crate::config::{NodeId, ScopeId, ScopeKind, View};
use crate::rules::facts::Facts;
use crate::rules::found::found_in;
use crate::rules::hit::{Hit, Repair};
use crate::rules::model::Rule;
use crate::template::has_gap;

use super::groups;

/// What names a backend in a block.
const PASSES: [DirectiveId; 6] = [
    directive::PROXY_PASS,
    directive::GRPC_PASS,
    directive::FASTCGI_PASS,
    directive::UWSGI_PASS,
    directive::SCGI_PASS,
    directive::MEMCACHED_PASS,
];

/// Passes and servers of groups that are known by a name of the DNS.
pub fn check(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let (view, groups) = (facts.view, groups(facts));
    let scopes = view.config.scope_ids();
    let named = scopes.flat_map(|scope| naming(view, scope).map(move |node| (scope, node)));
    named
        .filter_map(|(scope, node)| {
            let host = host(view, node).filter(|host| is_resolved_once(host, &groups))?;
            let hit = found_in(facts, rule, scope, node, None);
            let words = hit.words.with("sent", String::from_utf8_lossy(&host));
            Some(Hit { words, repair: Repair::None, ..hit })
        })
        .collect()
}

/// The directives of a scope that name a backend.
fn naming(view: View<'_>, scope: ScopeId) -> impl Iterator<Item = NodeId> {
    let config = view.config;
    let is_group = matches!(config.scope(scope).kind, ScopeKind::Upstream | ScopeKind::StreamUpstream);
    let servers = is_group.then(|| config.own(scope, directive::SERVER)).into_iter().flatten();
    let is_resolved = move |node: &NodeId| view.args(*node).any(|word| &*word == b"resolve");
    PASSES
        .into_iter()
        .flat_map(move |name| config.own(scope, name))
        .chain(servers.filter(move |it| !is_resolved(it)))
}

/// The host of an address without scheme, port and path, in lower case.
fn host(view: View<'_>, node: NodeId) -> Option<Vec<u8>> {
    let address = view.arg(node, 0)?;
    if address.contains(&b'$') || has_gap(&address) {
        return None;
    }
    let start = memchr::memmem::find(&address, b"://").map_or(0, |at| at + 3);
    let host = address.get(start..)?.split(|byte| b"/?:".contains(byte)).next()?;
    Some(host.to_ascii_lowercase())
}

/// Whether a host is a name with a domain, and no group.
fn is_resolved_once(host: &[u8], groups: &HashSet<Vec<u8>>) -> bool {
    let is_address = host.starts_with(b"[") || host.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.');
    let is_domain = host.strip_suffix(b".").unwrap_or(host).contains(&b'.');
    is_domain && !is_address && !host.ends_with(b".localhost") && !groups.contains(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_dns() {
        let groups = HashSet::from([b"app.group".to_vec()]);
        let is_it = |host: &str| is_resolved_once(host.as_bytes(), &groups);
        assert!(["api.example.com", "1.example.com."].into_iter().all(is_it));
        assert!(!["app", "localhost", "x.localhost", "10.0.0.1", "app.group", "unix"].into_iter().any(is_it));
    }
}
