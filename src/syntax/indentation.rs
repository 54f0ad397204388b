//! What the indentation of a text says about braces that are missing or too many.

use super::{Statement, StatementKind, SyntaxErrorKind, Tree, lexer};

/// How far up a closing brace looks for the block it is aligned with; bounds the work on absurdly deep texts.
const NEAREST: usize = 64;

/// A `}` that is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct MissingClose {
    /// Offset of the token it should stand before; for a raw body, of the body's `{`.
    pub(super) before: usize,
    /// Whether it is missing inside a raw body, so that the body took a `}` that was not its own.
    pub(super) in_body: bool,
}

/// A block as indentation sees it.
#[derive(Debug, Clone, Copy)]
struct Block {
    /// The column its first word starts a line at.
    column: Option<usize>,
    /// The column of the first statement inside it that starts a line.
    body: Option<usize>,
}

/// Where the closing braces belong that are missing at the end of the text, as far as the indentation tells. There are
/// never more than are missing, and none that would leave a later `}` without its block.
pub(super) fn missing_closes(text: &[u8], tree: &Tree) -> Vec<MissingClose> {
    let mut search = Search::new(text, tree);
    for (at, event) in events(tree) {
        match event {
            Event::Statement(statement) => search.statement(at, statement),
            Event::Close => search.close(at),
        }
    }
    search.found
}

struct Search<'t> {
    text: &'t [u8],
    /// Terminators of the blocks that are open at the end of the text, in file order.
    unclosed: Vec<usize>,
    blocks: Vec<Block>,
    found: Vec<MissingClose>,
}

impl<'t> Search<'t> {
    fn new(text: &'t [u8], tree: &Tree) -> Self {
        let unclosed = tree.statements.iter().filter(|statement| is_unclosed(statement));
        let unclosed = unclosed.map(|statement| statement.terminator as usize).collect();
        Self { text, unclosed, blocks: Vec::new(), found: Vec::new() }
    }

    fn statement(&mut self, at: usize, statement: Statement) {
        let column = column(self.text, at);
        while self.may_miss(at) && self.blocks.last().is_some_and(|block| block.ended_before(column)) {
            self.insert(at);
        }
        if let Some(parent) = self.blocks.last_mut() {
            parent.body = parent.body.or(column);
        }
        match statement.kind {
            StatementKind::Block => self.blocks.push(Block { column, body: None }),
            StatementKind::Raw => self.raw_body(statement, column),
            StatementKind::Simple => {}
        }
    }

    fn raw_body(&mut self, statement: Statement, opened: Option<usize>) {
        let closed = column(self.text, statement.close as usize);
        if statement.complete
            && closed.is_some()
            && closed < opened
            && self.may_miss(statement.close as usize)
        {
            self.found.push(MissingClose { before: statement.terminator as usize, in_body: true });
        }
    }

    fn close(&mut self, at: usize) {
        let column = column(self.text, at);
        while self.may_miss(at) && self.closes_outer(column) {
            self.insert(at);
        }
        self.blocks.pop();
    }

    /// Whether a `}` at `column` is aligned with an outer block rather than with the innermost one.
    fn closes_outer(&self, column: Option<usize>) -> bool {
        let mut columns = self.blocks.iter().rev().take(NEAREST).map(|block| block.column);
        let innermost = columns.next().flatten();
        column < innermost && column.is_some() && columns.any(|outer| outer == column)
    }

    fn may_miss(&self, at: usize) -> bool {
        self.unclosed.get(self.found.len()).is_some_and(|&brace| brace < at)
    }

    fn insert(&mut self, before: usize) {
        self.blocks.pop();
        self.found.push(MissingClose { before, in_body: false });
    }
}

impl Block {
    /// Whether a statement at `column` stands no deeper than this block although the block's content does.
    fn ended_before(&self, column: Option<usize>) -> bool {
        column.is_some() && column <= self.column && self.body > self.column
    }
}

fn is_unclosed(statement: &Statement) -> bool {
    statement.kind == StatementKind::Block && !statement.complete
}

enum Event {
    Statement(Statement),
    Close,
}

/// Statements and closing braces in file order.
fn events(tree: &Tree) -> impl Iterator<Item = (usize, Event)> + '_ {
    let mut statements = tree.statements.iter().copied().zip(0u32..).peekable();
    let mut open: Vec<Statement> = Vec::new();
    std::iter::from_fn(move || {
        let next = statements.peek().map_or(u32::MAX, |&(_, index)| index);
        while let Some(block) = open.pop_if(|block| block.next <= next) {
            if block.complete {
                return Some((block.close as usize, Event::Close));
            }
        }
        let (statement, _) = statements.next()?;
        if statement.kind == StatementKind::Block {
            open.push(statement);
        }
        let start = tree.range(statement).0;
        Some((start as usize, Event::Statement(statement)))
    })
}

/// Relates the first `}` too many to an earlier one that starts a line deeper than the block it closes: that one is the
/// likely culprit.
pub(super) fn explain_unmatched_close(text: &[u8], tree: &mut Tree) {
    let Some(index) = tree.errors.iter().position(|error| error.kind == SyntaxErrorKind::UnmatchedClose)
    else {
        return;
    };
    let closed_early = tree.statements.iter().filter(|block| closes_early(text, tree, **block));
    let early = closed_early.map(|block| block.close).min();
    if let Some(error) = tree.errors.get_mut(index) {
        error.related = early.filter(|&close| close < error.start).map(|close| (close, close + 1));
    }
}

fn closes_early(text: &[u8], tree: &Tree, block: Statement) -> bool {
    let opened = || column(text, tree.range(block).0 as usize);
    block.kind == StatementKind::Block
        && block.complete
        && opened().is_some_and(|opened| column(text, block.close as usize) > Some(opened))
}

/// The offset of the first `}` behind `from` that starts a line.
pub(super) fn next_closing_line(text: &[u8], from: usize) -> Option<usize> {
    closing_line_to(text, usize::MAX, from)
}

/// The offset of the first `}` behind `from` that starts a line no deeper than the line of `start`.
pub(super) fn closing_line(text: &[u8], start: usize, from: usize) -> Option<usize> {
    let before = text.get(..start).unwrap_or_default();
    let line = before.get(memchr::memrchr(b'\n', before).map_or(0, |lf| lf + 1)..).unwrap_or_default();
    closing_line_to(text, blanks(line), from)
}

fn closing_line_to(text: &[u8], depth: usize, from: usize) -> Option<usize> {
    let rest = text.get(from..)?;
    memchr::memchr_iter(b'\n', rest).map(|lf| from + lf + 1).find_map(|line| {
        let indentation = blanks(text.get(line..)?);
        (indentation <= depth && text.get(line + indentation) == Some(&b'}')).then_some(line + indentation)
    })
}

/// How many bytes stand before `at` in its line, if they are all blank.
fn column(text: &[u8], at: usize) -> Option<usize> {
    let before = text.get(..at)?;
    match before.iter().rposition(|&byte| byte == b'\n' || !lexer::is_blank(byte)) {
        Some(stop) if before.get(stop) == Some(&b'\n') => Some(at - stop - 1),
        Some(_) => None,
        None => Some(at),
    }
}

fn blanks(line: &[u8]) -> usize {
    line.iter().take_while(|&&byte| byte != b'\n' && lexer::is_blank(byte)).count()
}
