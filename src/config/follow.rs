//! Follows the includes of a tree that is being built.

use std::path::Path;

use super::assemble::{Assembly, Frame, number};
use super::include::{self, Refused, Resolution};
use super::{Include, IncludeId, IncludeProblem, LoadError, ScopeId, ScopeKind, Unresolved};
use crate::catalogue::directive;
use crate::source::{DocId, Span};
use crate::syntax::StatementId;
use crate::template::holds_placeholder;

/// Includes that each bring two more multiply without end; no real tree comes near this many directives beyond what its
/// files hold.
const MOST_REPEATED_NODES: usize = 2_000_000;

/// An include directive at its place.
#[derive(Clone, Copy)]
pub(super) struct Site {
    argument: Span,
    statement: Span,
    scope: ScopeId,
    include: IncludeId,
    certain: bool,
    neutral: bool,
}

impl Assembly<'_, '_> {
    /// `include` is a directive everywhere and an entry of `map`, `geo` and `types`; `split_clients` and `charset_map`
    /// take the word as data.
    pub(super) fn takes_includes(&self, scope: ScopeId) -> bool {
        let scope = self.config.scope(scope);
        scope.kind != ScopeKind::Data
            || scope.node.is_some_and(|node| {
                let name = self.config.node(node).name;
                name != directive::SPLIT_CLIENTS && name != directive::CHARSET_MAP
            })
    }

    pub(super) fn follow(&mut self, doc: DocId, id: StatementId, scope: ScopeId, include: IncludeId) {
        let Some(&word) = self.library.texts.words(doc, id).get(1) else { return };
        let argument = self.library.texts.decoded(doc, word).into_owned();
        if holds_placeholder(&argument) {
            return self.out_of_sight(scope);
        }
        let found = include::resolve(self.library.files, &argument, self.base, self.paths);
        let site = Site {
            argument: Span::new(doc, word.start, word.end),
            statement: self.library.texts.span(doc, id),
            scope,
            include,
            certain: found.certain,
            neutral: include::is_neutral(&argument),
        };
        self.queue(found, site);
    }

    fn queue(&mut self, found: Resolution, site: Site) {
        let Resolution { files, shown, pattern, certain, refused } = found;
        // What nginx's packages ship may be left out of a repository: it stands beside the real main file.
        let shipped = site.neutral && !self.paths.is_given();
        if refused == Some(Refused::Endless) {
            self.unresolved(IncludeProblem::TooMany, &shown, site);
        } else if refused.is_some() && !shipped {
            self.unresolved(IncludeProblem::Outside, &shown, Site { certain, ..site });
        } else if files.is_empty() && !pattern && !shipped {
            self.unresolved(IncludeProblem::NotFound, &shown, site);
        } else if files.is_empty() && !certain {
            self.lose_sight(site);
        }
        self.library.read_ahead(&files);
        self.frames.extend(files.into_iter().rev().map(|path| Frame::File { path, site }));
    }

    pub(super) fn open_file(&mut self, path: &Path, site: Site) {
        let problem = match self.library.open(path) {
            Ok(doc) if self.open.contains(&doc) => IncludeProblem::Cycle,
            Ok(_) if self.repeats_too_much() => IncludeProblem::TooMany,
            Ok(doc) => {
                let include = IncludeId(number(self.config.includes.len()));
                self.config.includes.push(Include { parent: site.include, span: site.statement });
                self.config.included.push(doc);
                return self.enter_file(doc, site.scope, include);
            }
            Err(LoadError::NotFound) => IncludeProblem::NotFound,
            Err(LoadError::Directory) => IncludeProblem::Directory,
            Err(LoadError::Outside) => IncludeProblem::Outside,
            Err(error) => IncludeProblem::Unreadable(error.to_string()),
        };
        self.unresolved(problem, path, site);
    }

    fn repeats_too_much(&self) -> bool {
        let distinct = || -> usize {
            self.config.documents.iter().map(|&doc| self.library.texts.tree(doc).statements.len()).sum()
        };
        self.config.nodes.len() > MOST_REPEATED_NODES
            && self.config.nodes.len() > MOST_REPEATED_NODES + distinct()
    }

    fn unresolved(&mut self, problem: IncludeProblem, path: &Path, site: Site) {
        let path = self.library.name(path);
        let Site { argument: span, scope, include, certain, .. } = site;
        self.config.unresolved.push(Unresolved { problem, path, span, scope, include, certain });
        self.lose_sight(site);
    }

    fn lose_sight(&mut self, site: Site) {
        if !site.neutral {
            self.out_of_sight(site.scope);
        }
    }

    pub(super) fn out_of_sight(&mut self, scope: ScopeId) {
        if let Some(scope) = self.config.scopes.get_mut(scope.0 as usize) {
            scope.in_sight = false;
        }
    }
}
