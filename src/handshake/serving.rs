//! Which blocks ever serve a handshake, and where a dispatch sends it.

use super::Judge;
use super::ending::{self, Ending};
use crate::catalogue::directive;
use crate::config::{ScopeId, ScopeKind};
use crate::route::{Returned, error_page};
use crate::value::Client;

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
            ScopeKind::Location => self.limited(block).is_none() && self.stays(block),
            ScopeKind::LimitExcept => {
                config.scope(block).parent.and_then(|it| self.limited(it)) == Some(block)
            }
            ScopeKind::IfInLocation => self.is_entered(block) && self.stays(block),
            _ => false,
        }
    }

    fn stays(&self, block: ScopeId) -> bool {
        if self.is_unreachable(crate::scope::location_of(self.view.config, block)) {
            return false;
        }
        let phase = ending::run(&self.environment(block));
        phase.ending.is_none() && phase.in_force == block
    }

    fn is_entered(&self, branch: ScopeId) -> bool {
        !ending::is_left_out(&self.environment(branch), branch)
    }

    /// The other location that an `if` of a block or server sends handshakes to, while other requests stay.
    pub fn dispatch_target(&self, block: ScopeId) -> Option<ScopeId> {
        let config = self.view.config;
        config.own(block, directive::IF).next()?;
        let phase = ending::run(&self.environment(block));
        if !self.stays_when_plain(block) {
            return None;
        }
        let one = |paths: &[Vec<u8>]| match self.locations_at(block, paths).as_slice() {
            &[location] => location,
            _ => None,
        };
        match phase.ending? {
            Ending::Moved(paths) => one(&paths),
            Ending::Return(Returned { code, whole: false }) => {
                let target = error_page(self.view, phase.in_force, code)?.target;
                if target.first() == Some(&b'@') {
                    let server = config.enclosing(block, ScopeKind::Server)?;
                    return self.routes.named(server, &target);
                }
                one(&[super::paths::without_query(&target).to_vec()])
            }
            _ => None,
        }
    }

    /// Whether a plain request is not moved on or ended by the block's rewrite directives.
    pub(super) fn stays_when_plain(&self, block: ScopeId) -> bool {
        let plain = Client::plain();
        let environment = crate::value::Environment::new(self.view, self.definitions, &plain, block);
        ending::run(&environment).ending.is_none()
    }
}
