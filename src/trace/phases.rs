//! The phases of a request, of every internal redirect and of every subrequest (`ngx_http_core_run_phases`).

use super::script::Script;
use super::state::State;
use super::{ClientRequest, Hop, HttpVersion, Step, Tracer, Upstream};
use crate::catalogue::{Version, directive};
use crate::config::{Config, NodeId, ScopeId, ScopeKind};
use crate::handshake::{Answer, Reason};
use crate::route::{self, Chosen, Connection, Found, How, SocketId};
use crate::scope::{handler, list, location_of, single};
use crate::value::{Environment, InFlight as _, Value};

/// Rewrites and internal redirects that nginx allows (`NGX_HTTP_MAX_URI_CHANGES`); the next one is a 500.
const MOST_URI_CHANGES: u8 = 10;

/// Where a request goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Next {
    /// The server's own rewrite directives.
    ServerRewrite,
    /// The location search.
    FindLocation,
    /// The rewrite directives of the location just entered.
    Rewrite,
    /// Access control.
    Access,
    /// `try_files`, then what answers.
    Content,
    /// A status that `error_page` may take elsewhere.
    Finalize(u16),
    /// The end.
    Done(End),
}

/// How a hop ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum End {
    /// nginx answers by itself.
    Answered(u16),
    /// The connection is closed without an answer.
    Closed,
    /// The request goes upstream.
    Proxied(Box<Upstream>, Answer),
    /// The verdict without an answer of nginx's own.
    Verdict(Answer),
}

/// A request on its way.
#[expect(
    clippy::struct_excessive_bools,
    reason = "nginx keeps each as a bit of its request, and they vary freely"
)]
pub(super) struct Run<'t, 'a> {
    pub(super) tracer: &'t Tracer<'a>,
    pub(super) request: ClientRequest,
    pub(super) state: State,
    pub(super) server: ScopeId,
    /// The block in force (`r->loc_conf`).
    pub(super) block: ScopeId,
    pub(super) content_handler: Option<NodeId>,
    pub(super) internal: bool,
    pub(super) uri_changed: bool,
    /// The client's own spelling of the path may still go upstream (`r->valid_unparsed_uri`).
    pub(super) valid_unparsed: bool,
    /// The URI part of a pass still applies (`r->valid_location`).
    pub(super) valid_location: bool,
    /// The request path had `%XX` (`r->quoted_uri`).
    pub(super) quoted: bool,
    /// The request path had `+` (`r->plus_in_uri`).
    pub(super) plus: bool,
    /// `try_files` has put the file's own path behind the `alias` of a regular expression (`r->add_uri_to_alias`).
    pub(super) adds_uri_to_alias: bool,
    changes_left: u8,
    pub(super) error_page_used: bool,
    pub(super) error_status: Option<u16>,
    pub(super) subrequest: bool,
    pub(super) steps: Vec<Step>,
}

/// Follows one request to the end of its hop.
pub(super) fn run(tracer: &Tracer<'_>, request: &ClientRequest) -> (Hop, Vec<Step>) {
    let mut steps = Vec::new();
    match start(tracer, request, &mut steps) {
        Ok(mut run) => {
            run.steps = steps;
            let end = run.follow(Next::ServerRewrite);
            let hop = run.hop(end);
            (hop, run.steps)
        }
        Err((server, answer, status)) => {
            let uri = route::target(&request.target, true).map(|target| target.path).unwrap_or_default();
            let hop = Hop { server, block: None, upstream: None, answer, status, uri };
            (hop, steps)
        }
    }
}

/// What a connection that reaches no location comes to.
type Ended = (Option<ScopeId>, Answer, Option<u16>);

