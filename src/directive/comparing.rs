//! What a directive says against those that were read before it, in the same block or in others.

use super::call::Call;
use super::state::State;
use super::statement::Problem;
use super::{Fault, Refusal, quoted};
use crate::catalogue::{Context, Contexts, Origin, directive};

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
        self.named_twice(call, place).map_err(here)?;
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
        let first =
            view.and_then(|view| view.own(id).iter().find(|it| it.word(1) != b"off").map(|it| it.place));
        match first {
            Some(_) => Err((call.directive_says(&format!("is incompatible with \"{other}\"")), first)),
            None => Ok(()),
        }
    }

    /// `valid_referers` with one name in one block, `limit_conn` and `limit_req` with one zone.
    fn named_twice(&mut self, call: &Call<'_>, place: P) -> Compared<P> {
        let level = self.level();
        for (index, name) in once(call) {
            let referer = call.id == directive::VALID_REFERERS;
            let name = if referer { name.to_ascii_lowercase() } else { name.to_vec() };
            let key = (level, call.id, name.clone());
            if let Some(first) = self.http.named_in.insert(key, place) {
                let conflict = || quoted("conflicting parameter \"", &name, "\"").at(index);
                let refusal = if referer { conflict() } else { call.directive_says("is duplicate").at(0) };
                return Err((refusal.of(Fault::Duplicate), Some(first)));
            }
        }
        Ok(())
    }
}

/// The words that may stand once in a level, with their numbers.
fn once<'a>(call: &Call<'a>) -> Vec<(usize, &'a [u8])> {
    let words = || call.arguments().zip(1..).map(|(word, index)| (index, word));
    match call.id {
        directive::VALID_REFERERS => {
            words().map(|(index, word)| (index, host(word))).filter(|(_, word)| is_name(word)).collect()
        }
        directive::LIMIT_CONN => words().take(1).collect(),
        directive::LIMIT_REQ => {
            let zones = words().filter_map(|(index, word)| Some((index, word.strip_prefix(b"zone=")?)));
            zones.last().into_iter().collect()
        }
        _ => Vec::new(),
    }
}

/// The host in a word of `valid_referers`.
fn host(word: &[u8]) -> &[u8] {
    word.split(|&byte| byte == b'/').next().unwrap_or_default()
}

fn is_name(host: &[u8]) -> bool {
    !matches!(host, b"none" | b"blocked" | b"server_names") && !host.starts_with(b"~")
}
