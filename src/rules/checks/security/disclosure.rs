//! What is told to anybody who asks: versions and listings of folders.

use std::collections::BTreeMap;

use super::reach::ASKING;
use crate::catalogue::directive;
use crate::config::{NodeId, ScopeId, ScopeKind};
use crate::finding::Edit;
use crate::fix::placement::first_in_block;
use crate::route::{always_answered, is_internal, served};
use crate::rules::facts::Facts;
use crate::rules::found::found_in;
use crate::rules::hit::{Hit, Repair};
use crate::rules::model::Rule;
use crate::scope::access::{AccessLists, asks};
use crate::scope::{handler, in_force, is_anywhere, is_set_to, location_of, single};

/// `server_tokens` that names the version, and `http` blocks where nothing says otherwise.
pub fn version(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let config = facts.view.config;
    let own = |scope| config.own(scope, directive::SERVER_TOKENS).map(move |it| (scope, it));
    let set = config.scope_ids().flat_map(own).filter_map(|(scope, node)| told(facts, rule, scope, node));
    set.chain(untold(facts, rule)).collect()
}

fn told(facts: &Facts<'_>, rule: &'static Rule, scope: ScopeId, node: NodeId) -> Option<Hit> {
    let word = facts.view.arg(node, 0)?;
    let tells = word.eq_ignore_ascii_case(b"on") || word.eq_ignore_ascii_case(b"build");
    let span = facts.view.arg_span(node, 0).filter(|_| tells)?;
    let repair = Repair::Edits(vec![Edit { span, text: "off".into() }]);
    Some(Hit { repair, ..found_in(facts, rule, scope, node, Some("set")) })
}

/// The `http` block of a whole tree, where some block that serves requests has the default.
fn untold(facts: &Facts<'_>, rule: &'static Rule) -> Option<Hit> {
    let (view, config) = (facts.view, facts.view.config);
    let http = config.scope_ids().find(|&id| config.scope(id).kind == ScopeKind::Http)?;
    let node = config.scope(http).node.filter(|_| facts.is_whole)?;
    let is_untold = |&block: &ScopeId| {
        config.enclosing(block, ScopeKind::Http) == Some(http)
            && in_force(config, block, directive::SERVER_TOKENS).level.is_none()
    };
    served(view).find(is_untold)?;
    let edit = first_in_block(view, http, &["server_tokens off".to_owned()])?;
    Some(Hit { repair: Repair::Edits(vec![edit]), ..found_in(facts, rule, http, node, None) })
}

/// Folders whose content anybody can list.
pub fn listing(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let (view, config) = (facts.view, facts.view.config);
    if !is_anywhere(config, directive::AUTOINDEX) {
        return Vec::new();
    }
    let access = AccessLists::of(view);
    let lists = |&block: &ScopeId| {
        is_set_to(view, block, directive::AUTOINDEX, b"on")
            && handler(config, block).is_none()
            && always_answered(view, block).is_none()
            && !is_internal(view, location_of(config, block))
            && access.at(block).first_deny().is_none()
            && asks(view, block, &ASKING).is_none()
    };
    let open: BTreeMap<NodeId, ScopeId> = { served(view).filter(lists) }
        .filter_map(|block| Some((single(config, block, directive::AUTOINDEX)?, block)))
        .collect();
    let hits = open.into_iter().map(|(node, block)| found_in(facts, rule, block, node, None));
    hits.map(|hit| Hit { repair: Repair::None, ..hit }).collect()
}
