//! The phases of a request, of every internal redirect and of every subrequest (`ngx_http_core_run_phases`).

use super::script::Script;
use super::start::{Ended, Start};
use super::state::State;
use super::{ClientRequest, Hop, Step, Tracer, Upstream};
use crate::catalogue::directive;
use crate::config::{Config, NodeId, ScopeId, ScopeKind};
use crate::handshake::{Answer, Reason};
use crate::route::{self, MOST_URI_CHANGES};
use crate::scope::{handler, in_force, is_set_to, location_of};
use crate::value::{Environment, Value};

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
    /// The client's address has been taken from a header.
    pub(super) has_real_ip: bool,
    /// No name of a server fits the Host.
    pub(super) chosen_by_default: bool,
}

/// Follows one request to the end of its hop.
pub(super) fn run(tracer: &Tracer<'_>, request: &ClientRequest) -> (Hop, Vec<Step>) {
    let mut start = Start { tracer, request, steps: Vec::new() };
    match start.run() {
        Ok((mut run, next)) => {
            run.steps = start.steps;
            let end = run.follow(next);
            let hop = run.hop(end);
            (hop, run.steps)
        }
        Err(Ended { server, answer, status }) => {
            let uri = route::target(&request.target, true).map(|target| target.path).unwrap_or_default();
            let (port, asks) = (request.port, request.client.sends("Upgrade"));
            (Hop { port, asks, server, block: None, upstream: None, answer, status, uri }, start.steps)
        }
    }
}

impl<'t, 'a> Run<'t, 'a> {
    /// A request that has just reached its server.
    pub(super) fn new(
        tracer: &'t Tracer<'a>,
        request: &ClientRequest,
        server: ScopeId,
        state: State,
    ) -> Self {
        let state = State { version: Some(tracer.version), ..state };
        let mut run = Self {
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
            quoted: false,
            plus: false,
            adds_uri_to_alias: false,
            changes_left: MOST_URI_CHANGES + 1,
            error_page_used: false,
            error_status: None,
            subrequest: false,
            steps: Vec::new(),
            has_real_ip: false,
            chosen_by_default: false,
        };
        run.enter(server);
        run
    }

    pub(super) fn config(&self) -> &'a Config {
        self.tracer.view.config
    }

    /// Notes what happens at a directive, or at the block in force.
    pub(super) fn step(&mut self, node: Option<NodeId>, text: &str) {
        let node = node.or_else(|| self.config().scope(self.block).node);
        self.steps.push(Step { node, text: text.to_owned(), depth: 0, hop: 0 });
    }

    /// Notes the variable that the rest hangs on.
    pub(super) fn hangs_on(&mut self, node: Option<NodeId>, variable: &str) -> Next {
        self.leave_open(
            node,
            Reason::UnknownValue,
            &format!("hangs on ${variable}: the request does not tell"),
        )
    }

    /// Notes what the rest hangs on.
    pub(super) fn leave_open(&mut self, node: Option<NodeId>, reason: Reason, text: &str) -> Next {
        self.step(node, text);
        Next::Done(End::Verdict(Answer::depends(reason)))
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
        self.find_real_ip();
        match self.script(self.server) {
            Script::Declined => Next::FindLocation,
            end => self.ended(&end),
        }
    }

    /// Makes a block the one in force, without its handler.
    pub(super) fn enter(&mut self, block: ScopeId) {
        self.block = block;
        self.find_root();
    }

    /// `$document_root` and `$request_filename` follow the path, the captures and the variables of the moment.
    pub(super) fn find_root(&mut self) {
        self.state.document_root = self.document_root();
        self.state.filename = self.filename();
    }

    /// `ngx_http_update_location_config`: `limit_except` takes over for its methods, and the handler is set.
    pub(super) fn update_location(&mut self, block: ScopeId) {
        let limited = route::limit_except(self.tracer.view, block, &self.state.method);
        let config = self.config();
        let chosen = limited.unwrap_or(block);
        self.enter(chosen);
        let own = config.directives(chosen).filter(|&node| config.node(node).name.handler().is_some()).last();
        let handler = if limited.is_some() { handler(config, chosen) } else { own };
        self.content_handler = handler.or(self.content_handler);
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
        self.step(None, "more than 10 rewrites or internal redirects: 500");
        Next::Done(End::Answered(500))
    }

    /// An internal redirect: the server's rewrites run again.
    pub(super) fn internal_redirect(&mut self, uri: Vec<u8>, args: Vec<u8>) -> Next {
        if !self.may_change() {
            return self.cycle();
        }
        (self.state.uri, self.state.args) = (uri, args);
        (self.internal, self.valid_unparsed, self.adds_uri_to_alias) = (true, false, false);
        Next::ServerRewrite
    }

    /// A jump to a named location, which keeps the path.
    pub(super) fn jump(&mut self, name: &[u8]) -> Next {
        if !self.may_change() {
            return self.cycle();
        }
        let Some(location) = self.tracer.locations.named(self.server, name) else {
            self.step(None, &format!("there is no location {}: 500", String::from_utf8_lossy(name)));
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
        let has_pages = in_force(self.config(), self.block, directive::ERROR_PAGE).level.is_some();
        if self.error_page_used || !has_pages || self.changes_left == 0 {
            return Next::Done(End::Answered(code));
        }
        let is_recursive = is_set_to(self.tracer.view, self.block, directive::RECURSIVE_ERROR_PAGES, b"on");
        self.error_page_used = !is_recursive;
        self.page(code)
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
            internal: true,
            valid_unparsed: false,
            quoted: self.quoted,
            plus: self.plus,
            subrequest: true,
            chosen_by_default: self.chosen_by_default,
            ..Self::new(self.tracer, &self.request, self.server, state)
        }
    }

    /// The location around the block in force.
    pub(super) fn location(&self) -> ScopeId {
        location_of(self.config(), self.block)
    }
}
