//! The block that a line of a file stands in.

use std::collections::BTreeSet;

use crate::config::{NodeId, ScopeId, View};
use crate::source::DocId;

/// No block of a tree stands at a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoBlock {
    /// The nearest block of the file, with the line on which it opens.
    pub nearest: Option<(u32, ScopeId)>,
}

/// The blocks that open on line `line` of `doc`; where none does, the innermost that the line stands in. A file that is
/// included several times gives one for each time.
///
/// # Errors
/// Where the line stands in no block.
pub fn at_line(view: View<'_>, doc: DocId, line: u32) -> Result<Vec<ScopeId>, NoBlock> {
    let nodes =
        || (0..).map(NodeId).zip(&view.config.nodes).filter(|(_, node)| node.doc == doc).map(|(id, _)| id);
    let opened = |node: NodeId| view.config.opened_by(node);
    let opening: Vec<ScopeId> = nodes().filter(|&node| view.line(node) == line).filter_map(opened).collect();
    if !opening.is_empty() {
        return Ok(opening);
    }
    let covering: Vec<NodeId> = nodes().filter(|&node| covers(view, node, line)).collect();
    let innermost = covering.iter().enumerate().filter(|&(index, &node)| {
        let next = covering.get(index + 1);
        next.is_none_or(|&next| next >= view.config.node(node).next)
    });
    let around = innermost.map(|(_, &node)| opened(node).unwrap_or(view.config.node(node).scope));
    let around: BTreeSet<ScopeId> = around.filter(|&scope| scope != ScopeId::MAIN).collect();
    if around.is_empty() {
        let blocks = nodes().filter_map(|node| Some((view.line(node), opened(node)?)));
        return Err(NoBlock { nearest: blocks.min_by_key(|(at, _)| at.abs_diff(line)) });
    }
    Ok(around.into_iter().collect())
}

fn covers(view: View<'_>, node: NodeId, line: u32) -> bool {
    let span = view.span(node);
    let document = view.texts.sources.get(span.doc);
    (document.line(span.start)..=document.line(span.end.saturating_sub(1).max(span.start))).contains(&line)
}
