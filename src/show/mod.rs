//! The effective configuration of blocks: every directive in force, the level it comes from, and what nginx assumes
//! where a directive that a WebSocket handshake needs is not set.
//!
//! What reaches a block is decided by [`crate::scope`] and by what the catalogue says of inheritance; nothing is judged
//! here and nothing printed.

mod block;
mod defaults;
mod place;

use crate::catalogue::Version;
use crate::config::{NodeId, ScopeId, ScopeKind, View};
use crate::value::Definitions;

pub use defaults::Assumed;
pub use place::{NoBlock, at_line};

/// A directive in force at a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    /// The directive.
    pub node: NodeId,
    /// The level that it comes from.
    pub level: ScopeId,
}

/// What is in force at one block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// The block.
    pub scope: ScopeId,
    /// Its own directives in reading order, then those of each level around it, innermost first. The entries of a list
    /// stand together.
    pub written: Vec<Written>,
    /// What nginx assumes.
    pub assumed: Vec<Assumed>,
}

/// Every server, location, `if` and `limit_except` of a tree, in reading order.
pub fn serving_blocks(view: View<'_>) -> Vec<ScopeId> {
    let serves = |&id: &ScopeId| {
        let scope = view.config.scope(id);
        let kind = matches!(scope.kind, ScopeKind::Server | ScopeKind::IfInServer | ScopeKind::StreamServer);
        scope.node.is_some() && (kind || scope.kind.is_location_level())
    };
    view.config.scope_ids().filter(serves).collect()
}

/// What is in force at each of `scopes`, for nginx of `version`.
pub fn show(view: View<'_>, scopes: &[ScopeId], version: Version) -> Vec<Block> {
    let definitions = Definitions::of(view);
    let mut levels = block::Levels::of(view);
    let one = |&scope: &ScopeId| Block {
        scope,
        written: levels.in_force(scope),
        assumed: defaults::assumed(view, &definitions, scope, version),
    };
    scopes.iter().map(one).collect()
}
