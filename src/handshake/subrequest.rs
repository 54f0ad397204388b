//! The locations that `auth_request` and `mirror` ask on the side.

use crate::catalogue::{DirectiveId, directive};
use crate::config::{ScopeId, ScopeKind, View};
use crate::route::{Found, find};
use crate::scope::list;

/// The location that a path of the same server leads to; `None` where that is not known, or no location.
pub fn target(view: View<'_>, block: ScopeId, path: &[u8]) -> Option<ScopeId> {
    let server = view.config.enclosing(block, ScopeKind::Server)?;
    let path = path.split(|&byte| byte == b'?').next().unwrap_or_default();
    match find(view, server, path) {
        Found::Location(location) if !path.contains(&b'$') => Some(location),
        _ => None,
    }
}

/// The paths that a list of subrequests in force names; `off` names none.
pub fn paths(view: View<'_>, block: ScopeId, name: DirectiveId) -> Vec<Vec<u8>> {
    let nodes = list(view.config, block, name);
    let paths = nodes.iter().filter_map(|&node| view.arg(node, 0));
    paths.filter(|path| &**path != b"off").map(std::borrow::Cow::into_owned).collect()
}

/// The locations that are asked on the side of a request in `block`.
pub fn targets(view: View<'_>, block: ScopeId) -> Vec<ScopeId> {
    let names = [directive::AUTH_REQUEST, directive::MIRROR];
    let paths = names.iter().flat_map(|&name| paths(view, block, name));
    paths.filter_map(|path| target(view, block, &path)).collect()
}
