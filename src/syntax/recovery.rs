//! Reading on behind a quote or a Lua body that nginx cannot get past.

use memchr::{memchr, memrchr};

use super::parser::Parser;
use super::{StatementKind, SyntaxErrorKind, indentation, lexer, lua};
use crate::catalogue::{DirectiveId, lookup};

/// Which kinds of quote are known to close nowhere in the rest of the text. Whether a backslash protects a quote does
/// not depend on where a search starts, so a search that failed need not be repeated.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Quotes {
    no_double: bool,
    no_single: bool,
}

impl Quotes {
    fn none_left(&mut self, quote: u8) -> &mut bool {
        if quote == b'"' { &mut self.no_double } else { &mut self.no_single }
    }
}

/// Bounds how much text is looked at again behind Lua bodies that do not end.
#[derive(Debug)]
pub(super) struct RawScans {
    budget: usize,
    /// The next `}` that starts a line, once the budget is used up.
    next_close: usize,
}

impl RawScans {
    pub(super) fn new(length: usize) -> Self {
        Self { budget: length.saturating_mul(4), next_close: 0 }
    }
}

impl Parser<'_> {
    pub(super) fn quoted(&mut self, at: usize, quote: u8) {
        let closed = if *self.quotes.none_left(quote) { None } else { lexer::quoted(self.rest).ok() };
        let Some((rest, word)) = closed else {
            *self.quotes.none_left(quote) = true;
            return self.unclosed_quote(at, quote, self.text.len());
        };
        let end = at + word.len();
        match rest.first() {
            Some(&byte) if !may_follow_quote(byte) => self.text_after_quote(at, end, quote, byte),
            _ => {
                self.rest = rest;
                self.word(at, end);
            }
        }
    }

    fn text_after_quote(&mut self, at: usize, end: usize, quote: u8, byte: u8) {
        if !self.stops_at_errors() && swallowed_statements(self.text, at, end) {
            return self.unclosed_quote(at, quote, end);
        }
        if self.stops_at_errors() {
            self.word(at, end);
            return self.report(SyntaxErrorKind::TextAfterQuote(byte), (end, end + 1), end, Some((at, end)));
        }
        self.go_to(end);
        let length = lexer::glued(self.rest).map_or(1, |(_, glued)| glued.len());
        self.skip(length);
        self.word(at, end + length);
        self.report(SyntaxErrorKind::TextAfterQuote(byte), (end, end + length), end, Some((at, end)));
    }

    /// The quote at `at` is not closed where it was meant to be: its word is taken to end with its line.
    fn unclosed_quote(&mut self, at: usize, quote: u8, noticed: usize) {
        self.report(SyntaxErrorKind::UnclosedQuote(quote), (at, at + 1), noticed, None);
        if self.stopped {
            return self.word(at, noticed);
        }
        let cut = cut(self.text, at);
        self.go_to(cut.end);
        self.word(at, cut.end);
        if cut.ends_statement {
            self.finish(StatementKind::Simple, cut.end, false);
        }
    }

    /// Reads the body behind the `{` at `brace`.
    pub(super) fn raw_body(&mut self, brace: usize) {
        if self.misses_close(brace) {
            return self.unclosed_raw_body(brace, brace);
        }
        match self.scan_raw_body(brace) {
            Ok(length) => {
                let close = brace + 1 + length;
                self.go_to(close + 1);
                self.finish_raw(brace, close, true);
            }
            Err(fault) => self.unclosed_raw_body(brace, fault),
        }
    }

    /// How long the body is, or where the long bracket starts that is never closed (the `{` if it is no bracket's
    /// fault).
    fn scan_raw_body(&mut self, brace: usize) -> Result<usize, usize> {
        let wary = self.raw_scans.budget == 0;
        let end = if wary { self.raw_end(brace).saturating_add(1) } else { self.text.len() };
        let body = self.text.get(brace + 1..end.min(self.text.len())).unwrap_or_default();
        lua::body(body).map(|(_, body)| body.len()).map_err(|error| {
            self.raw_scans.budget = self.raw_scans.budget.saturating_sub(body.len());
            lua::fault(&error).map_or(brace, |left| brace + 1 + body.len() - left)
        })
    }

    fn unclosed_raw_body(&mut self, brace: usize, fault: usize) {
        let (end, noticed) = if fault == brace { (brace + 1, self.text.len()) } else { (fault + 2, fault) };
        let related = (fault != brace).then_some((brace, brace + 1));
        let close = self.raw_end(brace);
        self.go_to(close + 1);
        self.finish_raw(brace, close, false);
        self.report(SyntaxErrorKind::UnclosedRaw, (fault, end), noticed, related);
    }

    /// Where the body behind `brace` seems to end: at a `}` that starts a line and stands no deeper than the directive.
    /// Once too much text has been looked at in vain, at any `}` that starts a line.
    fn raw_end(&mut self, brace: usize) -> usize {
        if self.raw_scans.budget > 0 {
            return indentation::closing_line(self.text, self.start_of_words(), brace)
                .unwrap_or(self.text.len());
        }
        if self.raw_scans.next_close <= brace {
            let next = indentation::next_closing_line(self.text, brace);
            self.raw_scans.next_close = next.unwrap_or(self.text.len());
        }
        self.raw_scans.next_close
    }

    fn finish_raw(&mut self, brace: usize, close: usize, complete: bool) {
        self.finish(StatementKind::Raw, brace, complete);
        if let Some(statement) = self.tree.statements.last_mut() {
            statement.close = super::offset32(close);
        }
    }
}

