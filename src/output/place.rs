//! Lines and columns of many findings in long lines, without counting a line's characters for each of them again.

use std::cell::RefCell;
use std::collections::HashMap;

use crate::source::{DocId, Position, Sources, Span};

/// Lines up to this many bytes are counted each time.
const SHORT: u32 = 4096;

/// A stretch of a document as people and services are told about it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    /// The document's name.
    pub(super) file: &'a str,
    /// The bytes.
    pub(super) span: Span,
    /// Its first place.
    pub(super) start: Point,
    /// The first place behind it.
    pub(super) end: Point,
}

/// A line and two ways to count its columns; all numbers start at 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Point {
    /// The line.
    pub(super) line: u32,
    /// In Unicode characters, an invalid byte as one.
    pub(super) column: u32,
    /// In bytes.
    pub(super) byte: u32,
}

/// Computes positions; remembers the character counts of long lines.
pub(super) struct Places<'a> {
    sources: &'a Sources,
    long: RefCell<HashMap<(DocId, u32), Counts>>,
}

/// How many characters come before each [`SHORT`] bytes of a line: byte offset in the text, characters.
type Counts = Vec<(u32, u32)>;

impl<'a> Places<'a> {
    pub(super) fn new(sources: &'a Sources) -> Self {
        Self { sources, long: RefCell::default() }
    }

    /// Where `span` begins.
    pub(super) fn start(&self, span: Span) -> Position {
        self.at(span.doc, span.start)
    }

    /// All that there is to say of where `span` is.
    pub(super) fn place(&self, span: Span) -> Place<'a> {
        let (start, end) = (self.point(span.doc, span.start), self.point(span.doc, span.end));
        Place { file: &self.sources.get(span.doc).name, span, start, end }
    }

    fn point(&self, doc: DocId, offset: u32) -> Point {
        let Position { line, column } = self.at(doc, offset);
        let from = self.sources.get(doc).lines().start(line);
        Point { line, column, byte: offset.saturating_sub(from).saturating_add(1) }
    }

    /// `FILE:LINE` of the span's begin.
    pub(super) fn file_line(&self, span: Span) -> String {
        let document = self.sources.get(span.doc);
        format!("{}:{}", document.name, document.line(span.start))
    }

    fn at(&self, doc: DocId, offset: u32) -> Position {
        let document = self.sources.get(doc);
        let line = document.line(offset);
        if offset.saturating_sub(document.lines().start(line)) <= SHORT {
            return document.position(offset);
        }
        let mut long = self.long.borrow_mut();
        let counts = long.entry((doc, line)).or_insert_with(|| self.count(doc, line));
        let known = counts.partition_point(|&(at, _)| at <= offset).checked_sub(1);
        let (from, before) = known.and_then(|index| counts.get(index)).copied().unwrap_or_default();
        let column = before.saturating_add(characters(document.slice(from, offset))).saturating_add(1);
        Position { line, column }
    }

    fn count(&self, doc: DocId, line: u32) -> Counts {
        let document = self.sources.get(doc);
        let lines = document.lines();
        let end = if line < lines.count() { lines.start(line + 1) } else { u32::MAX };
        let end = end.min(u32::try_from(document.bytes().len()).unwrap_or(u32::MAX));
        let (mut at, mut before) = (lines.start(line), 0_u32);
        let mut counts = vec![(at, before)];
        while end.saturating_sub(at) > SHORT {
            let next = boundary(document.bytes(), at + SHORT);
            before = before.saturating_add(characters(document.slice(at, next)));
            at = next;
            counts.push((at, before));
        }
        counts
    }
}

/// The last byte at or before `offset` that does not continue a character.
pub(super) fn boundary(bytes: &[u8], offset: u32) -> u32 {
    let continues = |at: &u32| bytes.get(*at as usize).is_some_and(|byte| byte & 0xc0 == 0x80);
    (0..4).map(|back| offset.saturating_sub(back)).find(|at| !continues(at)).unwrap_or(offset)
}

/// As [`Document::position`](crate::source::Document::position) counts them.
fn characters(bytes: &[u8]) -> u32 {
    let count =
        bytes.utf8_chunks().map(|chunk| chunk.valid().chars().count() + chunk.invalid().len()).sum::<usize>();
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Document, Origin};

    #[test]
    fn long_lines_give_the_columns_that_counting_gives() {
        let text = "x\n".to_owned() + &"aé\u{1f600}\u{4e00}".repeat(3000) + "\ny";
        let mut bytes = text.into_bytes();
        bytes.splice(9000..9000, [0xff, 0x80, 0x80, 0x80, 0x80, 0x80]);
        let mut sources = Sources::default();
        let doc = sources.add(Document::new("a.conf", Origin::Buffer, bytes.clone()));
        let places = Places::new(&sources);
        for offset in
            (0..u32::try_from(bytes.len()).unwrap()).filter(|&at| boundary(&bytes, at) == at).step_by(97)
        {
            assert_eq!(places.at(doc, offset), sources.get(doc).position(offset), "{offset}");
            let byte = if offset < 2 { offset } else { offset - 2 } + 1;
            assert!(offset > 36_000 || places.point(doc, offset).byte == byte, "{offset}");
        }
    }
}
