//! The request that goes upstream, the verdict on it, and the next hop.

use std::net::IpAddr;

use super::phases::{End, Next, Run};
use super::{ClientRequest, Hop, HttpVersion, Tracer, Upstream};
use crate::catalogue::directive;
use crate::config::ScopeKind;
use crate::handshake::{Answer, Reason, Request, Verdict, cache, header, judge_headers, request};
use crate::route::{Connection, Pattern, escape_uri, pattern};
use crate::scope::{handler, list};
use crate::value::{Client, Part, Value, parts};

impl Run<'_, '_> {
    /// `ngx_http_proxy_handler` with the configuration of the block in force.
    pub(super) fn proxy(&mut self) -> Next {
        let pass = handler(self.config(), self.block)
            .filter(|&node| self.config().node(node).name == directive::PROXY_PASS);
        let Some(pass) = pass else {
            self.step(None, "the block in force has no upstream: 500");
            return Next::Finalize(500);
        };
        let url = self.tracer.view.arg(pass, 0).unwrap_or_default().into_owned();
        let evaluated = self.evaluate(&url);
        if matches!(&evaluated, Value::Known(url) if has_no_host(url)) {
            self.step(Some(pass), "the address is empty: 500");
            return Next::Finalize(500);
        }
        let sent = request(&self.environment(), pass, self.tracer.version);
        let answer = self.judge(&sent, &evaluated);
        let target = self.target(&url, &evaluated);
        let spoilt = target.iter().any(|&byte| byte <= b' ');
        let answer =
            if spoilt && answer.verdict == Verdict::Works { Answer::fails(Reason::Method) } else { answer };
        self.step(Some(pass), &format!("{} is asked", String::from_utf8_lossy(&url)));
        Next::Done(End::Proxied(Box::new(Upstream { pass, target, request: sent }), answer))
    }

    fn judge(&mut self, sent: &Request, _: &Value) -> Answer {
        let view = self.tracer.view;
        let mut answer = judge_headers(&self.environment(), sent).answer();
        if self.request.client.header("Upgrade").is_none() {
            // nginx makes a tunnel only where the client itself asked for an upgrade.
            answer = with_defect(answer, Reason::NoUpgradeHeader);
        }
        if answer.verdict != Verdict::Works || self.subrequest {
            return answer;
        }
        if self.error_status.is_some() {
            return Answer::fails(Reason::StatusReplaced);
        }
        if self.is_mirrored_upgraded() {
            return Answer::fails(Reason::SubrequestUpgrade);
        }
        if cache::may_answer(&self.environment(), self.block) {
            return Answer::depends(Reason::Cache);
        }
        if self.request.client.header("Sec-WebSocket-Protocol").is_some() {
            let passed = sent.sent("Sec-WebSocket-Protocol").next().is_some();
            if !passed || header::hides(view, self.block, "Sec-WebSocket-Protocol") {
                return Answer::fails(Reason::ResponseHeaderHidden);
            }
        }
        answer
    }

    /// Whether a mirrored request would become a tunnel: its 101 then tears the main one down.
    fn is_mirrored_upgraded(&mut self) -> bool {
        let view = self.tracer.view;
        let paths: Vec<Vec<u8>> = (list(view.config, self.block, directive::MIRROR).iter())
            .filter_map(|&node| view.arg(node, 0))
            .filter(|path| &**path != b"off")
            .filter_map(|path| self.evaluate(&path).bytes().map(<[u8]>::to_vec))
            .collect();
        paths.iter().any(|path| {
            matches!(self.subrequest(path), End::Proxied(_, answer) if answer.verdict == Verdict::Works)
        })
    }

    /// Path and query as they go upstream (`ngx_http_proxy_create_request`).
    fn target(&self, url: &[u8], evaluated: &Value) -> Vec<u8> {
        let has_variables = parts(url).any(|part| !matches!(part, Part::Text(_)));
        let part = uri_part(evaluated.bytes().unwrap_or(url));
        if has_variables && !part.is_empty() {
            return if part.starts_with(b"?") { [b"/".as_slice(), part].concat() } else { part.to_vec() };
        }
        if part.is_empty() && self.valid_unparsed {
            return self.state.request_uri.clone();
        }
        let replaces = self.valid_location && !part.is_empty();
        let kept = if replaces { self.location_name_length() } else { 0 };
        let rest = self.state.uri.get(kept..).unwrap_or_default();
        let rest =
            if self.quoted || self.internal { escape_uri(rest, self.tracer.version) } else { rest.to_vec() };
        let mut target = if replaces { part.to_vec() } else { Vec::new() };
        target.extend(rest);
        if !self.state.args.is_empty() {
            target.push(b'?');
            target.extend_from_slice(&self.state.args);
        }
        target
    }

