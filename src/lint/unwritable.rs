//! Fixes that are shown and never written: they would change the tags of a template, or the indentation and the quoting of
//! a text inside another file is not ours to judge.

use std::sync::Arc;

use crate::finding::{Edit, Finding, Fix, Safety};
use crate::source::Sources;

/// Takes from a fix that may not be written what would let it be.
pub(super) fn show_only(finding: &mut Finding, sources: &Sources) {
    let Some(fix) = finding.fix.as_ref().filter(|fix| fix.edits.iter().any(|edit| is_kept(edit, sources)))
    else {
        return;
    };
    finding.fix = Some(Arc::new(Fix { safety: Safety::Shown, ..Fix::clone(fix) }));
}

/// Whether what an edit replaces has to stay.
pub(crate) fn is_kept(edit: &Edit, sources: &Sources) -> bool {
    let document = sources.get(edit.span.doc);
    let is_tag = || document.reading().is_some_and(|reading| reading.touches(edit.span.start, edit.span.end));
    document.part_of_file().is_some() || is_tag()
}
