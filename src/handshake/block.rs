//! The verdict on a block: what a default WebSocket handshake from this machine gets that has reached it.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use super::access::{self, Access};
use super::ending::{self, Ending, Phase};
use super::reach::Reach;
use super::subrequest::{self, Asked};
use super::way::Way;
use super::{Answer, BlockReport, Reason, Request, Verdict, cache, header, judge_headers, request};
use crate::catalogue::{Handler, Version, directive};
use crate::config::{NodeId, ScopeId, ScopeKind, View};
use crate::route::{self, Locations, Returned};
use crate::scope::{handler, location_of};
use crate::value::{Client, Definitions, Environment};

/// Everything that judging a tree needs.
pub struct Judge<'a> {
    /// The tree.
    pub view: View<'a>,
    /// The variables it defines.
    pub definitions: &'a Definitions,
    /// The request.
    pub client: &'a Client,
    /// The nginx version.
    pub version: Version,
    /// Its locations.
    pub(super) routes: Locations<'a>,
    server_phases: RefCell<HashMap<ScopeId, Phase>>,
    reaches: RefCell<HashMap<ScopeId, Rc<Reach>>>,
}

/// Judges every location, `if` in location and `limit_except` of a tree, in file order.
pub fn judge(
    view: View<'_>,
    definitions: &Definitions,
    client: &Client,
    version: Version,
) -> Vec<BlockReport> {
    let judge = Judge::new(view, definitions, client, version);
    let serves = |id: &ScopeId| view.config.scope(*id).kind.is_location_level();
    view.config.scope_ids().filter(serves).map(|block| judge.report(block)).collect()
}

impl<'a> Judge<'a> {
    /// A judge for one client and version.
    pub fn new(view: View<'a>, definitions: &'a Definitions, client: &'a Client, version: Version) -> Self {
        Self {
            view,
            definitions,
            client,
            version,
            routes: Locations::of(view),
            server_phases: RefCell::default(),
            reaches: RefCell::default(),
        }
    }

    /// The report on a block.
    pub fn report(&self, block: ScopeId) -> BlockReport {
        let handler = handler(self.view.config, block);
        let request = handler.and_then(|pass| self.request(block, pass));
        BlockReport { scope: block, handler, request, answer: self.answer(block) }
    }

    /// The request a block sends upstream, where its handler is `proxy_pass`.
    pub fn request(&self, block: ScopeId, pass: NodeId) -> Option<Request> {
        let proxied = self.view.config.node(pass).name == directive::PROXY_PASS;
        proxied.then(|| request(&self.environment(block), pass, self.version))
    }