/// Chooses socket and server and reads the request line (`ngx_http_process_request_line`, `ngx_http_set_virtual_server`).
fn start<'t, 'a>(
    tracer: &'t Tracer<'a>,
    request: &ClientRequest,
    steps: &mut Vec<Step>,
) -> Result<Run<'t, 'a>, Ended> {
    let view = tracer.view;
    let socket = socket(tracer, request, steps)?;
    let Some(default) = tracer.sockets.default_server(socket) else {
        return Err((None, Answer::fails(Reason::NotProxied), None));
    };
    let refused = |server: ScopeId, code: u16| (Some(server), Answer::fails(Reason::NotProxied), Some(code));
    if tracer.sockets.is_ssl(socket) != request.tls {
        let text = if request.tls {
            "TLS is spoken to a port without it"
        } else {
            "plain HTTP is spoken to a TLS port: 400"
        };
        steps.push(Step { node: view.config.scope(default).node, text: text.into() });
        let code = (!request.tls).then_some(400);
        return Err((Some(default), Answer::fails(Reason::NotProxied), code));
    }
    let merges = single(view.config, default, directive::MERGE_SLASHES)
        .and_then(|node| view.arg(node, 0))
        .is_none_or(|value| !value.eq_ignore_ascii_case(b"off"));
    let target = route::target(&request.target, merges).map_err(|_| refused(default, 400))?;
    let state = State {
        uri: target.path.clone(),
        args: target.args.clone(),
        request_uri: request.target.clone(),
        method: request.client.method.clone(),
        client: Some(request.clone()),
        groups: tracer.groups.clone(),
        ..State::default()
    };
    if request.client.hides("host") {
        return Err((None, Answer::depends(Reason::UnknownValue), None));
    }
    let host = request.host().map(|host| route::host(host.as_bytes(), tracer.version)).transpose();
    let host = host.map_err(|_| refused(default, 400))?;
    let name = host.as_ref().map(|host| host.name.clone()).unwrap_or_default();
    let Some(chosen) = tracer.names.find(socket, &name).filter(|chosen| chosen.unknown.is_none()) else {
        return Err((None, Answer::depends(Reason::UnknownValue), None));
    };
    if host.is_none() && request.http != HttpVersion::Http10 {
        return Err(refused(chosen.server, 400));
    }
    choose(tracer, &state, &chosen, steps);
    let (server, server_name) = (chosen.server, route::first_name(view, chosen.server).unwrap_or_default());
    let host = if host.is_some() { name } else { server_name.clone() };
    if request.http == HttpVersion::Http2 && hop_by_hop(request) {
        // From 1.31.0 such a request is refused; before, nothing tunnels it.
        let code = (tracer.version >= Version::new(1, 31, 0)).then_some(400);
        return Err((
            Some(server),
            Answer::fails(if code.is_some() { Reason::NotProxied } else { Reason::Protocol }),
            code,
        ));
    }
    let state = State { host, server_name, ..state };
    let mut run = Run {
        tracer,
        request: request.clone(),
        state,
        server,
        block: server,
        content_handler: None,
        internal: false,
        uri_changed: false,
        valid_unparsed: true,
        valid_location: true,
        quoted: target.quoted,
        plus: target.plus,
        adds_uri_to_alias: false,
        changes_left: MOST_URI_CHANGES + 1,
        error_page_used: false,
        error_status: None,
        subrequest: false,
        steps: Vec::new(),
    };
    run.enter(server);
    Ok(run)
}

/// The socket a request arrives at; where only the port is known, the one whose servers all agree on this Host.
fn socket(tracer: &Tracer<'_>, request: &ClientRequest, steps: &mut Vec<Step>) -> Result<SocketId, Ended> {
    match tracer.sockets.connect(request.address, request.port) {
        Connection::One(socket) => Ok(socket),
        Connection::Several(sockets) => {
            let name = request.host().and_then(|host| route::host(host.as_bytes(), tracer.version).ok());
            let name = name.map(|host| host.name).unwrap_or_default();
            let server = |socket: SocketId| tracer.names.find(socket, &name).map(|chosen| chosen.server);
            let first = sockets.first().copied();
            let agreed = first.filter(|&first| sockets.iter().all(|&other| server(other) == server(first)));
            agreed.ok_or_else(|| (None, Answer::depends(Reason::UnknownValue), None))
        }
        Connection::Nothing => {
            steps.push(Step { node: None, text: format!("nothing listens on port {}", request.port) });
            Err((None, Answer::fails(Reason::NotProxied), None))
        }
    }
}

fn hop_by_hop(request: &ClientRequest) -> bool {
    ["Upgrade", "Connection"].iter().any(|name| request.client.sends(name))
}

fn choose(tracer: &Tracer<'_>, state: &State, chosen: &Chosen, steps: &mut Vec<Step>) {
    let how = match &chosen.how {
        How::Exact => "by exact name",
        How::Leading => "by the longest leading wildcard",
        How::Trailing => "by the longest trailing wildcard",
        How::Regex(captures) => {
            state.matched(captures.clone());
            "by the first matching regular expression"
        }
        How::Default => "as the default of its socket",
    };
    let label = tracer.view.label(chosen.server);
    steps.push(Step {
        node: tracer.view.config.scope(chosen.server).node,
        text: format!("{label} chosen {how}"),
    });
}

