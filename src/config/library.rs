//! The texts of a run: each file is read and parsed once, however many trees it belongs to.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use rayon::prelude::*;

use crate::embedded;
use crate::files::{Files, normal};
use crate::source::{DocId, Document, Origin, Sources, Span};
use crate::syntax::{self, RawBodies, Statement, StatementId, Tree, Word};
use crate::template::{self, Reading};

/// Documents and their syntax trees.
#[derive(Debug, Default)]
pub struct Texts {
    /// The documents.
    pub sources: Sources,
    trees: Vec<Tree>,
}

impl Texts {
    /// The syntax tree of `doc`.
    pub fn tree(&self, doc: DocId) -> &Tree {
        static EMPTY: LazyLock<Tree> = LazyLock::new(Tree::default);
        self.trees.get(doc.0 as usize).unwrap_or(&EMPTY)
    }

    /// The statement `id` of `doc`.
    pub fn statement(&self, doc: DocId, id: StatementId) -> Statement {
        self.tree(doc).statement(id)
    }

    /// The words of a statement, its name first.
    pub fn words(&self, doc: DocId, id: StatementId) -> &[Word] {
        let tree = self.tree(doc);
        tree.words(tree.statement(id))
    }

    /// A word as nginx sees it: quotes and escapes decoded.
    pub fn decoded(&self, doc: DocId, word: Word) -> Cow<'_, [u8]> {
        word.decoded(self.sources.get(doc).read_text())
    }

    /// The whole statement, from its first word to its end.
    pub fn span(&self, doc: DocId, id: StatementId) -> Span {
        let tree = self.tree(doc);
        let (start, end) = tree.range(tree.statement(id));
        Span::new(doc, start, end)
    }

    /// The words of a statement without what ends it: what names a block, or a directive without its `;`.
    pub fn head(&self, doc: DocId, id: StatementId) -> Span {
        let words = self.words(doc, id);
        let start = words.first().map_or(0, |word| word.start);
        Span::new(doc, start, words.last().map_or(start, |word| word.end))
    }

    fn add(&mut self, document: Document, tree: Tree) -> DocId {
        self.trees.push(tree);
        self.sources.add(document)
    }
}

/// Why a file cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LoadError {
    /// Nothing stands there.
    #[error("no such file or directory")]
    NotFound,
    /// It is a directory.
    #[error("is a directory")]
    Directory,
    /// The system refuses; its words.
    #[error("cannot be read: {0}")]
    Unreadable(String),
    /// Spans hold 32-bit offsets.
    #[error("is too large: 4 GiB or more")]
    TooLarge,
}

impl From<io::Error> for LoadError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Self::NotFound,
            io::ErrorKind::IsADirectory => Self::Directory,
            io::ErrorKind::FileTooLarge => Self::TooLarge,
            io::ErrorKind::PermissionDenied => Self::Unreadable("permission denied".into()),
            _ => Self::Unreadable(error.to_string()),
        }
    }
}

/// Fewer files than this are read one after the other: starting threads takes longer.
const WORTH_READING_AHEAD: usize = 8;

/// A file's content and what was made of it.
struct Read {
    bytes: Vec<u8>,
    reading: Option<Reading>,
    tree: Tree,
}

/// Reads files into [`Texts`].
pub struct Library<'f> {
    /// What was read so far.
    pub texts: Texts,
    /// Where files are read from.
    pub files: &'f dyn Files,
    working_directory: PathBuf,
    /// Whether a template is read as one, and not as nginx would.
    templates: bool,
    origin: fn(PathBuf) -> Origin,
    /// By canonical name.
    opened: HashMap<OsString, DocId>,
    /// By name as it is spelt somewhere.
    spelt: HashMap<OsString, DocId>,
    /// The canonical names of the folders that files were opened in.
    folders: HashMap<PathBuf, PathBuf>,
    /// What was read ahead, with its canonical name; nothing where that failed or the file has been opened since.
    ahead: HashMap<OsString, Option<(PathBuf, Read)>>,
}

impl<'f> Library<'f> {
    /// An empty library over `files`; names are printed relative to `working_directory`.
    pub fn new(files: &'f dyn Files, working_directory: PathBuf) -> Self {
        Self {
            texts: Texts::default(),
            files,
            working_directory,
            templates: true,
            origin: Origin::File,
            opened: HashMap::new(),
            spelt: HashMap::new(),
            folders: HashMap::new(),
            ahead: HashMap::new(),
        }
    }

    /// The same library, which reads everything as nginx does, templates too.
    #[must_use]
    pub fn exact(self) -> Self {
        Self { templates: false, ..self }
    }

    /// A library that adds the files of an `nginx -T` dump to `texts`, under the names they have there.
    pub fn over_dump(files: &'f dyn Files, texts: Texts) -> Self {
        Self { texts, origin: |_| Origin::Dump, ..Self::new(files, PathBuf::new()) }
    }

    /// The folder that names are relative to.
    pub fn working_directory(&self) -> &Path {
        &self.working_directory
    }

