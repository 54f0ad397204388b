//! From a connection to a server block: the socket, the request line, Host and the server names
//! (`ngx_http_process_request_line`, `ngx_http_set_virtual_server`).

use super::phases::{Next, Run};
use super::state::State;
use super::story::named;
use super::{ClientRequest, HttpVersion, Step, Tracer};
use crate::catalogue::{DirectiveId, Version, directive};
use crate::config::{NodeId, ScopeId, ScopeKind};
use crate::handshake::{Answer, Reason};
use crate::route::{self, Chosen, Connection, How, SocketId};
use crate::scope::{is_set_to, single};
use crate::value::InFlight as _;

/// The first release that refuses hop-by-hop headers in HTTP/2 with 400; before, nothing tunnels such a request.
const HTTP_2_REFUSES_HOP_BY_HOP: Version = Version::new(1, 31, 0);

/// The first release in which a plain port with `http2` takes HTTP/1 as well.
const PLAIN_PORTS_DETECT_HTTP_2: Version = Version::new(1, 25, 1);

/// `NGX_HTTP_NO_CERT`; the client sees 400.
const NO_CLIENT_CERTIFICATE: u16 = 496;

/// `NGX_HTTP_TO_HTTPS`; the client sees 400.
const PLAIN_HTTP_TO_TLS: u16 = 497;

/// What a connection that reaches no location comes to.
pub(super) struct Ended {
    pub(super) server: Option<ScopeId>,
    pub(super) answer: Answer,
    pub(super) status: Option<u16>,
}

impl Ended {
    fn open() -> Self {
        Self { server: None, answer: Answer::depends(Reason::UnknownValue), status: None }
    }

    fn nowhere() -> Self {
        Self { server: None, answer: Answer::fails(Reason::NotProxied), status: None }
    }
}

/// A request that has not reached its server yet.
pub(super) struct Start<'t, 'a> {
    pub(super) tracer: &'t Tracer<'a>,
    pub(super) request: &'t ClientRequest,
    pub(super) steps: Vec<Step>,
}

impl<'t, 'a> Start<'t, 'a> {
    /// Chooses socket and server, and says where the request begins: at the server's rewrites, or with a refusal that
    /// `error_page` of the server may still take elsewhere (`ngx_http_process_request`).
    pub(super) fn run(&mut self) -> Result<(Run<'t, 'a>, Next), Ended> {
        let (tracer, request) = (self.tracer, self.request);
        let socket = self.socket()?;
        let default = tracer.sockets.default_server(socket).ok_or_else(Ended::nowhere)?;
        self.protocol(socket, default)?;
        let Ok(target) = route::target(&request.target, self.merges_slashes(default)) else {
            self.step(self.node(default), "the path leads above the root or is malformed: 400");
            return Ok((self.at(default, request), Next::Finalize(400)));
        };
        if request.client.hides("host") {
            return Err(self.open(None, "the Host that reaches this server hangs on a variable"));
        }
        let host = request.host().map(|host| route::host(host.as_bytes(), tracer.version));
        let Ok(host) = host.transpose() else {
            self.step(self.node(default), "the Host header is malformed: 400");
            return Ok((self.at(default, request), Next::Finalize(400)));
        };
        let host = host.map(|host| host.name);
        let name = host.clone().unwrap_or_default();
        let chosen = self.chosen(socket, &name)?;
        let server = chosen.server;
        let request = match self.received(default, server) {
            Ok(request) => request,
            Err(problem) => {
                self.step(self.node(server), &problem);
                return Ok((self.at(server, request), Next::Finalize(400)));
            }
        };
        let request = &request;
        if request.http == HttpVersion::Http2 && hop_by_hop(request) {
            return Err(self.http2(server));
        }
        let text = self.why(socket, &chosen, &name);
        self.step(self.node(server), &text);
        let mut run = self.at(server, request);
        run.chosen_by_default = chosen.how == How::Default;
        (run.state.uri, run.state.args) = (target.path, target.args);
        (run.quoted, run.plus) = (target.quoted, target.plus);
        if let Some(host) = host.clone() {
            run.state.host = host;
        }
        if let How::Regex(captures) = chosen.how {
            run.state.matched(captures);
        }
        run.find_root();
        if host.is_none() && request.http != HttpVersion::Http10 {
            self.step(self.node(server), "HTTP/1.1 needs a Host header: 400");
            return Ok((run, Next::Finalize(400)));
        }
        let next = self.tls(socket, server)?;
        Ok((run, next))
    }

