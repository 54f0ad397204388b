//! Levels that may be changed as a whole, since every block that takes its headers from there wants it so.

use std::collections::{BTreeMap, BTreeSet};

use super::facts::Facts;
use crate::catalogue::directive;
use crate::config::ScopeId;
use crate::finding::Safety;
use crate::fix::placement::Wanted;
use crate::source::DocId;

/// What is wanted at each block by each group of rules.
pub type WantedBy<'h> = BTreeMap<(ScopeId, &'h str), Vec<Wanted>>;

/// How safe the repair of each block by each group of rules is.
pub type Safeties<'h> = BTreeMap<(ScopeId, &'h str), Safety>;

/// Levels whose headers every block that takes them from there wants changed alike, by group of rules.
pub type Agreed<'h> = BTreeSet<(ScopeId, &'h str)>;

/// Blocks that want the same, but not as safely, do not agree: what is written for the one would change the other.
pub fn agreed<'h>(facts: &Facts<'_>, wanted: &WantedBy<'h>, safeties: &Safeties<'h>) -> Agreed<'h> {
    let mut by_level: BTreeMap<ScopeId, Vec<ScopeId>> = BTreeMap::new();
    for proxied in &facts.proxied {
        if let Some(level) = proxied.headers.level {
            by_level.entry(level).or_default().push(proxied.block);
        }
    }
    let groups: BTreeSet<&'h str> = wanted.keys().map(|&(_, group)| group).collect();
    let headers = |block: ScopeId, group: &'h str| -> Option<(Safety, Vec<&Wanted>)> {
        let wanted = wanted.get(&(block, group))?.iter();
        Some((*safeties.get(&(block, group))?, wanted.filter(|it| it.header().is_some()).collect()))
    };
    let all_alike = |blocks: &[ScopeId], group: &'h str| {
        let first = blocks.first().and_then(|&block| headers(block, group));
        first.is_some() && blocks.iter().all(|&block| headers(block, group) == first)
    };
    // A snippet that several levels include is changed for all of them.
    let mut by_document: BTreeMap<DocId, Vec<ScopeId>> = BTreeMap::new();
    for (&level, blocks) in &by_level {
        for doc in snippets(facts, level) {
            by_document.entry(doc).or_default().extend(blocks);
        }
    }
    let refused: BTreeSet<(DocId, &'h str)> = (by_document.iter())
        .flat_map(|(&doc, blocks)| groups.iter().map(move |&group| (doc, blocks, group)))
        .filter(|(_, blocks, group)| !all_alike(blocks, group))
        .map(|(doc, _, group)| (doc, group))
        .collect();
    let shared_alike = |level: ScopeId, group: &'h str| {
        snippets(facts, level).into_iter().all(|doc| !refused.contains(&(doc, group)))
    };
    let pairs =
        by_level.iter().flat_map(|(level, blocks)| groups.iter().map(move |group| (*level, blocks, *group)));
    pairs
        .filter(|&(level, blocks, group)| all_alike(blocks, group) && shared_alike(level, group))
        .map(|(level, _, group)| (level, group))
        .collect()
}

/// The included texts that a level's headers come from.
fn snippets(facts: &Facts<'_>, level: ScopeId) -> BTreeSet<DocId> {
    let config = facts.view.config;
    let home = config.scope(level).node.map(|node| config.node(node).include).unwrap_or_default();
    let nodes = config.own(level, directive::PROXY_SET_HEADER).map(|node| config.node(node));
    nodes.filter(|node| node.include != home).map(|node| node.doc).collect()
}
