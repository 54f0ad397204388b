//! The mechanics of repairs: which edits of which findings fit together, the text they give, its diff, its writing.

mod apply;
mod diff;
mod lines;
pub mod placement;
mod write;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound::{Excluded, Unbounded};

pub use apply::apply;
pub use diff::diff;
pub(crate) use diff::lines;
pub use write::{WriteError, write};

use crate::finding::{Edit, Finding, Fix, Safety};
use crate::rules::Rule;
use crate::source::{DocId, Sources};

/// The edits of one round.
#[derive(Debug, Default)]
pub struct Plan {
    accepted: BTreeMap<DocId, Accepted>,
    /// How many findings the edits repair.
    pub repaired: usize,
    /// The same by the documents that are edited and the codes of the rules; a finding counts for each document.
    pub by_rule: BTreeMap<(DocId, &'static str), usize>,
    /// How many findings have a fix that collides with another one and waits for the next round.
    pub postponed: usize,
}

/// The accepted edits of one document by start, end and order of acceptance. They do not overlap.
type Accepted = BTreeMap<(u32, u32, usize), Edit>;

/// Chooses the edits that may be written at once. A fix is taken whole or not at all; where two collide the one of the
/// earlier finding is taken. What several fixes have in common (a group's fix, the map that two blocks need) is done
/// once. [`Safety::Shown`] is never taken, whatever `allow` says.
pub fn collect<'a>(findings: impl IntoIterator<Item = &'a Finding>, allow: Safety) -> Plan {
    let mut plan = Plan::default();
    let allowed = |fix: &Fix| fix.safety <= allow && fix.safety != Safety::Shown && !fix.edits.is_empty();
    for finding in findings {
        let Some(fix) = finding.fix.as_deref().filter(|fix| allowed(fix)) else { continue };
        if plan.take(fix) {
            plan.repaired += 1;
            plan.count(finding.rule, fix);
        } else {
            plan.postponed += 1;
        }
    }
    plan
}

impl Plan {
    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.accepted.is_empty()
    }

    /// The edits of each document, in order, not overlapping.
    pub fn edits(&self) -> impl Iterator<Item = (DocId, Vec<Edit>)> {
        self.accepted.iter().map(|(&doc, edits)| (doc, edits.values().cloned().collect()))
    }

    /// The new text of each document that changes.
    pub fn texts(&self, sources: &Sources) -> Vec<(DocId, Vec<u8>)> {
        self.edits().map(|(doc, edits)| (doc, apply(sources.get(doc).bytes(), &edits))).collect()
    }

    fn count(&mut self, rule: &'static Rule, fix: &Fix) {
        let documents: BTreeSet<DocId> = fix.edits.iter().map(|edit| edit.span.doc).collect();
        for doc in documents {
            *self.by_rule.entry((doc, &rule.code)).or_default() += 1;
        }
    }

    fn take(&mut self, fix: &Fix) -> bool {
        let new: Vec<&Edit> = fix.edits.iter().filter(|edit| !self.holds(edit)).collect();
        if new.iter().any(|edit| self.collides(edit)) {
            return false;
        }
        for (order, edit) in new.into_iter().enumerate() {
            let of = self.accepted.entry(edit.span.doc).or_default();
            of.insert((edit.span.start, edit.span.end, order), edit.clone());
        }
        true
    }

    fn holds(&self, edit: &Edit) -> bool {
        let Some(accepted) = self.accepted.get(&edit.span.doc) else { return false };
        let (start, end) = (edit.span.start, edit.span.end);
        accepted.range((start, end, 0)..=(start, end, usize::MAX)).any(|(_, other)| other.text == edit.text)
    }

    /// Whether `edit` touches bytes that an accepted one touches, or begins where one begins (two insertions at one
    /// place have no order between them).
    fn collides(&self, edit: &Edit) -> bool {
        let Some(accepted) = self.accepted.get(&edit.span.doc) else { return false };
        let (start, end) = (edit.span.start, edit.span.end);
        let before = accepted.range(..(start, 0, 0)).next_back();
        let reaches = before.is_some_and(|(&(_, other_end, _), _)| other_end > start);
        let same_start = accepted.range((start, 0, 0)..=(start, u32::MAX, usize::MAX)).next().is_some();
        let after = accepted.range((Excluded((start, u32::MAX, usize::MAX)), Unbounded)).next();
        reaches || same_start || after.is_some_and(|(&(other_start, ..), _)| other_start < end)
    }
}
