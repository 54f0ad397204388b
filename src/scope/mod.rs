//! What is in force at a block: override, all-or-nothing lists, and how far the answer can be trusted.
//!
//! nginx merges http into server, server into location, location into nested location, `if` in location and
//! `limit_except` (`ngx_http_merge_locations` and the modules' merge functions). A single value comes from the nearest
//! level that has one. A list comes whole from the nearest level that has at least one entry, unless another directive
//! says otherwise ([`entries`]). Handlers are not merged at all, but `if` and `limit_except` take their location's.
//!
//! Which directives fill one value together, and which one rules another's list, the catalogue says.

mod merged;

pub use merged::{contributing, entries};

use std::borrow::Cow;

use crate::catalogue::DirectiveId;
use crate::config::{Config, NodeId, ScopeId, ScopeKind, View};

/// Where a directive in force comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct InForce {
    /// The level that decides: the nearest that has the directive. `None` where no level has it.
    pub level: Option<ScopeId>,
    /// The innermost level, from the block up to the deciding one, that was not read completely: it may hold what would
    /// change the answer.
    pub unseen: Option<ScopeId>,
}

/// The levels whose directives reach requests in `scope`, innermost first: `if` in server is a branch and no level.
pub fn levels(config: &Config, scope: ScopeId) -> impl Iterator<Item = ScopeId> + '_ {
    config.ancestors(scope).filter(|&id| config.scope(id).kind.is_level())
}

/// Which level decides about `name` at `scope`: the nearest that has it, or the directive with which it fills one value
/// (`allow` and `deny`). What is not inherited counts where it stands; a handler also in what its location holds of `if`
/// and `limit_except`.
pub fn in_force(config: &Config, scope: ScopeId, name: DirectiveId) -> InForce {
    match name.partner() {
        _ if !name.is_inherited() => nearest(config, reach(config, scope, name), &[name]),
        Some(partner) => in_force_any(config, scope, &[name, partner]),
        None => in_force_any(config, scope, &[name]),
    }
}

/// The nearest level that has any of `names`, all of which are inherited.
pub fn in_force_any(config: &Config, scope: ScopeId, names: &[DirectiveId]) -> InForce {
    nearest(config, levels(config, scope), names)
}

/// Where something that is not inherited counts for `scope`.
fn reach(config: &Config, scope: ScopeId, name: DirectiveId) -> impl Iterator<Item = ScopeId> + '_ {
    let is_branch = matches!(config.scope(scope).kind, ScopeKind::IfInLocation | ScopeKind::LimitExcept);
    let outermost = if is_branch && name.handler().is_some() { location_of(config, scope) } else { scope };
    config.ancestors(scope).take_while(move |&id| id >= outermost)
}

fn nearest(config: &Config, levels: impl Iterator<Item = ScopeId>, names: &[DirectiveId]) -> InForce {
    let mut answer = InForce::default();
    for level in levels {
        if !config.scope(level).in_sight {
            answer.unseen = answer.unseen.or(Some(level));
        }
        if names.iter().any(|&name| config.own(level, name).next().is_some()) {
            answer.level = Some(level);
            break;
        }
    }
    answer
}

/// The single directive called `name` that is in force at `scope`. Where nginx accepts several on one level the last
/// one counts.
pub fn single(config: &Config, scope: ScopeId, name: DirectiveId) -> Option<NodeId> {
    let level = in_force(config, scope, name).level?;
    config.own_last(level, name)
}

/// The first word of the single directive called `name` that is in force at `scope`.
pub fn setting(view: View<'_>, scope: ScopeId, name: DirectiveId) -> Option<Cow<'_, [u8]>> {
    single(view.config, scope, name).and_then(|node| view.arg(node, 0))
}

/// Whether that word is `word`. nginx compares flags and enumerations without case (`ngx_conf_set_flag_slot`,
/// `ngx_conf_set_enum_slot`).
pub fn is_set_to(view: View<'_>, scope: ScopeId, name: DirectiveId, word: &[u8]) -> bool {
    setting(view, scope, name).is_some_and(|value| value.eq_ignore_ascii_case(word))
}

/// The entries of the list `name` that are in force at `scope`, in reading order, where nothing may rule its
/// inheritance; else see [`entries`].
pub fn list(config: &Config, scope: ScopeId, name: DirectiveId) -> Vec<NodeId> {
    in_force(config, scope, name).level.map(|level| config.own(level, name).collect()).unwrap_or_default()
}

/// The location that a block belongs to: itself, or the one around an `if` or `limit_except`.
pub fn location_of(config: &Config, block: ScopeId) -> ScopeId {
    config.enclosing(block, ScopeKind::Location).unwrap_or(block)
}

/// The directive that takes over the content phase of a block: its own, or its location's for `if` and `limit_except`.
/// Nested locations inherit none.
pub fn handler(config: &Config, block: ScopeId) -> Option<NodeId> {
    let own = own_handler(config, block);
    match config.scope(block) {
        scope if scope.kind == ScopeKind::Location => own,
        scope => own.or_else(|| {
            handler(config, scope.parent.filter(|&it| config.scope(it).kind.is_location_level())?)
        }),
    }
}

/// The last content handler among a block's own directives.
fn own_handler(config: &Config, block: ScopeId) -> Option<NodeId> {
    config.directives(block).filter(|&node| config.node(node).name.handler().is_some()).last()
}
