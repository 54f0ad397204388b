//! The one tree that `handshake` and `show` are about.

use std::path::{Path, PathBuf};

use super::{Error, complain};
use crate::config::{Base, Config, Context, Library, Paths, ScopeKind, Texts, View, assemble, assumed};
use crate::files::Files;

/// A tree with what it was read from.
pub(super) struct Tree {
    pub(super) texts: Texts,
    pub(super) config: Config,
    /// The context of the main file: others are fragments.
    pub(super) context: Context,
    /// Where relative includes start.
    pub(super) prefix: PathBuf,
    pub(super) paths: Paths,
}

impl Tree {
    /// Reads `conf` with its includes; names are relative to its folder. A configuration that does not parse has no
    /// certain answer and is refused.
    pub(super) fn read(files: &dyn Files, conf: &Path, paths: Paths) -> Result<Self, Error> {
        let full = std::path::absolute(conf).unwrap_or_else(|_| conf.to_path_buf());
        let folder = full.parent().unwrap_or(Path::new("/")).to_path_buf();
        let mut library = Library::new(files, folder.clone());
        let root =
            library.open(&full).map_err(|error| Error::usage(format!("{}: {error}", conf.display())))?;
        let prefix = paths.prefix.clone().unwrap_or(folder);
        let context = Context::of(library.texts.sources.get(root), library.texts.tree(root));
        let config = assemble(&mut library, root, &context, &Base::Known(prefix.clone()), &paths);
        let tree = Self { texts: library.texts, config, context, prefix, paths };
        tree.refuse_broken()?;
        Ok(tree)
    }

    pub(super) fn view(&self) -> View<'_> {
        View { texts: &self.texts, config: &self.config }
    }

    /// A fragment is taken alone, and that is said.
    pub(super) fn mention_fragment(&self, conf: &Path) {
        let levels = self.context.levels().iter().filter(|kind| **kind != ScopeKind::Main);
        let levels: Vec<&str> = levels.map(|&kind| assumed(kind)).collect();
        complain(&format!(
            "{} is a fragment: taken to be included in {}, whose own directives are not known",
            conf.display(),
            levels.join(" > ")
        ));
    }

    fn refuse_broken(&self) -> Result<(), Error> {
        let broken = self.config.documents.iter().find(|&&doc| !self.texts.tree(doc).errors.is_empty());
        let name = broken.map(|&doc| &self.texts.sources.get(doc).name);
        name.map_or(Ok(()), |name| Err(Error::usage(format!("{name} does not parse: see `ngxlint check`"))))
    }
}
