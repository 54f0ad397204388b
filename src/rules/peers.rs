//! The names that other linters have for the same checks: `nginx-lint/indent`, `gixy-ng/alias_traversal`.

use super::model::Rule;

include!(concat!(env!("OUT_DIR"), "/peers.rs"));

/// Another linter.
#[derive(Debug, Clone, Copy)]
pub struct Peer {
    /// As it stands before the `/`.
    pub name: &'static str,
    /// The release whose rules these are.
    pub version: &'static str,
    /// Where it is.
    pub home: &'static str,
    /// All of its rules by name.
    pub rules: &'static [PeerRule],
}

/// A rule of another linter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PeerRule {
    /// Its name there.
    pub name: &'static str,
    /// The codes of the rules that find the same, the closest first.
    pub codes: &'static [&'static str],
    /// Why there is none, or what differs.
    pub because: Option<&'static str>,
}

impl Rule {
    /// Whether a peer calls it so: `gixy-ng/alias_traversal`, `gixy/alias_traversal` for whatever goes by that name, or
    /// `alias_traversal` for whoever says so. Case does not count, nor whether words are joined by `-` or `_`.
    pub fn is_called_by_peers(&self, word: &str) -> bool {
        self.peers.iter().any(|known| is_same(known, word))
    }

    /// [`Rule::is_called_by_peers`] with the peer in front: without one the word may be somebody's own.
    pub(super) fn is_peers(&self, word: &str) -> bool {
        word.contains('/') && self.is_called_by_peers(word)
    }
}

/// The rules of peers that go by `word` and have no counterpart, with the peer.
pub fn not_adopted(word: &str) -> impl Iterator<Item = (&'static Peer, &'static PeerRule)> {
    let all = PEERS.iter().flat_map(|peer| peer.rules.iter().map(move |rule| (peer, rule)));
    all.filter(move |(peer, rule)| {
        rule.codes.is_empty() && is_same(&format!("{}/{}", peer.name, rule.name), word)
    })
}

/// What differs between a peer's rule (`nginx-lint/indent`) and ours.
pub fn differs(name: &str) -> Option<&'static str> {
    let (peer, name) = name.split_once('/')?;
    let rules = PEERS.iter().find(|it| it.name == peer)?.rules;
    rules.iter().find(|rule| rule.name == name)?.because
}

/// Whether `word` is `known`, which is `peer/name`, or a part of it that stands for the whole.
fn is_same(known: &str, word: &str) -> bool {
    let (peer, name) = known.split_once('/').unwrap_or(("", known));
    match word.split_once('/') {
        Some((by, word)) => (is_same_name(peer, by) || is_offspring(peer, by)) && is_same_name(name, word),
        None => is_same_name(name, word),
    }
}

/// gixy-ng and Gixy-Next go back to one gixy, and share its names.
fn is_offspring(peer: &str, of: &str) -> bool {
    of.eq_ignore_ascii_case("gixy") && peer.starts_with("gixy-")
}

fn is_same_name(a: &str, b: &str) -> bool {
    let plain = |byte: u8| if byte == b'_' { b'-' } else { byte.to_ascii_lowercase() };
    a.bytes().map(plain).eq(b.bytes().map(plain))
}
