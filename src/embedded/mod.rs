//! nginx configuration inside other files: code blocks of Markdown, strings of Kubernetes' YAML.
//!
//! Each text becomes a document of its own over the bytes of the file, so that every place is one of that file. Neither
//! Markdown nor YAML is parsed: fences and block scalars are found by their lines and indentation. That is all it takes,
//! and it also works on Helm's templates, which no YAML parser reads.

mod markdown;
mod yaml;

use std::ops::Range;
use std::sync::Arc;

use crate::template::{self, Reading};

/// One text of nginx's inside a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Its bytes.
    pub range: Range<u32>,
    /// The name of the context that its key stands for.
    pub context: Option<&'static str>,
    /// How sure the file is that it is nginx's.
    pub sure: Sure,
}

/// How sure a file is that a text is nginx's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sure {
    /// It says so.
    Said,
    /// Its content must say so, too.
    IfItLooksLike,
}

/// Whether a file of this name may hold texts of nginx's.
pub fn may_hold(name: &str) -> bool {
    is_markdown(name) || is_yaml(name)
}

fn is_markdown(name: &str) -> bool {
    ends(name, &[".md", ".markdown"])
}

fn is_yaml(name: &str) -> bool {
    ends(name, &[".yaml", ".yml"])
}

fn ends(name: &str, endings: &[&str]) -> bool {
    endings.iter().any(|ending| {
        let start = name.len().saturating_sub(ending.len());
        start > 0 && name.get(start..).is_some_and(|end| end.eq_ignore_ascii_case(ending))
    })
}

/// The texts in a file, in order, and how those that are templates are read.
pub fn read(name: &str, bytes: &[u8]) -> (Vec<Part>, Vec<Option<Reading>>) {
    let parts = if is_markdown(name) { markdown::parts(bytes) } else { yaml::parts(bytes) };
    let readings = readings(bytes, &parts);
    (parts, readings)
}

/// The readings of all parts share one text as long as the file.
fn readings(bytes: &[u8], parts: &[Part]) -> Vec<Option<Reading>> {
    let within = |part: &Part| part.range.start as usize..part.range.end as usize;
    let own = |part: &Part| template::read("", bytes.get(within(part))?);
    let own: Vec<Option<Reading>> = parts.iter().map(own).collect();
    if own.iter().all(Option::is_none) {
        return own;
    }
    let mut whole = bytes.to_vec();
    for (part, reading) in parts.iter().zip(&own) {
        if let (Some(reading), Some(place)) = (reading, whole.get_mut(within(part))) {
            place.copy_from_slice(&reading.text);
        }
    }
    let whole: Arc<[u8]> = whole.into();
    let moved = |(part, reading): (&Part, Option<Reading>)| {
        let reading = reading?;
        let tags = reading.tags.iter().map(|(start, end)| (start + part.range.start, end + part.range.start));
        Some(Reading { text: Arc::clone(&whole), tags: tags.collect(), ..reading })
    };
    parts.iter().zip(own).map(moved).collect()
}

/// The lines of a text with their offsets, each with its line break.
fn lines(text: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let mut at = 0;
    text.split_inclusive(|&byte| byte == b'\n').map(move |line| {
        let start = at;
        at += line.len();
        (start, line)
    })
}

fn range(start: usize, end: usize) -> Range<u32> {
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    offset(start)..offset(end)
}

#[cfg(test)]
mod tests;
