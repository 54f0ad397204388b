//! What ends lines, and the last one.

use super::{Text, hit, texts};
use crate::finding::Edit;
use crate::rules::facts::Facts;
use crate::rules::hit::{Hit, Words};
use crate::rules::model::Rule;
use crate::source::Span;
use crate::syntax::{Token, TokenKind};

/// Texts of which some lines end with LF and some with CR LF. Where only CR stands there is no line for nginx, either.
pub(super) fn mixed(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let plain = texts(facts).filter(Text::is_plain_file);
    plain.filter_map(|text| mixture(rule, text)).collect()
}

/// A line break outside of words and raw bodies: where it begins, and its LF.
#[derive(Clone, Copy)]
struct Break {
    start: u32,
    lf: u32,
}

impl Break {
    fn has_cr(self) -> bool {
        self.start < self.lf
    }
}

fn mixture(rule: &'static Rule, here: Text<'_>) -> Option<Hit> {
    // Where no CR stands before any LF there is nothing to count.
    memchr::memmem::find(here.document.bytes(), b"\r\n")?;
    let breaks: Vec<Break> = breaks(here).collect();
    let with_cr = breaks.iter().filter(|it| it.has_cr()).count();
    let to_cr = with_cr > breaks.len() - with_cr;
    let few: Vec<Break> = breaks.into_iter().filter(|it| it.has_cr() != to_cr).collect();
    let first = few.first()?;
    let (written, sent) = if to_cr { ("LF", "CR LF") } else { ("CR LF", "LF") };
    let edit = |it: &Break| {
        let (start, text) = if to_cr { (it.lf, "\r") } else { (it.start, "") };
        Edit { span: here.span(start, it.lf), text: text.into() }
    };
    let words = Words::default().with("written", written).with("sent", sent);
    Some(hit(rule, here.span(first.start, first.lf + 1), words, few.iter().map(edit).collect()))
}

fn breaks(text: Text<'_>) -> impl Iterator<Item = Break> {
    let mut comment = None;
    text.tokens().flat_map(move |Token { kind, start, end }| {
        // The CR of a line that ends with a comment is read as its last byte.
        let first = std::mem::take(&mut comment).unwrap_or(start);
        comment = (kind == TokenKind::Comment).then_some(start);
        let bytes = if kind == TokenKind::Whitespace { text.document.slice(start, end) } else { &[] };
        memchr::memchr_iter(b'\n', bytes).map(move |offset| {
            let lf = start + u32::try_from(offset).unwrap_or(0);
            Break { start: text.break_start(first, lf), lf }
        })
    })
}

/// Texts whose last line does not end.
pub(super) fn missing(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let whole = texts(facts).filter(|text| text.document.part_of_file().is_none());
    whole.filter_map(|text| unended(rule, text)).collect()
}

fn unended(rule: &'static Rule, text: Text<'_>) -> Option<Hit> {
    let bytes = text.document.bytes();
    let end = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    let line = memchr::memrchr(b'\n', bytes);
    let last = bytes.get(line.map_or(0, |lf| lf + 1)..)?;
    let is_of_cr = line.is_none() && memchr::memchr(b'\r', bytes).is_some();
    if last.trim_ascii().is_empty() || is_of_cr {
        return None;
    }
    let has_cr = line.is_some_and(|lf| lf > 0 && bytes.get(lf - 1) == Some(&b'\r'));
    let edit = Edit { span: text.span(end, end), text: if has_cr { "\r\n" } else { "\n" }.into() };
    Some(hit(rule, last_byte(text, bytes, end), Words::default(), vec![edit]))
}

/// The last byte, where it is a character of its own.
fn last_byte(text: Text<'_>, bytes: &[u8], end: u32) -> Span {
    let start = if bytes.last().is_some_and(u8::is_ascii) { end - 1 } else { end };
    text.span(start, end)
}
