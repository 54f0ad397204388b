//! `root /`, or `alias /`: every file that nginx may read can be asked for.

use std::collections::BTreeMap;

use crate::catalogue::directive;
use crate::config::{NodeId, ScopeId, ScopeKind, View};
use crate::route::{Pattern, always_answered, is_internal, pattern, served};
use crate::rules::facts::Facts;
use crate::rules::found::found_in;
use crate::rules::hit::{Hit, Repair};
use crate::rules::model::Rule;
use crate::scope::{handler, in_force, location_of};

/// Blocks that serve files from the root of the file system.
pub fn check(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let view = facts.view;
    if !is_any_root(view) {
        return Vec::new();
    }
    let blocks = served(view).filter(|&block| serves_files(view, block));
    let exposed: BTreeMap<NodeId, ScopeId> =
        blocks.filter_map(|block| Some((exposing(view, block)?, block))).collect();
    let hits = exposed.into_iter().map(|(node, block)| {
        let mut hit = found_in(facts, rule, block, node, None);
        hit.words = hit.words.with("problem", view.config.node(node).name.name());
        Hit { repair: Repair::None, ..hit }
    });
    hits.collect()
}

/// Whether any `root` or `alias` is the root of the file system.
fn is_any_root(view: View<'_>) -> bool {
    let own = |scope| {
        [directive::ROOT, directive::ALIAS].into_iter().flat_map(move |name| view.config.own(scope, name))
    };
    view.config.scope_ids().flat_map(own).any(|node| view.arg(node, 0).is_some_and(|path| is_root(&path)))
}

fn serves_files(view: View<'_>, block: ScopeId) -> bool {
    let location = location_of(view.config, block);
    handler(view.config, block).is_none()
        && always_answered(view, block).is_none()
        && !is_internal(view, location)
        && chooses_by_uri(view, location)
}

/// Whether `try_files`, where the block has one, looks up what the request names: the rest of its words are fixed paths.
fn chooses_by_uri(view: View<'_>, location: ScopeId) -> bool {
    let Some(node) = view.config.own_last(location, directive::TRY_FILES) else { return true };
    let count = view.arg_count(node).saturating_sub(1);
    view.args(node).take(count).any(|word| word.starts_with(b"$"))
}

/// The `root` or `alias` in force that maps any path of the block's requests to the same path of the file system.
fn exposing(view: View<'_>, block: ScopeId) -> Option<NodeId> {
    let config = view.config;
    let found = in_force(config, block, directive::ROOT);
    let level = found.level.filter(|_| found.unseen.is_none() || found.unseen == found.level)?;
    if let Some(alias) = config.own_last(level, directive::ALIAS) {
        let is_prefix = matches!(pattern(view, level), Some(Pattern::Prefix(..)));
        return (is_prefix && is_root(&view.arg(alias, 0)?)).then_some(alias);
    }
    let root = config.own_last(level, directive::ROOT)?;
    (takes_any_path(view, block) && is_root(&view.arg(root, 0)?)).then_some(root)
}

/// Whether the requests of a block may name any folder: those of `location /srv/files/` with `root /` name only that.
fn takes_any_path(view: View<'_>, block: ScopeId) -> bool {
    let location = location_of(view.config, block);
    if view.config.scope(location).kind != ScopeKind::Location {
        return true;
    }
    match pattern(view, location) {
        Some(Pattern::Prefix(path, _)) => path == b"/",
        Some(Pattern::Regex(regex, _)) => {
            !regex.starts_with(b"^/") || regex.get(2).is_none_or(|byte| !byte.is_ascii_alphanumeric())
        }
        _ => false,
    }
}

/// Whether a path leads to the root of the file system: `/`, `//`, `/./`, `/srv/..`.
fn is_root(path: &[u8]) -> bool {
    let mut depth = 0_u32;
    for part in path.split(|&byte| byte == b'/') {
        match part {
            b"" | b"." => {}
            b".." => depth = depth.saturating_sub(1),
            _ => depth += 1,
        }
    }
    path.starts_with(b"/") && depth == 0
}

#[cfg(test)]
mod tests {
    use super::is_root;

    #[test]
    fn paths_are_normalised() {
        for path in ["/", "//", "/.", "/srv/..", "/a/./../"] {
            assert!(is_root(path.as_bytes()), "{path}");
        }
        for path in ["", ".", "html", "/srv", "/srv/../a", "$root", "/$folder"] {
            assert!(!is_root(path.as_bytes()), "{path}");
        }
    }
}