impl<'a> Run<'_, 'a> {
    pub(super) fn config(&self) -> &'a Config {
        self.tracer.view.config
    }

    pub(super) fn step(&mut self, node: Option<NodeId>, text: &str) {
        self.steps.push(Step { node, text: text.to_owned() });
    }

    pub(super) fn environment(&self) -> Environment<'_> {
        let Tracer { view, definitions, .. } = self.tracer;
        Environment::on_its_way(*view, definitions, &self.request.client, self.block, &self.state)
    }

    pub(super) fn evaluate(&self, value: &[u8]) -> Value {
        self.environment().evaluate(value)
    }

    /// Runs the phases from `next` on to the end.
    pub(super) fn follow(&mut self, mut next: Next) -> End {
        loop {
            next = match next {
                Next::ServerRewrite => self.server_rewrite(),
                Next::FindLocation => self.find_location(),
                Next::Rewrite => self.rewrite_location(),
                Next::Access => self.access(),
                Next::Content => self.content(),
                Next::Finalize(code) => self.finalize(code),
                Next::Done(end) => return end,
            }
        }
    }

    fn server_rewrite(&mut self) -> Next {
        self.enter(self.server);
        match self.script(self.server) {
            Script::Declined => Next::FindLocation,
            end => self.ended(&end),
        }
    }

    fn find_location(&mut self) -> Next {
        (self.content_handler, self.uri_changed) = (None, false);
        let uri = self.state.uri.clone();
        let shown = String::from_utf8_lossy(&uri).into_owned();
        let choice = self.tracer.locations.find(self.server, &uri);
        if let Some(captures) = choice.captures {
            self.state.matched(captures);
        }
        match choice.found {
            Found::Location(location) => {
                let text = format!("{} serves {shown}", self.tracer.view.label(location));
                self.step(self.config().scope(location).node, &text);
                if !self.internal && route::is_internal(self.tracer.view, location) {
                    self.enter(location);
                    self.step(self.config().scope(location).node, "the location is internal: 404");
                    return Next::Finalize(404);
                }
                self.update_location(location);
                Next::Rewrite
            }
            Found::SlashRedirect(location) => {
                self.enter(location);
                if !self.internal && route::is_internal(self.tracer.view, location) {
                    return Next::Finalize(404);
                }
                self.update_location(location);
                let text = format!(
                    "{shown} lacks the slash of this location: 301, which WebSocket clients do not follow"
                );
                self.step(self.config().scope(location).node, &text);
                Next::Finalize(301)
            }
            Found::Nothing => {
                self.update_location(self.server);
                self.step(self.config().scope(self.server).node, &format!("no location matches {shown}"));
                Next::Rewrite
            }
            Found::Unknown(_) => Next::Done(End::Verdict(Answer::depends(Reason::UnknownValue))),
        }
    }

    /// Makes a block the one in force, without its handler.
    pub(super) fn enter(&mut self, block: ScopeId) {
        self.block = block;
        self.state.document_root = self.document_root();
        self.state.filename = self.filename();
    }

    /// `ngx_http_update_location_config`: `limit_except` takes over for its methods, and the handler is set.
    pub(super) fn update_location(&mut self, block: ScopeId) {
        let limited = self.limited(block);
        let config = self.config();
        let chosen = limited.unwrap_or(block);
        self.enter(chosen);
        let own = config.directives(chosen).filter(|&node| config.node(node).name.handler().is_some()).last();
        let handler = if limited.is_some() { handler(config, chosen) } else { own };
        self.content_handler = handler.or(self.content_handler);
    }

    fn limited(&self, location: ScopeId) -> Option<ScopeId> {
        let config = self.config();
        let limited =
            config.children(location).find(|&id| config.scope(id).kind == ScopeKind::LimitExcept)?;
        let node = config.scope(limited).node?;
        let method = self.state.method.as_str();
        let listed = self.tracer.view.args(node).any(|listed| {
            listed.eq_ignore_ascii_case(method.as_bytes())
                || (method == "HEAD" && listed.eq_ignore_ascii_case(b"GET"))
        });
        (!listed).then_some(limited)
    }

    fn rewrite_location(&mut self) -> Next {
        if self.config().scope(self.block).kind == ScopeKind::Location {
            let end = self.script(self.block);
            if end != Script::Declined {
                return self.ended(&end);
            }
        }
        if !self.uri_changed {
            return Next::Access;
        }
        if !self.may_change() {
            return self.cycle();
        }
        self.enter(self.server);
        Next::FindLocation
    }

    /// One more rewrite or internal redirect, if nginx still allows it.
    fn may_change(&mut self) -> bool {
        self.changes_left = self.changes_left.saturating_sub(1);
        self.changes_left > 0
    }

    fn cycle(&mut self) -> Next {
        self.step(None, "rewrite or internal redirection cycle: 500");
        Next::Done(End::Answered(500))
    }

    /// An internal redirect: the server's rewrites run again.
    pub(super) fn internal_redirect(&mut self, uri: Vec<u8>, args: Vec<u8>) -> Next {
        if !self.may_change() {
            return self.cycle();
        }
        (self.state.uri, self.state.args) = (uri, args);
        (self.internal, self.valid_unparsed, self.adds_uri_to_alias) = (true, false, false);
        self.step(None, &format!("internal redirect to {}", String::from_utf8_lossy(&self.state.uri)));
        Next::ServerRewrite
    }

    /// A jump to a named location, which keeps the path.
    pub(super) fn jump(&mut self, name: &[u8]) -> Next {
        if !self.may_change() {
            return self.cycle();
        }
        let Some(location) = self.tracer.locations.named(self.server, name) else {
            return Next::Done(End::Answered(500));
        };
        (self.internal, self.content_handler, self.uri_changed) = (true, None, false);
        let text = format!("{} takes over", self.tracer.view.label(location));
        self.step(self.config().scope(location).node, &text);
        self.update_location(location);
        Next::Rewrite
    }

    /// Ends with a status, unless an `error_page` of the block in force takes it elsewhere
    /// (`ngx_http_special_response_handler`).
    fn finalize(&mut self, code: u16) -> Next {
        if code == 444 {
            return Next::Done(End::Closed);
        }
        self.error_status = Some(code);
        let pages = list(self.config(), self.block, directive::ERROR_PAGE);
        if self.error_page_used || pages.is_empty() || self.changes_left == 0 {
            return Next::Done(End::Answered(code));
        }
        let recursive = single(self.config(), self.block, directive::RECURSIVE_ERROR_PAGES);
        let recursive = recursive.and_then(|node| self.tracer.view.arg(node, 0));
        self.error_page_used = !recursive.is_some_and(|value| value.eq_ignore_ascii_case(b"on"));
        self.page(&pages, code)
    }

    /// The block a hop reports: the one whose access log nginx would write.
    fn hop(&self, end: End) -> Hop {
        let kind = self.config().scope(self.block).kind;
        let (answer, status, upstream) = match end {
            End::Answered(code) => (Answer::fails(status_reason(code)), Some(code), None),
            End::Closed => (Answer::fails(Reason::NotProxied), None, None),
            End::Verdict(answer) => (answer, None, None),
            End::Proxied(upstream, answer) => {
                let replaced = answer.defects.contains(&Reason::StatusReplaced);
                (answer, self.error_status.filter(|_| replaced), Some(*upstream))
            }
        };
        let block = kind.is_location_level().then_some(self.block);
        Hop { server: Some(self.server), block, upstream, answer, status, uri: self.state.uri.clone() }
    }

    fn ended(&self, end: &Script) -> Next {
        match *end {
            Script::Declined => Next::Access,
            Script::Status(code) => Next::Finalize(code),
            Script::Sent(444) => Next::Done(End::Closed),
            Script::Sent(code) => Next::Done(End::Answered(self.error_status.unwrap_or(code))),
            Script::Depends(reason) => Next::Done(End::Verdict(Answer::depends(reason))),
        }
    }

    /// A subrequest of this request: its own phases, the same client.
    pub(super) fn fork(&self, state: State) -> Self {
        Self {
            tracer: self.tracer,
            request: self.request.clone(),
            state,
            server: self.server,
            block: self.server,
            content_handler: None,
            internal: true,
            uri_changed: false,
            valid_unparsed: false,
            valid_location: true,
            quoted: self.quoted,
            plus: self.plus,
            adds_uri_to_alias: false,
            changes_left: MOST_URI_CHANGES + 1,
            error_page_used: false,
            error_status: None,
            subrequest: true,
            steps: Vec::new(),
        }
    }

    /// The location around the block in force.
    pub(super) fn location(&self) -> ScopeId {
        location_of(self.config(), self.block)
    }
}

/// The reason that nginx's own status gives.
fn status_reason(code: u16) -> Reason {
    match code {
        300..=399 => Reason::Redirect,
        401 | 403 => Reason::Auth,
        _ => Reason::NotProxied,
    }
}
