//! Captures that the evaluation of a map replaces while a string is being put together (`ngx_http_script_run`).

use super::words::{hit, http_scopes, label, place, shown, site};
use crate::catalogue::{DirectiveId, directive};
use crate::config::NodeId;
use crate::rules::facts::Facts;
use crate::rules::hit::Hit;
use crate::rules::model::Rule;
use crate::value::{Classes, Key, MapInfo, Part, Site, parts, variables};

/// Directives whose arguments nginx puts together from variables.
pub const VALUES: [DirectiveId; 20] = [
    directive::ACCESS_LOG,
    directive::ADD_HEADER,
    directive::ADD_TRAILER,
    directive::ALIAS,
    directive::ERROR_PAGE,
    directive::FASTCGI_PARAM,
    directive::FASTCGI_PASS,
    directive::GRPC_PASS,
    directive::GRPC_SET_HEADER,
    directive::INDEX,
    directive::PROXY_CACHE_KEY,
    directive::PROXY_PASS,
    directive::PROXY_SET_HEADER,
    directive::RETURN,
    directive::ROOT,
    directive::SCGI_PARAM,
    directive::SET,
    directive::TRY_FILES,
    directive::UWSGI_PARAM,
    directive::UWSGI_PASS,
];

/// Strings in which a map comes behind a capture that it replaces.
pub fn check(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let changes = changes(facts);
    let hit = |change: Change| {
        let part = change.capture();
        let at = place(facts.view, change.node, change.index, part);
        let mut hit = hit(facts, rule, change.node, at, None);
        hit.words = hit.words.with("variable", shown(part)).with("map", format!("${}", change.map));
        hit.related = vec![label(rule, facts.view.head(change.entry))];
        hit
    };
    changes.into_iter().map(hit).collect()
}

/// A capture that a map replaces.
pub struct Change {
    /// The directive.
    pub node: NodeId,
    /// The argument.
    pub index: usize,
    capture: Captured,
    /// The map's variable.
    pub map: String,
    /// The entry whose expression captures.
    pub entry: NodeId,
}

enum Captured {
    Number(u8),
    Name(Vec<u8>),
}

impl Change {
    /// The capture.
    pub fn capture(&self) -> Part<'_> {
        match &self.capture {
            Captured::Number(number) => Part::Capture(*number),
            Captured::Name(name) => Part::Variable(name),
        }
    }
}

/// Every such string of a tree: the first capture of each.
pub fn changes(facts: &Facts<'_>) -> Vec<Change> {
    // Without a map that captures nothing can change.
    let classes = Classes::of(facts.view, facts.definitions);
    if !facts.definitions.maps().any(|map| is_capturing(&classes, map)) {
        return Vec::new();
    }
    let (config, names) = (facts.view.config, VALUES.iter().chain(&[directive::REWRITE]));
    let nodes = http_scopes(facts.view)
        .flat_map(move |scope| names.clone().flat_map(move |&name| config.own(scope, name)));
    nodes.filter_map(|node| change(facts, &classes, node)).collect()
}

fn change(facts: &Facts<'_>, classes: &Classes<'_>, node: NodeId) -> Option<Change> {
    let first = usize::from(facts.view.config.node(node).name == directive::REWRITE);
    (first..facts.view.arg_count(node)).find_map(|index| {
        let value = facts.view.arg(node, index)?;
        let pieces: Vec<Part<'_>> = parts(&value).collect();
        pieces.iter().enumerate().find_map(|(at, &part)| {
            let capture = captured(classes, site(facts, node), part)?;
            let (before, behind) = pieces.split_at(at);
            let (map, entry) = behind.iter().find_map(|later| {
                let Part::Variable(name) = later else { return None };
                let is_known = before.iter().any(|it| matches!(it, Part::Variable(it) if it == name));
                let wanted = if let Captured::Name(name) = &capture { Some(&**name) } else { None };
                Some((name, reaching(facts, classes, name, wanted, 4).filter(|_| !is_known)?))
            })?;
            let map = String::from_utf8_lossy(map).into_owned();
            Some(Change { node, index, capture, map, entry })
        })
    })
}

fn captured(classes: &Classes<'_>, site: Site, part: Part<'_>) -> Option<Captured> {
    match part {
        Part::Capture(number) => Some(Captured::Number(number)),
        Part::Variable(name) if classes.is_captured(site, name) => Some(Captured::Name(name.to_vec())),
        _ => None,
    }
}

/// The entry that captures, of the map called `name` or of one that it looks at.
fn reaching(
    facts: &Facts<'_>,
    classes: &Classes<'_>,
    name: &[u8],
    wanted: Option<&[u8]>,
    depth: u8,
) -> Option<NodeId> {
    let map = facts.definitions.map(name)?;
    let own = capturing(classes, map, wanted);
    let depth = depth.checked_sub(1)?;
    own.or_else(|| variables(&map.source).find_map(|name| reaching(facts, classes, name, wanted, depth)))
}

/// Whether some expression of a map captures.
pub fn is_capturing(classes: &Classes<'_>, map: &MapInfo) -> bool {
    capturing(classes, map, None).is_some()
}

/// The first entry of a map whose expression captures: anything, or into the group of this name.
fn capturing(classes: &Classes<'_>, map: &MapInfo, wanted: Option<&[u8]>) -> Option<NodeId> {
    let captures = |key: &Key| {
        let Key::Regex(pattern, caseless) = key else { return false };
        // Most expressions have no parenthesis.
        pattern.contains(&b'(')
            && classes.shape(pattern, *caseless).is_some_and(|shape| match wanted {
                Some(name) => shape.named(name).is_some(),
                None => shape.groups() > 0,
            })
    };
    map.entries.iter().find(|entry| captures(&entry.key)).map(|entry| entry.node)
}
