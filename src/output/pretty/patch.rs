//! A fix as the few lines it changes.

use std::ops::Range;

use similar::{Algorithm, DiffOp, capture_diff_slices, group_diff_ops};

use super::super::escape::code;
use super::super::place::boundary;
use super::lines::CodeLine;
use crate::finding::Edit;
use crate::fix::{apply, lines};
use crate::source::{Document, Sources, Span};

/// Of a long line only what stands so near to an edit is shown, in bytes.
const NEAR: u32 = 40;

/// A line of a diff.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum PatchLine {
    /// `FILE:LINE` of the change that follows.
    Place(String),
    /// A line that stays.
    Context(String),
    /// A line that goes.
    Removed(String),
    /// A line that comes.
    Added(String),
}

/// The lines that `edits` change, document by document, with one line of context; `cut` stands where a line was cut.
pub(super) fn patch(edits: &[Edit], sources: &Sources, cut: &str) -> Vec<PatchLine> {
    let mut out = Vec::new();
    for cluster in clusters(edits, sources) {
        let Some(first) = cluster.first() else { continue };
        cluster_lines(&cluster, sources.get(first.span.doc), cut, &mut out);
    }
    out
}

/// Edits on the same or neighbouring lines.
fn clusters<'a>(edits: &'a [Edit], sources: &Sources) -> Vec<Vec<&'a Edit>> {
    let mut sorted: Vec<&Edit> = edits.iter().collect();
    sorted.sort_by_key(|edit| edit.span);
    let mut clusters: Vec<Vec<&Edit>> = Vec::new();
    for edit in sorted {
        let document = sources.get(edit.span.doc);
        let near = |last: &Edit| {
            last.span.doc == edit.span.doc
                && document.line(edit.span.start) <= document.line(last.span.end) + 2
                && edit.span.start <= last.span.end.saturating_add(10 * NEAR)
        };
        match clusters.last_mut() {
            Some(cluster) if cluster.last().is_some_and(|last| near(last)) => cluster.push(edit),
            _ => clusters.push(vec![edit]),
        }
    }
    clusters
}

fn cluster_lines(cluster: &[&Edit], document: &Document, cut: &str, out: &mut Vec<PatchLine>) {
    let window = Window::around(cluster, document);
    let (old, added) = window.text(cut);
    let moved: Vec<Edit> = cluster.iter().map(|edit| window.moved(edit, added)).collect();
    let new = apply(&old, &moved);
    let (old, new) = (lines(&old), lines(&new));
    let first_line = document.line(window.start) as usize;
    for hunk in group_diff_ops(capture_diff_slices(Algorithm::Myers, &old, &new), 1) {
        let line = first_line + changed_line(&hunk);
        out.push(PatchLine::Place(format!("{}:{line}", document.name)));
        for change in &hunk {
            change_lines(change, &old, &new, out);
        }
    }
}

/// The bytes of a document that are compared: the lines of the edits with one line before and after; of a long line what
/// is near the edits.
struct Window<'a> {
    document: &'a Document,
    start: u32,
    end: u32,
}

impl<'a> Window<'a> {
    fn around(cluster: &[&Edit], document: &'a Document) -> Self {
        let start = cluster.first().map_or(0, |edit| edit.span.start);
        let end = cluster.iter().map(|edit| edit.span.end).max().unwrap_or(start);
        Self { document, start: before(document, start), end: after(document, end) }
    }

    /// The window's bytes, with `cut` where a line goes on outside, and how many bytes stand before them.
    fn text(&self, cut: &str) -> (Vec<u8>, u32) {
        let lines = self.document.lines();
        let whole = lines.start(self.document.line(self.start)) == self.start;
        let ended = self.end as usize >= self.document.bytes().len();
        let ended = ended || lines.start(self.document.line(self.end)) == self.end;
        let (before, after) = (if whole { "" } else { cut }, if ended { "" } else { cut });
        let bytes = self.document.slice(self.start, self.end);
        ([before.as_bytes(), bytes, after.as_bytes()].concat(), u32::try_from(before.len()).unwrap_or(0))
    }

    fn moved(&self, edit: &Edit, added: u32) -> Edit {
        let place = |offset: u32| offset.saturating_sub(self.start).saturating_add(added);
        let span = Span { start: place(edit.span.start), end: place(edit.span.end), ..edit.span };
        Edit { span, text: edit.text.clone() }
    }
}

/// Where the window of an edit that begins at `offset` begins.
fn before(document: &Document, offset: u32) -> u32 {
    let line = document.line(offset);
    let (own, above) = (CodeLine::new(document, line), CodeLine::new(document, line.saturating_sub(1)));
    match (own.is_long(), above.is_long()) {
        (true, _) => boundary(document.bytes(), offset.saturating_sub(NEAR).max(own.start)),
        (false, true) => own.start,
        (false, false) => above.start.min(own.start),
    }
}

/// Where the window of an edit that ends at `offset` ends.
fn after(document: &Document, offset: u32) -> u32 {
    let line = document.line(offset);
    let (own, below) = (CodeLine::new(document, line), CodeLine::new(document, line.saturating_add(1)));
    let end = match (own.is_long(), below.is_long()) {
        (true, _) => boundary(document.bytes(), offset.saturating_add(NEAR).min(own.end)),
        (false, true) => own.next,
        (false, false) => below.next.max(own.next),
    };
    end.max(offset)
}

/// The 0-based line of the old text at which the first change of `hunk` stands.
fn changed_line(hunk: &[DiffOp]) -> usize {
    let change = hunk.iter().find(|change| !matches!(change, DiffOp::Equal { .. }));
    change.map_or(0, |change| change.old_range().start)
}

fn change_lines(change: &DiffOp, old: &[&[u8]], new: &[&[u8]], out: &mut Vec<PatchLine>) {
    let (before, after) = (change.old_range(), change.new_range());
    let texts = |lines: &[&[u8]], range: Range<usize>| -> Vec<String> {
        lines.get(range).unwrap_or_default().iter().map(|line| shown(line)).collect()
    };
    if let DiffOp::Equal { .. } = change {
        out.extend(texts(old, before).into_iter().map(PatchLine::Context));
    } else {
        out.extend(texts(old, before).into_iter().map(PatchLine::Removed));
        out.extend(texts(new, after).into_iter().map(PatchLine::Added));
    }
}

fn shown(line: &[u8]) -> String {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    code(line.strip_suffix(b"\r").unwrap_or(line))
}
