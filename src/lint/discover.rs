//! Which files are linted: those that are named, and in folders those that are nginx configuration.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::{Exclude, Input, Options, Root, STANDARD_INPUT, parts};
use crate::catalogue::{DirectiveId, lookup};
use crate::config::{Library, refusal};
use crate::embedded;
use crate::files::{FileKind, normal};
use crate::finding::ReadError;
use crate::source::{DocId, Origin};
use crate::syntax::{Statement, StatementKind, Tree};
use crate::template::has_template_name;

/// The texts that `inputs` stand for, each once. What cannot be read goes to `errors`.
pub(super) fn inputs(
    library: &mut Library<'_>,
    inputs: Vec<Input>,
    options: &Options,
    errors: &mut Vec<ReadError>,
) -> Vec<Root> {
    let (mut roots, mut embedding): (Vec<Root>, _) = (Vec::new(), Vec::new());
    for input in inputs {
        match input {
            Input::Text(name, bytes) => match emptiness(&name, &bytes).filter(|_| !options.allow_empty) {
                Some(why) => errors.push(error(name, why)),
                None => add_text(library, name, bytes, options, errors, &mut roots),
            },
            Input::Path(path) => match library.files.kind(&path) {
                Ok(FileKind::Directory) => add_folder(library, &path, options, errors, &mut roots),
                _ if embedded::may_hold(&path.to_string_lossy()) => {
                    parts::add(library, &path, options, errors, &mut roots);
                    embedding.push(library.name(&path));
                }
                _ => add_file(library, path, errors, &mut roots),
            },
        }
    }
    if roots.is_empty() && errors.is_empty() && !options.allow_empty {
        errors.extend(embedding.into_iter().map(parts::nothing_in));
    }
    let mut seen = std::collections::HashSet::new();
    roots.retain(|root| seen.insert(root.doc));
    roots
}

/// The inputs without what `--force-exclude` leaves out.
pub(super) fn kept(library: &mut Library<'_>, mut inputs: Vec<Input>, options: &Options) -> Vec<Input> {
    let here = library.working_directory().to_path_buf();
    let is_excluded = |path: &Path| options.exclude.holds(&normal(&here.join(path)));
    inputs.retain(|input| match input {
        _ if !options.force_exclude => true,
        Input::Text(name, _) => name == STANDARD_INPUT || !is_excluded(Path::new(name)),
        Input::Path(path) => !is_excluded(path) && may_be_nginx(library, path, options),
    });
    inputs
}

/// Whether a file would be taken if it were found in a folder. What is no file, or cannot be read, is not judged.
fn may_be_nginx(library: &mut Library<'_>, path: &Path, options: &Options) -> bool {
    if !library.files.kind(path).is_ok_and(|kind| kind == FileKind::File) {
        return true;
    }
    match candidate(path, Path::new(""), true) {
        None => false,
        Some(Sure::ByName) => true,
        Some(Sure::IfItHolds) => parts::holds_nginx(library, path, options),
        Some(Sure::IfItLooksLike) => {
            library.open(path).map_or(true, |doc| looks_like_nginx(library, doc, options))
        }
    }
}

/// Why a text is nothing to lint: `nginx -T | ngxlint -` must not pass where nginx had nothing to print. A text that has
/// got a name is an editor's, and may well be empty.
fn emptiness(name: &str, bytes: &[u8]) -> Option<String> {
    match refusal(bytes) {
        Some(said) => Some(format!("nginx printed no configuration: {}", String::from_utf8_lossy(said))),
        None if name == STANDARD_INPUT && bytes.trim_ascii().is_empty() => {
            Some("there is nothing to lint on standard input (use --allow-empty if that is fine)".into())
        }
        None => None,
    }
}

pub(super) fn error(file: String, message: impl Into<String>) -> ReadError {
    ReadError { file, line: 1, column: 1, message: message.into() }
}

