//! What is read for one configuration: its files in the order in which nginx opens them, where its includes lead, and
//! what is wrong with it.

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::Options;
use super::messages::{NOT_FOUND, TOO_MANY, is_unread, load_failed, misuse, open_failed, until_nul};
use crate::catalogue::{DirectiveId, directive};
use crate::config::{Base, Library, Paths, resolve};
use crate::source::{DocId, Document};
use crate::syntax::{Statement, StatementId, StatementKind, Tree, Word, nginx_message};

/// The main file of a configuration.
pub(super) struct Main {
    pub(super) doc: DocId,
    folder: PathBuf,
    pub(super) base: Base,
    pub(super) paths: Paths,
}

impl Main {
    pub(super) fn new(doc: DocId, folder: &Path, paths: &Paths) -> Self {
        let base = paths.prefix.clone().unwrap_or_else(|| folder.to_path_buf());
        Self { doc, folder: folder.to_path_buf(), base: Base::Known(base), paths: paths.clone() }
    }

    /// A path for nginx's messages: as nginx puts it together, without the main file's folder, up to the first NUL.
    pub(super) fn shown<'p>(&self, path: &'p Path) -> &'p [u8] {
        let path = path.as_os_str().as_encoded_bytes();
        let folder = self.folder.as_os_str().as_encoded_bytes();
        let below = path.strip_prefix(folder).and_then(|rest| rest.strip_prefix(b"/"));
        until_nul(below.unwrap_or(path))
    }
}

/// One configuration as it was read.
pub(super) struct Reading<'f> {
    pub(super) library: Library<'f>,
    /// The files in order of first opening, the main file first.
    pub(super) entries: Vec<Entry>,
    pub(super) problems: Vec<Problem>,
    /// Whether an included file exists and cannot be read.
    pub(super) unread: bool,
    numbers: HashMap<DocId, usize>,
}

/// One file of a configuration.
pub(super) struct Entry {
    pub(super) doc: DocId,
    /// Whether it was first included where words are data (`map`, `types`).
    pub(super) in_data: bool,
    /// The entries that an include leads to, by the number of its statement.
    pub(super) includes: HashMap<StatementId, Vec<usize>>,
    /// The tree, where it is not that of the library.
    pub(super) tree: Option<Tree>,
    /// Statements whose terminator stands at this offset or behind it were not read.
    pub(super) end: u32,
}

/// Something wrong.
pub(super) struct Problem {
    /// The entry it is about, if it is about one.
    pub(super) entry: Option<usize>,
    /// The 1-based line.
    pub(super) line: Option<u32>,
    /// nginx's message.
    pub(super) message: Vec<u8>,
}

impl<'f> Reading<'f> {
    pub(super) fn new(library: Library<'f>) -> Self {
        Self { library, entries: Vec::new(), problems: Vec::new(), unread: false, numbers: HashMap::new() }
    }

    /// The entry of `doc`, and whether it is new.
    pub(super) fn entry_of(&mut self, doc: DocId, in_data: bool) -> (usize, bool) {
        let new = self.entries.len();
        let entry = *self.numbers.entry(doc).or_insert(new);
        if entry == new {
            self.entries.push(Entry { doc, in_data, includes: HashMap::new(), tree: None, end: u32::MAX });
        }
        (entry, entry == new)
    }

    pub(super) fn document(&self, entry: usize) -> &Document {
        self.library.texts.sources.get(self.entries.get(entry).map_or(DocId(u32::MAX), |entry| entry.doc))
    }

    pub(super) fn tree(&self, entry: usize) -> &Tree {
        let entry = self.entries.get(entry);
        let own = entry.and_then(|entry| entry.tree.as_ref());
        own.unwrap_or_else(|| self.library.texts.tree(entry.map_or(DocId(u32::MAX), |entry| entry.doc)))
    }

    /// The decoded words of a statement, its name first.
    pub(super) fn words(&self, entry: usize, statement: Statement) -> impl Iterator<Item = Cow<'_, [u8]>> {
        let text = self.document(entry).bytes();
        self.tree(entry).words(statement).iter().map(move |word: &Word| word.decoded(text))
    }

    /// Whether an include is known to lead to the entry `to`.
    pub(super) fn leads_to(&self, from: usize, include: StatementId, to: usize) -> bool {
        let entries = self.entries.get(from).and_then(|entry| entry.includes.get(&include));
        entries.is_some_and(|entries| entries.contains(&to))
    }

    pub(super) fn lead_to(&mut self, from: usize, include: StatementId, to: usize) {
        if let Some(entry) = self.entries.get_mut(from) {
            entry.includes.entry(include).or_default().push(to);
        }
    }
}

/// Reads everything there is to read, errors or not.
pub(super) fn read<'f>(library: Library<'f>, main: Main, options: &Options) -> Reading<'f> {
    let doc = main.doc;
    let mut walk =
        Walk { reading: Reading::new(library), main, follow: !options.single_file, cursors: Vec::new() };
    let (entry, _) = walk.reading.entry_of(doc, false);
    walk.enter(entry, false);
    while walk.step() {}
    walk.reading.problems.sort_by_key(|problem| (problem.entry, problem.line));
    walk.reading
}

