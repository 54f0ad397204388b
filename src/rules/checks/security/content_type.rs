//! `add_header Content-Type` beside the one that nginx or the backend sends.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::catalogue::{DirectiveId, Handler, directive};
use crate::config::{NodeId, ScopeId, ScopeKind, View};
use crate::finding::Edit;
use crate::route::{Pattern, always_answered, is_redirect, pattern, returned, served};
use crate::rules::facts::Facts;
use crate::rules::found::found_in;
use crate::rules::hit::{Hit, Repair};
use crate::rules::model::Rule;
use crate::scope::{contributing, handler, levels, list, location_of, setting};
use crate::value::{Part, parts};

/// Who gives the type of a block's answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Origin {
    /// `return`, by `default_type`.
    Return,
    /// Files, by `types` and `default_type`.
    Files,
    /// The backend.
    Backend,
}

/// `add_header Content-Type` in force at blocks whose answers have a type already.
pub fn check(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let view = facts.view;
    let lines = lines(view);
    if lines.is_empty() {
        return Vec::new();
    }
    let mut found: BTreeMap<NodeId, (ScopeId, Origin)> = BTreeMap::new();
    let mut seen = HashSet::new();
    for block in served(view) {
        let levels = contributing(view, block, directive::ADD_HEADER);
        let levels: Vec<ScopeId> = levels.into_iter().filter(|level| lines.contains_key(level)).collect();
        let Some((origin, code)) = levels.first().and_then(|_| origin(view, block)) else { continue };
        for level in levels.into_iter().filter(|&level| seen.insert((level, origin, code < 400))) {
            let is_sent = |node: &&NodeId| code < 400 || view.args(**node).nth(2).is_some();
            for &node in lines.get(&level).into_iter().flatten().filter(is_sent) {
                found.entry(node).or_insert((block, origin));
            }
        }
    }
    found.into_iter().map(|(node, (block, origin))| hit(facts, rule, node, block, origin)).collect()
}

/// The lines that add a type, by their levels.
fn lines(view: View<'_>) -> HashMap<ScopeId, Vec<NodeId>> {
    let config = view.config;
    let adds = |node: &NodeId| {
        let is_named = view.arg(*node, 0).is_some_and(|name| name.eq_ignore_ascii_case(b"content-type"));
        is_named && view.arg(*node, 1).is_some_and(|value| !value.is_empty())
    };
    let mut lines: HashMap<ScopeId, Vec<NodeId>> = HashMap::new();
    for level in config.scope_ids() {
        for node in config.own(level, directive::ADD_HEADER).filter(adds) {
            lines.entry(level).or_default().push(node);
        }
    }
    lines
}

fn hit(facts: &Facts<'_>, rule: &'static Rule, node: NodeId, block: ScopeId, origin: Origin) -> Hit {
    let named = if origin == Origin::Backend { "backend" } else { "nginx" };
    let repair = edit(facts.view, node, block, origin).map_or(Repair::None, |edit| Repair::Edits(vec![edit]));
    let mut hit = found_in(facts, rule, block, node, Some(named));
    let value = facts.view.shown(node, 1).unwrap_or_default();
    hit.words = hit.words.with("written", String::from_utf8_lossy(&value));
    Hit { repair, ..hit }
}

/// Who gives the type of a block's answers, and their status; `None` where nobody does, or nobody knows.
fn origin(view: View<'_>, block: ScopeId) -> Option<(Origin, u16)> {
    if let Some(node) = always_answered(view, block) {
        let code =
            if view.config.node(node).name == directive::RETURN { returned(view, node).code } else { 302 };
        let is_bare = matches!(code, 204 | 304 | 444) || is_redirect(code);
        return (!is_bare && !is_typeless(view, block)).then_some((Origin::Return, code));
    }
    match handler(view.config, block) {
        None => (!is_typeless(view, block)).then_some((Origin::Files, 200)),
        Some(pass) => {
            let hides = hiding(view.config.node(pass).name.handler()?)?;
            let hidden = list(view.config, block, hides)
                .into_iter()
                .any(|node| view.arg(node, 0).is_some_and(|name| name.eq_ignore_ascii_case(b"content-type")));
            (!hidden).then_some((Origin::Backend, 200))
        }
    }
}

/// The directive that keeps a backend's header from the client.
fn hiding(handler: Handler) -> Option<DirectiveId> {
    match handler {
        Handler::Proxy => Some(directive::PROXY_HIDE_HEADER),
        Handler::Grpc => Some(directive::GRPC_HIDE_HEADER),
        Handler::Fastcgi => Some(directive::FASTCGI_HIDE_HEADER),
        Handler::Uwsgi => Some(directive::UWSGI_HIDE_HEADER),
        Handler::Scgi => Some(directive::SCGI_HIDE_HEADER),
        _ => None,
    }
}

/// Whether nginx itself sends no type: `default_type ""`.
fn is_typeless(view: View<'_>, block: ScopeId) -> bool {
    setting(view, block, directive::DEFAULT_TYPE).is_some_and(|word| word.is_empty())
}

/// `default_type` instead of the header, where the line stands in the block itself and its going brings no headers of
/// an outer level into force. Files, and paths with an extension, take their type from `types` first.
fn edit(view: View<'_>, node: NodeId, block: ScopeId, origin: Origin) -> Option<Edit> {
    let config = view.config;
    let own = |name| config.own(block, name).count();
    let outer = |level: ScopeId| {
        config.own(level, directive::ADD_HEADER).next().is_none() && config.scope(level).in_sight
    };
    let alone = || levels(config, block).skip(1).all(outer);
    let is_settable = matches!(config.scope(block).kind, ScopeKind::Server | ScopeKind::Location)
        && origin != Origin::Backend
        && config.node(node).scope == block
        && own(directive::DEFAULT_TYPE) + own(directive::TYPES) == 0
        && (own(directive::ADD_HEADER) > 1 || alone());
    let value = view.arg(node, 1)?;
    let is_literal = parts(&value).all(|part| matches!(part, Part::Text(_)));
    let span = Some(view.head(node)).filter(|_| is_settable && is_literal)?;
    let written = String::from_utf8_lossy(view.arg_source(node, 1)).into_owned();
    let types = if origin == Origin::Files || has_extension(view, block) { "types { } " } else { "" };
    Some(Edit { span, text: format!("{types}default_type {written}") })
}

/// Whether the location's path names a file with an extension.
fn has_extension(view: View<'_>, block: ScopeId) -> bool {
    let pattern = pattern(view, location_of(view.config, block));
    let path = pattern.as_ref().and_then(Pattern::path).unwrap_or_default();
    path.rsplit(|&byte| byte == b'/').next().is_some_and(|name| name.contains(&b'.'))
}
