//! nginx's 4096-byte buffer: which tokens do not fit, and what lua-nginx-module's scanner sees of a body.
//!
//! nginx reads a file through one buffer. When it runs out, the bytes from the start of the current token are kept and
//! the rest is filled up; a token that fills the whole buffer is an error.

use super::lua::{self, Lines, Piece};
use super::tokens::{Token, TokenKind};
use super::{Refusal, lexer};

/// `NGX_CONF_BUFFER`
const BUFFER: usize = 4096;

/// What lua-nginx-module says where a body does not end.
pub(super) const END_IN_BODY: &[u8] =
    b"unexpected end of file, expecting terminating characters for lua code block";

const BODY_TOO_LONG: &[u8] = b"too long lua code block, probably missing terminating characters";

/// The buffer while a text is read.
pub(super) struct Window<'t> {
    text: &'t [u8],
    /// One past the last byte in the buffer.
    last: usize,
}

impl<'t> Window<'t> {
    pub(super) fn new(text: &'t [u8]) -> Self {
        Self { text, last: text.len().min(BUFFER) }
    }

    /// Reads a token and the bytes behind it that nginx looks at before it lets go of the token.
    pub(super) fn token(&mut self, token: Token) -> Option<Refusal> {
        let (start, end) = (token.start as usize, token.end as usize);
        self.first_byte(start);
        match token.kind {
            TokenKind::Word => self.word(start, end),
            TokenKind::Comment => self.keep(start, start, end, None),
            TokenKind::Whitespace => {
                self.whitespace(end);
                None
            }
            _ => None,
        }
    }

    /// nginx's start of token stands at the whitespace before the first byte, or at that byte.
    fn first_byte(&mut self, at: usize) {
        let after_blank =
            at.checked_sub(1).and_then(|before| self.text.get(before)).is_some_and(|&b| lexer::is_blank(b));
        self.fill(if after_blank { at - 1 } else { at }, at);
    }

    /// Every byte of whitespace becomes the start of token.
    fn whitespace(&mut self, end: usize) {
        while self.last < end && self.last < self.text.len() {
            self.fill(self.last - 1, self.last);
        }
    }

    fn word(&mut self, start: usize, end: usize) -> Option<Refusal> {
        let quote = self.text.get(start).copied().filter(|byte| matches!(byte, b'"' | b'\''));
        let looked_at = end + usize::from(self.text.get(end).is_some_and(|&byte| lexer::is_blank(byte)));
        self.keep(start, start + usize::from(quote.is_some()), looked_at, quote.map(|quote| (quote, end - 1)))
    }

    /// Reads up to and with the byte at `through` while the start of token stays at `start`. `quote` tells the quote
    /// that is open and where it closes.
    fn keep(
        &mut self,
        token: usize,
        start: usize,
        through: usize,
        quote: Option<(u8, usize)>,
    ) -> Option<Refusal> {
        let through = through.min(self.text.len().saturating_sub(1));
        self.fill(start, through);
        let full = start + BUFFER;
        if through < full {
            return None;
        }
        let open = quote.filter(|&(_, closes)| closes >= full).map(|(quote, _)| quote);
        Some(Refusal::new(self.text, self.too_long(start, open), token, full))
    }

    fn too_long(&self, start: usize, quote: Option<u8>) -> Vec<u8> {
        if let Some(quote) = quote {
            let quote: &[u8] = &[quote];
            return [b"too long parameter, probably missing terminating \"", quote, b"\" character"].concat();
        }
        let first = self.text.get(start..start + 10).unwrap_or_default();
        [b"too long parameter \"", first, b"...\" started"].concat()
    }

    fn fill(&mut self, start: usize, needed: usize) {
        if needed >= self.last {
            self.last = self.text.len().min(start + BUFFER);
        }
    }

    /// Reads the body that starts at `at` as lua-nginx-module does.
    pub(super) fn raw_body(&mut self, at: usize) -> Option<Refusal> {
        let mut body = Body { at, depth: 1, opened: at, lines: Lines::default(), seen_to: self.last };
        while body.depth > 0 {
            if let Err(refusal) = self.raw_token(&mut body) {
                return Some(refusal);
            }
        }
        None
    }

    fn raw_token(&mut self, body: &mut Body) -> Result<(), Refusal> {
        let token = body.at;
        if self.last - body.at < BUFFER / 2 {
            self.last = self.text.len().min(token + BUFFER);
        }
        loop {
            let seen = self.text.get(body.at..self.last).unwrap_or_default();
            match first_piece(seen, body.lines(self.last)) {
                Found::Piece(piece, end) => {
                    body.take(piece, body.at + end);
                    return Ok(());
                }
                Found::Unclosed(bracket) => return Err(self.missing_bracket(body.at + bracket)),
                Found::Nothing if self.last == self.text.len() => {
                    return Err(Refusal::new(self.text, END_IN_BODY, body.opened, self.text.len()));
                }
                Found::Nothing if seen.len() == BUFFER => {
                    return Err(Refusal::new(self.text, BODY_TOO_LONG, token, body.at + BUFFER));
                }
                Found::Nothing => self.last = self.text.len().min(body.at + BUFFER),
            }
        }
    }

    fn missing_bracket(&self, bracket: usize) -> Refusal {
        let level = lua::long_opening(self.text.get(bracket..).unwrap_or_default())
            .map_or(&[][..], |(_, level)| level);
        let start = b"Lua code block missing the closing long bracket \"]";
        let message = [&start[..], level, b"]\", the inlined Lua code may be too long"].concat();
        Refusal::new(self.text, message, bracket, bracket)
    }
}

/// How far a body has been read.
struct Body {
    at: usize,
    depth: usize,
    /// Where the body, or the last brace inside it, was opened.
    opened: usize,
    /// The quotes known not to close in the buffer that ended at `seen_to`.
    lines: Lines,
    seen_to: usize,
}

impl Body {
    fn lines(&mut self, last: usize) -> &mut Lines {
        if self.seen_to != last {
            (self.lines, self.seen_to) = (Lines::default(), last);
        }
        &mut self.lines
    }

    fn take(&mut self, piece: Piece, end: usize) {
        self.at = end;
        match piece {
            Piece::Open => (self.depth, self.opened) = (self.depth + 1, end),
            Piece::Close => self.depth -= 1,
            Piece::Closed | Piece::Plain => {}
        }
    }
}

enum Found {
    /// A piece, and the offset behind it.
    Piece(Piece, usize),
    /// The offset of a long bracket that is not closed in the bytes seen.
    Unclosed(usize),
    Nothing,
}

fn first_piece(seen: &[u8], lines: &mut Lines) -> Found {
    let mut rest = seen;
    loop {
        match lua::next(rest, lines) {
            Ok((after, Some(Piece::Plain))) => rest = after,
            Ok((after, Some(piece))) => return Found::Piece(piece, seen.len() - after.len()),
            Ok((_, None)) => return Found::Nothing,
            Err(error) => {
                return lua::fault(&error).map_or(Found::Nothing, |left| Found::Unclosed(seen.len() - left));
            }
        }
    }
}
