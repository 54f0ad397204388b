//! How far a text can be trusted to be what nginx reads.

use super::super::placeholder::{has_environment_variable, has_gap, is_template};
use crate::config::{NodeId, View};
use crate::directive::Fault;
use crate::source::DocId;
use crate::syntax::SyntaxErrorKind;
use crate::template::holds_placeholder;

/// How sure one can be of what a text says.
#[derive(Debug, Clone, Copy)]
pub(super) struct Trust {
    /// Its statements are what nginx reads.
    pub(super) statements: bool,
    /// Its blocks begin and end where they seem to.
    pub(super) blocks: bool,
}

impl Trust {
    /// Whether a refusal is nginx's, and not due to something that is not seen here.
    pub(super) fn allows(self, view: View<'_>, node: NodeId, fault: Fault) -> bool {
        let (doc, id) = (view.config.node(node).doc, view.config.node(node).statement);
        if !self.statements {
            return false;
        }
        let complete = view.texts.statement(doc, id).complete;
        let gap = || std::iter::once(view.name(node)).chain(view.args(node)).any(|word| has_gap(&word));
        // A byte order mark is a finding of its own.
        let name_gap = || has_gap(&view.name(node)) || view.name(node).starts_with(b"\xef\xbb\xbf");
        let complete = complete && !has_syntax_error(view, node);
        match fault {
            // Dots stand for what an example leaves out.
            Fault::Unknown => !name_gap() && !view.name(node).iter().all(|&byte| byte == b'.'),
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
    Trust {
        statements: !is_template(view.texts.sources.get(doc)),
        blocks: !view.texts.tree(doc).errors.iter().any(|error| moves(error.kind)),
    }
}
