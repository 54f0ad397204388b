//! From tokens to the tree: statements and blocks.

use super::indentation::{self, MissingClose};
use super::recovery::{Quotes, RawScans};
use super::swallowed;
use super::{Comment, RawBodies, Statement, StatementKind, SyntaxError, SyntaxErrorKind, Tree, Word};
use super::{lexer, offset32};
use crate::catalogue::{DirectiveId, lookup};

/// More errors than this are not recorded: such a text is not a configuration.
const MOST_ERRORS: usize = 1 << 16;

/// What happens at an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AfterError {
    /// Report it and read on.
    Recover,
    /// Stop there, as nginx does: everything before it is read exactly as nginx reads it.
    Stop,
}

/// An open block.
#[derive(Debug, Clone, Copy, Default)]
struct Open {
    /// Its index in [`Tree::statements`]; meaningless for the text itself, the lowest of the stack.
    statement: usize,
    /// How many braces without a word before them are open directly inside it.
    unnamed: u32,
}

/// Reads `text` from `start` on. Where closing braces turn out to be missing, it is read once more with what its indentation says about
/// them.
pub(super) fn read(text: &[u8], start: usize, bodies: RawBodies, after: AfterError) -> Tree {
    let mut tree = Parser::new(text, start, bodies, after, Vec::new()).run();
    indentation::explain_unmatched_close(text, &mut tree);
    let unclosed = tree.errors.iter().any(|error| error.kind == SyntaxErrorKind::EndInBlock);
    if after == AfterError::Stop || !unclosed {
        return tree;
    }
    let missing = indentation::missing_closes(text, &tree);
    if missing.is_empty() { tree } else { Parser::new(text, start, bodies, after, missing).run() }
}

pub(super) struct Parser<'t> {
    pub(super) text: &'t [u8],
    pub(super) rest: &'t [u8],
    pub(super) bodies: RawBodies,
    after_error: AfterError,
    pub(super) stopped: bool,
    pub(super) tree: Tree,
    /// Index of the first word that belongs to no statement yet.
    pending: usize,
    open: Vec<Open>,
    /// Where `}`s are missing, the next one last.
    missing: Vec<MissingClose>,
    next_missing: usize,
    pub(super) quotes: Quotes,
    pub(super) raw_scans: RawScans,
}

impl<'t> Parser<'t> {
    fn new(
        text: &'t [u8],
        start: usize,
        bodies: RawBodies,
        after_error: AfterError,
        mut missing: Vec<MissingClose>,
    ) -> Self {
        missing.reverse();
        let rest = text.get(start..).unwrap_or_default();
        Self {
            text,
            rest,
            bodies,
            after_error,
            stopped: false,
            tree: Tree::with_room_for(rest.len(), bodies),
            pending: 0,
            open: vec![Open::default()],
            next_missing: next_missing(&missing),
            missing,
            quotes: Quotes::default(),
            raw_scans: RawScans::new(rest.len()),
        }
    }

    fn run(mut self) -> Tree {
        while !self.stopped && self.token() {}
        self.end_of_text();
        self.tree.errors.sort_by_key(|error| error.start);
        self.tree
    }

    /// Reads one token and the whitespace before it; false at the end of the text.
    fn token(&mut self) -> bool {
        let Ok((rest, _)) = lexer::blank(self.rest) else { return false };
        self.rest = rest;
        let Some(&byte) = rest.first() else { return false };
        let at = self.offset();
        if at >= self.next_missing {
            self.close_missing(at);
        }
        match byte {
            b';' => self.semicolon(at),
            b'{' => self.open_brace(at),
            b'}' => self.close_brace(at),
            b'#' => self.comment(at),
            b'"' | b'\'' => self.quoted(at, byte),
            _ => self.unquoted(at),
        }
        true
    }

    fn unquoted(&mut self, at: usize) {
        if let Ok((rest, word)) = lexer::unquoted(self.rest) {
            self.rest = rest;
            self.word(at, at + word.len());
        }
    }

