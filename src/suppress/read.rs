//! From comments to what they ask for.

use crate::comments::{Command, WORDS, commands};
use crate::source::{DocId, Document, Span};
use crate::syntax::Tree;

/// What a comment asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Nothing is reported for one line.
    Ignore,
    /// Nothing is reported for the whole text.
    IgnoreFile,
    /// Nothing is reported from here on.
    Disable,
    /// It is reported again from here on.
    Enable,
    /// Nobody knows.
    Unknown,
}

/// One word that is to stand for rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) span: Span,
    pub(super) text: String,
}

/// A comment that suppresses, or tries to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Remark {
    /// The comment without white space at its end.
    pub(super) span: Span,
    pub(super) kind: Kind,
    /// The word that says what it asks for.
    pub(super) command: String,
    /// The words that stand for rules.
    pub(super) words: Vec<Word>,
    /// Whether ` -- reason` follows.
    pub(super) has_reason: bool,
}

/// The comments of a text that suppress, or try to, in order.
pub(super) fn remarks(doc: DocId, document: &Document, tree: &Tree) -> Vec<Remark> {
    commands(document, tree).filter_map(|command| remark(doc, document, command)).collect()
}

fn remark(doc: DocId, document: &Document, command: Command<'_>) -> Option<Remark> {
    let kind = match command.word {
        "ignore" => Kind::Ignore,
        "ignore-file" => Kind::IgnoreFile,
        "disable" => Kind::Disable,
        "enable" => Kind::Enable,
        other if WORDS.contains(&other) => return None,
        _ => Kind::Unknown,
    };
    let (start, end) = (command.comment.start, command.comment.end);
    let length = document.slice(start, end).trim_ascii_end().len();
    let span = Span::new(doc, start, start + u32::try_from(length).unwrap_or(0));
    let words = if kind == Kind::Unknown { Vec::new() } else { words(doc, &command) };
    let has_reason = has_reason(command.rest);
    Some(Remark { span, kind, command: command.word.to_owned(), words, has_reason })
}

/// Whether something is said behind the dashes that end the words.
fn has_reason(rest: &str) -> bool {
    let mut parts = rest.split([',', ' ', '\t']).skip_while(|part| !part.starts_with("--"));
    parts.any(|part| !part.trim_start_matches('-').is_empty())
}

/// The words before ` -- reason`, separated by commas, blanks or both.
fn words(doc: DocId, command: &Command<'_>) -> Vec<Word> {
    let mut words = Vec::new();
    let mut at = command.rest_start;
    for part in command.rest.split_inclusive([',', ' ', '\t']) {
        let text = part.trim_end_matches([',', ' ', '\t']);
        if text.starts_with("--") {
            break;
        }
        let end = at + u32::try_from(text.len()).unwrap_or(0);
        if !text.is_empty() {
            words.push(Word { span: Span::new(doc, at, end), text: text.to_owned() });
        }
        at += u32::try_from(part.len()).unwrap_or(0);
    }
    words
}
