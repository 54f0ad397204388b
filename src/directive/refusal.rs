//! What nginx refuses, in its own words.

/// What a directive offends against. nginx tests in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fault {
    /// No module knows the name.
    Unknown,
    /// It may not stand in this block.
    Context,
    /// It ends with `{` instead of `;`, or the other way round.
    Ending,
    /// Too few or too many words.
    Count,
    /// It stands in the block already.
    Duplicate,
    /// A word does not mean anything to it.
    Value,
    /// It names something that nothing in the configuration defines.
    Missing,
    /// It uses a variable that nobody defines.
    Variable,
    /// Nothing: nginx takes it and never uses it.
    Ignored,
}

/// A directive that nginx refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What it offends against.
    pub fault: Fault,
    /// The word that is to blame, the name being 0.
    pub word: usize,
    /// nginx's message.
    pub message: Vec<u8>,
}

/// Whether nginx takes the words of a directive.
pub(super) type Checked = Result<(), Refusal>;

impl Refusal {
    pub(super) fn of(self, fault: Fault) -> Self {
        let word = if fault < Fault::Duplicate { 0 } else { self.word };
        Self { fault, word, ..self }
    }

    /// The same about another word.
    pub(super) fn at(self, word: usize) -> Self {
        Self { word, ..self }
    }
}

/// A refusal of a value.
pub(super) fn says(message: impl Into<Vec<u8>>) -> Refusal {
    Refusal { fault: Fault::Value, word: 1, message: message.into() }
}

/// A refusal of a value with words of the configuration in the message.
pub(super) fn quoted(before: &str, words: &[u8], after: &str) -> Refusal {
    says([before.as_bytes(), words, after.as_bytes()].concat())
}
