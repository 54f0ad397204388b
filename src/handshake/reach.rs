//! Which `internal` locations something in the tree leads to.

use std::collections::{BTreeSet, HashSet};

use super::paths::without_query;
use crate::catalogue::{DirectiveId, Handler, directive};
use crate::config::{NodeId, ScopeId, ScopeKind, View};
use crate::route::{Found, Locations, Pattern, pattern, redirects_with};

/// Directives that send a request, or a copy of it, to another path of the same server.
const LEADING: [DirectiveId; 9] = [
    directive::REWRITE,
    directive::ERROR_PAGE,
    directive::TRY_FILES,
    directive::INDEX,
    directive::AUTH_REQUEST,
    directive::MIRROR,
    directive::POST_ACTION,
    directive::ADD_BEFORE_BODY,
    directive::ADD_AFTER_BODY,
];

/// Where the directives of a server lead.
#[derive(Debug, Default)]
pub(super) struct Reach {
    /// Locations that serve a path which some directive names in full.
    named: HashSet<ScopeId>,
    /// What stands before the first variable of a path.
    starts: BTreeSet<Vec<u8>>,
    /// File names that `index` adds to the path of a folder.
    files: HashSet<Vec<u8>>,
    /// Whether a program may lead anywhere.
    anywhere: bool,
}

impl Reach {
    /// Where the directives of `server`, and of http around it, lead.
    pub(super) fn of(view: View<'_>, routes: &Locations<'_>, server: ScopeId) -> Self {
        let mut reach = Self { anywhere: !view.config.scope(server).in_sight, ..Self::default() };
        let outer = view.config.ancestors(server).filter(|&id| view.config.scope(id).kind == ScopeKind::Http);
        let mut paths = BTreeSet::new();
        for scope in outer.chain([server]).chain(view.config.descendants(server)) {
            for &name in &LEADING {
                view.config.own(scope, name).for_each(|node| reach.add(view, node, &mut paths));
            }
            reach.anywhere |= runs_a_program(view, scope);
        }
        for path in paths {
            if let Found::Location(location) = routes.find(server, &path).found {
                reach.named.insert(location);
            }
        }
        reach
    }

    fn add(&mut self, view: View<'_>, node: NodeId, paths: &mut BTreeSet<Vec<u8>>) {
        for target in targets(view, node) {
            let target = without_query(&target);
            match memchr::memchr(b'$', target) {
                Some(variable) => {
                    self.starts.extend(target.get(..variable).map(<[u8]>::to_vec));
                }
                None if target.starts_with(b"/") => drop(paths.insert(target.to_vec())),
                None if view.config.node(node).name == directive::INDEX => {
                    self.files.insert(target.to_vec());
                }
                None => {}
            }
        }
    }

    /// Whether something may lead to a location.
    pub(super) fn holds(&self, view: View<'_>, location: ScopeId, routes: &Locations<'_>) -> bool {
        if self.anywhere || self.named.contains(&location) {
            return true;
        }
        match pattern(view, location) {
            Some(Pattern::Exact(path) | Pattern::Prefix(path, _)) => {
                let file = path.rsplit(|&byte| byte == b'/').next().unwrap_or_default();
                self.files.contains(file) || self.begins(&path)
            }
            Some(Pattern::Regex(..)) => {
                let file = |name: &Vec<u8>| routes.matches(location, &[b"/", name.as_slice()].concat());
                !self.starts.is_empty() || self.files.iter().any(|name| file(name) != Some(false))
            }
            Some(Pattern::Named(_)) | None => true,
        }
    }

    /// Whether a path with variables may begin with `path`, or go on to it.
    fn begins(&self, path: &[u8]) -> bool {
        let longer = self.starts.range(path.to_vec()..).next().is_some_and(|start| start.starts_with(path));
        longer || (0..=path.len()).any(|end| path.get(..end).is_some_and(|start| self.starts.contains(start)))
    }
}

/// The words of a directive that name another path.
fn targets(view: View<'_>, node: NodeId) -> Vec<Vec<u8>> {
    let words = || view.args(node).map(std::borrow::Cow::into_owned);
    let last = || words().last().into_iter().collect();
    match view.config.node(node).name {
        directive::REWRITE => rewritten(view, node).into_iter().collect(),
        directive::ERROR_PAGE | directive::TRY_FILES => last(),
        _ => words().collect(),
    }
}

/// The replacement of a `rewrite` that answers with no redirect.
fn rewritten(view: View<'_>, node: NodeId) -> Option<Vec<u8>> {
    let flag = view.arg(node, 2);
    let replacement = view.arg(node, 1).filter(|it| redirects_with(it, flag.as_deref()).is_none());
    replacement.map(std::borrow::Cow::into_owned)
}

/// Lua, njs and the like may redirect to wherever they want.
fn runs_a_program(view: View<'_>, scope: ScopeId) -> bool {
    view.config.directives(scope).any(|node| {
        let name = view.config.node(node).name;
        name.handler() == Some(Handler::Script)
            || memchr::memmem::find(name.name().as_bytes(), b"_by_lua").is_some()
    })
}