/// What nginx takes right behind a closing quote; a `}` there is refused as one behind any word is.
fn may_follow_quote(byte: u8) -> bool {
    lexer::is_blank(byte) || matches!(byte, b';' | b'{' | b')' | b'}')
}

/// Where a word with an unclosed quote is taken to end.
struct Cut {
    end: usize,
    ends_statement: bool,
}

fn cut(text: &[u8], quote: usize) -> Cut {
    let line = first_line(text, quote);
    let next = text.get(quote + line.len()..).unwrap_or_default();
    let line = trim_end(line, lexer::is_blank);
    match before_terminator(line) {
        Some(end) => Cut { end: quote + end, ends_statement: false },
        None => Cut { end: quote + line.len(), ends_statement: next.is_empty() || starts_statement(next) },
    }
}

/// Whether the quoted word `at..end`, which has text right behind it, is more likely two words that lack their closing
/// quotes: its first line ends a statement, the next one starts one, or its closing quote starts a line.
fn swallowed_statements(text: &[u8], at: usize, end: usize) -> bool {
    let word = text.get(at..end).unwrap_or_default();
    let line = first_line(word, 0);
    let Some(next) = word.get(line.len()..).filter(|next| !next.is_empty()) else { return false };
    let last = memrchr(b'\n', next).and_then(|lf| next.get(lf + 1..next.len() - 1)).unwrap_or_default();
    before_terminator(trim_end(line, lexer::is_blank)).is_some()
        || last.iter().all(|&byte| lexer::is_blank(byte))
        || starts_statement(next)
}

fn first_line(text: &[u8], at: usize) -> &[u8] {
    let rest = text.get(at..).unwrap_or_default();
    rest.get(..memchr(b'\n', rest).unwrap_or(rest.len())).unwrap_or_default()
}

/// How many bytes of `line` stand before the `;` or `{` that ends it, if one does; a `}` or a comment may follow.
fn before_terminator(line: &[u8]) -> Option<usize> {
    let without_comment = memrchr(b'#', line).and_then(|sharp| line.get(..sharp));
    ended(line).or_else(|| {
        ended(without_comment.filter(|before| before.last().is_some_and(|&b| lexer::is_blank(b)))?)
    })
}

fn ended(line: &[u8]) -> Option<usize> {
    let simple = trim_end(line, |byte| lexer::is_blank(byte) || byte == b'}').strip_suffix(b";");
    let block =
        || trim_end(line, lexer::is_blank).strip_suffix(b"{").filter(|before| before.last() != Some(&b'$'));
    let before = trim_end(simple.or_else(block)?, lexer::is_blank);
    Some(before.len()).filter(|&length| length > 0)
}

fn trim_end(bytes: &[u8], cut: impl Fn(u8) -> bool) -> &[u8] {
    let end = bytes.iter().rposition(|&byte| !cut(byte)).map_or(0, |last| last + 1);
    bytes.get(..end).unwrap_or_default()
}

/// Whether the next token is a `}` or the name of a directive.
fn starts_statement(text: &[u8]) -> bool {
    let Ok((rest, _)) = lexer::blank(text) else { return false };
    rest.first() == Some(&b'}')
        || lexer::unquoted(rest).is_ok_and(|(_, word)| lookup(word) != DirectiveId::UNKNOWN)
}
