//! Unified diffs of bytes, in the form that `git apply` and `patch` take.

use std::fmt::Write as _;
use std::ops::Range;

use similar::{Algorithm, DiffOp, capture_diff_slices, group_diff_ops};

/// Lines of context around a change.
const CONTEXT: usize = 3;

/// The unified diff from `old` to `new` of the file `name`, as `a/NAME` and `b/NAME`; empty where they are equal. Lines
/// end at LF alone and are copied byte for byte, whatever they hold.
pub fn diff(name: &str, old: &[u8], new: &[u8]) -> Vec<u8> {
    let (old, new) = (lines(old), lines(new));
    let changes = capture_diff_slices(Algorithm::Myers, &old, &new);
    let hunks = group_diff_ops(changes, CONTEXT);
    let mut out = Vec::new();
    if !hunks.is_empty() {
        out.extend_from_slice(format!("--- {}\n+++ {}\n", path("a", name), path("b", name)).as_bytes());
    }
    for hunk in &hunks {
        write_hunk(hunk, &old, &new, &mut out);
    }
    out
}

/// The lines of `bytes` with their LF; the last may lack it.
pub(crate) fn lines(bytes: &[u8]) -> Vec<&[u8]> {
    bytes.split_inclusive(|&byte| byte == b'\n').collect()
}

fn write_hunk(changes: &[DiffOp], old: &[&[u8]], new: &[&[u8]], out: &mut Vec<u8>) {
    let (Some(first), Some(last)) = (changes.first(), changes.last()) else { return };
    let before = range(first.old_range().start..last.old_range().end);
    let after = range(first.new_range().start..last.new_range().end);
    out.extend_from_slice(format!("@@ -{before} +{after} @@\n").as_bytes());
    for change in changes {
        if let DiffOp::Equal { .. } = change {
            write_lines(b' ', old, change.old_range(), out);
        } else {
            write_lines(b'-', old, change.old_range(), out);
            write_lines(b'+', new, change.new_range(), out);
        }
    }
}

/// `START,COUNT` with 1-based lines; an empty range names the line before it.
fn range(of: Range<usize>) -> String {
    match of.len() {
        0 => format!("{},0", of.start),
        1 => format!("{}", of.start + 1),
        count => format!("{},{count}", of.start + 1),
    }
}

fn write_lines(sign: u8, lines: &[&[u8]], range: Range<usize>, out: &mut Vec<u8>) {
    for line in lines.get(range).unwrap_or_default() {
        out.push(sign);
        out.extend_from_slice(line);
        if !line.ends_with(b"\n") {
            out.extend_from_slice(b"\n\\ No newline at end of file\n");
        }
    }
}

/// The name behind `a/` or `b/`, as git writes it: quoted as in C where it holds quotes, backslashes, control characters
/// or bytes beyond ASCII (`core.quotePath`), ended by a tab where it holds a space.
fn path(side: &str, name: &str) -> String {
    let name = format!("{side}/{}", name.trim_start_matches('/'));
    if name.bytes().all(|byte| matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\')) {
        return if name.contains(' ') { name + "\t" } else { name };
    }
    let mut quoted = String::from("\"");
    for byte in name.bytes() {
        match byte {
            b'"' | b'\\' => quoted.extend(['\\', char::from(byte)]),
            b' '..=b'~' => quoted.push(char::from(byte)),
            // Writing to a string does not fail.
            _ => {
                let _ = write!(quoted, "\\{byte:03o}");
            }
        }
    }
    quoted + "\""
}
