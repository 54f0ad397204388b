//! The lossless syntax tree of one text: flat arenas, in the order of the file.

use crate::catalogue::DirectiveId;

/// Number of a statement within its [`Tree`], in file order (a block comes before what it holds).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct StatementId(pub u32);

/// What a statement is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum StatementKind {
    /// `words ;`
    #[default]
    Simple,
    /// `words { statements }`
    Block,
    /// `words { text }` whose body is another language (`content_by_lua_block`).
    Raw,
}

/// One statement: one or more words and what ends them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Statement {
    /// Index of the first word in [`Tree::words`].
    pub first_word: u32,
    /// How many words, the name included; at least 1.
    pub word_count: u32,
    /// The directive the decoded first word names.
    pub name: DirectiveId,
    /// What it is.
    pub kind: StatementKind,
    /// Whether the terminator (`;`, `{`) and, for a block, the closing `}` are really there.
    pub complete: bool,
    /// Offset of the `;` or `{`; where that is missing, one past the last word.
    pub terminator: u32,
    /// Offset of the closing `}` of a block or raw body; where that is missing, the offset at which it is taken to end
    /// (the text's length where nothing tells better). Equals `terminator` for a simple statement.
    pub close: u32,
    /// Number of the first statement after this one that does not stand inside it.
    pub next: u32,
}

/// One word with its quotes, if any: the byte range `start..end` of the text. It is quoted exactly if its first byte is
/// a quote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Word {
    /// First byte, the opening quote included.
    pub start: u32,
    /// One past the last byte, the closing quote included.
    pub end: u32,
}

/// One comment from its `#` to the last byte before LF or the end of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Comment {
    /// Offset of the `#`.
    pub start: u32,
    /// One past the last byte (the LF is not part of it).
    pub end: u32,
}

/// The syntax tree of one text.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    /// All statements in file order.
    pub statements: Vec<Statement>,
    /// All words in file order.
    pub words: Vec<Word>,
    /// All comments in file order.
    pub comments: Vec<Comment>,
    /// Everything nginx's tokenizer would refuse, by the place to show; at most 65,536 of them.
    pub errors: Vec<super::SyntaxError>,
    /// How the bodies of `*_by_lua_block` were read.
    pub bodies: super::RawBodies,
}

impl Tree {
    /// An empty tree with room for what `bytes` of ordinary configuration hold.
    pub(super) fn with_room_for(bytes: usize, bodies: super::RawBodies) -> Self {
        Self {
            statements: Vec::with_capacity(bytes / 32),
            words: Vec::with_capacity(bytes / 12),
            bodies,
            ..Self::default()
        }
    }

    /// The statement `id`; a number that was never given out reads as an empty statement.
    pub fn statement(&self, id: StatementId) -> Statement {
        self.statements.get(id.0 as usize).copied().unwrap_or_default()
    }

    /// The words of a statement, its name first.
    pub fn words(&self, statement: Statement) -> &[Word] {
        let first = statement.first_word as usize;
        self.words.get(first..first + statement.word_count as usize).unwrap_or_default()
    }

    /// The statements directly inside `parent`, or those at the top of the text for `None`.
    pub fn children(&self, parent: Option<StatementId>) -> impl Iterator<Item = StatementId> + '_ {
        let (mut at, end) = match parent {
            Some(id) => (id.0 + 1, self.statement(id).next),
            None => (0, u32::try_from(self.statements.len()).unwrap_or(u32::MAX)),
        };
        std::iter::from_fn(move || {
            let id = StatementId(at);
            (at < end).then(|| at = self.statement(id).next.max(at + 1)).map(|()| id)
        })
    }

    /// The byte range of a statement from its first word to its terminator or closing brace, that one included.
    pub fn range(&self, statement: Statement) -> (u32, u32) {
        let start = self.words(statement).first().map_or(0, |word| word.start);
        let end = if statement.complete { statement.close + 1 } else { statement.close };
        (start, end)
    }
}
