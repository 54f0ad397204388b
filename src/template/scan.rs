//! How far into a statement a place of the text is: as much of nginx's tokenizer as it takes to say where a tag stands.

use crate::catalogue::lookup;
use crate::syntax::raw_body_end;

/// What the last byte was part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Within {
    #[default]
    Blank,
    Word,
    Quotes(u8),
    /// Right behind a closing quote.
    Closed,
    Comment,
}

/// The state behind some place.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Scan {
    within: Within,
    /// Where the first word of the statement begins, if one has begun.
    statement: Option<usize>,
    /// Where the body in another language ends that was entered last.
    raw_end: usize,
    /// Whether a body without an end has been seen: none is looked for again.
    gave_up: bool,
    /// How many statements and blocks have begun or ended.
    pub(super) ended: usize,
}

impl Scan {
    pub(super) fn in_comment(&self) -> bool {
        self.within == Within::Comment
    }

    /// Whether the last byte closed a quoted word.
    pub(super) fn is_behind_quotes(&self) -> bool {
        self.within == Within::Closed
    }

    /// Whether a statement has begun and not ended.
    pub(super) fn in_statement(&self) -> bool {
        self.statement.is_some()
    }

    /// Whether `at` belongs to a body in another language.
    pub(super) fn is_raw(&self, at: usize) -> bool {
        at < self.raw_end
    }

    /// Goes on over `text[from..to]`.
    pub(super) fn over(&mut self, text: &[u8], from: usize, to: usize) {
        let mut at = from.max(self.raw_end);
        while let Some(&byte) = text.get(at).filter(|_| at < to) {
            at = self.byte(text, at, byte).max(self.raw_end);
        }
    }

    /// Goes on over a tag that became blanks.
    pub(super) fn blank(&mut self, has_line_break: bool) {
        match self.within {
            Within::Word | Within::Closed => self.within = Within::Blank,
            Within::Comment if has_line_break => self.within = Within::Blank,
            Within::Blank | Within::Quotes(_) | Within::Comment => {}
        }
    }

    /// Goes on over a tag at `at` that became a part of a word.
    pub(super) fn value(&mut self, at: usize) {
        if !matches!(self.within, Within::Quotes(_)) {
            self.within = Within::Word;
        }
        self.statement = self.statement.or(Some(at));
    }

    /// Goes on over `byte` at `at` and returns where to go on.
    fn byte(&mut self, text: &[u8], at: usize, byte: u8) -> usize {
        match (self.within, byte) {
            (Within::Comment, b'\n') => self.within = Within::Blank,
            (Within::Quotes(_) | Within::Word, b'\\') => return at + 2,
            (Within::Quotes(quote), _) if quote == byte => self.within = Within::Closed,
            (Within::Quotes(_) | Within::Comment, _) => {}
            (_, b' ' | b'\t' | b'\r' | b'\n') => self.within = Within::Blank,
            (_, b';') | (Within::Blank | Within::Closed, b'}') => self.end(),
            (_, b'{') => return self.open(text, at),
            (Within::Blank, b'#') => self.within = Within::Comment,
            (Within::Blank, b'"' | b'\'') => {
                self.within = Within::Quotes(byte);
                self.statement = self.statement.or(Some(at));
            }
            (_, b'$') => {
                self.value(at);
                let rest = text.get(at + 1..).unwrap_or_default();
                return at + 1 + rest.iter().take_while(|&&next| next == b'{').count();
            }
            _ => {
                self.value(at);
                return at + 1 + usize::from(byte == b'\\');
            }
        }
        at + 1
    }

    fn end(&mut self) {
        (self.within, self.statement) = (Within::Blank, None);
        self.ended += 1;
    }

    fn open(&mut self, text: &[u8], brace: usize) -> usize {
        let name = self.statement.and_then(|start| text.get(start..brace)).unwrap_or_default();
        let end = name.iter().position(u8::is_ascii_whitespace).unwrap_or(name.len());
        if !self.gave_up && lookup(name.get(..end).unwrap_or_default()).is_raw_body() {
            match raw_body_end(text, brace) {
                Some(close) => self.raw_end = close + 1,
                None => self.gave_up = true,
            }
        }
        self.end();
        brace + 1
    }
}
