//! What a rule reports.

use std::sync::Arc;

use crate::config::IncludeId;
use crate::rules::Rule;
pub use crate::rules::Severity;
use crate::source::Span;

/// A place with a few words on what it has to do with the finding.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// What happens there.
    pub message: String,
}

/// The block a finding is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// The opening words of the block.
    pub span: Span,
    /// The block as people name it: `location /chat/`.
    pub label: String,
}

/// Whether a fix may be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Safety {
    /// Written by `--fix`.
    Safe,
    /// Written by `--fix --unsafe-fixes`.
    Unsafe,
    /// Printed, never written.
    Shown,
}

impl Safety {
    /// The word that every output format uses.
    pub fn word(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Unsafe => "unsafe",
            Self::Shown => "shown",
        }
    }
}

/// One replacement: the bytes of `span` become `text`. An empty span inserts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Edit {
    /// What is replaced.
    pub span: Span,
    /// What takes its place.
    pub text: String,
}

/// A repair: all of its edits or none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What it does, as an imperative.
    pub title: String,
    /// Whether it may be written.
    pub safety: Safety,
    /// Findings that share one fix carry the same number; it is applied once.
    pub group: Option<u32>,
    /// Ordered, not overlapping.
    pub edits: Vec<Edit>,
    /// The places at which the edited texts stand in the tree, for a repair that follows from the place; empty for one
    /// that is right wherever its file is included.
    pub places: Vec<IncludeId>,
}

/// One finding of one rule at one place.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The rule.
    pub rule: &'static Rule,
    /// Its severity here.
    pub severity: Severity,
    /// What is wrong, in one line without a final full stop.
    pub message: String,
    /// What to do about it, in a sentence or two.
    pub help: String,
    /// The place.
    pub span: Span,
    /// The block it is about.
    pub block: Option<Block>,
    /// The block's enclosing blocks, outermost first, itself last: `http`, `server chat.example.com`, `location /chat/`.
    pub scopes: Vec<String>,
    /// Other places that matter.
    pub related: Vec<Label>,
    /// The `include` directives that lead from the main file to the place, outermost first.
    pub includes: Vec<Span>,
    /// The repair.
    pub fix: Option<Arc<Fix>>,
    /// How many findings of the run stand before it that [`crate::fingerprint`] tells apart from it by nothing else.
    pub twin: u32,
}

/// A problem that kept a file, or a part of one, from being read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadError {
    /// The path as the user gave it, or the include's.
    pub file: String,
    /// 1-based line and column of the include that names the file; 1, 1 for a path of the command line.
    pub line: u32,
    /// See `line`.
    pub column: u32,
    /// What went wrong.
    pub message: String,
}
