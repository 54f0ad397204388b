//! Edits applied to a text.

use crate::finding::Edit;

/// The text after `edits`, which are in order and do not overlap. No byte outside their spans is lost even where they do,
/// or reach beyond the end.
pub fn apply(bytes: &[u8], edits: &[Edit]) -> Vec<u8> {
    let added: usize = edits.iter().map(|edit| edit.text.len()).sum();
    let mut out = Vec::with_capacity(bytes.len() + added);
    let mut done = 0;
    for edit in edits {
        let start = (edit.span.start as usize).clamp(done, bytes.len().max(done));
        out.extend_from_slice(bytes.get(done..start).unwrap_or_default());
        out.extend_from_slice(edit.text.as_bytes());
        done = (edit.span.end as usize).clamp(start, bytes.len().max(start));
    }
    out.extend_from_slice(bytes.get(done..).unwrap_or_default());
    out
}