    fn comment(&mut self, at: usize) {
        if let Ok((rest, comment)) = lexer::comment(self.rest) {
            self.rest = rest;
            let end = offset32(at + comment.len());
            self.tree.comments.push(Comment { start: offset32(at), end });
        }
    }

    fn semicolon(&mut self, at: usize) {
        self.skip(1);
        if self.has_words() {
            self.finish(StatementKind::Simple, at, true);
        } else {
            self.report(SyntaxErrorKind::LoneSemicolon, (at, at + 1), at, None);
        }
    }

    fn open_brace(&mut self, at: usize) {
        self.skip(1);
        if !self.has_words() {
            if let Some(open) = self.open.last_mut() {
                open.unnamed += 1;
            }
            return self.report(SyntaxErrorKind::UnmatchedOpen, (at, at + 1), at, None);
        }
        if self.bodies == RawBodies::Known && self.name().is_raw_body() {
            return self.raw_body(at);
        }
        self.finish(StatementKind::Block, at, false);
        self.open.push(Open { statement: self.tree.statements.len().saturating_sub(1), unnamed: 0 });
    }

    fn close_brace(&mut self, at: usize) {
        self.missing_semicolon(at);
        if self.stopped {
            return;
        }
        self.skip(1);
        let in_block = self.open.len() > 1;
        match self.open.last_mut() {
            Some(open) if open.unnamed > 0 => open.unnamed -= 1,
            Some(_) if in_block => self.close_block(at, true),
            _ => self.report(SyntaxErrorKind::UnmatchedClose, (at, at + 1), at, None),
        }
    }

    fn close_block(&mut self, at: usize, complete: bool) {
        let Some(open) = self.open.pop() else { return };
        let next = offset32(self.tree.statements.len());
        if let Some(block) = self.tree.statements.get_mut(open.statement) {
            block.close = offset32(at);
            block.next = next;
            block.complete = complete;
        }
    }

    /// Words before a `}` lack their `;`.
    fn missing_semicolon(&mut self, noticed: usize) {
        if self.has_words() {
            let end = self.end_of_words();
            self.report(SyntaxErrorKind::MissingSemicolon, (end, end), noticed, None);
            self.finish(StatementKind::Simple, end, false);
        }
    }

    /// Closes the blocks whose `}` the indentation shows to be missing before the token at `at`.
    fn close_missing(&mut self, at: usize) {
        if self.missing.last().is_none_or(|close| close.in_body) {
            return;
        }
        self.missing_semicolon(at);
        let end = end_before(self.text, at);
        while self.missing.pop_if(|close| close.before <= at && !close.in_body).is_some() {
            if self.open.len() > 1 {
                self.unclosed_block(end, Some((at, at + 1)));
            }
        }
        self.next_missing = next_missing(&self.missing);
    }

    /// Whether the indentation shows that the raw body behind `brace` took a `}` that is not its own.
    pub(super) fn misses_close(&mut self, brace: usize) -> bool {
        let misses = self.missing.pop_if(|close| close.before == brace && close.in_body).is_some();
        self.next_missing = next_missing(&self.missing);
        misses
    }

    fn unclosed_block(&mut self, end: usize, noticed: Option<(usize, usize)>) {
        let Some(&open) = self.open.last() else { return };
        let brace = self.tree.statements.get(open.statement).map_or(0, |block| block.terminator as usize);
        self.report(SyntaxErrorKind::EndInBlock, (brace, brace + 1), self.text.len(), noticed);
        self.close_block(end, false);
    }

    fn end_of_text(&mut self) {
        if !self.stopped && self.has_words() {
            let end = self.end_of_words();
            self.report(SyntaxErrorKind::EndInStatement, (end, end), self.text.len(), None);
            self.finish(StatementKind::Simple, end, false);
        }
        while self.open.len() > 1 {
            if self.stopped {
                self.close_block(self.text.len(), false);
            } else {
                self.unclosed_block(self.text.len(), None);
            }
        }
    }

