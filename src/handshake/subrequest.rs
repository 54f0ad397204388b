//! The locations that `auth_request` and `mirror` ask on the side.

use super::Judge;
use super::ending::{self, Ending};
use super::paths::known_path;
use crate::catalogue::{DirectiveId, Handler, directive};
use crate::config::{ScopeId, ScopeKind, View};
use crate::route::{self, Found, MOST_URI_CHANGES};
use crate::scope::{handler, list};

/// What becomes of a subrequest.
pub(super) enum Asked {
    /// nginx itself answers with this status.
    Answered(u16),
    /// This block's handler answers.
    By(ScopeId),
    /// Nobody knows.
    Unknown,
}

/// The paths that a list of subrequests in force names; `off` names none.
pub(super) fn paths(view: View<'_>, block: ScopeId, name: DirectiveId) -> Vec<Vec<u8>> {
    let nodes = list(view.config, block, name);
    let paths = nodes.iter().filter_map(|&node| view.arg(node, 0));
    paths.filter(|path| &**path != b"off").map(std::borrow::Cow::into_owned).collect()
}

impl Judge<'_> {
    /// What becomes of a subrequest for `path` that a request in `block` makes. It meets the same rewrite directives,
    /// but no access control.
    pub(super) fn asked(&self, block: ScopeId, path: &[u8]) -> Asked {
        let Some(path) = known_path(&self.environment(block), path) else { return Asked::Unknown };
        let Some(mut location) = self.location_at(block, &path) else { return Asked::Unknown };
        for _ in 0..MOST_URI_CHANGES {
            if let Some(limited) = self.limited(location) {
                return self.answered_by(limited);
            }
            let phase = ending::run(&self.environment(location));
            match phase.ending {
                None => return self.answered_by(phase.in_force),
                Some(Ending::Return(returned)) => {
                    let page = || route::error_page(self.view, phase.in_force, returned.code);
                    let is_replaced = !returned.whole && page().is_some();
                    return if is_replaced { Asked::Unknown } else { Asked::Answered(returned.code) };
                }
                Some(Ending::Redirect) => return Asked::Answered(302),
                Some(Ending::MovedSomewhere) => return Asked::Unknown,
                Some(Ending::Moved(paths)) => match self.locations_at(location, &paths).as_slice() {
                    &[Some(next)] => location = next,
                    _ => return Asked::Unknown,
                },
            }
        }
        Asked::Answered(500)
    }

    fn answered_by(&self, block: ScopeId) -> Asked {
        let config = self.view.config;
        if let Some(code) = self.last_of_try_files(block) {
            return Asked::Answered(code);
        }
        match handler(config, block).map(|node| config.node(node).name) {
            Some(directive::EMPTY_GIF | directive::STUB_STATUS) => Asked::Answered(200),
            Some(name) if name.handler().is_some_and(Handler::is_pass) => Asked::By(block),
            _ => Asked::Unknown,
        }
    }

    /// The code that a location's `try_files` ends with; no file answers.
    fn last_of_try_files(&self, block: ScopeId) -> Option<u16> {
        let config = self.view.config;
        if config.scope(block).kind != ScopeKind::Location {
            return None;
        }
        let last = self.view.args(config.own_last(block, directive::TRY_FILES)?).last()?;
        std::str::from_utf8(last.strip_prefix(b"=")?).ok()?.parse().ok()
    }

    /// The one location that serves a path of the block's server.
    pub(super) fn location_at(&self, from: ScopeId, path: &[u8]) -> Option<ScopeId> {
        let server = self.view.config.enclosing(from, ScopeKind::Server)?;
        match self.routes.find(server, path).found {
            Found::Location(location) => Some(location),
            _ => None,
        }
    }

    /// The locations that serve some paths, each once.
    pub(super) fn locations_at(&self, from: ScopeId, paths: &[Vec<u8>]) -> Vec<Option<ScopeId>> {
        let mut locations: Vec<_> = paths.iter().map(|path| self.location_at(from, path)).collect();
        locations.sort_unstable();
        locations.dedup();
        locations
    }

    /// The locations that `auth_request` and `mirror` directives of the tree ask: they answer subrequests, which no
    /// WebSocket client sends.
    pub fn subrequest_targets(&self) -> Vec<ScopeId> {
        let config = self.view.config;
        let named = |scope: ScopeId| {
            let names = [directive::AUTH_REQUEST, directive::MIRROR];
            let nodes = names.into_iter().flat_map(move |name| config.own(scope, name));
            nodes.filter_map(|node| self.view.arg(node, 0))
        };
        let kind = |wanted: ScopeKind| config.scope_ids().filter(move |&id| config.scope(id).kind == wanted);
        let mut asked: Vec<(ScopeId, Vec<u8>)> = Vec::new();
        for scope in config.scope_ids().filter(|&id| config.scope(id).kind.is_http_level()) {
            if let Some(server) = config.enclosing(scope, ScopeKind::Server) {
                asked.extend(named(scope).map(|path| (server, path.into_owned())));
            }
        }
        // What http says holds in every server; more than a few are no configuration that anybody runs.
        let shared: Vec<_> = kind(ScopeKind::Http).flat_map(named).take(16).collect();
        for server in kind(ScopeKind::Server).filter(|_| !shared.is_empty()) {
            asked.extend(shared.iter().map(|path| (server, path.to_vec())));
        }
        asked.sort_unstable();
        asked.dedup();
        let mut targets: Vec<ScopeId> =
            asked.iter().filter_map(|(server, path)| self.location_at(*server, path)).collect();
        targets.sort_unstable();
        targets.dedup();
        targets
    }
}
