//! Lists that allow some addresses and refuse none: nginx lets in whom no entry holds.

use std::collections::BTreeSet;

use super::reach::ASKING;
use crate::catalogue::directive;
use crate::config::{NodeId, ScopeId, ScopeKind, View};
use crate::fix::placement::after;
use crate::route::{always_answered, served};
use crate::rules::facts::Facts;
use crate::rules::found::found_in;
use crate::rules::hit::{Hit, Repair};
use crate::rules::model::Rule;
use crate::scope::access::{AccessList, AccessLists, asks, one_is_enough};
use crate::scope::is_anywhere;

/// Levels whose list, in force at a block that serves requests, keeps nobody out.
pub fn check(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let view = facts.view;
    if !is_anywhere(view.config, directive::ALLOW) {
        return Vec::new();
    }
    let streams = view.config.scope_ids().filter(|&id| view.config.scope(id).kind == ScopeKind::StreamServer);
    let blocks = served(view).filter(|&block| always_answered(view, block).is_none()).chain(streams);
    let lists = AccessLists::of(view);
    // Levels before lists: a level's own list may be long, and in force at many blocks.
    let counting = blocks.filter(|&block| lists.is_in_sight(block) && !is_asked(view, block));
    let levels: BTreeSet<(ScopeId, ScopeId)> =
        counting.filter_map(|block| Some((lists.at(block).level?, block))).collect();
    let mut last = None;
    let each = levels.into_iter().filter(|&(level, _)| last.replace(level) != Some(level));
    let open = each.filter_map(|(level, block)| Some((level, ends(&lists.at(block))?)));
    open.map(|(level, (first, end))| hit(facts, rule, level, first, end)).collect()
}

/// Whether credentials are enough, and asked for.
fn is_asked(view: View<'_>, block: ScopeId) -> bool {
    one_is_enough(view, block) && asks(view, block, &ASKING).is_some()
}

/// The first `allow` and the last entry of a list that refuses nobody.
fn ends(list: &AccessList) -> Option<(NodeId, NodeId)> {
    let refuses = list.first_deny().is_some() || list.allows_everybody();
    Some((list.first_allow()?, list.last()?)).filter(|_| !refuses)
}

fn hit(facts: &Facts<'_>, rule: &'static Rule, level: ScopeId, first: NodeId, last: NodeId) -> Hit {
    let repair = Repair::Edits(vec![after(facts.view, last, &["deny all".to_owned()])]);
    Hit { repair, ..found_in(facts, rule, level, first, None) }
}
