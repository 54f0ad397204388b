//! Documents: the configuration texts of a run, and where each of their bytes stands for a person.
//!
//! Every [`Span`] is a byte range of one document. A document is usually a whole file; it may also be one part of an
//! `nginx -T` dump, or a part of a Markdown or YAML file, whose bytes and offsets it then shares. Lines and columns are computed here, at the edge, and nowhere else.

mod lines;

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

pub use lines::LineIndex;

use crate::template::Reading;

/// Number of a document within a [`Sources`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct DocId(pub u32);

/// A byte range `start..end` of one document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// The document.
    pub doc: DocId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The span `start..end` of `doc`.
    pub fn new(doc: DocId, start: u32, end: u32) -> Self {
        Self { doc, start, end }
    }

    /// Whether `self` lies within `other`.
    pub fn within(self, other: Self) -> bool {
        self.doc == other.doc && other.start <= self.start && self.end <= other.end
    }
}

/// Where a document comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A file that can be written back.
    File(PathBuf),
    /// Standard input, or an editor's buffer.
    Buffer,
    /// One file inside an `nginx -T` dump.
    Dump,
}

/// One configuration text.
#[derive(Debug)]
pub struct Document {
    /// The name people read, `/`-separated: relative to the working directory where the file is below it.
    pub name: String,
    /// Where the bytes come from.
    pub origin: Origin,
    bytes: Arc<Box<[u8]>>,
    reading: Option<Reading>,
    /// Of a part of a file, where it stands there.
    part: Option<Range<u32>>,
    lines: Arc<OnceLock<LineIndex>>,
}

impl Document {
    /// A document over `bytes`.
    pub fn new(name: impl Into<String>, origin: Origin, bytes: impl Into<Box<[u8]>>) -> Self {
        let (name, bytes) = (name.into(), Arc::new(bytes.into()));
        Self { name, origin, bytes, reading: None, part: None, lines: Arc::default() }
    }

    /// The same document, which is a template that is read so.
    #[must_use]
    pub fn with_reading(self, reading: Option<Reading>) -> Self {
        Self { reading, ..self }
    }

    /// A document that is one part of this one: same file, same offsets, lines and columns.
    #[must_use]
    pub fn part(&self, part: Range<u32>) -> Self {
        Self {
            name: self.name.clone(),
            origin: self.origin.clone(),
            bytes: Arc::clone(&self.bytes),
            reading: self.reading.clone(),
            part: Some(part),
            lines: Arc::clone(&self.lines),
        }
    }

    /// Where it stands in its file, if it is only a part of one.
    pub fn part_of_file(&self) -> Option<Range<u32>> {
        self.part.clone()
    }

    /// How a template is read.
    pub fn reading(&self) -> Option<&Reading> {
        self.reading.as_ref()
    }

    /// What the parser reads: of a template its reading; of a part of a file everything up to its end.
    pub fn read_text(&self) -> &[u8] {
        let text = self.reading.as_ref().map_or(&**self.bytes, |reading| &*reading.text);
        let end = self.part.as_ref().map_or(text.len(), |part| part.end as usize);
        text.get(..end).unwrap_or(text)
    }

    /// The whole text.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The bytes `start..end`, empty where that is outside the text.
    pub fn slice(&self, start: u32, end: u32) -> &[u8] {
        self.bytes.get(start as usize..end as usize).unwrap_or_default()
    }

    /// The file on disk behind this document, if it has one.
    pub fn path(&self) -> Option<&Path> {
        match &self.origin {
            Origin::File(path) => Some(path),
            Origin::Buffer | Origin::Dump => None,
        }
    }

    /// The line starts, computed once.
    pub fn lines(&self) -> &LineIndex {
        self.lines.get_or_init(|| LineIndex::new(&self.bytes))
    }

    /// The 1-based line that holds byte `offset`.
    pub fn line(&self, offset: u32) -> u32 {
        self.lines().line(offset)
    }

    /// Line and column of `offset`; the column counts Unicode characters, an invalid byte counts as one.
    pub fn position(&self, offset: u32) -> Position {
        self.lines().position(&self.bytes, offset)
    }
}

/// A place for people: both numbers start at 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// 1-based line; only LF ends a line, as in nginx.
    pub line: u32,
    /// 1-based column in Unicode characters.
    pub column: u32,
}

/// All documents of a run.
#[derive(Debug, Default)]
pub struct Sources {
    documents: Vec<Document>,
}

impl Sources {
    /// Adds a document and returns its number.
    pub fn add(&mut self, document: Document) -> DocId {
        let id = DocId(u32::try_from(self.documents.len()).unwrap_or(u32::MAX));
        self.documents.push(document);
        id
    }

    /// The document `id`; a number that was never given out reads as an empty document.
    pub fn get(&self, id: DocId) -> &Document {
        static EMPTY: OnceLock<Document> = OnceLock::new();
        self.documents
            .get(id.0 as usize)
            .unwrap_or_else(|| EMPTY.get_or_init(|| Document::new("", Origin::Buffer, Vec::new())))
    }

    /// How many documents there are.
    pub fn len(&self) -> usize {
        self.documents.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.documents.is_empty()
    }

    /// Every document with its number.
    pub fn iter(&self) -> impl Iterator<Item = (DocId, &Document)> {
        (0u32..).map(DocId).zip(&self.documents)
    }

    /// The bytes of `span`.
    pub fn text(&self, span: Span) -> &[u8] {
        self.get(span.doc).slice(span.start, span.end)
    }
}
