//! How far a text can be trusted to be what nginx reads.

use super::super::checks::is_slip;
use crate::config::{NodeId, View};
use crate::directive::Fault;
use crate::source::DocId;
use crate::syntax::SyntaxErrorKind;
use crate::template::{has_environment_variable, has_gap, has_tags, holds_placeholder};

/// How sure one can be of what a text says.
#[derive(Debug, Clone, Copy)]
pub(super) struct Trust {
    /// Where its statements come from.
    pub(super) origin: Statements,
    /// Its blocks begin and end where they seem to.
    pub(super) blocks: bool,
}

/// Where the statements of a text come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Statements {
    /// They are what nginx reads.
    Written,
    /// Something fills in a template first, and repeats or leaves out what stands between its tags.
    Template,
    /// Nobody knows: it has tags that could not be read.
    Unknown,
}

impl Trust {
    /// Whether a refusal is nginx's, and not due to something that is not seen here.
    pub(super) fn allows(self, view: View<'_>, node: NodeId, fault: Fault) -> bool {
        let (doc, id) = (view.config.node(node).doc, view.config.node(node).statement);
        if self.origin == Statements::Unknown {
            return false;
        }
        let is_template = self.origin == Statements::Template;
        let complete = view.texts.statement(doc, id).complete;
        let gap = || {
            let mut words = std::iter::once(view.name(node)).chain(view.args(node));
            words.any(|word| has_gap(&word)) || (is_template && is_tagged(view, node))
        };
        // A byte order mark is a finding of its own.
        let name_gap = || has_gap(&view.name(node)) || view.name(node).starts_with(b"\xef\xbb\xbf");
        let complete = complete && !has_syntax_error(view, node);
        match fault {
            // Dots stand for what an example leaves out.
            Fault::Unknown => {
                let name = view.name(node);
                let is_dots = name.iter().all(|&byte| byte == b'.');
                !name_gap() && !is_dots && (!is_template || is_slip(&String::from_utf8_lossy(&name)))
            }
            // Of the branches of a template one is taken, of a loop's body there are many.
            Fault::Duplicate | Fault::Ignored | Fault::Missing | Fault::Together if is_template => false,
            Fault::Context => self.blocks && !name_gap(),
            Fault::Ending => self.blocks && complete && !name_gap(),
            Fault::Duplicate | Fault::Ignored => self.blocks && !gap(),
            Fault::Count | Fault::Value | Fault::Missing | Fault::Together | Fault::Certificate => {
                complete && !gap()
            }
            Fault::Variable => {
                !view.args(node).any(|word| has_environment_variable(&word) || holds_placeholder(&word))
            }
        }
    }
}

/// Whether a tag of a template stands in the words of a directive.
fn is_tagged(view: View<'_>, node: NodeId) -> bool {
    let node = view.config.node(node);
    let head = view.texts.head(node.doc, node.statement);
    let reading = view.texts.sources.get(node.doc).reading();
    reading.is_some_and(|reading| reading.touches(head.start, head.end))
}

/// Whether the tokenizer refuses something in the words of a directive.
fn has_syntax_error(view: View<'_>, node: NodeId) -> bool {
    let node = view.config.node(node);
    let (errors, head) = (&view.texts.tree(node.doc).errors, view.texts.head(node.doc, node.statement));
    let end = view.texts.statement(node.doc, node.statement).terminator;
    errors
        .get(errors.partition_point(|error| error.start < head.start)..)
        .is_some_and(|rest| rest.first().is_some_and(|error| error.start <= end))
}

pub(super) fn trust(view: View<'_>, doc: DocId) -> Trust {
    let moves = |kind: SyntaxErrorKind| {
        !matches!(kind, SyntaxErrorKind::MissingSemicolon | SyntaxErrorKind::LoneSemicolon)
    };
    let document = view.texts.sources.get(doc);
    let reading = document.reading();
    let origin = match reading {
        Some(_) => Statements::Template,
        None if has_tags(document.bytes()) => Statements::Unknown,
        None => Statements::Written,
    };
    let is_whole = !view.texts.tree(doc).errors.iter().any(|error| moves(error.kind));
    Trust { origin, blocks: is_whole && reading.is_none_or(|reading| reading.balanced) }
}
