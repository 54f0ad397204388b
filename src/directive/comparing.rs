//! What a directive says against those that were read before it, in the same block or in others.

use super::call::Call;
use super::levels::Setting;
use super::state::State;
use super::statement::Problem;
use super::{Fault, Refusal};
use crate::catalogue::{Context, Contexts, DirectiveId, Origin, directive};

/// A refusal, and of a duplicate the first.
type Compared<P> = Result<(), (Refusal, Option<P>)>;

impl<P: Copy> State<P> {
    /// Compares the directive, which may stand in one of `contexts`, with those before it.
    pub(super) fn compare(
        &mut self,
        call: &Call<'_>,
        contexts: Contexts,
        place: P,
    ) -> Result<(), Problem<P>> {
        let here = |(refusal, first)| Problem::here(refusal, place, first);
        let level = self.level();
        self.incompatible(call).map_err(here)?;
        self.limited_twice(call).map_err(here)?;
        self.http.levels.set(level, call, place);
        let inside = matches!(call.context, Context::Upstream | Context::StreamUpstream);
        self.http.upstreams.learn(call, place, inside)?;
        let server = self.http.servers;
        match call.id {
            directive::LISTEN => self.listen(call, contexts, (server, place)).map_err(here),
            directive::SERVER_NAME if call.variant.origin == Origin::Nginx => {
                self.http.server_names.learn(call.arguments(), server, place);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn listen(&mut self, call: &Call<'_>, contexts: Contexts, at: (usize, P)) -> Compared<P> {
        let taken = contexts.intersection(call.id.contexts());
        let mail = taken == Contexts::of(&[Context::MailServer]);
        let sockets = if mail { &mut self.mail.sockets } else { &mut self.http.sockets };
        sockets.listen(call, taken, self.range, at)
    }

    /// `proxy_store` and `proxy_cache` in one block, and those of the other modules.
    fn incompatible(&self, call: &Call<'_>) -> Compared<P> {
        let name = call.id.name();
        let Some((module, other)) = name
            .strip_suffix("_store")
            .map(|module| (module, "cache"))
            .or_else(|| name.strip_suffix("_cache").map(|module| (module, "store")))
        else {
            return Ok(());
        };
        let known = ["proxy", "fastcgi", "uwsgi", "scgi"].contains(&module);
        let other = format!("{module}_{other}");
        let view = self.http.levels.view(self.level()).filter(|_| known && call.word(1) != b"off");
        let id = crate::catalogue::lookup(other.as_bytes());
        let first = view.and_then(|view| view.own(id).find(|it| it.word(1) != b"off").map(|it| it.place));
        match first {
            Some(_) => Err((call.directive_says(&format!("is incompatible with \"{other}\"")), first)),
            None => Ok(()),
        }
    }

    /// `limit_conn` and `limit_req` of one zone in one block.
    fn limited_twice(&mut self, call: &Call<'_>) -> Compared<P> {
        if !matches!(call.id, directive::LIMIT_CONN | directive::LIMIT_REQ) {
            return Ok(());
        }
        let here: Vec<&[u8]> = call.arguments().collect();
        let view = self.http.levels.view(self.level());
        let first = view.and_then(|view| {
            let mut earlier = view.own(call.id);
            earlier.find(|it| zone(call.id, &arguments(it)) == zone(call.id, &here)).map(|it| it.place)
        });
        match first {
            Some(_) => Err((call.directive_says("is duplicate").of(Fault::Duplicate).at(0), first)),
            None => Ok(()),
        }
    }
}

fn arguments<P>(setting: &Setting<P>) -> Vec<&[u8]> {
    setting.words.iter().skip(1).map(Vec::as_slice).collect()
}

/// The zone that `limit_conn` or `limit_req` names.
fn zone<'w>(id: DirectiveId, words: &[&'w [u8]]) -> Option<&'w [u8]> {
    match id {
        directive::LIMIT_CONN => words.first().copied(),
        _ => words.iter().find_map(|word| word.strip_prefix(b"zone=")),
    }
}