fn add_text(
    library: &mut Library<'_>,
    name: String,
    bytes: Vec<u8>,
    options: &Options,
    errors: &mut Vec<ReadError>,
    roots: &mut Vec<Root>,
) {
    let path = PathBuf::from(&name);
    if embedded::may_hold(&name) {
        let found = library.insert_parts(name.clone(), Origin::Buffer, bytes);
        return match found {
            Ok(found) => parts::add_found(library, found, &path, options, roots),
            Err(problem) => errors.push(error(name, problem.to_string())),
        };
    }
    match library.insert(name.clone(), Origin::Buffer, bytes) {
        Ok(doc) => {
            library.stand_in(doc, &path);
            roots.push(Root { doc, path: Some(path), top: None, part: None });
        }
        Err(problem) => errors.push(error(name, problem.to_string())),
    }
}

fn add_file(library: &mut Library<'_>, path: PathBuf, errors: &mut Vec<ReadError>, roots: &mut Vec<Root>) {
    match library.open(&path) {
        Ok(doc) => roots.push(Root { doc, path: Some(path), top: None, part: None }),
        Err(problem) => errors.push(error(library.name(&path), problem.to_string())),
    }
}

fn add_folder(
    library: &mut Library<'_>,
    folder: &Path,
    options: &Options,
    errors: &mut Vec<ReadError>,
    roots: &mut Vec<Root>,
) {
    let before = (roots.len(), errors.len());
    let walked = walk(library, folder, &options.exclude);
    let is_nginx =
        |path: &&PathBuf| !matches!(candidate(path, folder, options.embedded), None | Some(Sure::IfItHolds));
    let paths = walked.iter().flatten().filter(is_nginx);
    library.read_ahead(&paths.cloned().collect::<Vec<_>>());
    for found in walked {
        match found {
            Ok(path) => {
                let Some(how) = candidate(&path, folder, options.embedded) else { continue };
                add_candidate(library, &path, folder, how, options, errors, roots);
            }
            Err((path, problem)) => {
                errors.push(error(library.name(&path), format!("cannot be read: {problem}")));
            }
        }
    }
    if (roots.len(), errors.len()) == before && !options.allow_empty {
        let name = library.name(folder);
        errors.push(error(name, "no nginx configuration was found here (use --allow-empty if that is fine)"));
    }
}

/// What stands in a folder and is not left out.
fn walk(library: &Library<'_>, folder: &Path, exclude: &Exclude) -> Vec<Walked> {
    let mut walked = library.files.walk(folder);
    let here = library.working_directory();
    walked.retain(|found| match found {
        Ok(path) | Err((path, _)) => !exclude.holds(&normal(&here.join(path))),
    });
    walked
}

/// A file, or what cannot be read.
type Walked = Result<PathBuf, (PathBuf, std::io::Error)>;

/// How sure a file's name makes that it is nginx configuration.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sure {
    /// Its name says so.
    ByName,
    /// Its content must say so, too.
    IfItLooksLike,
    /// It is of another kind and may hold some.
    IfItHolds,
}

/// Whether a file below a walked folder may be nginx configuration: `*.nginx`, `*.vhost`, `nginx.conf*` are; `*.conf`,
/// and anything in `conf.d`, `sites-*` and `snippets`, where it looks like it.
fn candidate(path: &Path, top: &Path, embedded: bool) -> Option<Sure> {
    let name = path.file_name()?.to_string_lossy().to_ascii_lowercase();
    if embedded::may_hold(&name) {
        return embedded.then_some(Sure::IfItHolds);
    }
    let ending = path.extension().and_then(OsStr::to_str).unwrap_or_default().to_ascii_lowercase();
    if name.starts_with("nginx.conf") || ending == "nginx" || ending == "vhost" {
        return Some(Sure::ByName);
    }
    let below = path.strip_prefix(top).unwrap_or(path).parent()?;
    let in_nginx_folder = below
        .components()
        .chain(top.file_name().map(Path::new).into_iter().flat_map(Path::components))
        .any(|part| {
            let part = part.as_os_str().to_string_lossy();
            part == "conf.d" || part == "snippets" || part.starts_with("sites-")
        });
    let is_template = has_template_name(&name) && (name.contains(".conf") || name.contains("nginx"));
    (ending == "conf" || is_template || in_nginx_folder).then_some(Sure::IfItLooksLike)
}

