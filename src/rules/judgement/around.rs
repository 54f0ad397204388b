//! Where a tree may be taken to stand.

use crate::catalogue::{Contexts, DirectiveId};
use crate::config::{NodeId, ScopeId, View};

/// The contexts around the tree; where they are a guess, all that there are.
pub(super) fn levels(view: View<'_>) -> Vec<Contexts> {
    if !view.config.certain {
        return vec![Contexts::ANY];
    }
    let assumed = view.config.scopes.iter().take_while(|scope| scope.node.is_none());
    assumed.filter_map(|scope| scope.kind.place()).map(|place| Contexts::of(&[place])).collect()
}

/// Whether a fragment holds the entries of a data block, so that most of its names are no directives.
pub(super) fn is_data(view: View<'_>) -> bool {
    let innermost = view.config.scopes.iter().rposition(|scope| scope.node.is_none());
    let Some(scope) = innermost.and_then(|it| u32::try_from(it).ok()).filter(|_| !view.config.certain) else {
        return false;
    };
    let (known, unknown): (Vec<NodeId>, Vec<NodeId>) = (view.config.directives(ScopeId(scope)))
        .partition(|&node| view.config.node(node).name != DirectiveId::UNKNOWN);
    known.len() <= unknown.len()
}
