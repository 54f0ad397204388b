//! Which blocks ever serve a handshake, and where a dispatch sends it.

use super::ending::{self, Ending};
use super::{Judge, subrequest};
use crate::catalogue::directive;
use crate::config::{ScopeId, ScopeKind};
use crate::route::{self, Found};
use crate::value::{Outcome, condition};

impl Judge<'_> {
    /// Whether a handshake that reaches `block` may be served by it: it is not answered or moved on by a `return`,
    /// `rewrite` or `if` first, is not for other methods only, and is not left out by the block's own condition.
    pub fn serves_handshakes(&self, block: ScopeId) -> bool {
        let config = self.view.config;
        let ended =
            |phase: ending::Phase| matches!(phase.ending, Some(Ending::Return(..) | Ending::Redirect));
        if config.enclosing(block, ScopeKind::Server).is_some_and(|server| ended(self.server_phase(server))) {
            return false;
        }
        match config.scope(block).kind {
            ScopeKind::Location => self.limit_except(block).is_none() && self.stays(block),
            ScopeKind::LimitExcept => {
                config.scope(block).parent.and_then(|it| self.limit_except(it)) == Some(block)
            }
            ScopeKind::IfInLocation => self.is_entered(block) && self.stays(block),
            _ => false,
        }
    }

    fn stays(&self, block: ScopeId) -> bool {
        if self.is_unreachable(block) {
            return false;
        }
        let phase = ending::run(&self.environment(block), block);
        phase.ending.is_none() && phase.in_force == block
    }

    fn is_entered(&self, branch: ScopeId) -> bool {
        let config = self.view.config;
        let node = config.scope(branch).node;
        let outer = config.scope(branch).parent.unwrap_or_default();
        node.is_none_or(|node| condition(&self.environment(outer), node) != Outcome::False)
    }

    /// The other location that a block's `if` sends handshakes to, while other requests stay.
    pub fn dispatch_target(&self, block: ScopeId) -> Option<ScopeId> {
        let config = self.view.config;
        config.own(block, directive::IF).next()?;
        let phase = ending::run(&self.environment(block), block);
        if phase.in_force == block {
            return None;
        }
        match phase.ending? {
            Ending::Moved(path) => self.location_at(block, &path),
            Ending::Return(code, false) => {
                let (target, _) = self.error_page(phase.in_force, code)?;
                if target.first() == Some(&b'@') {
                    let server = config.enclosing(block, ScopeKind::Server)?;
                    return route::named(self.view, server, &target);
                }
                self.location_at(block, &target)
            }
            _ => None,
        }
    }

    fn location_at(&self, from: ScopeId, path: &[u8]) -> Option<ScopeId> {
        let server = self.view.config.enclosing(from, ScopeKind::Server)?;
        match route::find(self.view, server, path) {
            Found::Location(location) => Some(location),
            _ => None,
        }
    }

    /// The locations that `auth_request` and `mirror` directives of the tree ask: they answer subrequests, which no
    /// WebSocket client sends.
    pub fn subrequest_targets(&self) -> Vec<ScopeId> {
        let config = self.view.config;
        let mut asked: Vec<(Option<ScopeId>, Vec<u8>)> = Vec::new();
        for scope in config.scope_ids().filter(|&id| config.scope(id).kind.is_http_level()) {
            for name in [directive::AUTH_REQUEST, directive::MIRROR] {
                let paths = config.own(scope, name).filter_map(|node| self.view.arg(node, 0));
                let server = config.enclosing(scope, ScopeKind::Server);
                asked.extend(paths.map(|path| (server, path.into_owned())));
            }
        }
        asked.sort();
        asked.dedup();
        let mut targets: Vec<ScopeId> = (asked.iter())
            .filter_map(|(server, path)| subrequest::target(self.view, (*server)?, path))
            .collect();
        targets.sort_unstable();
        targets
    }
}
