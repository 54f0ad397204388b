//! Where a URI becomes the path of a file, and log lines.

use std::borrow::Cow;
use std::collections::HashSet;

use super::classes::changes;
use super::scopes;
use crate::catalogue::directive;
use crate::config::{NodeId, Pattern, ScopeId, ScopeKind, pattern};
use crate::rules::facts::Facts;
use crate::scope::handler;
use crate::value::variables;

/// `rewrite` in a location with an alias that takes the URI out of the location: the length of the location's path is
/// taken off a URI that no longer begins with it.
pub fn alias_after_rewrite(facts: &Facts<'_>) -> Vec<NodeId> {
    scopes(facts, ScopeKind::Location).flat_map(|location| leaving(facts, location)).collect()
}

fn leaving(facts: &Facts<'_>, location: ScopeId) -> Vec<NodeId> {
    let (view, config) = (facts.view, facts.view.config);
    let Some(Pattern::Prefix(path, _)) = pattern(view, location) else { return Vec::new() };
    let maps_to_files = config.own(location, directive::TRY_FILES).next().is_some()
        || handler(config, location).is_none()
        || mentions_filename(facts, location);
    if config.own(location, directive::ALIAS).next().is_none() || !maps_to_files {
        return Vec::new();
    }
    let leaves = |&node: &NodeId| {
        let flag = view.arg(node, 2);
        let stays = flag.as_deref().is_none_or(|flag| flag == b"break");
        let replacement = view.arg(node, 1).unwrap_or_default();
        let is_inside = replacement.starts_with(b"/") && !replacement.starts_with(&path);
        stays && is_inside
    };
    config.own(location, directive::REWRITE).filter(leaves).collect()
}

fn mentions_filename(facts: &Facts<'_>, location: ScopeId) -> bool {
    let view = facts.view;
    let parameters = crate::scope::entries(view, location, directive::FASTCGI_PARAM);
    parameters.into_iter().any(|node| {
        view.arg(node, 1).is_some_and(|value| variables(&value).any(|name| name == b"request_filename"))
    })
}

/// Folders with variables, and log lines, made of something that changes between measuring and copying.
pub fn volatile(facts: &Facts<'_>) -> Vec<NodeId> {
    let config = facts.view.config;
    let is_changing = |value: &[u8]| {
        variables(value).any(|name| facts.definitions.map(name).is_some_and(|map| map.volatile))
    };
    let names = [directive::ROOT, directive::ALIAS];
    let folders =
        config.scope_ids().flat_map(|scope| names.into_iter().flat_map(move |it| config.own(scope, it)));
    let folders = folders.filter(|&node| facts.view.arg(node, 0).is_some_and(|value| is_changing(&value)));
    let mut found: Vec<NodeId> = folders.collect();
    let is_path = |node: NodeId| names.contains(&config.node(node).name);
    found.extend(changes(facts).into_iter().map(|change| change.node).filter(|&node| is_path(node)));
    let formats = config.scope_ids().flat_map(|scope| config.own(scope, directive::LOG_FORMAT));
    let used = used_formats(facts);
    found.extend(formats.filter(|&node| {
        let words: Vec<_> = facts.view.args(node).skip(1).collect();
        words.iter().any(|word| is_changing(word))
            && facts.view.arg(node, 0).is_some_and(|name| used.contains(&name))
    }));
    found
}

/// The formats that an `access_log` names.
fn used_formats<'a>(facts: &Facts<'a>) -> HashSet<Cow<'a, [u8]>> {
    let (view, config) = (facts.view, facts.view.config);
    let logs = config.scope_ids().flat_map(|scope| config.own(scope, directive::ACCESS_LOG));
    logs.filter_map(|node| view.arg(node, 1)).collect()
}
