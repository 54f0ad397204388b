//! Lines that a fix puts into a text: indentation and line ending as around them.

use crate::config::View;
use crate::finding::Edit;
use crate::source::{Document, Span};

/// Lines after a statement, with its indentation.
pub(super) fn insert_after(view: View<'_>, anchor: Span, lines: &[String]) -> Edit {
    let document = view.texts.sources.get(anchor.doc);
    let indent = indentation(document, anchor.start);
    let starts_line = line_before(document, anchor.start).trim_ascii().is_empty();
    insert(document, anchor, &if starts_line { indent } else { deeper(&indent) }, lines)
}

/// Inserts after `after`: on lines of their own where nothing but a comment follows on the line, else right behind it.
/// The lines of a block (`map ... {`, `}`) get no `;`; a value such as `${http_upgrade}` does.
pub(super) fn insert(document: &Document, after: Span, indent: &str, lines: &[String]) -> Edit {
    let rest = line_after(document, after.end);
    let alone = matches!(rest.trim_ascii_start().first(), None | Some(b'#'));
    let is_ended = |line: &str| line.ends_with(';') || line.ends_with(" {") || line.trim_start() == "}";
    let ended = lines.iter().map(|line| if is_ended(line) { line.clone() } else { format!("{line};") });
    if !alone {
        let text: String = ended.flat_map(|line| [" ".to_owned(), line.trim_start().to_owned()]).collect();
        return Edit { span: Span { start: after.end, ..after }, text };
    }
    let rest = rest.strip_suffix(b"\r").unwrap_or(rest);
    let at = after.end + u32::try_from(rest.len()).unwrap_or(0);
    let newline = line_ending(document);
    let text: String = ended.flat_map(|line| [newline.to_owned(), indent.to_owned(), line]).collect();
    Edit { span: Span { start: at, end: at, ..after }, text }
}

/// What stands on the line before `offset`.
pub(super) fn line_before(document: &Document, offset: u32) -> &[u8] {
    document.slice(document.lines().start(document.line(offset)), offset)
}

/// What stands on the line from `offset` on, without its LF.
pub(super) fn line_after(document: &Document, offset: u32) -> &[u8] {
    let rest = document.bytes().get(offset as usize..).unwrap_or_default();
    rest.get(..memchr::memchr(b'\n', rest).unwrap_or(rest.len())).unwrap_or(rest)
}

/// The whitespace that the line of `offset` starts with.
pub(super) fn indentation(document: &Document, offset: u32) -> String {
    let before = line_before(document, offset);
    let end = before.iter().position(|byte| !matches!(byte, b' ' | b'\t')).unwrap_or(before.len());
    String::from_utf8_lossy(before.get(..end).unwrap_or_default()).into_owned()
}

pub(super) fn deeper(indent: &str) -> String {
    let unit = if indent.starts_with('\t') { "\t" } else { "    " };
    format!("{indent}{unit}")
}

fn line_ending(document: &Document) -> &'static str {
    let first = memchr::memchr(b'\n', document.bytes());
    let carriage = first.and_then(|at| document.bytes().get(at.checked_sub(1)?)) == Some(&b'\r');
    if carriage { "\r\n" } else { "\n" }
}
