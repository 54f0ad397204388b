//! The verdict on a block: what a default WebSocket handshake from this machine gets that has reached it.

use std::cell::RefCell;
use std::collections::HashMap;

use super::access::{self, Access};
use super::ending::{self, Ending, Phase};
use super::{
    Answer, BlockReport, Reason, Request, Verdict, cache, header, judge_headers, request, subrequest,
};
use crate::catalogue::{Handler, Version, directive};
use crate::config::{NodeId, ScopeId, ScopeKind, View};
use crate::route::{self, Found};
use crate::scope::{handler, list};
use crate::value::{Client, Definitions, Environment};

/// nginx gives up after ten internal redirects (`NGX_HTTP_MAX_URI_CHANGES`).
const MOST_URI_CHANGES: u8 = 10;

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
    server_phases: RefCell<HashMap<ScopeId, Phase>>,
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
        Self { view, definitions, client, version, server_phases: RefCell::default() }
    }

    /// The report on a block.
    pub fn report(&self, block: ScopeId) -> BlockReport {
        let handler = handler(self.view.config, block);
        let request = handler.and_then(|pass| self.request(block, pass));
        BlockReport { scope: block, handler, request, answer: self.answer(block, 0) }
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

    fn answer(&self, block: ScopeId, changes: u8) -> Answer {
        if changes > MOST_URI_CHANGES {
            return Answer::fails(Reason::NotProxied);
        }
        if let Some(answer) = self.server_answer(block, changes) {
            return answer;
        }
        let kind = self.view.config.scope(block).kind;
        if kind == ScopeKind::Location {
            if self.is_unreachable(block) {
                return Answer::fails(Reason::NotProxied);
            }
            if let Some(limited) = self.limit_except(block) {
                return self.answer(limited, changes);
            }
        }
        if kind == ScopeKind::LimitExcept {
            return self.serve(block, handler(self.view.config, block), changes);
        }
        let phase = ending::run(&self.environment(block), block);
        match &phase.ending {
            Some(ending) => self.ended(phase.in_force, ending, changes),
            None => self.stayed(block, &phase, changes),
        }
    }

    /// The server's own rewrite phase comes first, whatever the location.
    fn server_answer(&self, block: ScopeId, changes: u8) -> Option<Answer> {
        let server = self.view.config.enclosing(block, ScopeKind::Server)?;
        let phase = self.server_phase(server);
        match phase.ending? {
            Ending::Moved(_) | Ending::MovedSomewhere => None,
            ending => Some(self.ended(phase.in_force, &ending, changes)),
        }
    }

    pub(super) fn server_phase(&self, server: ScopeId) -> Phase {
        let known = self.server_phases.borrow().get(&server).cloned();
        known.unwrap_or_else(|| {
            let phase = ending::run(&self.environment(server), server);
            self.server_phases.borrow_mut().insert(server, phase.clone());
            phase
        })
    }

    /// An `internal` location to which nothing in the tree leads.
    pub(super) fn is_unreachable(&self, location: ScopeId) -> bool {
        route::is_internal(self.view, location) && !self.something_leads_to(location)
    }

    /// Whether a directive of the same server names a path of the location, or a path that is not known.
    fn something_leads_to(&self, location: ScopeId) -> bool {
        const LEADING: [crate::catalogue::DirectiveId; 7] = [
            directive::REWRITE,
            directive::ERROR_PAGE,
            directive::TRY_FILES,
            directive::INDEX,
            directive::AUTH_REQUEST,
            directive::MIRROR,
            directive::POST_ACTION,
        ];
        let config = self.view.config;
        let Some(path) = route::pattern(self.view, location).and_then(|it| Some(it.path()?.to_vec())) else {
            return true;
        };
        let Some(server) = config.enclosing(location, ScopeKind::Server) else { return true };
        std::iter::once(server).chain(config.descendants(server)).any(|scope| {
            LEADING.iter().flat_map(|&name| config.own(scope, name)).any(|node| self.leads_to(node, &path))
        })
    }

    fn leads_to(&self, node: NodeId, path: &[u8]) -> bool {
        self.view.args(node).any(|word| {
            let literal = word.split(|&byte| byte == b'$').next().unwrap_or_default();
            literal.starts_with(path) || (literal.len() < word.len() && path.starts_with(literal))
        })
    }

    /// The `limit_except` of a location that is in force for the client's method.
    pub(super) fn limit_except(&self, location: ScopeId) -> Option<ScopeId> {
        let config = self.view.config;
        let limited =
            config.children(location).find(|&id| config.scope(id).kind == ScopeKind::LimitExcept)?;
        let node = config.scope(limited).node?;
        let method = self.client.method.as_str();
        let listed = self.view.args(node).any(|listed| {
            listed.eq_ignore_ascii_case(method.as_bytes())
                || (method == "HEAD" && listed.eq_ignore_ascii_case(b"GET"))
        });
        (!listed).then_some(limited)
    }

    /// The answer where the rewrite phase has ended the request or moved it.
    fn ended(&self, in_force: ScopeId, ending: &Ending, changes: u8) -> Answer {
        match ending {
            Ending::Redirect => Answer::fails(Reason::Redirect),
            Ending::Return(code, with_text) => self.status(in_force, *code, *with_text, changes),
            Ending::Moved(path) => self.at_path(in_force, path, changes),
            Ending::MovedSomewhere => Answer::depends(Reason::UnknownValue),
        }
    }

    /// The answer at the location that a path of the same server leads to.
    fn at_path(&self, from: ScopeId, path: &[u8], changes: u8) -> Answer {
        let Some(server) = self.view.config.enclosing(from, ScopeKind::Server) else {
            return Answer::depends(Reason::UnknownValue);
        };
        if path.contains(&b'$') {
            return Answer::depends(Reason::UnknownValue);
        }
        match route::find(self.view, server, path) {
            Found::Location(location) => self.answer(location, changes + 1),
            Found::SlashRedirect(_) => Answer::fails(Reason::Redirect),
            Found::Nothing => Answer::fails(Reason::NotProxied),
            Found::Unknown(_) => Answer::depends(Reason::UnknownValue),
        }
    }

    /// The answer where nginx ends the request with a status: `error_page` may take it elsewhere.
    fn status(&self, in_force: ScopeId, code: u16, with_text: bool, changes: u8) -> Answer {
        let page =
            if with_text || code < 300 || code == 444 { None } else { self.error_page(in_force, code) };
        let Some((target, kept)) = page else { return Answer::fails(status_reason(code)) };
        let answer = match target.as_slice() {
            [b'@', ..] => self.at_name(in_force, &target, changes),
            [b'/', ..] => self.at_path(in_force, &target, changes),
            _ => Answer::fails(Reason::Redirect),
        };
        match answer.verdict {
            Verdict::Fails => answer,
            _ if kept => answer,
            _ => Answer::fails(Reason::StatusReplaced),
        }
    }

    fn at_name(&self, from: ScopeId, name: &[u8], changes: u8) -> Answer {
        let server = self.view.config.enclosing(from, ScopeKind::Server);
        match server.and_then(|server| route::named(self.view, server, name)) {
            Some(location) => self.answer(location, changes + 1),
            None if self.view.config.complete => Answer::fails(Reason::NotProxied),
            None => Answer::depends(Reason::UnknownValue),
        }
    }

    /// The target of the `error_page` in force for a code, and whether a 101 from there reaches the client: only with
    /// `=` or `=101`.
    pub(super) fn error_page(&self, in_force: ScopeId, code: u16) -> Option<(Vec<u8>, bool)> {
        let pages = list(self.view.config, in_force, directive::ERROR_PAGE);
        pages.into_iter().find_map(|node| {
            let mut words: Vec<_> = self.view.args(node).collect();
            let target = words.pop()?;
            let status = words.pop_if(|word| word.first() == Some(&b'='));
            let code = code.to_string();
            let kept = status.is_some_and(|status| matches!(&*status, b"=" | b"=101"));
            words.iter().any(|word| **word == *code.as_bytes()).then(|| (target.into_owned(), kept))
        })
    }

    /// The answer where the request stays in its location.
    fn stayed(&self, block: ScopeId, phase: &Phase, changes: u8) -> Answer {
        let config = self.view.config;
        let serving = phase.in_force;
        if serving == block
            && config.scope(block).kind == ScopeKind::Location
            && let Some(answer) = self.try_files(block, changes)
        {
            return answer;
        }
        let own = handler(config, serving);
        if own.is_none() && phase.earlier_pass.is_some() {
            // The handler of the earlier `if` stays, the configuration of the later one has no upstream: 500.
            return Answer::fails(Reason::NotProxied);
        }
        self.serve(serving, own, changes)
    }

    /// `try_files` of a location without a pass: no file answers a handshake, so the last word decides.
    fn try_files(&self, location: ScopeId, changes: u8) -> Option<Answer> {
        let node = self.view.config.own_last(location, directive::TRY_FILES)?;
        if handler(self.view.config, location).is_some() {
            return None;
        }
        let last = self.view.args(node).last()?;
        Some(match &*last {
            [b'@', ..] => self.at_name(location, &last, changes),
            [b'=', ..] => Answer::fails(Reason::NotProxied),
            path => {
                self.at_path(location, path.split(|&byte| byte == b'?').next().unwrap_or_default(), changes)
            }
        })
    }

    /// Access, then the handler.
    fn serve(&self, block: ScopeId, handler: Option<NodeId>, changes: u8) -> Answer {
        match self.access(block) {
            Access::Refused(code) => return self.status(block, code, false, changes),
            Access::Asked => return Answer::depends(Reason::Auth),
            Access::Granted | Access::Silent => {}
        }
        let Some(pass) = handler else { return Answer::fails(Reason::NotProxied) };
        match self.view.config.node(pass).name.handler() {
            Some(Handler::Proxy) => self.proxied(block, pass),
            Some(Handler::Uwsgi | Handler::Scgi | Handler::Script) => Answer::depends(Reason::Protocol),
            Some(Handler::Internal) | None => Answer::fails(Reason::NotProxied),
            Some(_) => Answer::fails(Reason::Protocol),
        }
    }

    fn access(&self, block: ScopeId) -> Access {
        let asked = subrequest::paths(self.view, block, directive::AUTH_REQUEST);
        let checks = [
            access::by_address(self.view, block, &self.client.remote_addr),
            access::by_password(self.view, block),
            asked.last().map_or(Access::Silent, |path| self.by_subrequest(block, path)),
        ];
        access::join(self.view, block, &checks)
    }

    /// `auth_request`: 2xx grants, 401 and 403 refuse; what a backend answers is not known.
    fn by_subrequest(&self, block: ScopeId, path: &[u8]) -> Access {
        let Some(target) = subrequest::target(self.view, block, path) else { return Access::Asked };
        match ending::run(&self.environment(target), target).ending {
            Some(Ending::Return(200..=299, _)) => Access::Granted,
            Some(Ending::Return(code @ (401 | 403), _)) => Access::Refused(code),
            Some(Ending::Return(..)) => Access::Refused(500),
            _ => Access::Asked,
        }
    }

    fn proxied(&self, block: ScopeId, pass: NodeId) -> Answer {
        let environment = self.environment(block);
        let sent = request(&environment, pass, self.version);
        let answer = judge_headers(self.view, block, &sent).answer();
        if answer.verdict != Verdict::Works {
            return answer;
        }
        if subrequest::targets(self.view, block).into_iter().any(|target| self.is_upgraded(target)) {
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

    /// Whether a subrequest to this location would itself become a tunnel.
    fn is_upgraded(&self, target: ScopeId) -> bool {
        let Some(pass) = handler(self.view.config, target) else { return false };
        let upgraded =
            |request: &Request| judge_headers(self.view, target, request).answer().verdict == Verdict::Works;
        self.request(target, pass).is_some_and(|request| upgraded(&request))
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
