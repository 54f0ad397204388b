//! Statements that have swallowed the next line because their `;` is missing. nginx's tokenizer takes the lines for one
//! statement and the directive then refuses the number of its arguments; here the lines are taken apart, so that the
//! finding points to the right place and the rest is understood.

use super::lexer::is_blank;
use super::{StatementKind, Word};
use crate::catalogue::{DirectiveId, lookup};

/// How many of `words` belong to the first statement, where a `;` is certainly missing: as they stand nginx refuses
/// them, cut before a line that starts with a directive's name it takes them.
pub(super) fn first_statement(
    text: &[u8],
    name: DirectiveId,
    words: &[Word],
    kind: StatementKind,
) -> Option<usize> {
    let (first, last) = (words.first()?, words.last()?);
    let between = text.get(first.end as usize..last.start as usize).unwrap_or_default();
    if memchr::memchr(b'\n', between).is_none() || name.takes(words.len() - 1, kind == StatementKind::Block) {
        return None;
    }
    (1..words.len()).find(|&count| {
        let starts =
            words.get(count).is_some_and(|&word| starts_line(text, word) && is_directive(text, word));
        starts && name.takes(count - 1, false)
    })
}

fn starts_line(text: &[u8], word: Word) -> bool {
    let before = text.get(..word.start as usize).unwrap_or_default();
    let line = memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
    before.get(line..).unwrap_or_default().iter().all(|&byte| is_blank(byte))
}

fn is_directive(text: &[u8], word: Word) -> bool {
    lookup(word.raw(text)) != DirectiveId::UNKNOWN
}
