//! `ngxlint handshake`: so far every block; the route of a URL builds on it.

use std::io;
use std::path::Path;

use super::{CLEAN, Error, paths, terminal, version};
use crate::catalogue::Version;
use crate::cli::Handshake;
use crate::config::{Base, Config, Context, Library, View, assemble};
use crate::files::Disk;
use crate::handshake::judge;
use crate::output::handshake::{Blocks, json, table};
use crate::value::{Client, Definitions};

/// Prints the verdict on every block.
pub(super) fn handshake(arguments: &Handshake) -> Result<u8, Error> {
    let files = Disk;
    let folder =
        arguments.conf.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let target =
        version::target(arguments.nginx_version.as_deref(), &files, std::slice::from_ref(&arguments.conf))?;
    let absolute = std::path::absolute(folder).unwrap_or_else(|_| folder.to_path_buf());
    let mut library = Library::new(&files, absolute.clone());
    let conf = absolute.join(arguments.conf.file_name().unwrap_or_default());
    let root = library
        .open(&conf)
        .map_err(|error| Error::usage(format!("{}: {error}", arguments.conf.display())))?;
    let places = paths(&arguments.places)?;
    let base = Base::Known(places.prefix.clone().unwrap_or(absolute));
    let context = Context::of(library.texts.sources.get(root), library.texts.tree(root));
    let config = assemble(&mut library, root, &context, &base, &places);
    print(arguments, View { texts: &library.texts, config: &config }, target.lowest())?;
    refuse_broken(&library, &config)
}

fn print(arguments: &Handshake, view: View<'_>, version: Version) -> Result<(), Error> {
    let (definitions, client) = (Definitions::of(view), Client::handshake());
    let reports = judge(view, &definitions, &client, version);
    let blocks = Blocks { view, version, reports: &reports };
    let mut out = io::stdout().lock();
    match arguments.format.as_str() {
        "json" => json(&blocks, &mut out)?,
        "text" => table(&blocks, &mut out, terminal::style(arguments.color))?,
        other => return Err(Error::usage(format!("unknown format `{other}`: one of text, json"))),
    }
    Ok(())
}

/// A configuration that does not parse has no certain answer.
fn refuse_broken(library: &Library<'_>, config: &Config) -> Result<u8, Error> {
    let broken = config.documents.iter().find(|&&doc| !library.texts.tree(doc).errors.is_empty());
    match broken {
        Some(&doc) => {
            let name = &library.texts.sources.get(doc).name;
            Err(Error::usage(format!("{name} does not parse: see `ngxlint check`")))
        }
        None => Ok(CLEAN),
    }
}
