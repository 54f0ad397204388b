//! Where a request goes on that does not stay in a block: rewritten paths, named locations, error pages.

use super::block::Judge;
use super::ending::{Ending, Phase};
use super::paths::known_path;
use super::{Answer, Reason, Verdict};
use crate::catalogue::directive;
use crate::config::{ScopeId, ScopeKind};
use crate::route::{self, ErrorPage, Found, MOST_URI_CHANGES, Returned};
use crate::scope::is_set_to;

/// How far a request has come before it reaches a block.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Way {
    /// Rewrites, internal redirects and jumps so far.
    changes: u8,
    /// Whether an `error_page` has been used: a second one is not, unless `recursive_error_pages` is on.
    page: bool,
}

impl Way {
    fn on(self) -> Self {
        Self { changes: self.changes + 1, ..self }
    }

    /// Whether nginx gives up.
    pub(super) fn is_too_long(self) -> bool {
        self.changes > MOST_URI_CHANGES
    }
}

impl Judge<'_> {
    /// The answer where the rewrite phase has ended the request or moved it.
    pub(super) fn ended(&self, in_force: ScopeId, ending: &Ending, way: Way) -> Answer {
        match ending {
            Ending::Redirect => Answer::fails(Reason::Redirect),
            Ending::Return(returned) => self.status(in_force, *returned, way),
            Ending::Moved(paths) => self.at_paths(in_force, paths, way),
            Ending::MovedSomewhere => Answer::depends(Reason::UnknownValue),
        }
    }

    /// The answer at the location that all of these paths of the same server lead to.
    pub(super) fn at_paths(&self, from: ScopeId, paths: &[Vec<u8>], way: Way) -> Answer {
        let mut answers = paths.iter().map(|path| self.at_path(from, path, way));
        let first = answers.next().unwrap_or(Answer::depends(Reason::UnknownValue));
        if answers.all(|answer| answer.verdict == first.verdict) {
            first
        } else {
            Answer::depends(Reason::UnknownValue)
        }
    }

    pub(super) fn at_path(&self, from: ScopeId, path: &[u8], way: Way) -> Answer {
        let Some(server) = self.view.config.enclosing(from, ScopeKind::Server) else {
            return Answer::depends(Reason::UnknownValue);
        };
        match self.routes.find(server, path).found {
            Found::Location(location) => self.arrived(location, way.on()),
            Found::SlashRedirect(_) => Answer::fails(Reason::Redirect),
            Found::Nothing if self.view.config.scope(server).in_sight => Answer::fails(Reason::NotProxied),
            Found::Nothing | Found::Unknown(_) => Answer::depends(Reason::UnknownValue),
        }
    }

    /// The answer after an internal redirect, which the server's rewrite directives see again.
    pub(super) fn redirected(&self, from: ScopeId, target: &[u8], way: Way) -> Answer {
        let Some(path) = known_path(&self.environment(from), target) else {
            return Answer::depends(Reason::UnknownValue);
        };
        if way.is_too_long() {
            return Answer::fails(Reason::NotProxied);
        }
        match self.server_phase_around(from) {
            Some(Phase { ending: Some(ending), in_force, .. }) => self.ended(in_force, &ending, way.on()),
            _ => self.at_path(from, &path, way),
        }
    }

    /// The answer where nginx ends the request with a status: `error_page` may take it elsewhere.
    pub(super) fn status(&self, in_force: ScopeId, returned: Returned, way: Way) -> Answer {
        let Returned { code, whole } = returned;
        let final_answer = whole || code < 300 || code == 444 || way.page;
        let page = if final_answer { None } else { route::error_page(self.view, in_force, code) };
        let Some(page) = page else { return Answer::fails(Reason::of_status(code)) };
        let recursive = is_set_to(self.view, in_force, directive::RECURSIVE_ERROR_PAGES, b"on");
        let way = Way { page: !recursive, ..way };
        let target = &page.target;
        let answer = match &**target {
            [b'@', ..] => self.at_name(in_force, target, way),
            [b'/', ..] => self.redirected(in_force, target, way),
            _ => Answer::fails(Reason::Redirect),
        };
        match answer.verdict {
            Verdict::Fails => answer,
            _ if keeps_upgrade(&page) => answer,
            _ => Answer::fails(Reason::StatusReplaced),
        }
    }

    /// A named location is entered after the server's rewrite directives.
    pub(super) fn at_name(&self, from: ScopeId, name: &[u8], way: Way) -> Answer {
        let server = self.view.config.enclosing(from, ScopeKind::Server);
        match server.and_then(|server| self.routes.named(server, name)) {
            Some(location) => self.arrived(location, way.on()),
            None if server.is_some_and(|server| self.view.config.scope(server).in_sight) => {
                Answer::fails(Reason::NotProxied)
            }
            None => Answer::depends(Reason::UnknownValue),
        }
    }
}

/// Whether a 101 of the target reaches the client: only with `=` or `=101`.
pub(super) fn keeps_upgrade(page: &ErrorPage<'_>) -> bool {
    matches!(page.status, Some(0 | 101))
}