    fn location_name_length(&self) -> usize {
        match pattern(self.tracer.view, self.location()) {
            Some(Pattern::Exact(name) | Pattern::Prefix(name, _)) => name.len(),
            _ => 0,
        }
    }
}

fn with_defect(answer: Answer, reason: Reason) -> Answer {
    let mut defects = vec![reason];
    defects.extend(answer.defects.into_iter().filter(|&it| it != reason && it < Reason::Redirect));
    defects.sort_unstable();
    Answer { verdict: Verdict::Fails, reason: defects.first().copied().unwrap_or(reason), defects }
}

/// What follows the host in an address.
fn uri_part(url: &[u8]) -> &[u8] {
    let rest = memchr::memmem::find(url, b"://").and_then(|at| url.get(at + 3..)).unwrap_or_default();
    let rest = if rest.starts_with(b"unix:") { after_socket(rest) } else { rest };
    let end = rest.iter().position(|byte| matches!(byte, b'/' | b'?')).unwrap_or(rest.len());
    rest.get(end..).unwrap_or_default()
}

/// A socket's path ends with a second colon.
fn after_socket(rest: &[u8]) -> &[u8] {
    let path = rest.get(5..).unwrap_or_default();
    memchr::memchr(b':', path).and_then(|at| path.get(at + 1..)).unwrap_or_default()
}

fn has_no_host(url: &[u8]) -> bool {
    let Some(at) = memchr::memmem::find(url, b"://") else { return true };
    matches!(url.get(at + 3), None | Some(b'/' | b'?'))
}

impl Tracer<'_> {
    /// The request that reaches the next hop, where the pass leads to a socket of the same tree.
    pub(super) fn onward(
        &self,
        from: &ClientRequest,
        hop: &Hop,
        upstream: &Upstream,
    ) -> Option<ClientRequest> {
        if !matches!(hop.answer.verdict, Verdict::Works) && hop.answer.reason == Reason::SubrequestUpgrade {
            return None;
        }
        let url = String::from_utf8_lossy(&self.view.arg(upstream.pass, 0)?).into_owned();
        let (scheme, rest) = url.split_once("://")?;
        let authority = rest.split('/').next().unwrap_or_default();
        let tls = scheme.eq_ignore_ascii_case("https");
        let (address, port) =
            self.peers(authority).into_iter().chain([authority.to_owned()]).find_map(|peer| {
                let (address, port) = address(&peer, tls)?;
                matches!(self.sockets.connect(Some(address), port), Connection::One(_))
                    .then_some((address, port))
            })?;
        let mut headers = Vec::new();
        for line in [&upstream.request.set, &upstream.request.defaults, &upstream.request.passed]
            .into_iter()
            .flatten()
        {
            let value = line.value.bytes()?;
            if !value.is_empty() {
                headers.push((line.name.clone(), String::from_utf8_lossy(value).into_owned()));
            }
        }
        let http = match upstream.request.version.value.bytes()? {
            b"1.0" => HttpVersion::Http10,
            b"2" => HttpVersion::Http2,
            _ => HttpVersion::Http11,
        };
        let method = String::from_utf8_lossy(upstream.request.method.value.bytes()?).into_owned();
        Some(ClientRequest {
            url: url.clone(),
            tls,
            address: Some(address),
            port,
            target: upstream.target.clone(),
            http,
            client: Client { method, headers, remote_addr: address.to_string(), host: None },
        })
        .filter(|next| next.port != from.port || next.target != from.target || next.http != from.http)
    }

    /// The servers of an upstream group.
    fn peers(&self, name: &str) -> Vec<String> {
        let config = self.view.config;
        let is_group = |id: &crate::config::ScopeId| {
            let node = config.scope(*id).node.filter(|_| config.scope(*id).kind == ScopeKind::Upstream);
            node.and_then(|node| self.view.arg(node, 0))
                .is_some_and(|it| it.eq_ignore_ascii_case(name.as_bytes()))
        };
        let Some(group) = config.scope_ids().find(is_group) else { return Vec::new() };
        let servers = config.own(group, directive::SERVER).filter_map(|node| self.view.arg(node, 0));
        servers.map(|server| String::from_utf8_lossy(&server).into_owned()).collect()
    }
}

/// Address and port of a peer on this machine.
fn address(peer: &str, tls: bool) -> Option<(IpAddr, u16)> {
    let (host, port) = match peer.rsplit_once(':') {
        Some((host, port)) if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => {
            (host, port.parse().ok()?)
        }
        _ => (peer, if tls { 443 } else { 80 }),
    };
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let address: IpAddr =
        if host.eq_ignore_ascii_case("localhost") { "127.0.0.1".parse().ok()? } else { host.parse().ok()? };
    address.is_loopback().then_some((address, port))
}
