//! From a connection to a server block: the socket, the request line, Host and the server names
//! (`ngx_http_process_request_line`, `ngx_http_set_virtual_server`).

use super::phases::Run;
use super::state::State;
use super::{ClientRequest, HttpVersion, Step, Tracer};
use crate::catalogue::{Version, directive};
use crate::config::{NodeId, ScopeId, ScopeKind};
use crate::handshake::{Answer, Reason};
use crate::route::{self, Chosen, Connection, How, SocketId};
use crate::scope::single;

/// The first release that refuses hop-by-hop headers in HTTP/2 with 400; before, nothing tunnels such a request.
const HTTP_2_REFUSES_HOP_BY_HOP: Version = Version::new(1, 31, 0);

/// The first release that refuses a header name with a blank or a control character with 400.
const REFUSES_BLANK_IN_NAME: Version = Version::new(1, 21, 1);

/// The first release that refuses a second Host line with 400; before, the first one counts.
const REFUSES_SECOND_HOST: Version = Version::new(1, 17, 9);

/// Headers whose second line nginx refuses with 400 (`ngx_http_process_unique_header_line`).
const UNIQUE: [&str; 11] = [
    "Host",
    "If-Modified-Since",
    "If-Unmodified-Since",
    "If-Match",
    "If-None-Match",
    "Content-Length",
    "Content-Range",
    "If-Range",
    "Transfer-Encoding",
    "Expect",
    "Authorization",
];

/// What a connection that reaches no location comes to.
pub(super) struct Ended {
    pub(super) server: Option<ScopeId>,
    pub(super) answer: Answer,
    pub(super) status: Option<u16>,
}

impl Ended {
    fn refused(server: ScopeId, code: u16) -> Self {
        Self { server: Some(server), answer: Answer::fails(Reason::NotProxied), status: Some(code) }
    }

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
    /// Chooses socket and server; what is refused before has no block.
    pub(super) fn run(&mut self) -> Result<Run<'t, 'a>, Ended> {
        let (tracer, request) = (self.tracer, self.request);
        let socket = self.socket()?;
        let default = tracer.sockets.default_server(socket).ok_or_else(Ended::nowhere)?;
        self.same_tls(socket, default)?;
        let target = route::target(&request.target, self.merges_slashes(default))
            .map_err(|_| self.refuse(default, "the path leads above the root or is malformed: 400"))?;
        let host = self.host(default)?;
        let name = host.clone().unwrap_or_default();
        let chosen = self.chosen(socket, &name)?;
        let server = chosen.server;
        let request = &self.received(request, default, server)?;
        if host.is_none() && request.http != HttpVersion::Http10 {
            return Err(self.refuse(server, "HTTP/1.1 needs a Host header: 400"));
        }
        if request.http == HttpVersion::Http2 && hop_by_hop(request) {
            return Err(self.http2(server));
        }
        let text = self.why(socket, &chosen, &name);
        self.step(tracer.view.config.scope(server).node, &text);
        let server_name = route::first_name(tracer.view, server).unwrap_or_default();
        let state = State {
            uri: target.path,
            args: target.args,
            request_uri: request.target.clone(),
            method: request.client.method.clone(),
            client: Some(request.clone()),
            groups: tracer.groups.clone(),
            host: host.unwrap_or_else(|| server_name.clone()),
            server_name,
            ..State::default()
        };
        let is_default = chosen.how == How::Default;
        if let How::Regex(captures) = chosen.how {
            crate::value::InFlight::matched(&state, captures);
        }
        let mut run = Run::new(tracer, request, server, state);
        (run.quoted, run.plus, run.chosen_by_default) = (target.quoted, target.plus, is_default);
        Ok(run)
    }

    fn step(&mut self, node: Option<NodeId>, text: &str) {
        let node = node.or_else(|| self.tracer.http());
        self.steps.push(Step { node, text: text.to_owned() });
    }

    fn refuse(&mut self, server: ScopeId, text: &str) -> Ended {
        self.step(self.tracer.view.config.scope(server).node, text);
        Ended::refused(server, 400)
    }

    fn open(&mut self, node: Option<NodeId>, text: &str) -> Ended {
        self.step(node, text);
        Ended::open()
    }

