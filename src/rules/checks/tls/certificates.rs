//! Certificates without keys, and TLS without certificates.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use super::servers::{TlsServer, has_tls, tls_servers};
use crate::catalogue::{DirectiveId, Version, directive};
use crate::config::{NodeId, ScopeId, ScopeKind, View};
use crate::route::Sockets;
use crate::rules::facts::Facts;
use crate::rules::found::found_in;
use crate::rules::hit::{Hit, Repair};
use crate::rules::model::Rule;
use crate::scope::{in_force, is_set_to, list};

/// TLS servers without a certificate, and servers with fewer keys than certificates.
pub fn check(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let view = facts.view;
    let bare: Vec<TlsServer> =
        tls_servers(view).into_iter().filter(|it| lacks_certificate(view, it)).collect();
    let lenders = if bare.is_empty() { HashMap::new() } else { lenders(view, &bare) };
    let bare = bare.iter().filter_map(|server| {
        let named = if lenders.contains_key(&server.scope) { "lent" } else { "certificate" };
        let mut hit = found_in(facts, rule, server.scope, server.listen?, Some(named));
        let lender = lenders.get(&server.scope).map(|&lender| view.label(lender)).unwrap_or_default();
        hit.words = hit.words.with("outer", lender);
        Some(Hit { repair: Repair::None, ..hit })
    });
    bare.chain(keyless(facts, rule)).collect()
}

/// Whether a server that says `ssl`, or in mail `starttls`, itself certainly has no certificate, and refuses no handshake instead.
fn lacks_certificate(view: View<'_>, server: &TlsServer) -> bool {
    let is_mail = view.config.scope(server.scope).kind == ScopeKind::MailServer;
    let says_so = is_mail || server.listen.is_some_and(|listen| has_tls(view, listen));
    let rejects = is_set_to(view, server.scope, directive::SSL_REJECT_HANDSHAKE, b"on");
    says_so && !rejects && is_missing(view, server.scope, directive::SSL_CERTIFICATE)
}

fn is_missing(view: View<'_>, server: ScopeId, name: DirectiveId) -> bool {
    let found = in_force(view.config, server, name);
    found.level.is_none() && found.unseen.is_none()
}

/// Of servers without a certificate those whose clients get that of the default server: nginx asks for one only there
/// (`ngx_http_ssl_init`, from 1.25.5 on `ngx_stream_ssl_init`), unless that one refuses handshakes.
fn lenders(view: View<'_>, bare: &[TlsServer]) -> HashMap<ScopeId, ScopeId> {
    let config = view.config;
    let mut lenders: HashMap<ScopeId, Option<ScopeId>> = HashMap::new();
    let mut lend = |to: ScopeId, default: Option<ScopeId>| {
        let has = |it: &ScopeId| in_force(config, *it, directive::SSL_CERTIFICATE).level.is_some();
        let default = default.filter(has);
        let lender = lenders.entry(to).or_insert(default);
        *lender = lender.and(default);
    };
    let sockets = Sockets::of(view);
    let http: HashSet<ScopeId> = bare.iter().map(|it| it.scope).collect();
    for socket in sockets.ids() {
        let says_ssl =
            |it: &ScopeId| sockets.listen_of(socket, *it).is_some_and(|listen| has_tls(view, listen));
        let borrowing = sockets.servers(socket).filter(|it| http.contains(it)).filter(says_ssl);
        borrowing.for_each(|it| lend(it, sockets.default_server(socket)));
    }
    let defaults = stream_defaults(view);
    for server in bare.iter().filter(|it| config.scope(it.scope).kind == ScopeKind::StreamServer) {
        let address = server.listen.and_then(|listen| view.arg(listen, 0));
        let default = address.and_then(|address| defaults.get(&*address)).copied();
        lend(server.scope, default);
    }
    lenders.into_iter().filter_map(|(server, lender)| Some((server, lender?))).collect()
}

/// The default server of each address of `stream`: that with `default_server`, else the first.
fn stream_defaults(view: View<'_>) -> HashMap<Vec<u8>, ScopeId> {
    let config = view.config;
    let is_stream = |id: &ScopeId| config.scope(*id).kind == ScopeKind::StreamServer;
    let mut defaults = HashMap::new();
    for server in config.scope_ids().filter(is_stream) {
        for listen in config.own(server, directive::LISTEN) {
            let Some(address) = view.arg(listen, 0).map(Cow::into_owned) else { continue };
            if view.args(listen).any(|word| *word == *b"default_server") {
                defaults.insert(address, server);
            } else {
                defaults.entry(address).or_insert(server);
            }
        }
    }
    defaults
}

/// The first version in which `stream` asks for the key where no `listen` says `ssl`, too.
const STREAM_ASKS_ALWAYS: Version = Version::new(1, 25, 5);

/// Servers with fewer keys than certificates. `http` asks for the keys while it merges the levels, whether a server speaks
/// TLS or not; `mail`, and for long `stream`, only where it does.
fn keyless(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let view = facts.view;
    let speaking: HashSet<ScopeId> = tls_servers(view).into_iter().map(|it| it.scope).collect();
    let is_asked = |id: &ScopeId| match view.config.scope(*id).kind {
        ScopeKind::Server => true,
        ScopeKind::StreamServer if facts.target.lowest() >= STREAM_ASKS_ALWAYS => true,
        ScopeKind::StreamServer | ScopeKind::MailServer => speaking.contains(id),
        _ => false,
    };
    let found = view.config.scope_ids().filter(is_asked).filter_map(|server| {
        let certificate = without_key(view, server)?;
        let mut hit = found_in(facts, rule, server, certificate, Some("key"));
        hit.words = hit.words.with("written", String::from_utf8_lossy(&view.shown(certificate, 0)?));
        Some(Hit { repair: Repair::None, ..hit })
    });
    found.collect()
}

/// The last certificate of a server that has fewer keys, which nginx names.
fn without_key(view: View<'_>, server: ScopeId) -> Option<NodeId> {
    let certificates = list(view.config, server, directive::SSL_CERTIFICATE);
    let certificate = *certificates.last()?;
    let keys = in_force(view.config, server, directive::SSL_CERTIFICATE_KEY);
    let count = list(view.config, server, directive::SSL_CERTIFICATE_KEY).len();
    (count < certificates.len() && keys.unseen.is_none()).then_some(certificate)
}
