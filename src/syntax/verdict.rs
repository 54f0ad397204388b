//! nginx's own verdict on one text: the first error with its message and line.

use memchr::memchr_iter;

use super::parser::{self, AfterError};
use super::tokens::{TokenKind, tokens};
use super::window::Window;
use super::{RawBodies, Statement, StatementKind, SyntaxError, SyntaxErrorKind, Tree};

/// Why nginx's tokenizer refuses a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// nginx's message without level, file and line; it may hold any byte of the text.
    pub message: Vec<u8>,
    /// nginx's 1-based line: that of the byte at which it noticed, for a token that is too long the one it starts on.
    pub line: u32,
    /// The offset of the byte at which nginx noticed; the text's length at its end. Statements whose terminator stands
    /// before it have been read and carried out.
    pub offset: u32,
}

impl Refusal {
    pub(super) fn new(text: &[u8], message: impl Into<Vec<u8>>, line_of: usize, offset: usize) -> Self {
        Self { message: message.into(), line: line(text, line_of), offset: super::offset32(offset) }
    }
}

/// The first error that nginx's tokenizer (and, for raw bodies, lua-nginx-module's scanner) reports on `text`, whose
/// tree is `tree`, if it got as far: directives, contexts and includes are not looked at. It comes before a statement
/// exactly if its offset is at most that statement's terminator.
pub fn verdict(text: &[u8], tree: &Tree) -> Option<Refusal> {
    if tree.errors.is_empty() {
        return refusal(text, tree);
    }
    refusal(text, &parser::read(text, 0, tree.bodies, AfterError::Stop))
}

fn refusal(text: &[u8], read: &Tree) -> Option<Refusal> {
    too_long(text, read).or_else(|| read.errors.first().map(|error| error_message(text, error)))
}

/// The first token that does not fit into nginx's window.
fn too_long(text: &[u8], read: &Tree) -> Option<Refusal> {
    let end = read.errors.first().map_or(text.len(), |error| error.noticed as usize);
    let mut window = Window::new(text);
    let mut bodies =
        read.statements.iter().filter(|statement| statement.kind == StatementKind::Raw).peekable();
    tokens(text, read).take_while(|token| (token.start as usize) < end).find_map(|token| {
        let behind = bodies.next_if(|statement| statement.terminator == token.start);
        match (token.kind, behind) {
            (TokenKind::Raw, _) => None,
            (_, Some(body)) => window.token(token).or_else(|| window.raw_body(body.terminator as usize + 1)),
            _ => window.token(token),
        }
    })
}

/// A word or comment that does not fit into nginx's window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Oversize {
    /// First byte of the word or comment.
    pub start: u32,
    /// One past its last byte.
    pub end: u32,
    /// What nginx says.
    pub refusal: Refusal,
}

/// Every word and comment that does not fit into nginx's window.
pub fn oversize(text: &[u8], tree: &Tree) -> Vec<Oversize> {
    /// The shortest token that can fill the window holds a quote and a byte behind it besides its text.
    const SHORTEST: u32 = 4090;
    let long = |start: u32, end: u32| end - start >= SHORTEST;
    let none = !tree.words.iter().any(|word| long(word.start, word.end))
        && !tree.comments.iter().any(|comment| long(comment.start, comment.end));
    if none {
        return Vec::new();
    }
    let mut window = Window::new(text);
    let refused = tokens(text, tree).filter(|token| token.kind != TokenKind::Raw).filter_map(|token| {
        let refusal = window.token(token)?;
        Some(Oversize { start: token.start, end: token.end, refusal })
    });
    refused.collect()
}

fn error_message(text: &[u8], error: &SyntaxError) -> Refusal {
    let noticed = error.noticed as usize;
    Refusal::new(text, nginx_message(text, error), noticed, noticed)
}

/// What nginx says of an error, without level, file and line.
pub fn nginx_message(text: &[u8], error: &SyntaxError) -> Vec<u8> {
    match error.kind {
        SyntaxErrorKind::EndInBlock => br#"unexpected end of file, expecting "}""#.to_vec(),
        SyntaxErrorKind::EndInStatement | SyntaxErrorKind::UnclosedQuote(_) => {
            br#"unexpected end of file, expecting ";" or "}""#.to_vec()
        }
        SyntaxErrorKind::UnclosedRaw => super::window::END_IN_BODY.to_vec(),
        _ => unexpected(text.get(error.noticed as usize).copied()),
    }
}

fn unexpected(byte: Option<u8>) -> Vec<u8> {
    let mut message = br#"unexpected ""#.to_vec();
    message.extend(byte);
    message.push(b'"');
    message
}

/// The 1-based line that byte `at` stands on; an LF belongs to the line it ends.
fn line(text: &[u8], at: usize) -> u32 {
    super::offset32(memchr_iter(b'\n', text.get(..at).unwrap_or(text)).count() + 1)
}

/// How a statement ended, as nginx's tokenizer reports it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ended {
    /// With `;`.
    Simple,
    /// With `{`.
    Block,
    /// A `}` on its own.
    Close,
}

/// One result of nginx's tokenizer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadStatement {
    /// How it ended.
    pub ended: Ended,
    /// The 1-based line of the byte that ended it.
    pub line: u32,
    /// Its decoded words; none for a `}`.
    pub words: Vec<Vec<u8>>,
}

/// What nginx's tokenizer alone makes of `text`: every statement up to the first error, and that error. Raw bodies are
/// not known to it.
pub fn read_as_nginx(text: &[u8]) -> (Vec<ReadStatement>, Option<Refusal>) {
    let tree = parser::read(text, 0, RawBodies::None, AfterError::Stop);
    let refusal = refusal(text, &tree);
    let end = refusal.as_ref().map_or(u32::MAX, |refusal| refusal.offset);
    let mut statements = tree.statements.iter();
    let mut line = 1;
    let read = tokens(text, &tree).take_while(|token| token.start < end).filter_map(|token| {
        let range = token.start as usize..token.end as usize;
        line += super::offset32(memchr_iter(b'\n', text.get(range).unwrap_or_default()).count());
        let ended = ended(token.kind)?;
        let words = if ended == Ended::Close { Vec::new() } else { words(text, &tree, statements.next()?) };
        Some(ReadStatement { ended, line, words })
    });
    (read.collect(), refusal)
}

fn ended(kind: TokenKind) -> Option<Ended> {
    match kind {
        TokenKind::Semicolon => Some(Ended::Simple),
        TokenKind::Open => Some(Ended::Block),
        TokenKind::Close => Some(Ended::Close),
        _ => None,
    }
}

fn words(text: &[u8], tree: &Tree, statement: &Statement) -> Vec<Vec<u8>> {
    tree.words(*statement).iter().map(|word| word.decoded(text).into_owned()).collect()
}
