//! `# ngxlint: websocket` and `# ngxlint: not-websocket` before a location, server or upstream.

use std::collections::HashMap;

use super::paths::Url;
use crate::comments::commands;
use crate::config::{Config, NodeId, ScopeId, ScopeKind, Texts, View};
use crate::source::DocId;
use crate::syntax::{Comment, Tree};

/// What comments declare: by document and offset of the statement that follows.
#[derive(Debug, Clone, Default)]
pub struct Declarations {
    by_place: HashMap<(DocId, u32), bool>,
    /// By the name of an upstream, in lower case.
    by_upstream: HashMap<Vec<u8>, bool>,
}

impl Declarations {
    /// Collects the declarations of a tree.
    pub fn of_tree(view: View<'_>) -> Self {
        let mut declarations = Self::of_documents(view.texts, &view.config.documents);
        if declarations.by_place.is_empty() {
            return declarations;
        }
        let config = view.config;
        for node in
            config.scope_ids().filter_map(|id| config.scope(id).node.filter(|_| is_upstream(config, id)))
        {
            if let (Some(meant), Some(name)) = (declarations.at(view, node), view.arg(node, 0)) {
                declarations.by_upstream.insert(name.to_ascii_lowercase(), meant);
            }
        }
        declarations
    }

    fn of_documents(texts: &Texts, documents: &[DocId]) -> Self {
        let mut declarations = Self::default();
        for &doc in documents {
            let tree = texts.tree(doc);
            for command in commands(texts.sources.get(doc), tree) {
                let Some(meant) = meant(command.word) else { continue };
                if let Some(start) = next_statement(tree, command.comment) {
                    declarations.by_place.insert((doc, start), meant);
                }
            }
        }
        declarations
    }

    /// What is declared for a block: by itself, else by the nearest block around it, else by its upstream.
    pub fn of(&self, view: View<'_>, block: ScopeId, pass: NodeId) -> Option<bool> {
        if self.by_place.is_empty() {
            return None;
        }
        let around = view.config.ancestors(block).filter_map(|id| view.config.scope(id).node);
        let by_upstream = || self.by_upstream.get(&Url::of(view, pass).host.to_ascii_lowercase()).copied();
        { around }.find_map(|node| self.at(view, node)).or_else(by_upstream)
    }

    /// What is declared for a directive.
    pub fn at(&self, view: View<'_>, node: NodeId) -> Option<bool> {
        let head = view.head(node);
        self.by_place.get(&(head.doc, head.start)).copied()
    }
}

fn is_upstream(config: &Config, scope: ScopeId) -> bool {
    config.scope(scope).kind == ScopeKind::Upstream
}

fn meant(word: &str) -> Option<bool> {
    match word {
        "websocket" => Some(true),
        "not-websocket" => Some(false),
        _ => None,
    }
}

/// The start of the first statement after a comment.
fn next_statement(tree: &Tree, comment: Comment) -> Option<u32> {
    let start = |index: usize| {
        let statement = tree.statements.get(index)?;
        tree.words(*statement).first().map(|word| word.start)
    };
    let index = tree.statements.partition_point(|statement| {
        tree.words(*statement).first().is_some_and(|word| word.start < comment.start)
    });
    start(index)
}
