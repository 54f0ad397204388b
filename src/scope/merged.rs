//! Lists whose inheritance another directive rules: `add_header` by `add_header_inherit` (since 1.29.3).
//!
//! `off` stops at a level, `merge` appends what the level around it has, `on` is the usual way; the rule itself is a
//! value and inherited as such (`ngx_http_headers_merge_conf`).

use super::{in_force, levels, single};
use crate::catalogue::DirectiveId;
use crate::config::{NodeId, ScopeId, View};

/// The levels whose entries of the list `name` are in force at `scope`, innermost first.
pub fn contributing(view: View<'_>, scope: ScopeId, name: DirectiveId) -> Vec<ScopeId> {
    let Some(rule) = name.inherited_by() else {
        return in_force(view.config, scope, name).level.into_iter().collect();
    };
    let mut found = Vec::new();
    for level in levels(view.config, scope) {
        if view.config.own(level, name).next().is_some() {
            found.push(level);
        }
        let word = single(view.config, level, rule).and_then(|node| view.arg(node, 0));
        match word.as_deref() {
            Some(b"off") => break,
            Some(b"merge") => {}
            _ if found.is_empty() => {}
            _ => break,
        }
    }
    found
}

/// The entries of the list `name` that are in force at `scope`: each level's in reading order, the innermost level first.
pub fn entries(view: View<'_>, scope: ScopeId, name: DirectiveId) -> Vec<NodeId> {
    contributing(view, scope, name).into_iter().flat_map(|level| view.config.own(level, name)).collect()
}
