//! Lists that allow some addresses and refuse none: nginx lets in whom no entry holds.

use std::collections::BTreeMap;

use super::reach::ASKING;
use crate::config::{NodeId, ScopeId, ScopeKind, View};
use crate::fix::placement::after;
use crate::route::{always_answered, served};
use crate::rules::facts::Facts;
use crate::rules::found::found_in;
use crate::rules::hit::{Hit, Repair};
use crate::rules::model::Rule;
use crate::scope::access::{AccessList, asks, one_is_enough};

/// Levels whose list, in force at a block that serves requests, keeps nobody out.
pub fn check(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let view = facts.view;
    let streams = view.config.scope_ids().filter(|&id| view.config.scope(id).kind == ScopeKind::StreamServer);
    let blocks = served(view).filter(|&block| always_answered(view, block).is_none()).chain(streams);
    let open: BTreeMap<ScopeId, (NodeId, NodeId)> =
        blocks.filter_map(|block| open_list(view, block)).collect();
    open.into_iter().map(|(level, (first, last))| hit(facts, rule, level, first, last)).collect()
}

/// The level of such a list, its first `allow` and its last entry.
fn open_list(view: View<'_>, block: ScopeId) -> Option<(ScopeId, (NodeId, NodeId))> {
    let list = AccessList::of(view, block);
    let (level, first, last) = (list.level?, list.first_allow()?, list.last()?);
    let refuses = list.first_deny().is_some() || list.allows_everybody() || !list.in_sight;
    let asked = || one_is_enough(view, block) && asks(view, block, &ASKING).is_some();
    (!refuses && !asked()).then_some((level, (first, last)))
}

fn hit(facts: &Facts<'_>, rule: &'static Rule, level: ScopeId, first: NodeId, last: NodeId) -> Hit {
    let repair = Repair::Edits(vec![after(facts.view, last, &["deny all".to_owned()])]);
    Hit { repair, ..found_in(facts, rule, level, first, None) }
}
