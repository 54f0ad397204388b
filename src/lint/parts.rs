//! The texts of nginx's inside Markdown and YAML files.

use std::path::Path;

use super::discover::{error, looks_like_nginx};
use super::{Options, Root};
use crate::config::Library;
use crate::embedded::{Part, Sure};
use crate::finding::ReadError;
use crate::source::DocId;

/// What is said where nothing but Markdown and YAML files were named and none holds anything of nginx's.
pub(super) fn nothing_in(name: String) -> ReadError {
    error(name, "no nginx configuration was found in it (use --allow-empty if that is fine)")
}

/// The texts of nginx's in a Markdown or YAML file.
pub(super) fn add(
    library: &mut Library<'_>,
    path: &Path,
    options: &Options,
    errors: &mut Vec<ReadError>,
    roots: &mut Vec<Root>,
) {
    match library.open_parts(path) {
        Ok(found) => add_found(library, found, path, options, roots),
        Err(problem) => errors.push(error(library.name(path), problem.to_string())),
    }
}

pub(super) fn add_found(
    library: &Library<'_>,
    found: Vec<(DocId, Part)>,
    path: &Path,
    options: &Options,
    roots: &mut Vec<Root>,
) {
    let is_nginx = |(doc, part): &(DocId, Part)| is_nginx(library, *doc, part, options);
    let found = found.into_iter().filter(is_nginx);
    roots.extend(found.map(|(doc, part)| Root {
        doc,
        path: Some(path.to_path_buf()),
        top: None,
        part: Some(part),
    }));
}

fn is_nginx(library: &Library<'_>, doc: DocId, part: &Part, options: &Options) -> bool {
    let has_statements = || !library.texts.tree(doc).statements.is_empty();
    part.sure == Sure::Said || has_statements() && looks_like_nginx(library, doc, options)
}

/// Whether a file holds any; what cannot be read is not judged.
pub(super) fn holds_nginx(library: &mut Library<'_>, path: &Path, options: &Options) -> bool {
    let found = library.open_parts(path);
    found.map_or(true, |found| found.iter().any(|(doc, part)| is_nginx(library, *doc, part, options)))
}
