//! Where a location's path and its `alias` are joined (`ngx_http_map_uri_to_path`): what is left of the URI behind the
//! location's path is put right behind the alias, with nothing in between.

use std::cell::OnceCell;
use std::collections::HashSet;

use super::target::is_handed_on;
use super::words::{appended, hit};
use crate::catalogue::directive;
use crate::config::{NodeId, Pattern, ScopeId, ScopeKind, View, pattern};
use crate::route::{always_answered, is_internal};
use crate::rules::facts::Facts;
use crate::rules::hit::{Hit, Repair};
use crate::rules::model::Rule;
use crate::scope::handler;
use crate::template::holds_placeholder;
use crate::value::{Part, Set, Shape, parts};

/// A location and its own `alias`.
struct Joined {
    location: ScopeId,
    alias: NodeId,
    path: Pattern,
    folder: Vec<u8>,
}

/// Locations whose alias lets a request climb one level.
pub fn traversal(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let slashed = OnceCell::new();
    let open = joined(facts.view).into_iter().filter(|it| !is_internal(facts.view, it.location));
    open.filter_map(|it| climbing(facts, rule, &it, &slashed)).collect()
}

/// Locations whose path ends with a slash that the alias lacks.
pub fn join(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let mismatched = joined(facts.view).into_iter().filter(|it| {
        matches!(&it.path, Pattern::Prefix(path, _) if path.ends_with(b"/")) && ends_with_name(&it.folder)
    });
    mismatched
        .map(|it| {
            let at = facts.view.arg_span(it.alias, 0).unwrap_or_else(|| facts.view.head(it.alias));
            let mut hit = hit(facts, rule, it.alias, at, None);
            let path = String::from_utf8_lossy(it.path.path().unwrap_or_default()).into_owned();
            let sent = format!("{}a.png", String::from_utf8_lossy(&it.folder));
            hit.words = hit.words.with("path", format!("{path}a.png")).with("sent", sent);
            hit.repair = edits(appended(facts.view, it.alias, 0, "/"));
            hit
        })
        .collect()
}

fn edits(edit: Option<crate::finding::Edit>) -> Repair {
    edit.map_or(Repair::None, |edit| Repair::Edits(vec![edit]))
}

/// The locations that serve files from an alias of their own.
fn joined(view: View<'_>) -> Vec<Joined> {
    let config = view.config;
    let locations = config.scope_ids().filter(|&id| config.scope(id).kind == ScopeKind::Location);
    let read = locations.filter_map(|location| {
        let alias = config.own(location, directive::ALIAS).next()?;
        let (path, folder) = (pattern(view, location)?, view.arg(alias, 0)?.into_owned());
        let handler = handler(config, location).and_then(|node| config.node(node).name.handler());
        let is_used = !is_handed_on(handler) && always_answered(view, location).is_none();
        let is_certain = is_used && !holds_placeholder(&folder) && !is_filled_in(&path);
        is_certain.then_some(Joined { location, alias, path, folder })
    });
    read.collect()
}

fn is_filled_in(path: &Pattern) -> bool {
    match path {
        Pattern::Exact(text) | Pattern::Prefix(text, _) | Pattern::Regex(text, _) | Pattern::Named(text) => {
            holds_placeholder(text)
        }
    }
}

/// Whether a path ends with text that is no slash.
fn ends_with_name(folder: &[u8]) -> bool {
    matches!(parts(folder).last(), Some(Part::Text(text)) if !text.ends_with(b"/"))
}

fn climbing(
    facts: &Facts<'_>,
    rule: &'static Rule,
    joined: &Joined,
    slashed: &OnceCell<Slashed>,
) -> Option<Hit> {
    let view = facts.view;
    let at = view.arg_span(joined.alias, 0).unwrap_or_else(|| view.head(joined.alias));
    match &joined.path {
        Pattern::Prefix(path, _) if !path.ends_with(b"/") && joined.folder.ends_with(b"/") => {
            let mut hit = hit(facts, rule, joined.alias, at, Some("prefix"));
            let text = String::from_utf8_lossy(path).into_owned();
            let sent = format!("{}../x", String::from_utf8_lossy(&joined.folder));
            hit.words = hit.words.with("path", format!("{text}../x")).with("sent", sent);
            hit.repair = closed(view, joined.location, path, slashed.get_or_init(|| all_slashed(view)));
            Some(hit)
        }
        Pattern::Regex(expression, caseless) => {
            let part = open_capture(&Shape::of(expression, *caseless)?, &joined.folder)?;
            let mut hit = hit(facts, rule, joined.alias, at, Some("capture"));
            hit.words = hit.words.with("variable", super::words::shown(part));
            Some(hit)
        }
        _ => None,
    }
}

/// The paths of locations that end with a slash, by the block around them.
type Slashed = HashSet<(Option<ScopeId>, Vec<u8>)>;

fn all_slashed(view: View<'_>) -> Slashed {
    let config = view.config;
    let locations = config.scope_ids().filter(|&id| config.scope(id).kind == ScopeKind::Location);
    let slashed = locations.filter_map(|id| match pattern(view, id)? {
        Pattern::Prefix(path, _) if path.ends_with(b"/") => Some((config.scope(id).parent, path)),
        _ => None,
    });
    slashed.collect()
}

/// A slash behind the location's path, unless there is such a location already.
fn closed(view: View<'_>, location: ScopeId, path: &[u8], slashed: &Slashed) -> Repair {
    let config = view.config;
    if slashed.contains(&(config.scope(location).parent, [path, b"/"].concat())) {
        return Repair::None;
    }
    let Some(node) = config.scope(location).node else { return Repair::None };
    edits(appended(view, node, view.arg_count(node).saturating_sub(1), "/"))
}

/// The capture right behind a slash of the alias that can begin with `../`.
fn open_capture<'f>(shape: &Shape, folder: &'f [u8]) -> Option<Part<'f>> {
    let pieces: Vec<Part<'f>> = parts(folder).collect();
    let behind_slash = pieces.windows(2).filter_map(|pair| match pair {
        [Part::Text(text), part] if text.ends_with(b"/") => Some(*part),
        _ => None,
    });
    { behind_slash }.find(|part| {
        let number = match part {
            Part::Capture(number) => Some(usize::from(*number)),
            Part::Variable(name) => shape.named(name),
            Part::Text(_) | Part::Invalid(_) => None,
        };
        number.is_some_and(|number| can_climb(shape, number))
    })
}

/// `x../` is no segment that nginx resolves, `/../` is: a group behind a slash never begins with `../`, nor does one that
/// begins the path, as an expression does whose first group takes the slash.
fn can_climb(shape: &Shape, number: usize) -> bool {
    let (Some(before), Some(group)) = (shape.before(number), shape.group(number)) else { return false };
    let is_behind_slash = before.len() == 1 && before.has(b'/');
    let begins_path = before.is_empty() || (before == Set::all() && group.first.has(b'/'));
    let reaches_up = group.is_free && group.first.has(b'.') && group.bytes.has(b'/');
    reaches_up && !is_behind_slash && !begins_path
}
