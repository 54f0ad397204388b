//! How the words that were read become statements.

use super::offset32;
use super::parser::Parser;
use super::swallowed;
use super::{Statement, StatementKind, SyntaxErrorKind};
use crate::catalogue::{DirectiveId, lookup};

impl Parser<'_> {
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
        if !self.broken || self.stops_at_errors() || self.in_data_block() {
            return None;
        }
        let words = self.tree.words.get(self.pending..).filter(|words| words.len() > 1)?;
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

    pub(super) fn name(&self) -> DirectiveId {
        let Some(word) = self.tree.words.get(self.pending) else { return DirectiveId::UNKNOWN };
        // No directive's name holds a quote or a backslash: what names one as it is written needs no decoding.
        match lookup(word.raw(self.text)) {
            DirectiveId::UNKNOWN => lookup(&word.decoded(self.text)),
            known => known,
        }
    }
}
