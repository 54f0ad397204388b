//! The parsers of single tokens: whitespace, comments, unquoted and quoted words.
//!
//! Each takes the rest of the text and returns what follows the token and the token's bytes. They read what
//! `ngx_conf_read_token()` reads, without its 4096-byte window.

use memchr::{memchr, memchr2, memchr3};
use nom::bytes::complete::{take, take_while};
use nom::character::complete::one_of;
use nom::combinator::peek;
use nom::error::{Error, ErrorKind};
use nom::{Err, IResult, Parser};

/// A parser's answer: the rest of the text and the token's bytes.
pub(super) type Lexed<'t> = IResult<&'t [u8], &'t [u8]>;

const BLANK: u8 = 1;
const WORD_STOP: u8 = 2;

static CLASSES: [u8; 256] = classes();

#[expect(clippy::indexing_slicing, reason = "computed by the compiler, to which a bad index is an error")]
const fn classes() -> [u8; 256] {
    let mut table = [0; 256];
    let mut byte: u8 = 0;
    loop {
        table[byte as usize] = class_of(byte);
        if byte == u8::MAX {
            return table;
        }
        byte += 1;
    }
}

const fn class_of(byte: u8) -> u8 {
    match byte {
        b' ' | b'\t' | b'\r' | b'\n' => BLANK | WORD_STOP,
        b';' | b'{' | b'\\' | b'$' => WORD_STOP,
        _ => 0,
    }
}

fn class(byte: u8) -> u8 {
    CLASSES.get(usize::from(byte)).copied().unwrap_or_default()
}

/// Whether nginx takes `byte` for whitespace: space, tab, CR or LF, nothing else.
pub(super) fn is_blank(byte: u8) -> bool {
    class(byte) & BLANK != 0
}

/// A run of whitespace, possibly empty.
pub(super) fn blank(input: &[u8]) -> Lexed<'_> {
    take_while(is_blank).parse(input)
}

/// From `#` to the byte before LF, or to the end of the text.
pub(super) fn comment(input: &[u8]) -> Lexed<'_> {
    take(memchr(b'\n', input).unwrap_or(input.len())).parse(input)
}

/// A word without quotes: up to whitespace, `;` or `{`, where a backslash takes the next byte along, whatever it is,
/// and `$` takes along the `{`s that follow it.
pub(super) fn unquoted(input: &[u8]) -> Lexed<'_> {
    let mut at = 0;
    loop {
        let ahead = input.get(at..).unwrap_or_default();
        at += ahead.iter().position(|&byte| class(byte) & WORD_STOP != 0).unwrap_or(ahead.len());
        match input.get(at) {
            Some(b'\\') => at = input.len().min(at + 2),
            Some(b'$') => at += 1 + braces(input.get(at + 1..).unwrap_or_default()),
            _ => return take(at).parse(input),
        }
    }
}

fn braces(input: &[u8]) -> usize {
    input.iter().take_while(|&&byte| byte == b'{').count()
}

/// A quoted word with both quotes: from the quote that `input` starts with to the next one of its kind that no
/// backslash protects. Fails where there is none.
pub(super) fn quoted(input: &[u8]) -> Lexed<'_> {
    closing(input, |quote, rest| memchr2(quote, b'\\', rest))
}

/// As [`quoted`], but fails also where the line ends before the quote is closed.
pub(super) fn quoted_on_line(input: &[u8]) -> Lexed<'_> {
    closing(input, |quote, rest| memchr3(quote, b'\\', b'\n', rest))
}

fn closing(input: &[u8], find: impl Fn(u8, &[u8]) -> Option<usize>) -> Lexed<'_> {
    let (_, opening) = take(1usize).parse(input)?;
    let quote = opening.first().copied().unwrap_or_default();
    let mut at = 1;
    while let Some(found) = find(quote, input.get(at..).unwrap_or_default()) {
        at += found + 1;
        match input.get(at - 1) {
            Some(b'\\') => at += 1,
            Some(&byte) if byte == quote => return take(at).parse(input),
            _ => break,
        }
    }
    Err(Err::Error(Error::new(input, ErrorKind::Char)))
}

/// What is glued to a closing quote, up to the next byte that could end a word: more quoted text if that closes on its
/// line, else bytes as of an unquoted word.
pub(super) fn glued(input: &[u8]) -> Lexed<'_> {
    let mut rest = input;
    while rest.first().is_some_and(|&byte| class(byte) & WORD_STOP == 0 && byte != b'}' || is_escape(byte)) {
        rest = quoted_piece(rest).or_else(|_| unquoted(rest))?.0;
    }
    take(input.len() - rest.len()).parse(input)
}

fn is_escape(byte: u8) -> bool {
    matches!(byte, b'\\' | b'$')
}

fn quoted_piece(input: &[u8]) -> Lexed<'_> {
    peek(one_of(&b"\"'"[..])).parse(input)?;
    quoted_on_line(input)
}
