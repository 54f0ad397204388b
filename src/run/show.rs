//! `ngxlint show`.

use std::io;
use std::path::{Path, PathBuf};

use super::tree::Tree;
use super::{CLEAN, Error, complain, settings, terminal, version, working_directory};
use crate::cli::{Show, TextOrJson};
use crate::config::{ScopeId, View};
use crate::files::{Disk, Files};
use crate::output::show::{Shown, json, text};
use crate::show::{NoBlock, at_line, serving_blocks, show};
use crate::source::DocId;

/// Prints what is in force at a block, or at every block that serves requests.
pub(super) fn run(arguments: &Show) -> Result<u8, Error> {
    let files = Disk;
    let beside = std::slice::from_ref(&arguments.conf);
    let settings = settings::settings(&files, &arguments.settings, &arguments.conf)?;
    let target = settings::nginx_version(arguments.nginx_version.as_deref(), &settings);
    let version = version::target(target, &files, beside)?.lowest();
    let place = arguments.block.as_deref().map(Place::parse).transpose()?;
    let tree = Tree::read(&files, &arguments.conf, settings::paths(&arguments.places, &settings)?)?;
    let view = tree.view();
    if !tree.context.is_main() {
        tree.mention_fragment(&arguments.conf);
    }
    complain_of_includes(view);
    let scopes = match place {
        Some(place) => place.blocks(view, &files, &arguments.conf)?,
        None => serving_blocks(view),
    };
    print(arguments, &Shown { view, version, blocks: &show(view, &scopes, version) })?;
    Ok(CLEAN)
}

fn print(arguments: &Show, shown: &Shown<'_>) -> Result<(), Error> {
    let mut out = io::stdout().lock();
    match arguments.format {
        TextOrJson::Json => json(shown, &mut out)?,
        TextOrJson::Text => text(shown, &mut out, terminal::style(arguments.color))?,
    }
    Ok(())
}

/// What was not read is not in force here, and may well be on the server.
fn complain_of_includes(view: View<'_>) {
    for unresolved in &view.config.unresolved {
        let document = view.texts.sources.get(unresolved.span.doc);
        let line = document.line(unresolved.span.start);
        complain(&format!(
            "{}:{line}: what {} sets is not shown: it cannot be read",
            document.name, unresolved.path
        ));
    }
}

/// `FILE:LINE`
struct Place<'a> {
    file: &'a str,
    line: u32,
}

impl<'a> Place<'a> {
    fn parse(word: &'a str) -> Result<Self, Error> {
        let parts = word.rsplit_once(':').and_then(|(file, line)| Some((file, line.parse().ok()?)));
        match parts {
            Some((file, line)) if line > 0 && !file.is_empty() => Ok(Self { file, line }),
            _ => Err(Error::usage(format!("`{word}` is no FILE:LINE, such as conf.d/chat.conf:12"))),
        }
    }

    fn blocks(&self, view: View<'_>, files: &dyn Files, conf: &Path) -> Result<Vec<ScopeId>, Error> {
        let doc = self.document(view, files)?.ok_or_else(|| {
            Error::usage(format!("{} is no part of the configuration of {}", self.file, conf.display()))
        })?;
        at_line(view, doc, self.line).map_err(|problem| self.no_block(view, &problem))
    }

    /// The document of that name, relative to the folder of the main file or to the working directory.
    fn document(&self, view: View<'_>, files: &dyn Files) -> Result<Option<DocId>, Error> {
        let documents = || view.config.documents.iter().copied();
        let sources = &view.texts.sources;
        let named = documents().find(|&doc| sources.get(doc).name == self.file);
        let path = working_directory()?.join(self.file);
        let canonical = |path: &Path| -> Option<PathBuf> { files.canonical(path).ok() };
        let Some(wanted) = canonical(&path) else { return Ok(named) };
        let is_wanted = |&doc: &DocId| sources.get(doc).path().and_then(canonical).as_ref() == Some(&wanted);
        Ok(named.or_else(|| documents().find(is_wanted)))
    }

    fn no_block(&self, view: View<'_>, problem: &NoBlock) -> Error {
        let Self { file, line } = self;
        let nearest = problem.nearest.map_or_else(
            || "it holds none".to_owned(),
            |(at, scope)| format!("the nearest is `{}` at {file}:{at}", view.label(scope)),
        );
        Error::usage(format!("there is no block at {file}:{line}: {nearest}"))
    }
}