fn add_candidate(
    library: &mut Library<'_>,
    path: &Path,
    top: &Path,
    how: Sure,
    options: &Options,
    errors: &mut Vec<ReadError>,
    roots: &mut Vec<Root>,
) {
    // A dangling link, a FIFO or a folder with an ending is no file to lint.
    if !library.files.kind(path).is_ok_and(|kind| kind == FileKind::File) {
        return;
    }
    if how == Sure::IfItHolds {
        return parts::add(library, path, options, errors, roots);
    }
    match library.open(path) {
        Ok(doc) if how == Sure::ByName || looks_like_nginx(library, doc, options) => {
            let (path, top) = (Some(path.to_path_buf()), Some(top.to_path_buf()));
            roots.push(Root { doc, path, top, part: None });
        }
        Ok(_) => {}
        Err(problem) => errors.push(error(library.name(path), problem.to_string())),
    }
}

/// Whether at least half of a text's outermost statements, or of all its statements, start with a directive that nginx
/// or a module of it knows, or the user has described. A text without statements (empty, only comments) may become one. Of a text with syntax
/// errors that is no template their arguments must fit as well: other languages, too, have an `allow` and a `location`.
/// A document that begins in another language is not taken for the configuration that it holds.
pub(super) fn looks_like_nginx(library: &Library<'_>, doc: DocId, options: &Options) -> bool {
    let tree: &Tree = library.texts.tree(doc);
    let document = library.texts.sources.get(doc);
    let text = document.read_text();
    if begins_with_assignments(tree, text) {
        return false;
    }
    let known = &options.preferences.directives;
    let is_lenient = tree.errors.is_empty() || document.reading().is_some();
    let is_own = |statement: Statement| {
        tree.words(statement).first().is_some_and(|name| known.is_own(&name.decoded(text)))
    };
    let is_known = |statement: Statement| {
        (statement.name != DirectiveId::UNKNOWN && (is_lenient || fits(tree, statement)))
            || is_behind_mark(tree, statement, text)
            || is_own(statement)
    };
    let (top, known_top) = counts(tree.children(None).map(|id| is_known(tree.statement(id))));
    let (all, known) = counts(tree.statements.iter().map(|&statement| is_known(statement)));
    known_top > 0 && known_top * 2 >= top || known * 2 >= all
}

/// Whether a text begins with a block that nginx does not know and that begins with `name = value`, as those of Terraform
/// (HCL) do: `resource "type" "name" {`, `locals {`. nginx has no assignments.
fn begins_with_assignments(tree: &Tree, text: &[u8]) -> bool {
    let Some(block) = tree.children(None).next() else { return false };
    let statement = tree.statement(block);
    let is_unknown = statement.kind == StatementKind::Block && statement.name == DirectiveId::UNKNOWN;
    let first = tree.children(Some(block)).next().filter(|_| is_unknown).map(|id| tree.statement(id));
    first.is_some_and(|inner| {
        inner.name == DirectiveId::UNKNOWN
            && tree.words(inner).get(1).is_some_and(|sign| sign.raw(text) == b"=")
    })
}

/// Whether nginx takes a statement with so many arguments.
fn fits(tree: &Tree, statement: Statement) -> bool {
    let arguments = tree.words(statement).len().saturating_sub(1);
    statement.name.takes(arguments, statement.kind != StatementKind::Simple)
}

/// How many there are, and how many of them are true.
fn counts(of: impl Iterator<Item = bool>) -> (usize, usize) {
    of.fold((0, 0), |(all, known), is_known| (all + 1, known + usize::from(is_known)))
}

/// Whether a statement's name is known but for the byte order mark before it, which nginx takes as part of the word.
fn is_behind_mark(tree: &Tree, statement: Statement, text: &[u8]) -> bool {
    let name = tree.words(statement).first().map(|word| word.raw(text));
    let name = name.and_then(|name| name.strip_prefix("\u{feff}".as_bytes()));
    name.is_some_and(|name| lookup(name) != DirectiveId::UNKNOWN)
}