/// How far a file has been read.
struct Cursor {
    entry: usize,
    next: u32,
    /// Where the open blocks end, and the blocks.
    blocks: Vec<(u32, DirectiveId)>,
    in_data: bool,
    /// The include that is being followed and the files it still leads to, the next one last.
    include: StatementId,
    waiting: Vec<PathBuf>,
}

struct Walk<'f> {
    reading: Reading<'f>,
    main: Main,
    follow: bool,
    cursors: Vec<Cursor>,
}

impl Walk<'_> {
    fn enter(&mut self, entry: usize, in_data: bool) {
        self.syntax_errors(entry);
        let include = StatementId::default();
        self.cursors.push(Cursor {
            entry,
            next: 0,
            blocks: Vec::new(),
            in_data,
            include,
            waiting: Vec::new(),
        });
    }

    fn syntax_errors(&mut self, entry: usize) {
        let (document, tree) = (self.reading.document(entry), self.reading.tree(entry));
        let problems = tree.errors.iter().map(|error| Problem {
            entry: Some(entry),
            line: Some(document.line(error.start)),
            message: nginx_message(document.bytes(), error),
        });
        let problems: Vec<Problem> = problems.collect();
        self.reading.problems.extend(problems);
    }

    /// Goes on by one file or statement; false at the end.
    fn step(&mut self) -> bool {
        let Some(cursor) = self.cursors.last_mut() else { return false };
        if let Some(path) = cursor.waiting.pop() {
            self.open(&path);
            return true;
        }
        let id = StatementId(cursor.next);
        let tree = self.reading.tree(cursor.entry);
        if id.0 as usize >= tree.statements.len() {
            self.cursors.pop();
            return true;
        }
        let statement = tree.statement(id);
        cursor.next += 1;
        cursor
            .blocks
            .truncate(cursor.blocks.iter().rposition(|&(end, _)| id.0 < end).map_or(0, |last| last + 1));
        let is_include = statement.name == directive::INCLUDE && cursor.takes_includes();
        if statement.kind == StatementKind::Block {
            cursor.blocks.push((statement.next, statement.name));
        }
        if is_include && self.follow {
            self.include(id, statement);
        }
        true
    }

    fn include(&mut self, id: StatementId, statement: Statement) {
        let Some(cursor) = self.cursors.last_mut() else { return };
        cursor.include = id;
        let entry = cursor.entry;
        if let Some(entry) = self.reading.entries.get_mut(entry) {
            entry.includes.insert(id, Vec::new());
        }
        if let Some(message) = misuse(statement) {
            return self.problem(message.to_vec());
        }
        let argument = self.reading.words(entry, statement).nth(1).unwrap_or_default().into_owned();
        let mut found = resolve(self.reading.library.files, &argument, &self.main.base, &self.main.paths);
        if found.files.is_empty() && !found.pattern {
            return self.problem(open_failed(self.main.shown(&found.shown), NOT_FOUND));
        }
        found.files.reverse();
        if let Some(cursor) = self.cursors.last_mut() {
            cursor.waiting = found.files;
        }
    }

    fn open(&mut self, path: &Path) {
        let Some((from, include)) = self.cursors.last().map(|cursor| (cursor.entry, cursor.include)) else {
            return;
        };
        let in_data = self.cursors.last().is_some_and(Cursor::in_data);
        let doc = match self.reading.library.open(path) {
            Ok(doc) => doc,
            Err(error) => {
                self.reading.unread |= is_unread(&error);
                return self.problem(load_failed(self.main.shown(path), &error));
            }
        };
        let (entry, new) = self.reading.entry_of(doc, in_data);
        self.reading.lead_to(from, include, entry);
        if new {
            self.enter(entry, in_data);
        } else if self.cursors.iter().any(|cursor| cursor.entry == entry) {
            self.problem(open_failed(self.main.shown(path), TOO_MANY));
        }
    }

    /// Something wrong with the include at hand.
    fn problem(&mut self, message: Vec<u8>) {
        let Some(cursor) = self.cursors.last() else { return };
        let entry = cursor.entry;
        let tree = self.reading.tree(entry);
        let start = tree.range(tree.statement(cursor.include)).0;
        let line = self.reading.document(entry).line(start);
        self.reading.problems.push(Problem { entry: Some(entry), line: Some(line), message });
    }
}

impl Cursor {
    fn in_data(&self) -> bool {
        self.blocks.last().map_or(self.in_data, |&(_, block)| block.is_data_block())
    }

    /// `include` is a directive everywhere and an entry of `map`, `geo` and `types`; in `split_clients` and
    /// `charset_map` it is data.
    fn takes_includes(&self) -> bool {
        !self.blocks.last().is_some_and(|&(_, block)| is_plain_data(block))
    }
}

/// Whether the block knows no `include`.
pub(super) fn is_plain_data(block: DirectiveId) -> bool {
    block == directive::SPLIT_CLIENTS || block == directive::CHARSET_MAP
}
