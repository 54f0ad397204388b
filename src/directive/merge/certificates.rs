//! Servers that speak TLS without a certificate or its key (`ngx_http_ssl_merge_srv_conf`, `ngx_http_ssl_init`).

use super::super::levels::{Levels, View};
use super::super::sockets::Sockets;
use super::super::statement::Problem;
use super::super::{Fault, quoted, says};
use super::Turn;
use crate::catalogue::directive;

/// Certificates without keys, then sockets without certificates.
pub(in crate::directive) fn missing<P: Copy>(
    levels: &Levels<P>,
    sockets: &Sockets<P>,
) -> Vec<(Turn, Problem<P>)> {
    let servers: Vec<View<'_, P>> = levels.servers().collect();
    let mut found: Vec<(Turn, Problem<P>)> = servers.iter().filter_map(keyless).collect();
    for socket in sockets.all() {
        let Some(tls) = socket.tls else { continue };
        // Servers are numbered from 1.
        let view = |server: usize| server.checked_sub(1).and_then(|index| servers.get(index));
        let is_bare = |server: usize| view(server).is_some_and(|view| !has_certificate(view));
        let refuses = |server: usize| view(server).is_some_and(rejects);
        let default = socket.default_server;
        let others =
            || socket.servers.iter().map(|&(server, _)| server).find(|&it| is_bare(it) && !refuses(it));
        let bare = match (is_bare(default), refuses(default)) {
            (false, _) => None,
            (true, false) => Some(default),
            (true, true) => others(),
        };
        let opening = bare.and_then(view).and_then(|view| levels.opening(view.level));
        found.extend(opening.map(|server| {
            let message = format!("no \"ssl_certificate\" is defined for the \"listen ... {tls}\" directive");
            let refusal = says(message).of(Fault::Certificate).at(0);
            (Turn::Certificates, Problem { refusal, at: Some(server), cause: Some(server), first: None })
        }));
    }
    found
}

fn has_certificate<P: Copy>(view: &View<'_, P>) -> bool {
    view.setting(directive::SSL_CERTIFICATE).is_some()
}

fn rejects<P: Copy>(view: &View<'_, P>) -> bool {
    view.setting(directive::SSL_REJECT_HANDSHAKE).is_some_and(|it| it.word(1).eq_ignore_ascii_case(b"on"))
}

fn keyless<P: Copy>(view: &View<'_, P>) -> Option<(Turn, Problem<P>)> {
    let certificates = view.list(directive::SSL_CERTIFICATE).1;
    let last = certificates.last()?;
    if view.list(directive::SSL_CERTIFICATE_KEY).1.len() >= certificates.len() {
        return None;
    }
    let refusal = quoted("no \"ssl_certificate_key\" is defined for certificate \"", last.word(1), "\"");
    let refusal = refusal.of(Fault::Certificate);
    Some((Turn::Modules(0), Problem { refusal, at: None, cause: Some(last.place), first: None }))
}
