//! The lost entries written once more, where the level's own begin.

use std::collections::BTreeMap;

use crate::config::{IncludeId, NodeId, View};
use crate::finding::Edit;
use crate::fix::placement::{before, inside, source};
use crate::scope::Replaced;

/// The edit that brings `lost` back. A file that holds nothing else is included once more.
pub fn lines(view: View<'_>, replaced: Replaced, lost: &[NodeId]) -> Edit {
    let mut counts: BTreeMap<IncludeId, usize> = BTreeMap::new();
    for &node in lost {
        *counts.entry(view.config.node(node).include).or_default() += 1;
    }
    let mut lines: Vec<String> = Vec::new();
    for &node in lost {
        let include = view.config.node(node).include;
        let count = counts.get(&include).copied().unwrap_or(0);
        let line = whole_file(view, replaced, include, count).unwrap_or_else(|| source(view, node));
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    let first = view.config.own(replaced.level, replaced.name).next().unwrap_or_default();
    before(view, replaced.level, first, &lines)
}

/// The `include` of the outer level, where its file holds `count` statements and so nothing but what is lost.
fn whole_file(view: View<'_>, replaced: Replaced, include: IncludeId, count: usize) -> Option<String> {
    let site = view.config.include(include)?;
    let document = view.config.included_document(include);
    let is_whole = view.texts.tree(document).statements.len() == count;
    if site.parent != inside(view, replaced.outer) || !is_whole {
        return None;
    }
    let text = String::from_utf8_lossy(view.texts.sources.text(site.span)).into_owned();
    let text = text.trim_end_matches(';').trim_end();
    // A pattern may stand for several files.
    (!text.contains(['*', '?', '[', '\n'])).then(|| text.to_owned())
}
