//! Stapled OCSP answers that nobody gives, or whose giver is looked up only once.

use std::collections::BTreeMap;

use super::servers::tls_servers;
use crate::catalogue::directive;
use crate::config::{Config, NodeId, ScopeId, View};
use crate::finding::Edit;
use crate::fix::placement::remove;
use crate::rules::facts::Facts;
use crate::rules::found::found_in;
use crate::rules::hit::{Hit, Repair};
use crate::rules::model::Rule;
use crate::scope::{in_force, levels, list, single};

/// `ssl_stapling on` with a certificate below one of the folders in the rule's parameters, whose authority has no OCSP.
pub fn unsupported(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let view = facts.view;
    let mut by_node: BTreeMap<NodeId, Vec<bool>> = BTreeMap::new();
    for (server, node) in stapling(view) {
        by_node.entry(node).or_default().push(has_certificate_below(view, server, rule));
    }
    let found = by_node.into_iter().filter(|(_, unsupported)| unsupported.contains(&true));
    found
        .map(|(node, unsupported)| {
            let edits = removal(view, node, unsupported.iter().all(|&it| it));
            let hit = found_in(facts, rule, view.config.node(node).scope, node, None);
            Hit { repair: edits.map_or(Repair::None, Repair::Edits), ..hit }
        })
        .collect()
}

/// `ssl_stapling on` without a `resolver`: nginx keeps the responder's addresses of the start.
pub fn without_resolver(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let view = facts.view;
    let lacking = stapling(view).filter(|&(server, _)| {
        let found = in_force(view.config, server, directive::RESOLVER);
        found.level.is_none() && found.unseen.is_none() && !has_address(view, server)
    });
    let nodes: BTreeMap<NodeId, ScopeId> = lacking.map(|(server, node)| (node, server)).collect();
    nodes
        .into_iter()
        .map(|(node, server)| Hit { repair: Repair::None, ..found_in(facts, rule, server, node, None) })
        .collect()
}

/// TLS servers that staple what they ask for, with the directive that says so.
fn stapling(view: View<'_>) -> impl Iterator<Item = (ScopeId, NodeId)> {
    tls_servers(view).into_iter().filter_map(move |server| {
        let node = single(view.config, server.scope, directive::SSL_STAPLING)?;
        let is_on = view.arg(node, 0)?.eq_ignore_ascii_case(b"on");
        let has_file = single(view.config, server.scope, directive::SSL_STAPLING_FILE).is_some();
        (is_on && !has_file).then_some((server.scope, node))
    })
}

fn has_certificate_below(view: View<'_>, server: ScopeId, rule: &Rule) -> bool {
    let certificates = list(view.config, server, directive::SSL_CERTIFICATE);
    let is_below = |node: NodeId| {
        let path = view.arg(node, 0).unwrap_or_default();
        rule.params.iter().any(|folder| path.starts_with(folder.as_bytes()))
    };
    !certificates.is_empty() && certificates.into_iter().all(is_below)
}

/// Takes out the line and `ssl_stapling_verify` beside it, where all servers it counts for have such a certificate and
/// no outer level switches stapling on again.
fn removal(view: View<'_>, node: NodeId, all: bool) -> Option<Vec<Edit>> {
    let config = view.config;
    let scope = config.node(node).scope;
    let outer = has_outer(config, scope);
    let verify = config.own(scope, directive::SSL_STAPLING_VERIFY);
    let same = |other: &NodeId| config.node(*other).include == config.node(node).include;
    (all && !outer)
        .then(|| std::iter::once(node).chain(verify.filter(same)).map(|it| remove(view, it)).collect())
}

fn has_outer(config: &Config, scope: ScopeId) -> bool {
    let mut outer = levels(config, scope).skip(1);
    outer.any(|level| config.own(level, directive::SSL_STAPLING).next().is_some())
}

/// Whether `ssl_stapling_responder` names an address, which needs no resolver.
fn has_address(view: View<'_>, server: ScopeId) -> bool {
    let Some(node) = single(view.config, server, directive::SSL_STAPLING_RESPONDER) else { return false };
    let url = view.arg(node, 0).unwrap_or_default();
    let rest = url.strip_prefix(b"http://").unwrap_or(&url);
    let end = memchr::memchr2(b'/', b':', rest).unwrap_or(rest.len());
    let host = rest.get(..end).unwrap_or_default();
    host.starts_with(b"[")
        || (host.contains(&b'.') && host.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.'))
}
