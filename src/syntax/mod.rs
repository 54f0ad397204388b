//! nginx's grammar over bytes: a lossless tree with spans, recovery after every error, and nginx's own verdict.

mod decode;
mod indentation;
mod lexer;
mod lua;
mod parser;
mod recovery;
mod swallowed;
mod tokens;
mod tree;
mod unfinished;
mod verdict;
mod window;

pub use decode::decode;
pub use tokens::{Token, TokenKind, tokens};
pub use tree::{Comment, Statement, StatementId, StatementKind, Tree, Word};
pub use unfinished::is_elision;
pub use verdict::{Ended, Oversize, ReadStatement, Refusal, nginx_message, oversize, read_as_nginx, verdict};

use parser::AfterError;

/// Whether `*_by_lua_block` bodies are text in another language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RawBodies {
    /// They are, as with lua-nginx-module loaded.
    #[default]
    Known,
    /// They are blocks of statements, as for nginx's tokenizer alone.
    None,
}

/// Reads `text`, whatever it holds: every error is reported and the rest is read as well as possible. Where there is no
/// error, this is exactly nginx's reading. The time it takes grows with the length of the text and nothing else. Offsets
/// are 32-bit: texts of 4 GiB and more must be refused before.
pub fn parse(text: &[u8], bodies: RawBodies) -> Tree {
    parse_from(text, 0, bodies)
}

/// As [`parse`], from the byte `start` on: offsets count from the beginning of `text` all the same.
pub fn parse_from(text: &[u8], start: usize, bodies: RawBodies) -> Tree {
    parser::read(text, start, bodies, AfterError::Recover)
}

/// Reads `text` up to its first error exactly as nginx does, and not on.
pub fn parse_as_nginx(text: &[u8], bodies: RawBodies) -> Tree {
    parser::read(text, 0, bodies, AfterError::Stop)
}

/// The offset of the `}` that closes the body in Lua behind the `{` at `brace`.
pub(crate) fn raw_body_end(text: &[u8], brace: usize) -> Option<usize> {
    let (_, body) = lua::body(text.get(brace + 1..)?).ok()?;
    Some(brace + 1 + body.len())
}

fn offset32(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}

/// Something nginx's tokenizer refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// What is wrong.
    pub kind: SyntaxErrorKind,
    /// The place to show: for a missing semicolon the end of the statement that lacks it.
    pub start: u32,
    /// One past the last byte of the place to show.
    pub end: u32,
    /// The offset nginx had reached when it gave up: its message carries the line of this byte.
    pub noticed: u32,
    /// Another place that matters: the `{` that is never closed, the `}` that came too early.
    pub related: Option<(u32, u32)>,
}

/// The kinds of syntax error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SyntaxErrorKind {
    /// The text ends inside a statement (`expecting ";" or "}"`).
    EndInStatement,
    /// The text ends inside a block (`expecting "}"`).
    EndInBlock,
    /// A statement lacks its `;`: the next `}` or the next line's directive follows its words.
    MissingSemicolon,
    /// A `}` that closes nothing.
    UnmatchedClose,
    /// A `{` with no word before it.
    UnmatchedOpen,
    /// A `;` with no word before it.
    LoneSemicolon,
    /// A quote that is never closed; the byte is the quote.
    UnclosedQuote(u8),
    /// The byte right after a closing quote may not stand there.
    TextAfterQuote(u8),
    /// A Lua block's long bracket, string or brace that is never closed.
    UnclosedRaw,
}
