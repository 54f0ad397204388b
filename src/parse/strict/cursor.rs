//! How far nginx has come in the open files.

use std::path::PathBuf;

use super::super::Options;
use crate::catalogue::Contexts;
use crate::config::ScopeKind;
use crate::syntax::StatementId;

/// The contexts that the configuration is taken to stand in, outermost first.
pub(super) fn assumed(options: &Options) -> Vec<Contexts> {
    let levels = options.context.as_ref().map_or(&[ScopeKind::Main][..], |context| context.levels());
    levels.iter().filter_map(|level| level.place()).map(|place| Contexts::of(&[place])).collect()
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