    /// The variables of the request at a block.
    pub fn environment(&self, block: ScopeId) -> Environment<'a> {
        Environment::new(self.view, self.definitions, self.client, block)
    }

    /// The server's own rewrite phase comes first, whatever the location.
    fn answer(&self, block: ScopeId) -> Answer {
        let way = Way::default();
        let ended = match self.server_phase_around(block) {
            Some(Phase { ending: Some(Ending::Moved(_) | Ending::MovedSomewhere) | None, .. }) | None => None,
            Some(Phase { ending: Some(ending), in_force, .. }) => Some(self.ended(in_force, &ending, way)),
        };
        ended.unwrap_or_else(|| self.arrived(block, way))
    }

    /// The answer where a request has arrived at a block.
    pub(super) fn arrived(&self, block: ScopeId, way: Way) -> Answer {
        if way.is_too_long() || self.is_unreachable(location_of(self.view.config, block)) {
            return Answer::fails(Reason::NotProxied);
        }
        let kind = self.view.config.scope(block).kind;
        if let Some(limited) =
            Some(block).filter(|_| kind == ScopeKind::Location).and_then(|it| self.limited(it))
        {
            return self.serve(limited, way);
        }
        if kind == ScopeKind::LimitExcept {
            return self.serve(block, way);
        }
        let phase = ending::run(&self.environment(block));
        match &phase.ending {
            Some(ending) => self.ended(phase.in_force, ending, way),
            None => self.stayed(&phase, way),
        }
    }

    pub(super) fn server_phase_around(&self, block: ScopeId) -> Option<Phase> {
        self.view.config.enclosing(block, ScopeKind::Server).map(|server| self.server_phase(server))
    }

    pub(super) fn server_phase(&self, server: ScopeId) -> Phase {
        let known = self.server_phases.borrow().get(&server).cloned();
        known.unwrap_or_else(|| {
            let phase = ending::run(&self.environment(server));
            self.server_phases.borrow_mut().insert(server, phase.clone());
            phase
        })
    }

    /// An `internal` location to which nothing in the tree leads.
    pub(super) fn is_unreachable(&self, location: ScopeId) -> bool {
        let config = self.view.config;
        if !route::is_internal(self.view, location) {
            return false;
        }
        let Some(server) =
            config.enclosing(location, ScopeKind::Server).filter(|&it| config.scope(it).node.is_some())
        else {
            return false;
        };
        !self.reach(server).holds(self.view, location, &self.routes)
    }

    fn reach(&self, server: ScopeId) -> Rc<Reach> {
        let known = self.reaches.borrow().get(&server).cloned();
        known.unwrap_or_else(|| {
            let reach = Rc::new(Reach::of(self.view, &self.routes, server));
            self.reaches.borrow_mut().insert(server, Rc::clone(&reach));
            reach
        })
    }

    /// The `limit_except` of a location that is in force for the client's method.
    pub(super) fn limited(&self, location: ScopeId) -> Option<ScopeId> {
        route::limit_except(self.view, location, &self.client.method)
    }

    /// The answer where the request stays in its location.
    fn stayed(&self, phase: &Phase, way: Way) -> Answer {
        let serving = phase.in_force;
        if phase.earlier_pass.is_some() && handler(self.view.config, serving).is_none() {
            // The handler of the earlier `if` stays, the configuration of the later one has no upstream: 500.
            return Answer::fails(Reason::NotProxied);
        }
        self.serve(serving, way)
    }

    /// Access, then `try_files`, then the handler.
    fn serve(&self, block: ScopeId, way: Way) -> Answer {
        match self.access(block) {
            Access::Refused(code) => return self.status(block, Returned { code, whole: false }, way),
            Access::Asked => return Answer::depends(Reason::Auth),
            Access::Granted | Access::Silent => {}
        }
        if let Some(answer) = self.try_files(block, way) {
            return answer;
        }
        let Some(pass) = handler(self.view.config, block) else { return self.file(block, way) };
        match self.view.config.node(pass).name.handler() {
            Some(Handler::Proxy) => self.proxied(block, pass),
            Some(Handler::Uwsgi | Handler::Scgi | Handler::Script) => Answer::depends(Reason::Protocol),
            Some(Handler::Internal) | None => Answer::fails(Reason::NotProxied),
            Some(_) => Answer::fails(Reason::Protocol),
        }
    }

    /// `try_files` of a location: no file answers a handshake, so the last word decides. An `if` that was entered has
    /// none.
    fn try_files(&self, block: ScopeId, way: Way) -> Option<Answer> {
        let config = self.view.config;
        let node = config.own_last(block, directive::TRY_FILES)?;
        if config.scope(block).kind != ScopeKind::Location {
            return None;
        }
        let last = self.view.args(node).last()?;
        Some(match &*last {
            [b'@', ..] => self.at_name(block, &last, way),
            [b'=', code @ ..] => {
                let code = std::str::from_utf8(code).ok().and_then(|code| code.parse().ok());
                self.status(block, Returned { code: code.unwrap_or(404), whole: false }, way)
            }
            path => self.redirected(block, path, way),
        })
    }

    /// A block without a handler serves files, and there is none for a handshake: 404, unless an `error_page` takes it
    /// to a backend.
    fn file(&self, block: ScopeId, way: Way) -> Answer {
        match self.status(block, Returned { code: 404, whole: false }, way) {
            Answer { verdict: Verdict::Fails, reason, .. } if reason != Reason::StatusReplaced => {
                Answer::fails(Reason::NotProxied)
            }
            answer => answer,
        }
    }

    fn access(&self, block: ScopeId) -> Access {
        let asked = subrequest::paths(self.view, block, directive::AUTH_REQUEST);
        let checks = [
            access::by_address(self.view, block, &self.client.remote_addr),
            access::by_password(self.view, block),
            asked.last().map_or(Access::Silent, |path| self.by_subrequest(block, path)),
            access::program(self.view, block).map_or(Access::Silent, |_| Access::Asked),
        ];
        access::join(self.view, block, &checks)
    }

    /// `auth_request`: 2xx grants, 401 and 403 refuse, anything else is 500; what a backend answers is not known.
    fn by_subrequest(&self, block: ScopeId, path: &[u8]) -> Access {
        match self.asked(block, path) {
            Asked::Answered(200..=299) => Access::Granted,
            Asked::Answered(code @ (401 | 403)) => Access::Refused(code),
            Asked::Answered(_) => Access::Refused(500),
            Asked::By(_) | Asked::Unknown => Access::Asked,
        }
    }

    fn proxied(&self, block: ScopeId, pass: NodeId) -> Answer {
        let environment = self.environment(block);
        let sent = request(&environment, pass, self.version);
        let answer = judge_headers(&environment, &sent).answer();
        if answer.verdict != Verdict::Works {
            return answer;
        }
        // An auth_request that a backend answers has been judged before.
        let mirrors = subrequest::paths(self.view, block, directive::MIRROR);
        if mirrors.iter().any(|path| self.upgraded_by(block, path).is_some()) {
            return Answer::depends(Reason::SubrequestUpgrade);
        }
        if cache::may_answer(&environment, block) {
            return Answer::depends(Reason::Cache);
        }
        let blanked =
            sent.lines("Sec-WebSocket-Protocol").any(|line| line.node.is_some() && line.value.is_blank());
        if blanked || header::hides(self.view, block, "Sec-WebSocket-Protocol") {
            return Answer::depends(Reason::Subprotocol);
        }
        answer
    }

    /// The block that would make a tunnel of a subrequest for this path.
    pub(super) fn upgraded_by(&self, block: ScopeId, path: &[u8]) -> Option<ScopeId> {
        let Asked::By(target) = self.asked(block, path) else { return None };
        let pass = handler(self.view.config, target)?;
        let environment = self.environment(target);
        let works =
            |request: &Request| judge_headers(&environment, request).answer().verdict == Verdict::Works;
        self.request(target, pass).is_some_and(|request| works(&request)).then_some(target)
    }
}