    pub(super) fn finish(&mut self, kind: StatementKind, terminator: usize, complete: bool) {
        while let Some(count) = self.swallowed(kind) {
            let end =
                self.tree.words.get(self.pending + count - 1).map_or(terminator, |word| word.end as usize);
            self.report(SyntaxErrorKind::MissingSemicolon, (end, end), terminator, None);
            self.add(StatementKind::Simple, end, false, count);
        }
        self.add(kind, terminator, complete, self.tree.words.len() - self.pending);
    }

    /// How many of the pending words are a statement of their own whose `;` is missing.
    fn swallowed(&self, kind: StatementKind) -> Option<usize> {
        let words = self.tree.words.get(self.pending..).filter(|words| words.len() > 1)?;
        if self.stops_at_errors() || self.in_data_block() {
            return None;
        }
        swallowed::first_statement(self.text, self.name(), words, kind)
    }

    /// Whether the pending words stand in a block whose statements are data.
    fn in_data_block(&self) -> bool {
        let around = self.open.last().filter(|_| self.open.len() > 1);
        let around = around.and_then(|open| self.tree.statements.get(open.statement));
        around.is_some_and(|block| block.name.is_data_block())
    }

    fn add(&mut self, kind: StatementKind, terminator: usize, complete: bool, count: usize) {
        if count == 0 {
            return;
        }
        let statement = Statement {
            first_word: offset32(self.pending),
            word_count: offset32(count),
            name: self.name(),
            kind,
            complete,
            terminator: offset32(terminator),
            close: offset32(terminator),
            next: offset32(self.tree.statements.len() + 1),
        };
        self.pending += count;
        self.tree.statements.push(statement);
    }

    fn name(&self) -> DirectiveId {
        let word = self.tree.words.get(self.pending);
        word.map_or(DirectiveId::UNKNOWN, |word| lookup(&word.decoded(self.text)))
    }

    pub(super) fn report(
        &mut self,
        kind: SyntaxErrorKind,
        (start, end): (usize, usize),
        noticed: usize,
        related: Option<(usize, usize)>,
    ) {
        if self.stops_at_errors() {
            self.stopped = true;
        }
        if self.tree.errors.len() < MOST_ERRORS {
            let related = related.map(|(start, end)| (offset32(start), offset32(end)));
            let (start, end, noticed) = (offset32(start), offset32(end), offset32(noticed));
            self.tree.errors.push(SyntaxError { kind, start, end, noticed, related });
        }
    }

    pub(super) fn word(&mut self, start: usize, end: usize) {
        self.tree.words.push(Word { start: offset32(start), end: offset32(end) });
    }

    pub(super) fn stops_at_errors(&self) -> bool {
        self.after_error == AfterError::Stop
    }

    pub(super) fn has_words(&self) -> bool {
        self.tree.words.len() > self.pending
    }

    /// Where the first word of the statement that is being read starts.
    pub(super) fn start_of_words(&self) -> usize {
        self.tree.words.get(self.pending).map_or(0, |word| word.start as usize)
    }

    fn end_of_words(&self) -> usize {
        self.tree.words.last().map_or(0, |word| word.end as usize)
    }

    pub(super) fn offset(&self) -> usize {
        self.text.len() - self.rest.len()
    }

    pub(super) fn skip(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or_default();
    }

    pub(super) fn go_to(&mut self, at: usize) {
        self.rest = self.text.get(at..).unwrap_or_default();
    }
}

fn next_missing(missing: &[MissingClose]) -> usize {
    missing.last().map_or(usize::MAX, |close| close.before)
}

/// Where the text before `at` ends if its trailing whitespace is left out.
fn end_before(text: &[u8], at: usize) -> usize {
    let before = text.get(..at).unwrap_or_default();
    before.iter().rposition(|&byte| !lexer::is_blank(byte)).map_or(0, |last| last + 1)
}
