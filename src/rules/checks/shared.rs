//! Directives that several blocks share: one in force at blocks that do not want it changed is left alone.

use std::collections::HashMap;

use crate::catalogue::DirectiveId;
use crate::config::{NodeId, ScopeId};
use crate::rules::facts::Facts;
use crate::rules::hit::{Hit, Repair};
use crate::scope::in_force;
use crate::source::DocId;
use crate::syntax::StatementId;

/// A statement, however many places of the tree an include brings it to.
pub type Statement = (DocId, StatementId);

/// How many proxied blocks each entry of a list is in force at.
pub struct Users(HashMap<Statement, usize>);

impl Users {
    /// Counts the users of the list `name`.
    pub fn of(facts: &Facts<'_>, name: DirectiveId) -> Self {
        let config = facts.view.config;
        let mut levels: HashMap<ScopeId, usize> = HashMap::new();
        for proxied in &facts.proxied {
            if let Some(level) = in_force(config, proxied.block, name).level {
                *levels.entry(level).or_default() += 1;
            }
        }
        let mut users = HashMap::new();
        for (level, blocks) in levels {
            config
                .own(level, name)
                .for_each(|node| *users.entry(statement(facts, node)).or_default() += blocks);
        }
        Self(users)
    }
}

fn statement(facts: &Facts<'_>, node: NodeId) -> Statement {
    let node = facts.view.config.node(node);
    (node.doc, node.statement)
}

/// Findings of one rule, each with the entry of the list `name` that its edits change: where other blocks, without such
/// a finding, use the entry as well, the edits are shown and not written.
pub fn agreed(facts: &Facts<'_>, name: DirectiveId, found: Vec<(Hit, NodeId)>) -> Vec<Hit> {
    if found.is_empty() {
        return Vec::new();
    }
    let users = Users::of(facts, name);
    let mut wanting: HashMap<Statement, usize> = HashMap::new();
    for (_, node) in &found {
        *wanting.entry(statement(facts, *node)).or_default() += 1;
    }
    let is_agreed = |node: NodeId| {
        let statement = statement(facts, node);
        wanting.get(&statement) >= users.0.get(&statement)
    };
    { found.into_iter() }
        .map(|(mut hit, node)| {
            if !is_agreed(node) {
                hit.repair = shown(hit.repair);
            }
            hit
        })
        .collect()
}

fn shown(repair: Repair) -> Repair {
    match repair {
        Repair::Edits(edits) => Repair::Shown(edits),
        other => other,
    }
}