    /// The document of a file, read and parsed at its first use.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn open(&mut self, path: &Path) -> Result<DocId, LoadError> {
        if let Some(&doc) = self.spelt.get(path.as_os_str()) {
            return Ok(doc);
        }
        let ahead = self.ahead.get_mut(path.as_os_str()).and_then(Option::take);
        let doc = if let Some((canonical, read)) = ahead {
            self.add(path, canonical, |_| Ok(read))?
        } else {
            let files = self.files;
            let canonical = files.canonical_in(self.folder(path)?, path)?;
            let templates = self.templates;
            self.add(path, canonical, |files| read(files, path, templates))?
        };
        self.spelt.insert(path.into(), doc);
        Ok(doc)
    }

    /// The document of a file, whose content is asked for where it is not open yet.
    fn add(
        &mut self,
        path: &Path,
        canonical: PathBuf,
        read: impl FnOnce(&dyn Files) -> Result<Read, LoadError>,
    ) -> Result<DocId, LoadError> {
        if let Some(&doc) = self.opened.get(canonical.as_os_str()) {
            return Ok(doc);
        }
        let read = read(self.files)?;
        let document = Document::new(self.name(path), (self.origin)(path.to_path_buf()), read.bytes);
        let doc = self.texts.add(document.with_reading(read.reading), read.tree);
        self.opened.insert(canonical.into(), doc);
        Ok(doc)
    }

    /// Reads and parses in parallel what will be opened one after the other. It may be opened in any order, or not at
    /// all: nothing else changes by it.
    pub fn read_ahead(&mut self, paths: &[PathBuf]) {
        let is_new = |path: &&PathBuf| {
            !self.ahead.contains_key(path.as_os_str()) && !self.spelt.contains_key(path.as_os_str())
        };
        let new: Vec<&PathBuf> = paths.iter().filter(is_new).collect();
        if new.len() < WORTH_READING_AHEAD {
            return;
        }
        for path in &new {
            // Opening the file will say what is wrong.
            let _ = self.folder(path);
        }
        let (files, folders, templates) = (self.files, &self.folders, self.templates);
        let one = |path: &PathBuf| {
            let canonical = files.canonical_in(folders.get(folder_of(path))?, path).ok()?;
            Some((canonical, read(files, path, templates).ok()?))
        };
        let read: Vec<_> = new.into_par_iter().map(|path| (path.into(), one(path))).collect();
        self.ahead.extend(read);
    }

    /// The canonical name of the folder of a file.
    fn folder<'s>(&'s mut self, file: &'s Path) -> io::Result<&'s Path> {
        let folder = folder_of(file);
        if !self.folders.contains_key(folder) {
            self.folders.insert(folder.to_path_buf(), self.files.canonical(folder)?);
        }
        Ok(self.folders.get(folder).map_or(folder, PathBuf::as_path))
    }

    /// A document that is no file: standard input, an editor's buffer.
    ///
    /// # Errors
    /// Where it is too large.
    pub fn insert(&mut self, name: String, origin: Origin, bytes: Vec<u8>) -> Result<DocId, LoadError> {
        let read = parsed(&name, bytes, self.templates)?;
        let document = Document::new(name, origin, read.bytes).with_reading(read.reading);
        Ok(self.texts.add(document, read.tree))
    }

    /// The texts of nginx's that stand in `bytes`, which are those of a Markdown or YAML file.
    ///
    /// # Errors
    /// Where it is too large.
    pub fn insert_parts(
        &mut self,
        name: String,
        origin: Origin,
        bytes: Vec<u8>,
    ) -> Result<Vec<(DocId, embedded::Part)>, LoadError> {
        if u32::try_from(bytes.len()).is_err() {
            return Err(LoadError::TooLarge);
        }
        let (parts, readings) = embedded::read(&name, &bytes);
        let whole = Document::new(name, origin, bytes);
        let documents = parts.into_iter().zip(readings).map(|(part, reading)| {
            let document = whole.part(part.range.clone()).with_reading(reading);
            let tree = syntax::parse_from(document.read_text(), part.range.start as usize, RawBodies::Known);
            (self.texts.add(document, tree), part)
        });
        Ok(documents.collect())
    }

    /// [`Library::insert_parts`] of a file.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn open_parts(&mut self, path: &Path) -> Result<Vec<(DocId, embedded::Part)>, LoadError> {
        let bytes = self.files.read(path)?;
        self.insert_parts(self.name(path), (self.origin)(path.to_path_buf()), bytes)
    }

    /// Takes `doc` for the file at `path`, where one stands, whoever opens it from now on: an editor's buffer.
    pub fn stand_in(&mut self, doc: DocId, path: &Path) {
        if let Ok(canonical) = self.files.canonical(path) {
            self.opened.insert(canonical.into(), doc);
        }
    }

    /// The name people read: relative to the working directory where the path is below it, else absolute.
    pub fn name(&self, path: &Path) -> String {
        let full = normal(&self.working_directory.join(path));
        let shown = full.strip_prefix(&self.working_directory).unwrap_or(&full);
        let shown = if shown.as_os_str().is_empty() { Path::new(".") } else { shown };
        shown.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/")
    }
}

fn folder_of(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn read(files: &dyn Files, path: &Path, templates: bool) -> Result<Read, LoadError> {
    parsed(&path.to_string_lossy(), files.read(path)?, templates)
}

fn parsed(name: &str, bytes: Vec<u8>, templates: bool) -> Result<Read, LoadError> {
    if u32::try_from(bytes.len()).is_err() {
        return Err(LoadError::TooLarge);
    }
    let reading = if templates { template::read(name, &bytes) } else { None };
    let text = reading.as_ref().map_or(&*bytes, |reading| &*reading.text);
    let tree = syntax::parse(text, RawBodies::Known);
    Ok(Read { bytes, reading, tree })
}