    /// The request as it stands at a server.
    fn at(&self, server: ScopeId, request: &ClientRequest) -> Run<'t, 'a> {
        let server_name = route::first_name(self.tracer.view, server).unwrap_or_default();
        let state = State {
            uri: request.target.clone(),
            request_uri: request.target.clone(),
            method: request.client.method.clone(),
            client: Some(request.clone()),
            groups: self.tracer.groups.clone(),
            host: server_name.clone(),
            server_name,
            ..State::default()
        };
        Run::new(self.tracer, request, server, state)
    }

    fn node(&self, server: ScopeId) -> Option<NodeId> {
        self.tracer.view.config.scope(server).node
    }

    pub(super) fn step(&mut self, node: Option<NodeId>, text: &str) {
        let node = node.or_else(|| self.tracer.http());
        self.steps.push(Step { node, text: text.to_owned(), depth: 0, hop: 0 });
    }

    fn open(&mut self, node: Option<NodeId>, text: &str) -> Ended {
        self.step(node, text);
        Ended::open()
    }

    /// The socket a request arrives at; where only the port is known, the one whose servers all agree on this Host.
    fn socket(&mut self) -> Result<SocketId, Ended> {
        let (tracer, port) = (self.tracer, self.request.port);
        if let Some(path) = &self.request.unix {
            return tracer.sockets.unix(path).ok_or_else(Ended::nowhere);
        }
        match tracer.sockets.connect(self.request.address, port) {
            Connection::One(socket) => Ok(socket),
            Connection::Several(sockets) => {
                let name = self.request.host();
                let name = name.and_then(|host| route::host(host.as_bytes(), tracer.version).ok());
                let name = name.map(|host| host.name).unwrap_or_default();
                let server = |socket: SocketId| tracer.names.find(socket, &name).map(|chosen| chosen.server);
                let first = sockets.first().copied();
                let agreed =
                    first.filter(|&first| sockets.iter().all(|&other| server(other) == server(first)));
                let listen = first.and_then(|first| tracer.sockets.deciding_listen(first));
                agreed.ok_or_else(|| {
                    let text = format!(
                        "several addresses listen on port {port} with other servers: name one in the URL"
                    );
                    self.open(listen, &text)
                })
            }
            Connection::Nothing if let Some(stream) = self.stream(port) => {
                self.step(Some(stream), "`stream` passes the bytes on as they are: its backend decides");
                Err(Ended { answer: Answer::depends(Reason::Protocol), ..Ended::nowhere() })
            }
            Connection::Nothing if self.may_be_elsewhere() => {
                let text = format!("nothing that was read listens on port {port}; an include was not read");
                Err(self.open(None, &text))
            }
            Connection::Nothing => {
                self.step(None, &format!("nothing listens on port {port}: the connection is refused"));
                Err(Ended::nowhere())
            }
        }
    }

    /// The `listen` of a `stream` server on this port.
    fn stream(&self, port: u16) -> Option<NodeId> {
        let view = self.tracer.view;
        let config = view.config;
        let servers = config.scope_ids().filter(|&id| config.scope(id).kind == ScopeKind::StreamServer);
        servers
            .flat_map(|server| config.own(server, directive::LISTEN))
            .find(|&node| view.arg(node, 0).is_some_and(|word| route::listens_on(&word, port)))
    }

    /// Whether another server may stand in what was not read.
    fn may_be_elsewhere(&self) -> bool {
        let config = self.tracer.view.config;
        let mut outer = config.scope_ids().map(|id| config.scope(id));
        outer.any(|scope| matches!(scope.kind, ScopeKind::Main | ScopeKind::Http) && !scope.in_sight)
    }

    /// What a listener expects before HTTP/1: in front of one for the PROXY protocol a load balancer is taken to stand.
    fn protocol(&mut self, socket: SocketId, default: ScopeId) -> Result<(), Ended> {
        let sockets = self.tracer.sockets;
        let listen = sockets.deciding_listen(socket);
        let closed = Ended { server: Some(default), ..Ended::nowhere() };
        if sockets.wants_proxy_protocol(socket) && self.request.is_hop {
            self.step(
                listen,
                "the PROXY protocol is expected here, and no pass sends it: the connection is closed",
            );
            return Err(closed);
        }
        if sockets.wants_proxy_protocol(socket) {
            self.step(listen, "the PROXY protocol is expected here: taken to come from a load balancer");
        }
        let is_tls = sockets.is_ssl(socket);
        if self.request.tls && !is_tls {
            self.step(listen, "wss:// (TLS) is spoken to a port without TLS: this `listen` has no `ssl`");
            return Err(closed);
        }
        let is_http1 = self.request.http != HttpVersion::Http2;
        if sockets.is_http2(socket) && !is_tls && is_http1 && self.tracer.version < PLAIN_PORTS_DETECT_HTTP_2
        {
            self.step(
                listen,
                "with `http2` and without `ssl` this port takes HTTP/2 only, before nginx 1.25.1",
            );
            return Err(Ended { answer: Answer::fails(Reason::Protocol), ..closed });
        }
        Ok(())
    }

