//! The names of servers that share an address: nginx looks at them once all servers are known
//! (`ngx_http_server_names`).

use std::collections::{HashMap, HashSet};

use super::data::is_hostname;
use super::levels::View;
use super::merge::Turn;
use super::merge::hash::{Table, longest};
use super::quoted;
use super::sockets::Sockets;
use super::statement::Problem;

/// A name of a server and where it stands.
struct Name<P> {
    text: Vec<u8>,
    word: usize,
    place: P,
}

/// The names of the servers, by the number of the server.
pub(super) struct ServerNames<P> {
    names: HashMap<usize, Vec<Name<P>>>,
    /// Servers with a regular expression that captures something.
    capturing: HashSet<usize>,
}

impl<P> Default for ServerNames<P> {
    fn default() -> Self {
        Self { names: HashMap::new(), capturing: HashSet::new() }
    }
}

impl<P: Copy> ServerNames<P> {
    /// Takes note of `server_name`.
    pub(super) fn learn<'w>(&mut self, words: impl Iterator<Item = &'w [u8]>, server: usize, place: P) {
        for (index, word) in words.enumerate() {
            if word.starts_with(b"~") {
                let captures = memchr::memmem::find_iter(word, b"(")
                    .any(|at| word.get(at + 1) != Some(&b'?'))
                    || memchr::memmem::find(word, b"(?<").is_some();
                self.capturing.extend(captures.then_some(server));
                continue;
            }
            // `$hostname` is the machine's.
            if word != b"$hostname" {
                let text = word.to_ascii_lowercase();
                self.names.entry(server).or_default().push(Name { text, word: index + 1, place });
            }
        }
    }

    /// What is refused of the names at each address.
    pub(super) fn refused(
        &self,
        sockets: &Sockets<P>,
        outermost: Option<&View<'_, P>>,
    ) -> Vec<(Turn, Problem<P>)> {
        let table = Table::sized("server_names_hash", 512, outermost);
        let mut found: Vec<Problem<P>> = Vec::new();
        let mut seen = HashSet::new();
        for listened in sockets.all() {
            let servers: Vec<usize> = listened.servers.iter().map(|&(server, _)| server).collect();
            let looks = servers.len() > 1 || servers.iter().any(|server| self.capturing.contains(server));
            if looks && seen.insert(servers.clone()) {
                found.extend(self.at(&listened.socket.to_string(), &servers, &table));
            }
        }
        found.into_iter().map(|problem| (Turn::Sockets, problem)).collect()
    }

    fn at(&self, address: &str, servers: &[usize], table: &Table) -> Option<Problem<P>> {
        let names = || servers.iter().filter_map(|server| self.names.get(server)).flatten();
        let problem = |refusal: super::Refusal, name: &Name<P>| Problem {
            refusal: refusal.at(name.word),
            at: None,
            cause: Some(name.place),
            first: None,
        };
        if let Some(name) = names().find(|name| !is_hostname(&name.text)) {
            let message =
                quoted("invalid server name or wildcard \"", &name.text, &format!("\" on {address}"));
            return Some(problem(message, name));
        }
        let length = |name: &&Name<P>| longest(std::iter::once(name.text.as_slice()));
        let name = names().max_by_key(length)?;
        Some(problem(table.refuses(length(&name)?)?, name))
    }
}
