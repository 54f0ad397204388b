//! Lists that take the place of an outer one: the first entry of a level switches off all that the levels around it have.

use std::collections::HashSet;

use super::{in_force, single};
use crate::catalogue::DirectiveId;
use crate::config::{NodeId, ScopeId, View};

/// Entries of an outer list that are looked at: more of them are not worth the time at each of the blocks inside.
const MOST_ENTRIES: usize = 200;

/// A list that replaces the nearest one around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Replaced {
    /// The list.
    pub name: DirectiveId,
    /// The level whose entries are in force.
    pub level: ScopeId,
    /// The nearest level around it that has entries, too.
    pub outer: ScopeId,
}

/// What the list `name` that is in force at `block` replaces. `None` where there is nothing to replace, where a directive
/// says how the level inherits (`add_header_inherit merge`, or `off`), and where a text that was not read may have a say.
pub fn replaced(view: View<'_>, block: ScopeId, name: DirectiveId) -> Option<Replaced> {
    let deciding = in_force(view.config, block, name);
    let level = deciding.level.filter(|&level| deciding.unseen.is_none() && !is_ruled(view, level, name))?;
    let around = in_force(view.config, view.config.scope(level).parent?, name);
    let outer = around.level?;
    // What the outer level has is there, whatever else it may have.
    let is_nearest = around.unseen.is_none_or(|unseen| unseen == outer);
    is_nearest.then_some(Replaced { name, level, outer })
}

/// Whether the level says on purpose what becomes of the outer list.
fn is_ruled(view: View<'_>, level: ScopeId, name: DirectiveId) -> bool {
    let rule = name.inherited_by().and_then(|rule| single(view.config, level, rule));
    rule.and_then(|node| view.arg(node, 0)).is_some_and(|word| matches!(&*word, b"merge" | b"off"))
}

impl Replaced {
    /// The outer entries that the level lacks: those with a key, such as a header's name, that none of its own has.
    pub fn lost(self, view: View<'_>, keys: impl Fn(NodeId) -> Vec<Vec<u8>>) -> Vec<NodeId> {
        let own: HashSet<Vec<u8>> = view.config.own(self.level, self.name).flat_map(&keys).collect();
        let outer = view.config.own(self.outer, self.name).take(MOST_ENTRIES);
        outer.filter(|&node| keys(node).iter().any(|key| !own.contains(key))).collect()
    }
}
