//! What is passed to backends: where to, with which path, over which connections.

mod buffering;
mod host;
mod keepalive;
mod names;
mod slash;
mod try_files;

use std::collections::HashSet;

use super::Check;
use crate::config::ScopeKind;
use crate::route::endings;
use crate::rules::facts::{Facts, Proxied};

/// The checks by name.
pub(super) const CHECKS: &[(&str, Check)] = &[
    ("buffering-off", buffering::check),
    ("host-invalid", host::invalid),
    ("host-missing", host::missing),
    ("keepalive-unused", keepalive::check),
    ("name-resolved-once", names::check),
    ("pass-double-slash", slash::double),
    ("pass-slash", slash::mismatch),
    ("try-files-passed", try_files::check),
];

/// The blocks that proxy requests by a pass of their own and do not answer all of them before.
fn passing<'f>(facts: &'f Facts<'_>) -> impl Iterator<Item = &'f Proxied> {
    let is_own = |it: &&Proxied| facts.view.config.node(it.pass).scope == it.block;
    let blocks = endings(facts.view).filter(|(_, answer)| answer.is_none());
    blocks.filter_map(|(block, _)| facts.proxied(block)).filter(is_own)
}

/// The names of the groups of backends, in lower case: nginx compares them without case (`ngx_http_upstream_add`).
fn groups(facts: &Facts<'_>) -> HashSet<Vec<u8>> {
    let config = facts.view.config;
    let is_group = |kind: ScopeKind| matches!(kind, ScopeKind::Upstream | ScopeKind::StreamUpstream);
    let groups = config.scope_ids().map(|id| config.scope(id)).filter(|scope| is_group(scope.kind));
    groups.filter_map(|scope| facts.view.arg(scope.node?, 0)).map(|name| name.to_ascii_lowercase()).collect()
}
