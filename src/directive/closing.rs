//! What nginx refuses of a block as a whole, at its end.

use super::data::Data;
use super::levels::Setting;
use super::merge::hash::Table;
use super::state::{Block, State};
use super::statement::{Inside, Problem};
use super::{Refusal, says};
use crate::catalogue::{Context, Contexts, directive};

/// The handlers of a server of stream.
const HANDLERS: [crate::catalogue::DirectiveId; 3] =
    [directive::PROXY_PASS, directive::RETURN, directive::PASS];

impl<P: Copy> State<P> {
    /// Closes the innermost block at `place`: what nginx refuses of it as a whole, in its order.
    pub fn close(&mut self, place: Option<P>) -> Vec<Problem<P>> {
        let Some(block) = self.blocks.pop() else { return Vec::new() };
        match &block.inside {
            Inside::Data(data) => {
                let ended = data.end().map_err(|refusal| whole(&block, place, refusal));
                ended.map_or_else(|problem| vec![problem], |()| self.data_ends(data, block.opening))
            }
            Inside::Directives(contexts) => self.directives_end(&block, *contexts, place),
            Inside::Anything => Vec::new(),
        }
    }

    fn directives_end(&mut self, block: &Block<P>, contexts: Contexts, place: Option<P>) -> Vec<Problem<P>> {
        let any = |these: [Context; 2]| these.iter().any(|context| contexts.contains(*context));
        if any([Context::Http, Context::Stream]) {
            self.defined.extend(self.http.names.defined().map(<[u8]>::to_vec));
            return self.http.end(place);
        }
        if any([Context::Upstream, Context::StreamUpstream]) {
            // NGINX Plus keeps the servers of `state` in a file.
            let brings = [directive::SERVER, directive::STATE];
            let empty = !brings.iter().any(|id| block.seen.contains_key(id));
            let problem = empty.then(|| whole(block, place, says("no servers are inside upstream")));
            return problem.into_iter().collect();
        }
        if contexts == Contexts::of(&[Context::Mail]) {
            return self.mail.end();
        }
        if contexts == Contexts::of(&[Context::MailServer]) {
            return self.mail.server_ends(block, self.blocks.last());
        }
        if contexts.contains(Context::Server) && !block.seen.contains_key(&directive::LISTEN) {
            let server = self.http.servers;
            block.opening.into_iter().for_each(|opening| self.http.sockets.silent((server, opening)));
        }
        if contexts == Contexts::of(&[Context::StreamServer]) {
            let handled = HANDLERS.iter().any(|id| block.seen.contains_key(id));
            let listens = block.seen.contains_key(&directive::LISTEN);
            self.http.named.server_ends(listens, handled, block.opening, self.range);
        }
        Vec::new()
    }

    /// What the end of a data block leaves behind or refuses.
    fn data_ends(&mut self, data: &Data, opening: Option<P>) -> Vec<Problem<P>> {
        let Some(place) = opening else { return Vec::new() };
        match data {
            Data::Types(longest) => {
                let words = vec![b"types".to_vec(), longest.clone()];
                let (level, setting) = (self.level(), Setting { id: directive::TYPES, place, words });
                self.http.levels.push(level, setting);
                Vec::new()
            }
            Data::Map(map) => {
                let table = Table::sized("map_hash", 2048, self.http.levels.outermost().as_ref());
                let refusal = map.longest().and_then(|longest| table.refuses(longest));
                let problem = |refusal: Refusal| Problem { refusal, at: None, cause: opening, first: None };
                refusal.map(problem).into_iter().collect()
            }
            _ => Vec::new(),
        }
    }

    /// What the end of everything shows: shared memory without a size and, of a text whose `http` block is not there,
    /// what that block's end would show.
    pub fn finish(&mut self) -> Vec<Problem<P>> {
        let mut problems = self.http.end(None);
        problems.extend(self.shared.missing());
        problems
    }
}

fn whole<P: Copy>(block: &Block<P>, place: Option<P>, refusal: Refusal) -> Problem<P> {
    Problem { refusal: refusal.at(0), at: place, cause: block.opening, first: None }
}
