//! The part of a text that an `ignore` comment is about.

use crate::source::{Document, Span};
use crate::syntax::{Statement, Tree};

/// So many lines of comments may stand between a comment and what it is about.
const MOST_COMMENTS: usize = 100;

/// First and last offset. A comment behind something is about its line, and about the statement that ends on it; a
/// comment on a line of its own about what follows up to the next line that is no comment, and about the statement that
/// begins there.
pub(super) fn target(document: &Document, tree: &Tree, comment: Span) -> (u32, u32) {
    let (start, end) = line(document, comment.start);
    if is_blank(document.slice(start, comment.start)) {
        next(document, tree, end + 1)
    } else {
        this(tree, start, end)
    }
}

fn this(tree: &Tree, start: u32, end: u32) -> (u32, u32) {
    let before = tree.statements.partition_point(|&statement| begin(tree, statement) < start);
    let last = before.checked_sub(1).and_then(|index| tree.statements.get(index));
    let ends_here = last.filter(|statement| (start..=end).contains(&statement.terminator));
    (ends_here.map_or(start, |&statement| begin(tree, statement)), end)
}

fn next(document: &Document, tree: &Tree, first: u32) -> (u32, u32) {
    let length = u32::try_from(document.bytes().len()).unwrap_or(u32::MAX);
    let (mut start, mut end) = line(document, first.min(length));
    for _ in 0..MOST_COMMENTS {
        if end >= length || !document.slice(start, end).trim_ascii_start().starts_with(b"#") {
            break;
        }
        (start, end) = line(document, end + 1);
    }
    let behind = tree.statements.partition_point(|&statement| begin(tree, statement) <= end);
    let last = behind.checked_sub(1).and_then(|index| tree.statements.get(index));
    let on_line = last.filter(|&&statement| begin(tree, statement) >= start);
    (first, on_line.map_or(end, |statement| end.max(statement.terminator)))
}

fn begin(tree: &Tree, statement: Statement) -> u32 {
    tree.words(statement).first().map_or(0, |word| word.start)
}

/// The first byte of the line that holds `offset`, and its LF or the text's end.
fn line(document: &Document, offset: u32) -> (u32, u32) {
    let lines = document.lines();
    let number = document.line(offset);
    let length = u32::try_from(document.bytes().len()).unwrap_or(u32::MAX);
    let next = lines.start(number + 1);
    (lines.start(number), if next > offset { next.saturating_sub(1).min(length) } else { length })
}

fn is_blank(bytes: &[u8]) -> bool {
    bytes.trim_ascii().is_empty()
}
