//! Reading a tree: the words of its directives, and what people call its scopes.

use std::borrow::Cow;

use super::{Config, NodeId, ScopeId, ScopeKind};
use crate::config::Texts;
use crate::source::Span;
use crate::syntax::Word;
use crate::template::holds_placeholder;

/// A tree together with the texts it was made from.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// The texts.
    pub texts: &'a Texts,
    /// The tree.
    pub config: &'a Config,
}

impl<'a> View<'a> {
    fn words(self, node: NodeId) -> &'a [Word] {
        let node = self.config.node(node);
        self.texts.words(node.doc, node.statement)
    }

    /// The decoded directive name.
    pub fn name(self, node: NodeId) -> Cow<'a, [u8]> {
        self.word(node, 0).unwrap_or_default()
    }

    /// The decoded argument number `index`, counted from 0.
    pub fn arg(self, node: NodeId, index: usize) -> Option<Cow<'a, [u8]>> {
        self.word(node, index + 1)
    }

    /// Argument number `index` for people: decoded, or of a template as it is written.
    pub fn shown(self, node: NodeId, index: usize) -> Option<Cow<'a, [u8]>> {
        let word = self.arg(node, index)?;
        Some(if holds_placeholder(&word) { self.arg_source(node, index).into() } else { word })
    }

    /// The decoded arguments.
    pub fn args(self, node: NodeId) -> impl Iterator<Item = Cow<'a, [u8]>> {
        let doc = self.config.node(node).doc;
        self.words(node).iter().skip(1).map(move |&word| self.texts.decoded(doc, word))
    }

    /// How many arguments there are.
    pub fn arg_count(self, node: NodeId) -> usize {
        self.words(node).len().saturating_sub(1)
    }

    fn word(self, node: NodeId, index: usize) -> Option<Cow<'a, [u8]>> {
        let doc = self.config.node(node).doc;
        self.words(node).get(index).map(|&word| self.texts.decoded(doc, word))
    }

    /// The place of argument number `index`, its quotes included.
    pub fn arg_span(self, node: NodeId, index: usize) -> Option<Span> {
        let doc = self.config.node(node).doc;
        self.words(node).get(index + 1).map(|word| Span::new(doc, word.start, word.end))
    }

    /// The bytes of argument number `index` as they are written, quotes and escapes included.
    pub fn arg_source(self, node: NodeId, index: usize) -> &'a [u8] {
        self.arg_span(node, index).map_or(&[], |span| self.texts.sources.text(span))
    }

    /// The whole directive, from its name to its `;` or `}`.
    pub fn span(self, node: NodeId) -> Span {
        let node = self.config.node(node);
        self.texts.span(node.doc, node.statement)
    }

    /// The words of a directive without what ends it.
    pub fn head(self, node: NodeId) -> Span {
        let node = self.config.node(node);
        self.texts.head(node.doc, node.statement)
    }

    /// The 1-based line on which a directive starts.
    pub fn line(self, node: NodeId) -> u32 {
        let span = self.head(node);
        self.texts.sources.get(span.doc).line(span.start)
    }

    /// `FILE:LINE` of a directive.
    pub fn place(self, node: NodeId) -> String {
        format!("{}:{}", self.texts.sources.get(self.config.node(node).doc).name, self.line(node))
    }

    /// What people call a scope: `http`, `server chat.example.com`, `location /chat/`.
    pub fn label(self, scope: ScopeId) -> String {
        match self.config.scope(scope).node {
            None => assumed(self.config.scope(scope).kind).to_owned(),
            Some(node) => self.opening(node, self.config.scope(scope).kind, scope),
        }
    }

    fn opening(self, node: NodeId, kind: ScopeKind, scope: ScopeId) -> String {
        if kind == ScopeKind::Server {
            let name = self.config.own(scope, crate::catalogue::directive::SERVER_NAME).next();
            let name = name.and_then(|name| self.shown(name, 0));
            return name.map_or("server".into(), |name| format!("server {}", String::from_utf8_lossy(&name)));
        }
        let words: Vec<_> = self
            .words(node)
            .iter()
            .map(|word| {
                let doc = self.config.node(node).doc;
                String::from_utf8_lossy(self.texts.sources.get(doc).slice(word.start, word.end)).into_owned()
            })
            .collect();
        words.join(" ")
    }

    /// The labels of `scope` and all scopes around it but the main context, outermost first.
    pub fn labels(self, scope: ScopeId) -> Vec<String> {
        let mut labels: Vec<String> = (self.config.ancestors(scope))
            .filter(|&id| self.config.scope(id).kind != ScopeKind::Main)
            .map(|id| self.label(id))
            .collect();
        labels.reverse();
        labels
    }
}

/// The word for a level that a fragment only assumes.
pub fn assumed(kind: ScopeKind) -> &'static str {
    match kind {
        ScopeKind::Main => "main",
        ScopeKind::Http => "http",
        ScopeKind::Server => "server",
        ScopeKind::Location => "location",
        ScopeKind::Upstream => "upstream",
        ScopeKind::Stream => "stream",
        _ => "block",
    }
}
