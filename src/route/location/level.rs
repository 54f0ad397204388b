//! The locations that stand directly in one block.

use std::collections::HashMap;
use std::rc::Rc;

use super::expressions::{Expressions, Match, judge};
use super::paths::{PathLocation, Paths};
use super::{Pattern, pattern};
use crate::catalogue::Handler;
use crate::config::{ScopeId, ScopeKind, View};
use crate::route::expression::Expression;

/// The locations of a server, or those nested in a location.
#[derive(Debug, Default)]
pub(super) struct Level {
    /// Exact ones and prefixes.
    pub(super) paths: Paths,
    /// By name, `@` included; only servers have them.
    pub(super) named: HashMap<Vec<u8>, ScopeId>,
    /// In file order.
    expressions: Vec<(ScopeId, Rc<Expression>)>,
}

impl Level {
    /// The locations directly in `scope`.
    pub(super) fn of(view: View<'_>, scope: ScopeId, known: &Expressions) -> Self {
        let (mut level, mut paths) = (Self::default(), Vec::new());
        let is_location = |id: &ScopeId| view.config.scope(*id).kind == ScopeKind::Location;
        for location in view.config.children(scope).filter(is_location) {
            let Some(pattern) = pattern(view, location) else { continue };
            let (path, noregex) = match pattern {
                Pattern::Exact(path) => (path, None),
                Pattern::Prefix(path, noregex) => (path, Some(noregex)),
                Pattern::Regex(pattern, caseless) => {
                    level.expressions.push((location, known.get(pattern, caseless)));
                    continue;
                }
                Pattern::Named(name) => {
                    level.named.entry(name).or_insert(location);
                    continue;
                }
            };
            let passes = path.ends_with(b"/") && passes(view, location);
            paths.push(PathLocation { path, location, noregex, passes });
        }
        Self { paths: Paths::new(paths), ..level }
    }

    /// The first expression of the level that matches or cannot be judged.
    pub(super) fn expression(&self, uri: &[u8]) -> Option<Match> {
        self.expressions.iter().find_map(|(location, expression)| judge(*location, expression, uri))
    }
}

/// Whether a location has a pass of its own; what stands in an `if` or a nested location does not count.
fn passes(view: View<'_>, location: ScopeId) -> bool {
    view.config
        .directives(location)
        .any(|node| view.config.node(node).name.handler().is_some_and(Handler::is_pass))
}