    /// The socket a request arrives at; where only the port is known, the one whose servers all agree on this Host.
    fn socket(&mut self) -> Result<SocketId, Ended> {
        let (tracer, port) = (self.tracer, self.request.port);
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

    /// Whether another server may stand in what was not read.
    fn may_be_elsewhere(&self) -> bool {
        let config = self.tracer.view.config;
        let mut outer = config.scope_ids().map(|id| config.scope(id));
        outer.any(|scope| matches!(scope.kind, ScopeKind::Main | ScopeKind::Http) && !scope.in_sight)
    }

    fn same_tls(&mut self, socket: SocketId, default: ScopeId) -> Result<(), Ended> {
        let has_tls = self.tracer.sockets.is_ssl(socket);
        if has_tls == self.request.tls {
            return Ok(());
        }
        let listen = self.tracer.sockets.deciding_listen(socket);
        if has_tls {
            self.step(listen, "plain HTTP is spoken to a port with TLS: 400");
            return Err(Ended::refused(default, 400));
        }
        self.step(listen, "TLS is spoken to a port without it: this `listen` has no `ssl`");
        Err(Ended { server: Some(default), ..Ended::nowhere() })
    }

    fn merges_slashes(&self, default: ScopeId) -> bool {
        let view = self.tracer.view;
        let value = single(view.config, default, directive::MERGE_SLASHES).and_then(|node| view.arg(node, 0));
        value.is_none_or(|value| !value.eq_ignore_ascii_case(b"off"))
    }

    /// The request as nginx reads it (`ngx_http_process_request_headers`): without the lines whose names it drops, values
    /// without blanks around them. Lines behind Host are read with the settings of the server that it names.
    fn received(
        &mut self,
        request: &ClientRequest,
        default: ScopeId,
        server: ScopeId,
    ) -> Result<ClientRequest, Ended> {
        let version = self.tracer.version;
        let mut received = request.clone();
        let headers = &mut received.client.headers;
        if version >= REFUSES_BLANK_IN_NAME && headers.iter().any(|(name, _)| has_blank(name)) {
            return Err(self.refuse(server, "a header name holds a blank or a control character: 400"));
        }
        let mut reader = default;
        let mut dropped = Vec::new();
        headers.retain(|(name, _)| {
            let keeps = self.keeps(reader, name);
            if !keeps {
                dropped.push((reader, name.clone()));
            }
            if name.eq_ignore_ascii_case("host") {
                reader = server;
            }
            keeps
        });
        for (_, value) in headers.iter_mut() {
            *value = value.trim_matches(' ').to_owned();
        }
        for (reader, name) in dropped {
            let text = format!("the client's {name} is dropped: nginx takes no such header names here");
            self.step(self.tracer.view.config.scope(reader).node, &text);
        }
        received.client.unknown.retain(|(name, _)| self.keeps(default, name) || self.keeps(server, name));
        let is_twice = |unique: &str| {
            let lines = received.client.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case(unique));
            lines.count() > 1 && (unique != "Host" || version >= REFUSES_SECOND_HOST)
        };
        match UNIQUE.iter().copied().find(|unique| is_twice(unique)) {
            Some(name) => Err(self.refuse(server, &format!("{name} is sent twice: 400"))),
            None => Ok(received),
        }
    }

    /// Whether a server takes a header of this name (`ngx_http_parse_header_line`).
    fn keeps(&self, server: ScopeId, name: &str) -> bool {
        let is = |directive, word: &[u8]| {
            let view = self.tracer.view;
            let value = single(view.config, server, directive).and_then(|node| view.arg(node, 0));
            value.is_some_and(|value| value.eq_ignore_ascii_case(word))
        };
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        let underscores = || is(directive::UNDERSCORES_IN_HEADERS, b"on");
        name.bytes().all(is_plain)
            || (name.bytes().all(|byte| is_plain(byte) || byte == b'_') && underscores())
            || is(directive::IGNORE_INVALID_HEADERS, b"off")
    }

    /// The Host header as nginx keeps it: lower case, without port.
    fn host(&mut self, default: ScopeId) -> Result<Option<Vec<u8>>, Ended> {
        if self.request.client.hides("host") {
            return Err(self.open(None, "the Host that reaches this server hangs on a variable"));
        }
        let host = self.request.host().map(|host| route::host(host.as_bytes(), self.tracer.version));
        let host = host.transpose().map_err(|_| self.refuse(default, "the Host header is malformed: 400"))?;
        Ok(host.map(|host| host.name))
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
            return Ended::refused(server, 400);
        }
        self.step(node, "nginx makes no tunnel from HTTP/2");
        Ended { server: Some(server), answer: Answer::fails(Reason::Protocol), status: None }
    }

    /// Why this server.
    fn why(&self, socket: SocketId, chosen: &Chosen, name: &[u8]) -> String {
        let label = self.tracer.view.label(chosen.server);
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
        format!("{label} {how}")
    }
}

fn has_blank(name: &str) -> bool {
    name.bytes().any(|byte| byte <= b' ' || byte == 0x7f)
}

fn hop_by_hop(request: &ClientRequest) -> bool {
    ["Upgrade", "Connection"].iter().any(|name| request.client.sends(name))
}
