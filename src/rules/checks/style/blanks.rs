//! White space where nobody sees it, or where it separates nothing.

use super::{Text, hit, texts};
use crate::finding::Edit;
use crate::rules::facts::Facts;
use crate::rules::hit::{Hit, Words};
use crate::rules::model::Rule;
use crate::source::Span;
use crate::syntax::{Token, TokenKind};

/// Blanks at the end of a line, in code and in comments.
pub(super) fn trailing(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let some = texts(facts).filter(|text| may_trail(text.document.bytes()));
    some.flat_map(|text| trailing_of(text).map(|at| removal(rule, at)).collect::<Vec<_>>()).collect()
}

/// Blanks or a line break between the last word of a statement and its `;`.
pub(super) fn before_semicolon(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let some = texts(facts).filter(|text| may_gape(text.document.bytes()));
    some.flat_map(|text| gaps(text).map(|at| removal(rule, at)).collect::<Vec<_>>()).collect()
}

/// Whether some line ends with a blank, inside of quotes or not: most texts have none.
fn may_trail(bytes: &[u8]) -> bool {
    let is_blank = |line: &[u8]| line.trim_ascii_end().len() < line.strip_suffix(b"\r").unwrap_or(line).len();
    let mut start = 0;
    let mut ends = memchr::memchr_iter(b'\n', bytes).chain(std::iter::once(bytes.len()));
    ends.any(|end| bytes.get(std::mem::replace(&mut start, end + 1)..end).is_some_and(is_blank))
}

/// Whether some `;` has white space before it, inside of quotes or not.
fn may_gape(bytes: &[u8]) -> bool {
    memchr::memchr_iter(b';', bytes).any(|at| {
        let before = at.checked_sub(1).and_then(|before| bytes.get(before));
        before.is_some_and(u8::is_ascii_whitespace)
    })
}

fn removal(rule: &'static Rule, at: Span) -> Hit {
    hit(rule, at, Words::default(), vec![Edit { span: at, text: String::new() }])
}

fn trailing_of(text: Text<'_>) -> impl Iterator<Item = Span> {
    let all = u32::try_from(text.document.read_text().len()).unwrap_or(u32::MAX);
    let ends = text.tokens().flat_map(move |token| line_ends(text, token, all));
    let blanks = ends.map(move |(first, end)| (text.blanks_before(first, end), end));
    let real = blanks.filter(move |&(start, end)| start < end && text.is_blank(start, end));
    real.map(move |(start, end)| text.span(start, end))
}

/// The line ends in or right behind a token: where its bytes begin, and where the line break does.
fn line_ends(text: Text<'_>, token: Token, all: u32) -> Vec<(u32, u32)> {
    let Token { kind, start, end } = token;
    match kind {
        TokenKind::Comment => vec![(start, text.break_start(start, end))],
        TokenKind::Whitespace => {
            let mut first = start;
            let breaks = memchr::memchr_iter(b'\n', text.document.slice(start, end));
            let mut ends: Vec<(u32, u32)> = breaks
                .map(|offset| {
                    let lf = start + u32::try_from(offset).unwrap_or(0);
                    (std::mem::replace(&mut first, lf + 1), text.break_start(start, lf))
                })
                .collect();
            ends.extend((end == all && text.is_plain_file()).then_some((first, end)));
            ends
        }
        _ => Vec::new(),
    }
}

fn gaps(text: Text<'_>) -> impl Iterator<Item = Span> {
    let mut before = [TokenKind::Semicolon, TokenKind::Semicolon];
    let mut last = Span::default();
    text.tokens().filter_map(move |token| {
        let is_gap = before == [TokenKind::Word, TokenKind::Whitespace]
            && token.kind == TokenKind::Semicolon
            && text.is_blank(last.start, last.end);
        let gap = is_gap.then_some(last);
        before = [before[1], token.kind];
        last = text.span(token.start, token.end);
        gap
    })
}
