//! Every byte of a text as a token: the tokens of a tree concatenated are the text.

use super::{Comment, Statement, StatementKind, Tree, Word, lexer};

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TokenKind {
    /// A run of space, TAB, CR and LF.
    Whitespace,
    /// From `#` to the end of the line, LF excluded.
    Comment,
    /// A word with its quotes.
    Word,
    /// `;`
    Semicolon,
    /// `{`
    Open,
    /// `}`
    Close,
    /// What stands between the braces of a `*_by_lua_block`.
    Raw,
    /// Bytes that were not read, behind the error at which reading stopped.
    Stray,
}

/// One token: the byte range `start..end` of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

/// All tokens of `text`, whose tree is `tree`, in order and without gaps.
pub fn tokens<'t>(text: &'t [u8], tree: &'t Tree) -> impl Iterator<Item = Token> + 't {
    let mut tokens =
        Tokens { text, at: 0, words: &tree.words, comments: &tree.comments, statements: &tree.statements };
    std::iter::from_fn(move || tokens.step())
}

struct Tokens<'t> {
    text: &'t [u8],
    at: u32,
    words: &'t [Word],
    comments: &'t [Comment],
    /// The statements whose raw body, if they have one, is not behind `at`.
    statements: &'t [Statement],
}

impl Tokens<'_> {
    fn step(&mut self) -> Option<Token> {
        let start = self.at;
        let rest = self.text.get(start as usize..).filter(|rest| !rest.is_empty())?;
        let (kind, end) =
            self.word().or_else(|| self.comment()).or_else(|| self.raw()).unwrap_or_else(|| {
                let (kind, length) = between(rest);
                (kind, start + super::offset32(length))
            });
        self.at = end;
        Some(Token { kind, start, end })
    }

    fn word(&mut self) -> Option<(TokenKind, u32)> {
        let (word, rest) = self.words.split_first().filter(|(word, _)| word.start <= self.at)?;
        self.words = rest;
        Some((TokenKind::Word, word.end.max(self.at)))
    }

    fn comment(&mut self) -> Option<(TokenKind, u32)> {
        let (comment, rest) = self.comments.split_first().filter(|(comment, _)| comment.start <= self.at)?;
        self.comments = rest;
        Some((TokenKind::Comment, comment.end.max(self.at)))
    }

    fn raw(&mut self) -> Option<(TokenKind, u32)> {
        while let Some((statement, rest)) =
            self.statements.split_first().filter(|(s, _)| s.terminator < self.at)
        {
            self.statements = rest;
            if statement.kind == StatementKind::Raw && statement.close > self.at {
                return Some((TokenKind::Raw, statement.close));
            }
        }
        None
    }
}

fn between(rest: &[u8]) -> (TokenKind, usize) {
    match rest.first() {
        Some(b';') => (TokenKind::Semicolon, 1),
        Some(b'{') => (TokenKind::Open, 1),
        Some(b'}') => (TokenKind::Close, 1),
        Some(&byte) if lexer::is_blank(byte) => {
            (TokenKind::Whitespace, lexer::blank(rest).map_or(1, |(_, blank)| blank.len()))
        }
        _ => (TokenKind::Stray, 1),
    }
}
