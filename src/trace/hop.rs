//! What a request's end means for its hop.

use super::Hop;
use super::phases::{End, Run};
use crate::config::{ScopeId, ScopeKind};
use crate::handshake::{Answer, Reason};

impl Run<'_, '_> {
    /// The hop, with the block whose access log nginx would write. Where an include that was not read might change it,
    /// the verdict is open.
    pub(super) fn hop(&mut self, end: End) -> Hop {
        let unread = self.unread(&end);
        let (mut answer, mut status, upstream) = match end {
            End::Answered(code) => (Answer::fails(Reason::of_status(code)), Some(seen(code)), None),
            End::Closed => (Answer::fails(Reason::NotProxied), None, None),
            End::Verdict(answer) => (answer, None, None),
            End::Proxied(upstream, answer) => {
                let replaced = answer.defects.contains(&Reason::StatusReplaced);
                (answer, self.error_status.filter(|_| replaced), Some(*upstream))
            }
        };
        if let Some(level) = unread {
            self.step(self.config().scope(level).node, &self.not_read(level));
            (answer, status) = (Answer::depends(Reason::UnknownValue), None);
        }
        let is_location = self.config().scope(self.block).kind.is_location_level();
        Hop {
            port: self.request.port,
            asks: self.request.client.sends("Upgrade"),
            server: Some(self.server),
            block: is_location.then_some(self.block),
            upstream,
            answer,
            status,
            uri: self.state.uri.clone(),
        }
    }

    /// The level that was not read completely and counts: one from the block to its server always; an outer one where
    /// another server might be meant, or where it would decide about what is sent.
    fn unread(&self, end: &End) -> Option<ScopeId> {
        let config = self.config();
        let is_inner = |id: &ScopeId| !matches!(config.scope(*id).kind, ScopeKind::Http | ScopeKind::Main);
        let mut levels = config.ancestors(self.block).filter(|&id| !config.scope(id).in_sight);
        let outer = |id: &ScopeId| is_inner(id) || self.chosen_by_default;
        let sent = match end {
            End::Proxied(upstream, _) => Some(&upstream.request),
            _ => None,
        };
        let hidden = sent.and_then(|sent| sent.header_level.unseen.or(sent.version_level.unseen));
        levels.find(outer).or(hidden)
    }

    fn not_read(&self, level: ScopeId) -> String {
        match self.config().unresolved.iter().find(|unresolved| unresolved.scope == level) {
            Some(unresolved) => {
                format!("what {} holds was not read, and may change this", unresolved.path)
            }
            None => "what stands around this was not read, and may change it".into(),
        }
    }
}

/// What a client sees of nginx's own codes about TLS (`ngx_http_special_response_handler`).
fn seen(code: u16) -> u16 {
    if matches!(code, 494..=497) { 400 } else { code }
}
