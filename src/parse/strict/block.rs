//! Where nginx stands: the open blocks and files, and the directive at hand.

use std::borrow::Cow;
use std::collections::HashSet;
use std::path::PathBuf;

use super::super::Options;
use super::data::Data;
use crate::catalogue::{Context, DirectiveId, Variant};
use crate::config::ScopeKind;
use crate::syntax::StatementId;

/// The contexts that the configuration is taken to stand in, outermost first.
pub(super) fn assumed(options: &Options) -> Vec<Context> {
    let levels = options.context.as_ref().map_or(&[ScopeKind::Main][..], |context| context.levels());
    levels.iter().filter_map(|&level| context(level)).collect()
}

fn context(level: ScopeKind) -> Option<Context> {
    Some(match level {
        ScopeKind::Main => Context::Main,
        ScopeKind::Events => Context::Events,
        ScopeKind::Http => Context::Http,
        ScopeKind::Server => Context::Server,
        ScopeKind::Location => Context::Location,
        ScopeKind::IfInServer => Context::IfInServer,
        ScopeKind::IfInLocation => Context::IfInLocation,
        ScopeKind::LimitExcept => Context::LimitExcept,
        ScopeKind::Upstream => Context::Upstream,
        ScopeKind::Stream => Context::Stream,
        ScopeKind::StreamServer => Context::StreamServer,
        ScopeKind::StreamUpstream => Context::StreamUpstream,
        ScopeKind::Mail => Context::Mail,
        ScopeKind::MailServer => Context::MailServer,
        ScopeKind::Data | ScopeKind::Other => return None,
    })
}

/// What a block holds.
pub(super) enum Inside {
    Directives(Context),
    Data(Data),
    /// Directives of a module about whose blocks nothing is known.
    Anything,
}

/// An open block.
pub(super) struct Block {
    pub(super) inside: Inside,
    /// The directives that stand in it.
    pub(super) seen: HashSet<DirectiveId>,
    /// The location that it is.
    pub(super) location: Option<usize>,
}

impl Block {
    pub(super) fn new(inside: Inside) -> Self {
        Self { inside, seen: HashSet::new(), location: None }
    }
}

/// How far a file, or a block of it, has been carried out.
pub(super) struct Cursor {
    pub(super) entry: usize,
    pub(super) next: u32,
    pub(super) end: u32,
    /// The block's closing brace; nothing for a file.
    pub(super) close: Option<u32>,
    /// The include that is being followed, and the files it still leads to, the next one last.
    pub(super) include: StatementId,
    pub(super) waiting: Vec<PathBuf>,
}

/// A directive at the moment its setter is called.
pub(super) struct Call<'a> {
    pub(super) id: DirectiveId,
    pub(super) variant: &'static Variant,
    pub(super) context: Context,
    /// The decoded words, the name first.
    pub(super) words: Vec<Cow<'a, [u8]>>,
}

impl Call<'_> {
    /// The decoded word `index`, the name being 0; empty if there is none.
    pub(super) fn word(&self, index: usize) -> &[u8] {
        self.words.get(index).map_or(&[], |word| word)
    }

    pub(super) fn arguments(&self) -> impl Iterator<Item = &[u8]> {
        self.words.iter().skip(1).map(Cow::as_ref)
    }
}
