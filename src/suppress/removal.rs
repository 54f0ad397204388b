//! Taking a comment, or a part of it, out of a text.

use super::read::{Remark, Word};
use crate::finding::Edit;
use crate::source::{Document, Span};

/// Leaves only the words at `kept` in a comment; where there is none the whole comment goes, and its line where nothing
/// else stands there.
pub(super) fn keep_only(document: &Document, remark: &Remark, kept: &[&Word]) -> Edit {
    let (Some(first), Some(last), false) = (remark.words.first(), remark.words.last(), kept.is_empty())
    else {
        return Edit { span: whole(document, remark.span), text: String::new() };
    };
    let kept: Vec<&str> = kept.iter().map(|word| word.text.as_str()).collect();
    Edit { span: Span { end: last.span.end, ..first.span }, text: kept.join(", ") }
}

fn whole(document: &Document, comment: Span) -> Span {
    let line = document.line(comment.start);
    let start = document.lines().start(line);
    let before = document.slice(start, comment.start);
    let code = before.trim_ascii_end().len();
    if code > 0 {
        return Span { start: start + u32::try_from(code).unwrap_or(0), ..comment };
    }
    let next = document.lines().start(line + 1);
    let length = u32::try_from(document.bytes().len()).unwrap_or(u32::MAX);
    Span { start, end: if next > comment.start { next } else { length }, ..comment }
}
