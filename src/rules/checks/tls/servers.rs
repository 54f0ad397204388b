//! Servers that speak TLS with their clients, and what is in force there.

use std::collections::{BTreeSet, HashSet};

use crate::catalogue::{DirectiveId, directive};
use crate::config::{NodeId, ScopeId, ScopeKind, View};
use crate::scope::{is_set_to, list, setting};

/// A server of `http`, `stream` or `mail` that speaks TLS.
#[derive(Debug)]
pub struct TlsServer {
    /// The block.
    pub scope: ScopeId,
    /// Its `listen` with `ssl` or `quic`; of a server that has none the first, and none of one that says `starttls`.
    pub listen: Option<NodeId>,
}

/// Every server that speaks TLS: by its own `listen`, by that of another server on the same address (nginx joins their
/// parameters), by `ssl on`, which nginx took until 1.25.0, or in mail by `starttls`.
pub fn tls_servers(view: View<'_>) -> Vec<TlsServer> {
    let config = view.config;
    let servers = || config.scope_ids().filter(|&id| is_server(config.scope(id).kind));
    let tls: HashSet<(bool, Vec<u8>)> = servers()
        .flat_map(|server| config.own(server, directive::LISTEN))
        .filter(|&listen| has_tls(view, listen))
        .filter_map(|listen| address(view, listen))
        .collect();
    let shares = |listen: &NodeId| address(view, *listen).is_some_and(|address| tls.contains(&address));
    let speaks = |scope: ScopeId| {
        let listens = || config.own(scope, directive::LISTEN);
        if let Some(listen) = listens().find(|&listen| has_tls(view, listen)) {
            return Some(TlsServer { scope, listen: Some(listen) });
        }
        let by_directive = is_set_to(view, scope, directive::SSL, b"on") || starts_tls(view, scope);
        let listen = listens().next();
        (by_directive || listens().any(|listen| shares(&listen))).then_some(TlsServer { scope, listen })
    };
    servers().filter_map(speaks).collect()
}

fn is_server(kind: ScopeKind) -> bool {
    matches!(kind, ScopeKind::Server | ScopeKind::StreamServer | ScopeKind::MailServer)
}

/// Whether a `listen` says `ssl` or `quic`.
pub fn has_tls(view: View<'_>, listen: NodeId) -> bool {
    view.args(listen).skip(1).any(|word| matches!(&*word, b"ssl" | b"quic"))
}

fn starts_tls(view: View<'_>, server: ScopeId) -> bool {
    view.config.scope(server).kind == ScopeKind::MailServer
        && setting(view, server, directive::STARTTLS).is_some_and(|word| !word.eq_ignore_ascii_case(b"off"))
}

/// The address of a `listen` as it is written, and whether it is one of `http`.
fn address(view: View<'_>, listen: NodeId) -> Option<(bool, Vec<u8>)> {
    let is_http = view.config.scope(view.config.node(listen).scope).kind == ScopeKind::Server;
    Some((is_http, view.arg(listen, 0)?.into_owned()))
}

/// The directives called `name` that count for TLS with clients: those in force at a server that speaks it, and those on
/// a level that was not read completely, where such a server may stand below.
pub fn in_use(view: View<'_>, name: DirectiveId) -> BTreeSet<NodeId> {
    let config = view.config;
    let in_force = tls_servers(view).into_iter().flat_map(|server| list(config, server.scope, name));
    let unseen =
        config.scope_ids().filter(|&id| config.scope(id).kind.is_level() && !config.scope(id).in_sight);
    in_force.chain(unseen.flat_map(|level| config.own(level, name))).collect()
}
