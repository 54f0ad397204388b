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
    /// Numbers of the expressions that begin with `^` and this text, in lower case; the others are under no text.
    starts: HashMap<Vec<u8>, Vec<usize>>,
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
                    let start = plain_start(&pattern).to_ascii_lowercase();
                    level.starts.entry(start).or_default().push(level.expressions.len());
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
        self.candidates(uri).into_iter().find_map(|number| {
            let (location, expression) = self.expressions.get(number)?;
            judge(*location, expression, uri)
        })
    }

    /// Numbers of the expressions that may match, in file order: ten thousand `^/name/` cost no more than a few.
    fn candidates(&self, uri: &[u8]) -> Vec<usize> {
        if self.expressions.is_empty() {
            return Vec::new();
        }
        let uri = uri.to_ascii_lowercase();
        let starts = (0..=uri.len()).filter_map(|end| self.starts.get(uri.get(..end)?));
        let mut numbers: Vec<usize> = starts.flatten().copied().collect();
        numbers.sort_unstable();
        numbers
    }
}

/// The text that a path must begin with for `^text...` to match, letters of the other case aside.
fn plain_start(expression: &[u8]) -> &[u8] {
    let Some(rest) = expression.strip_prefix(b"^").filter(|rest| !rest.contains(&b'|')) else { return b"" };
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'_');
    let end = rest.iter().position(|byte| !plain(byte)).unwrap_or(rest.len());
    let optional = matches!(rest.get(end), Some(b'*' | b'?' | b'{'));
    rest.get(..end - usize::from(optional && end > 0)).unwrap_or_default()
}

/// Whether a location has a pass of its own; what stands in an `if` or a nested location does not count.
fn passes(view: View<'_>, location: ScopeId) -> bool {
    view.config
        .directives(location)
        .any(|node| view.config.node(node).name.handler().is_some_and(Handler::is_pass))
}

#[cfg(test)]
mod tests {
    use super::plain_start;

    #[test]
    fn an_expression_is_told_apart_by_its_plain_start() {
        assert_eq!(plain_start(b"^/ws/(.*)"), b"/ws/");
        assert_eq!(plain_start(b"^/ws?/"), b"/w");
        assert_eq!(plain_start(b"^/ws{0}/"), b"/w");
        assert_eq!(plain_start(b"^/ws+"), b"/ws");
        assert_eq!(plain_start(b"^/a|/b"), b"");
        assert_eq!(plain_start(b"/ws"), b"");
        assert_eq!(plain_start(b"^?x"), b"");
    }
}
