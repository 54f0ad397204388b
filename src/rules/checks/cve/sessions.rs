//! TLS sessions that one server opens and another one resumes.

use std::borrow::Cow;
use std::collections::HashMap;

use super::scopes;
use super::uses::is_tls;
use crate::catalogue::directive;
use crate::config::{NodeId, ScopeId, ScopeKind};
use crate::rules::facts::Facts;
use crate::scope::{setting, single};

/// The shared zone of a server's session cache.
fn zone<'a>(facts: &Facts<'a>, server: ScopeId) -> Option<Vec<u8>> {
    let node = single(facts.view.config, server, directive::SSL_SESSION_CACHE)?;
    let mut words = facts.view.args(node);
    words.find_map(|word: Cow<'a, [u8]>| {
        let name = word.strip_prefix(b"shared:")?.split(|&byte| byte == b':').next()?.to_vec();
        Some(name)
    })
}

/// TLS servers that share a cache or a ticket key with another one.
pub fn across_servers(facts: &Facts<'_>) -> Vec<NodeId> {
    let mut users: HashMap<Vec<u8>, Vec<NodeId>> = HashMap::new();
    for server in scopes(facts, ScopeKind::Server).filter(|&server| is_tls(facts, server)) {
        let key = setting(facts.view, server, directive::SSL_SESSION_TICKET_KEY);
        let shared = zone(facts, server).map(|zone| (zone, directive::SSL_SESSION_CACHE));
        let keyed = key.map(|key| ([b"key:", &*key].concat(), directive::SSL_SESSION_TICKET_KEY));
        for (name, id) in shared.into_iter().chain(keyed) {
            users.entry(name).or_default().extend(single(facts.view.config, server, id));
        }
    }
    users.into_values().filter(|nodes| nodes.len() > 1).flatten().collect()
}

/// Servers that ask for client certificates on an address that they share, where sessions are shared and TLS 1.3 is on.
pub fn with_client_certificates(facts: &Facts<'_>) -> Vec<NodeId> {
    let (view, config) = (facts.view, facts.view.config);
    let mut by_address: HashMap<Vec<u8>, Vec<ScopeId>> = HashMap::new();
    for server in scopes(facts, ScopeKind::Server).filter(|&server| is_tls(facts, server)) {
        for node in config.own(server, directive::LISTEN) {
            by_address.entry(view.arg(node, 0).unwrap_or_default().into_owned()).or_default().push(server);
        }
    }
    let shared = by_address.into_values().filter(|servers| servers.len() > 1).flatten();
    let verifying = shared.filter(|&server| has_tls13(facts, server) && shares_sessions(facts, server));
    verifying
        .filter_map(|server| {
            let node = single(config, server, directive::SSL_VERIFY_CLIENT)?;
            let word = view.arg(node, 0)?;
            matches!(&*word, b"on" | b"optional").then_some(node)
        })
        .collect()
}

/// TLS 1.3 is on by default since 1.23.4.
fn has_tls13(facts: &Facts<'_>, server: ScopeId) -> bool {
    match single(facts.view.config, server, directive::SSL_PROTOCOLS) {
        Some(node) => facts.view.args(node).any(|word| word.eq_ignore_ascii_case(b"TLSv1.3")),
        None => !facts.target.contains_below(crate::catalogue::Version::new(1, 23, 4)),
    }
}

fn shares_sessions(facts: &Facts<'_>, server: ScopeId) -> bool {
    let tickets = setting(facts.view, server, directive::SSL_SESSION_TICKETS);
    !tickets.is_some_and(|word| word.eq_ignore_ascii_case(b"off")) || zone(facts, server).is_some()
}
