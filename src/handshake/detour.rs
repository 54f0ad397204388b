//! The directives that lead a handshake away from its backend, or a copy of it to another one.

use super::ending::{self, Ending, Phase};
use super::way::{Way, keeps_upgrade};
use super::{Judge, Reason, Verdict};
use crate::catalogue::directive;
use crate::config::{NodeId, ScopeId, ScopeKind};
use crate::route::{Returned, error_page};
use crate::scope::list;

impl Judge<'_> {
    /// The `return` or `rewrite` that answers a handshake for a block with a redirect: in its server or in itself.
    pub fn redirected_by(&self, block: ScopeId) -> Option<NodeId> {
        let server = self.view.config.enclosing(block, ScopeKind::Server).map(|it| self.server_phase(it));
        match server {
            Some(phase) if phase.ending.is_some() => redirect(&phase),
            _ => redirect(&ending::run(&self.environment(block))),
        }
    }

    /// The `error_page` by which the dispatch of a location or server shows its client another status than 101, though
    /// the handshake succeeds where it leads.
    pub fn replaced_by(&self, block: ScopeId) -> Option<NodeId> {
        self.view.config.own(block, directive::IF).next()?;
        let phase = ending::run(&self.environment(block));
        let Some(Ending::Return(returned @ Returned { whole: false, .. })) = phase.ending else {
            return None;
        };
        let page =
            error_page(self.view, phase.in_force, returned.code).filter(|page| !keeps_upgrade(page))?;
        let answer = self.status(phase.in_force, returned, Way::default());
        (answer.reason == Reason::StatusReplaced && self.stays_when_plain(block)).then_some(page.node)
    }

    /// The `auth_request` and `mirror` directives in force at a block whose subrequest would become a tunnel, with the
    /// block that would make it one.
    pub fn upgraded_subrequests(&self, block: ScopeId) -> Vec<(NodeId, ScopeId)> {
        let (view, config) = (self.view, self.view.config);
        let auth = list(config, block, directive::AUTH_REQUEST).pop();
        let asked = auth.into_iter().chain(list(config, block, directive::MIRROR));
        asked
            .filter_map(|node| {
                let path = view.arg(node, 0).filter(|path| &**path != b"off")?;
                Some((node, self.upgraded_by(block, &path)?))
            })
            .collect()
    }

    /// Why a handshake fails that no rewrite directive takes away from a block; [`Reason::NotProxied`] where it gets a
    /// file, or 404 for want of one.
    pub fn lost_at(&self, block: ScopeId) -> Option<Reason> {
        let phase = ending::run(&self.environment(block));
        let stays = phase.ending.is_none() && phase.in_force == block;
        let answer = stays.then(|| self.report(block).answer)?;
        (answer.verdict == Verdict::Fails).then_some(answer.reason)
    }
}

fn redirect(phase: &Phase) -> Option<NodeId> {
    let is_redirect = match phase.ending.as_ref()? {
        Ending::Redirect => true,
        Ending::Return(Returned { code, .. }) => (300..400).contains(code),
        Ending::Moved(_) | Ending::MovedSomewhere => false,
    };
    phase.by.filter(|_| is_redirect)
}
