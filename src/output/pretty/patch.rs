//! A fix as the few lines it changes.

use std::ops::Range;

use similar::{Algorithm, DiffOp, capture_diff_slices, group_diff_ops};

use super::super::escape::code;
use super::super::place::boundary;
use super::lines::CodeLine;
use crate::finding::Edit;
use crate::fix::{apply, lines};
use crate::source::{DocId, Document, Sources, Span};

/// Of a line that is longer, only what stands so near to an edit is shown, in bytes.
const NEAR: u32 = 60;

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

/// The lines that `edits` change, document by document, with one line of context.
pub(super) fn patch(edits: &[Edit], sources: &Sources) -> Vec<PatchLine> {
    let mut out = Vec::new();
    for cluster in clusters(edits, sources) {
        let Some(first) = cluster.first() else { continue };
        cluster_lines(&cluster, first.span.doc, sources.get(first.span.doc), &mut out);
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
                && edit.span.start <= last.span.end.saturating_add(20 * NEAR)
        };
        match clusters.last_mut() {
            Some(cluster) if cluster.last().is_some_and(|last| near(last)) => cluster.push(edit),
            _ => clusters.push(vec![edit]),
        }
    }
    clusters
}

fn cluster_lines(cluster: &[&Edit], doc: DocId, document: &Document, out: &mut Vec<PatchLine>) {
    let slice = around(cluster, document);
    let moved: Vec<Edit> = cluster.iter().map(|edit| moved(edit, doc, slice.start)).collect();
    let old = document.slice(slice.start, slice.end);
    let new = apply(old, &moved);
    let (old, new) = (lines(old), lines(&new));
    let first_line = document.line(slice.start) as usize;
    for hunk in group_diff_ops(capture_diff_slices(Algorithm::Myers, &old, &new), 1) {
        let line = first_line + changed_line(&hunk);
        out.push(PatchLine::Place(format!("{}:{line}", document.name)));
        for change in &hunk {
            change_lines(change, &old, &new, out);
        }
    }
}

/// From the line before the first edit to the line after the last; less where those are long.
fn around(cluster: &[&Edit], document: &Document) -> Range<u32> {
    let bytes = document.bytes();
    let start = cluster.first().map_or(0, |edit| edit.span.start);
    let end = cluster.iter().map(|edit| edit.span.end).max().unwrap_or(start);
    let before = CodeLine::new(document, document.line(start).saturating_sub(1).max(1)).start;
    let size = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    let last = document.line(end);
    let after = if last + 2 <= document.lines().count() { document.lines().start(last + 2) } else { size };
    let near = boundary(bytes, start.saturating_sub(4 * NEAR));
    let far = boundary(bytes, end.saturating_add(4 * NEAR).min(size));
    shorter(before, near)..after.min(far).max(end)
}

fn shorter(line: u32, near: u32) -> u32 {
    line.max(near)
}

fn moved(edit: &Edit, doc: DocId, by: u32) -> Edit {
    let span = Span::new(doc, edit.span.start.saturating_sub(by), edit.span.end.saturating_sub(by));
    Edit { span, text: edit.text.clone() }
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
