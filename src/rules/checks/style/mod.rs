//! Layout, for those who read and compare configuration: white space, line ends, order, length, leftovers.
//!
//! What is judged are texts, not what is in force. Only white space between words is ever edited: words with what stands
//! in their quotes, raw bodies and the text of comments stay as they are. A text that nginx could not read is left alone,
//! since nobody knows where its words end.

mod blanks;
mod endings;
mod indentation;
mod length;
mod order;
mod scripts;
mod unused;

use super::Check;
use crate::config::IncludeId;
use crate::finding::Edit;
use crate::rules::facts::Facts;
use crate::rules::hit::{Hit, Repair, Words};
use crate::rules::model::Rule;
use crate::source::{DocId, Document, Span};
use crate::syntax::{Token, Tree, tokens};

/// The checks by name.
pub(super) const CHECKS: &[(&str, Check)] = &[
    ("block-too-long", length::check),
    ("indentation", indentation::check),
    ("line-ending", endings::mixed),
    ("location-order", order::check),
    ("missing-final-newline", endings::missing),
    ("space-before-semicolon", blanks::before_semicolon),
    ("trailing-whitespace", blanks::trailing),
    ("unused-name", unused::check),
];

/// A text of the tree whose layout can be judged.
#[derive(Clone, Copy)]
struct Text<'a> {
    doc: DocId,
    document: &'a Document,
    tree: &'a Tree,
}

/// The texts that nginx can read.
fn texts<'a>(facts: &'a Facts<'_>) -> impl Iterator<Item = Text<'a>> {
    let texts = facts.view.texts;
    let all = facts.view.config.documents.iter();
    let all = all.map(|&doc| Text { doc, document: texts.sources.get(doc), tree: texts.tree(doc) });
    all.filter(|text| text.tree.errors.is_empty())
}

impl<'a> Text<'a> {
    /// Whether it is a file of its own, and no template whose lines become others.
    fn is_plain_file(&self) -> bool {
        self.document.part_of_file().is_none() && self.document.reading().is_none()
    }

    /// Its tokens; of a part of a file those of the part.
    fn tokens(self) -> impl Iterator<Item = Token> + 'a {
        let start = self.document.part_of_file().map_or(0, |part| part.start);
        let all = tokens(self.document.read_text(), self.tree).filter(move |token| token.end > start);
        all.map(move |token| Token { start: token.start.max(start), ..token })
    }

    fn span(&self, start: u32, end: u32) -> Span {
        Span::new(self.doc, start, end)
    }

    /// Whether the bytes of a range are white space in the file itself, not only in what a template is read as.
    fn is_blank(&self, start: u32, end: u32) -> bool {
        let blank = self.document.slice(start, end).trim_ascii().is_empty();
        blank && self.document.reading().is_none_or(|reading| !reading.touches(start, end))
    }

    /// Where the blanks (space and TAB) begin that end at `end`, at `first` at the earliest.
    fn blanks_before(&self, first: u32, end: u32) -> u32 {
        let bytes = self.document.slice(first, end);
        let kept = bytes.iter().rposition(|byte| !matches!(byte, b' ' | b'\t')).map_or(0, |last| last + 1);
        first + u32::try_from(kept).unwrap_or(0)
    }

    /// Where the line break begins whose LF stands at `lf`, at `first` at the earliest: CR before it belongs to it.
    fn break_start(&self, first: u32, lf: u32) -> u32 {
        let bytes = self.document.slice(first, lf);
        let kept = bytes.iter().rposition(|&byte| byte != b'\r').map_or(0, |last| last + 1);
        first + u32::try_from(kept).unwrap_or(0)
    }
}

/// A finding about layout, with the edits that mend it.
fn hit(rule: &'static Rule, at: Span, words: Words, edits: Vec<Edit>) -> Hit {
    Hit {
        rule,
        case: None,
        at,
        include: IncludeId::default(),
        scope: None,
        words,
        related: Vec::new(),
        repair: if edits.is_empty() { Repair::None } else { Repair::Edits(edits) },
    }
}