    /// What the server itself asks of TLS.
    fn tls(&mut self, socket: SocketId, server: ScopeId) -> Result<Next, Ended> {
        let is_tls = self.tracer.sockets.is_ssl(socket);
        if is_tls && !self.request.tls {
            let listen = self.tracer.sockets.deciding_listen(socket);
            self.step(listen, "ws:// (plain HTTP) is spoken to a port that expects TLS: 400");
            return Ok(Next::Finalize(PLAIN_HTTP_TO_TLS));
        }
        if is_tls && let Some(node) = self.setting(server, directive::SSL_REJECT_HANDSHAKE, b"on") {
            self.step(Some(node), "the TLS handshake itself is rejected for this name");
            return Err(Ended { server: Some(server), ..Ended::nowhere() });
        }
        if is_tls && let Some(node) = self.setting(server, directive::SSL_VERIFY_CLIENT, b"on") {
            self.step(Some(node), "a client certificate is required, and none is sent: 400");
            return Ok(Next::Finalize(NO_CLIENT_CERTIFICATE));
        }
        Ok(Next::ServerRewrite)
    }

    /// The directive in force where it has this value.
    fn setting(&self, server: ScopeId, name: DirectiveId, value: &[u8]) -> Option<NodeId> {
        let view = self.tracer.view;
        let node = single(view.config, server, name)?;
        view.arg(node, 0).filter(|it| it.eq_ignore_ascii_case(value)).map(|_| node)
    }

    fn merges_slashes(&self, default: ScopeId) -> bool {
        let view = self.tracer.view;
        !is_set_to(view, default, directive::MERGE_SLASHES, b"off")
    }

    fn chosen(&mut self, socket: SocketId, name: &[u8]) -> Result<Chosen, Ended> {
        let chosen = self.tracer.names.find(socket, name).ok_or_else(Ended::nowhere)?;
        match &chosen.unknown {
            None => Ok(chosen),
            Some(unjudged) => {
                let why = match &unjudged.error {
                    Some(error) => format!("whether this name fits is not known: {error}"),
                    None => "$hostname is the name of nginx's own machine".to_owned(),
                };
                Err(self.open(Some(unjudged.node), &why))
            }
        }
    }

    fn http2(&mut self, server: ScopeId) -> Ended {
        let node = self.tracer.view.config.scope(server).node;
        if self.tracer.version >= HTTP_2_REFUSES_HOP_BY_HOP {
            self.step(node, "HTTP/2 forbids Upgrade and Connection: 400");
            let answer = Answer::fails(Reason::NotProxied);
            return Ended { server: Some(server), answer, status: Some(400) };
        }
        self.step(node, "nginx opens no WebSocket from HTTP/2: it answers as to any other request");
        Ended { server: Some(server), answer: Answer::fails(Reason::Protocol), status: None }
    }

    /// Why this server.
    fn why(&self, socket: SocketId, chosen: &Chosen, name: &[u8]) -> String {
        let label = named(self.tracer.view, chosen.server);
        let how = match &chosen.how {
            How::Exact => "chosen by exact name".to_owned(),
            How::Leading => "chosen by a wildcard at the name's start: no exact name fits".to_owned(),
            How::Trailing => "chosen by a wildcard at the name's end: no exact name fits".to_owned(),
            How::Regex(_) => {
                "chosen by the first regular expression that fits: no plain name does".to_owned()
            }
            How::Default if self.tracer.sockets.servers(socket).nth(1).is_none() => {
                format!("chosen as the only server of port {}", self.request.port)
            }
            How::Default if name.is_empty() => {
                format!("chosen as the default server of port {}: there is no Host", self.request.port)
            }
            How::Default => format!(
                "chosen as the default server of port {}: no server_name fits {}",
                self.request.port,
                String::from_utf8_lossy(name)
            ),
        };
        match how.strip_prefix("chosen as ") {
            Some(role) if label.starts_with("the server at ") => role.to_owned(),
            _ => format!("{label} {how}"),
        }
    }
}

fn hop_by_hop(request: &ClientRequest) -> bool {
    ["Upgrade", "Connection"].iter().any(|name| request.client.sends(name))
}
