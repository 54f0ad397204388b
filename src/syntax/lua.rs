//! Bodies in Lua: where the `}` that ends a `*_by_lua_block` is.
//!
//! The scanner of lua-nginx-module matches, leftmost first, braces, long brackets, comments to the end of the line and
//! strings that close on their line; everything else it skips.

use memchr::{memchr, memchr_iter, memchr3};
use nom::branch::alt;
use nom::bytes::complete::{tag, take, take_while};
use nom::error::{ErrorKind, ParseError};
use nom::sequence::{delimited, preceded};
use nom::{Err, IResult, Parser};

/// What a scan of a body found next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece {
    /// `{`
    Open,
    /// `}`
    Close,
    /// A string, a comment, a long bracket.
    Closed,
    /// A byte that starts nothing.
    Plain,
}

/// Why a body has no end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fault<'t> {
    /// The text from the long bracket that is never closed; empty where a `}` is missing.
    pub(super) at: &'t [u8],
}

impl<'t> ParseError<&'t [u8]> for Fault<'t> {
    fn from_error_kind(at: &'t [u8], _: ErrorKind) -> Self {
        Self { at }
    }

    fn append(_: &'t [u8], _: ErrorKind, other: Self) -> Self {
        other
    }
}

/// The offset up to which no string can close on its line, for `"` and `'`: a quote that fails to close would make every
/// later one on that line look just as far.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Lines {
    double: usize,
    single: usize,
}

impl Lines {
    fn dead(&mut self, quote: u8) -> &mut usize {
        if quote == b'"' { &mut self.double } else { &mut self.single }
    }
}

/// A body from behind its `{` up to, without, the `}` that closes it.
pub(super) fn body(input: &[u8]) -> IResult<&[u8], &[u8], Fault<'_>> {
    let mut lines = Lines::default();
    let mut depth = 1usize;
    let mut rest = input;
    while let (after, Some(piece)) = next(rest, &mut lines)? {
        match piece {
            Piece::Open => depth += 1,
            Piece::Close => depth -= 1,
            Piece::Closed | Piece::Plain => {}
        }
        if depth == 0 {
            return take(input.len() - after.len() - 1).parse(input);
        }
        rest = after;
    }
    Err(Err::Error(Fault { at: &[] }))
}

/// How many bytes are left from the long bracket on that is the cause of `error`.
pub(super) fn fault(error: &Err<Fault<'_>>) -> Option<usize> {
    match error {
        Err::Failure(fault) => Some(fault.at.len()),
        _ => None,
    }
}

/// The next piece, and what follows it; nothing at the end of the text.
///
/// # Errors
///
/// A long bracket that is never closed.
pub(super) fn next<'t>(input: &'t [u8], lines: &mut Lines) -> IResult<&'t [u8], Option<Piece>, Fault<'t>> {
    let (rest, _) = take_while(is_plain).parse(input)?;
    let Some(&byte) = rest.first() else { return Ok((rest, None)) };
    let (after, piece) = match byte {
        b'{' => single(rest, Piece::Open),
        b'}' => single(rest, Piece::Close),
        b'[' => long_bracket(rest).or_else(|error| recoverable(error, rest)),
        b']' => closing_bracket(rest).or_else(|error| recoverable(error, rest)),
        b'-' => comment(rest),
        quote => string(quote, rest, lines),
    }?;
    Ok((after, Some(piece)))
}

fn is_plain(byte: u8) -> bool {
    !matches!(byte, b'{' | b'}' | b'[' | b']' | b'-' | b'"' | b'\'')
}

fn single(input: &[u8], piece: Piece) -> IResult<&[u8], Piece, Fault<'_>> {
    take(1usize).map(|_| piece).parse(input)
}

fn recoverable<'t>(error: Err<Fault<'t>>, input: &'t [u8]) -> IResult<&'t [u8], Piece, Fault<'t>> {
    if matches!(error, Err::Failure(_)) { Err(error) } else { single(input, Piece::Plain) }
}

/// `--[==[ ... ]==]`, or `--` to the end of the line; a lone `-` is plain.
fn comment(input: &[u8]) -> IResult<&[u8], Piece, Fault<'_>> {
    let long = preceded(tag("--"), long_bracket);
    let line = preceded(tag("--"), rest_of_line).map(|_| Piece::Closed);
    alt((long, line)).parse(input).or_else(|error| recoverable(error, input))
}

fn rest_of_line(input: &[u8]) -> IResult<&[u8], &[u8], Fault<'_>> {
    take(memchr(b'\n', input).unwrap_or(input.len())).parse(input)
}

/// `[==[` to the `]==]` with as many `=`. One that is never closed is a failure, as in nginx.
fn long_bracket(input: &[u8]) -> IResult<&[u8], Piece, Fault<'_>> {
    let (content, level) = long_opening(input)?;
    let closes = |&at: &usize| closes_long(content.get(at..).unwrap_or_default(), level.len());
    let found = memchr_iter(b']', content).find(closes).ok_or(Err::Failure(Fault { at: input }))?;
    take(found + level.len() + 2).map(|_| Piece::Closed).parse(content)
}

/// A `]==]` that closes nothing: a token of its own, without meaning.
fn closing_bracket(input: &[u8]) -> IResult<&[u8], Piece, Fault<'_>> {
    delimited(tag("]"), take_while(|byte| byte == b'='), tag("]")).map(|_| Piece::Closed).parse(input)
}

/// `[==[`; gives the `=`s.
pub(super) fn long_opening(input: &[u8]) -> IResult<&[u8], &[u8], Fault<'_>> {
    delimited(tag("["), take_while(|byte| byte == b'='), tag("[")).parse(input)
}

fn closes_long(at: &[u8], level: usize) -> bool {
    let mut bytes = at.iter().skip(1);
    bytes.by_ref().take(level).filter(|&&byte| byte == b'=').count() == level && bytes.next() == Some(&b']')
}

/// A string that closes on its line; otherwise its quote is plain.
fn string<'t>(quote: u8, input: &'t [u8], lines: &mut Lines) -> IResult<&'t [u8], Piece, Fault<'t>> {
    let dead = lines.dead(quote);
    // Offsets are counted from the end of the text, which stays where it is.
    if *dead != 0 && input.len() > *dead - 1 {
        return single(input, Piece::Plain);
    }
    match string_length(quote, input) {
        Ok(length) => take(length).map(|_| Piece::Closed).parse(input),
        Err(looked) => {
            *dead = input.len() - looked + 1;
            single(input, Piece::Plain)
        }
    }
}

/// How long the string is, or how far a search for its end had to look.
fn string_length(quote: u8, input: &[u8]) -> Result<usize, usize> {
    let mut at = 1;
    while let Some(found) = memchr3(quote, b'\\', b'\n', input.get(at..).unwrap_or_default()) {
        at += found;
        match input.get(at) {
            Some(b'\\') if input.get(at + 1) != Some(&b'\n') => at += 2,
            Some(&byte) if byte == quote => return Ok(at + 1),
            _ => return Err(at),
        }
    }
    Err(input.len())
}
