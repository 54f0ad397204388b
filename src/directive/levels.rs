//! The levels of an `http` or `stream` block, with the directives in them whose values nginx compares once all levels have
//! inherited from those around them.

use std::collections::HashMap;

use super::call::Call;
use crate::catalogue::{DirectiveId, directive, lookup};

/// Deeper in each other than this locations are not looked at.
const DEEPEST: usize = 64;

/// A directive at its level.
#[derive(Debug)]
pub(super) struct Setting<P> {
    pub(super) id: DirectiveId,
    pub(super) place: P,
    /// The decoded words, the name first.
    pub(super) words: Vec<Vec<u8>>,
}

impl<P> Setting<P> {
    pub(super) fn word(&self, index: usize) -> &[u8] {
        self.words.get(index).map_or(&[], Vec::as_slice)
    }
}

/// What a level is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// `http` or `stream`, which inherits from nothing.
    Outermost,
    Server,
    /// A location, or a block in one.
    Location,
}

#[derive(Debug)]
struct Level<P> {
    kind: Kind,
    around: Option<usize>,
    opening: Option<P>,
    depth: usize,
    settings: HashMap<DirectiveId, Vec<Setting<P>>>,
}

/// The levels in the order of the configuration.
#[derive(Debug)]
pub(super) struct Levels<P> {
    all: Vec<Level<P>>,
}

impl<P> Default for Levels<P> {
    fn default() -> Self {
        Self { all: Vec::new() }
    }
}

impl<P: Copy> Levels<P> {
    /// Opens a level in the level `around`.
    pub(super) fn open(&mut self, kind: Kind, around: Option<usize>, opening: Option<P>) -> usize {
        let depth = around.and_then(|around| self.all.get(around)).map_or(0, |around| around.depth + 1);
        self.all.push(Level { kind, around, opening, depth, settings: HashMap::new() });
        self.all.len() - 1
    }

    /// Takes note of a directive in a level.
    pub(super) fn set(&mut self, level: Option<usize>, call: &Call<'_>, place: P) {
        if is_compared(call.id) {
            let words = call.words.iter().map(|word| word.to_vec()).collect();
            self.push(level, Setting { id: call.id, place, words });
        }
    }

    pub(super) fn push(&mut self, level: Option<usize>, setting: Setting<P>) {
        if let Some(level) = level.and_then(|level| self.all.get_mut(level)) {
            level.settings.entry(setting.id).or_default().push(setting);
        }
    }

    /// The levels that inherit, each that says nothing itself left out where another one says the same.
    pub(super) fn merged(&self) -> impl Iterator<Item = View<'_, P>> {
        let mut speaks: Vec<Option<usize>> = Vec::with_capacity(self.all.len());
        let mut seen = vec![false; self.all.len()];
        let levels = self.all.iter().enumerate().filter_map(|(number, level)| {
            let around = level.around.and_then(|around| speaks.get(around).copied().flatten());
            speaks.push(if level.settings.is_empty() { around } else { Some(number) });
            let inherits = level.kind != Kind::Outermost && level.depth <= DEEPEST;
            let speaker = speaks.last().copied().flatten().filter(|_| inherits)?;
            let first = seen.get_mut(speaker).is_some_and(|seen| !std::mem::replace(seen, true));
            first.then_some(View { levels: self, level: number })
        });
        levels.collect::<Vec<_>>().into_iter()
    }

    /// The servers.
    pub(super) fn servers(&self) -> impl Iterator<Item = View<'_, P>> {
        let servers = self.all.iter().enumerate().filter(|(_, level)| level.kind == Kind::Server);
        servers.map(|(level, _)| View { levels: self, level })
    }

    /// The directive that opens the level.
    pub(super) fn opening(&self, level: usize) -> Option<P> {
        self.all.get(level).and_then(|level| level.opening)
    }

    pub(super) fn view(&self, level: Option<usize>) -> Option<View<'_, P>> {
        level.filter(|&level| level < self.all.len()).map(|level| View { levels: self, level })
    }

    /// What the outermost level says, if there is one.
    pub(super) fn outermost(&self) -> Option<View<'_, P>> {
        let is_it = self.all.first().is_some_and(|level| level.kind == Kind::Outermost);
        self.view(is_it.then_some(0))
    }
}

/// A level with what it inherits.
#[derive(Debug)]
pub(super) struct View<'l, P> {
    levels: &'l Levels<P>,
    pub(super) level: usize,
}

impl<'l, P: Copy> View<'l, P> {
    /// The directive `name` that is in force.
    pub(super) fn named(&self, name: &str) -> Option<&'l Setting<P>> {
        self.setting(lookup(name.as_bytes()))
    }

    /// The directive that is in force.
    pub(super) fn setting(&self, id: DirectiveId) -> Option<&'l Setting<P>> {
        self.list(id).1.first()
    }

    /// All directives of the nearest level that has one, and which level that is.
    pub(super) fn list(&self, id: DirectiveId) -> (usize, &'l [Setting<P>]) {
        let mut level = Some(self.level);
        while let Some((number, found)) = level.and_then(|it| Some((it, self.levels.all.get(it)?))) {
            if let Some(here) = found.settings.get(&id) {
                return (number, here);
            }
            level = found.around;
        }
        (self.level, &[])
    }

    /// The directives of the level itself.
    pub(super) fn own(&self, id: DirectiveId) -> &'l [Setting<P>] {
        let level = self.levels.all.get(self.level);
        level.and_then(|level| level.settings.get(&id)).map_or(&[], Vec::as_slice)
    }
}

/// Whether the end of the block looks at the directive.
fn is_compared(id: DirectiveId) -> bool {
    const ENDINGS: [&str; 18] = [
        "_buffer_size",
        "_buffers",
        "_buffers_size",
        "_cache",
        "_file_write_size",
        "_hash_bucket_size",
        "_hash_max_size",
        "_header",
        "_header_buffers",
        "_param",
        "_pass",
        "_pool_size",
        "_store",
        "_temp_file_size",
        "_types",
        "ssl_trusted_certificate",
        "ssl_verify",
        "ssl_certificate",
    ];
    const OTHERS: [DirectiveId; 9] = [
        directive::PROXY_SSL,
        directive::RESOLVER,
        directive::SECURE_LINK,
        directive::SECURE_LINK_MD5,
        directive::SECURE_LINK_SECRET,
        directive::SERVER_NAME,
        directive::SSL_CERTIFICATE_KEY,
        directive::SSL_REJECT_HANDSHAKE,
        directive::VALID_REFERERS,
    ];
    let name = id.name();
    OTHERS.contains(&id)
        || name.ends_with("ssl_certificate_key")
        || ENDINGS.iter().any(|ending| name.ends_with(ending))
}
