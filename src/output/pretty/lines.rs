//! One line of code, made harmless and cut where it is too long.

use std::ops::Range;

use super::super::escape::code;
use super::super::place::boundary;
use crate::source::{DocId, Document};

/// The bytes of a place within a document.
pub(super) type Bytes = Range<u32>;

/// Longer lines, in bytes, come from a machine.
const LONG: u32 = 200;

/// What is kept of a long line on both sides of a mark, in bytes.
const AROUND: u32 = 24;

/// A line of a document, without its line ending.
#[derive(Debug, Clone, Copy)]
pub(super) struct CodeLine<'a> {
    pub(super) document: &'a Document,
    pub(super) start: u32,
    pub(super) end: u32,
    /// Where the next line starts.
    pub(super) next: u32,
}

/// The number of a document with one of its 1-based lines.
pub(super) type LineOf = (DocId, u32);

impl<'a> CodeLine<'a> {
    /// The 1-based `line` of `document`.
    pub(super) fn new(document: &'a Document, line: u32) -> Self {
        let lines = document.lines();
        let start = lines.start(line);
        let size = u32::try_from(document.bytes().len()).unwrap_or(u32::MAX);
        let next = if line < lines.count() { lines.start(line + 1) } else { size };
        let ending = match document.slice(next.saturating_sub(2).max(start), next) {
            [b'\r', b'\n'] => 2,
            [.., b'\n'] => 1,
            _ => 0,
        };
        Self { document, start, end: next.saturating_sub(ending).max(start), next: next.max(start) }
    }

    /// Whether it holds white space alone; a long line is taken to hold more.
    pub(super) fn is_blank(&self) -> bool {
        !self.is_long() && self.document.slice(self.start, self.end).iter().all(u8::is_ascii_whitespace)
    }

    /// Whether nobody wants to see all of it.
    pub(super) fn is_long(&self) -> bool {
        self.end - self.start > LONG
    }

    /// The pieces to show: the whole line where it fits in `limit` bytes, else what stands around the marks.
    fn pieces(&self, marks: &[Bytes], limit: u32) -> Vec<Bytes> {
        if self.end - self.start <= limit {
            return std::iter::once(self.start..self.end).collect();
        }
        let mut windows: Vec<Bytes> = marks.iter().map(|mark| self.window(mark, limit)).collect();
        if windows.is_empty() {
            windows.push(self.start..boundary(self.document.bytes(), self.start + limit));
        }
        windows.sort_by_key(|window| window.start);
        windows.into_iter().fold(Vec::new(), join)
    }

    fn window(&self, mark: &Bytes, limit: u32) -> Bytes {
        let bytes = self.document.bytes();
        let start = boundary(bytes, mark.start.saturating_sub(AROUND).max(self.start));
        let end = mark.end.min(mark.start.saturating_add(limit / 2)).saturating_add(AROUND).min(self.end);
        start..boundary(bytes, end)
    }

    /// Appends the line to `text` and gives where each of `marks` went.
    pub(super) fn append(
        &self,
        marks: &[Bytes],
        limit: u32,
        cut: &str,
        text: &mut String,
    ) -> Vec<Range<usize>> {
        let mut places = vec![text.len()..text.len(); marks.len()];
        let pieces = self.pieces(marks, limit);
        for piece in &pieces {
            text.push_str(if piece.start > self.start { cut } else { "" });
            let from = text.len();
            text.push_str(&self.code(piece.start, piece.end));
            for (mark, place) in marks.iter().zip(&mut places).filter(|(mark, _)| holds(piece, mark)) {
                let end = mark.end.min(piece.end);
                let start = from + self.code(piece.start, mark.start).len();
                *place = start..(from + self.code(piece.start, end).len()).max(start);
            }
        }
        text.push_str(if pieces.last().is_some_and(|last| last.end < self.end) { cut } else { "" });
        places
    }

    fn code(&self, start: u32, end: u32) -> String {
        code(self.document.slice(start, boundary(self.document.bytes(), end)))
    }
}

fn holds(piece: &Bytes, mark: &Bytes) -> bool {
    piece.start <= mark.start && mark.start <= piece.end
}

fn join(mut windows: Vec<Bytes>, next: Bytes) -> Vec<Bytes> {
    match windows.last_mut() {
        Some(last) if next.start <= last.end => last.end = last.end.max(next.end),
        _ => windows.push(next),
    }
    windows
}
