//! How far lines are indented, measured by what most of their file does.

use std::cmp::Reverse;
use std::collections::HashMap;

use super::{Text, hit, texts};
use crate::finding::Edit;
use crate::rules::facts::Facts;
use crate::rules::hit::{Hit, Words};
use crate::rules::model::Rule;
use crate::syntax::{Event, StatementKind, events};

/// The step of a text in which nothing is indented.
const USUAL: &[u8] = b"    ";

/// Lines that begin with a statement or a `}` and are not indented by one step for each open block.
pub(super) fn check(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let config = facts.view.config;
    let main = Some(config.root).filter(|_| config.complete);
    let plain = texts(facts).filter(Text::is_plain_file);
    plain.flat_map(|text| of_text(rule, text, Some(text.doc) == main)).collect()
}

/// A line that begins with a statement or a `}`.
#[derive(Clone, Copy)]
struct Line<'t> {
    depth: usize,
    start: u32,
    /// Its first byte that is no blank.
    at: u32,
    blanks: &'t [u8],
}

fn of_text(rule: &'static Rule, text: Text<'_>, is_main: bool) -> Vec<Hit> {
    let (lines, step) = lines(text);
    let base = if is_main { &[][..] } else { base(&lines) };
    let is_right = |line: &Line<'_>| {
        let own = line.blanks.strip_prefix(base);
        own.is_some_and(|own| {
            own.len() == step.len() * line.depth && own.chunks(step.len()).all(|blanks| blanks == step)
        })
    };
    let wrong = lines.iter().filter(|line| !is_right(line));
    wrong.map(|line| finding(rule, text, *line, &[base, &step.repeat(line.depth)].concat())).collect()
}

/// What an included file is indented by as a whole, as if it stood where it is included.
fn base<'t>(lines: &[Line<'t>]) -> &'t [u8] {
    let mut outermost = lines.iter().filter(|line| line.depth == 0).map(|line| line.blanks);
    let first = outermost.next().unwrap_or_default();
    if outermost.all(|blanks| blanks == first) { first } else { &[] }
}

fn finding(rule: &'static Rule, text: Text<'_>, line: Line<'_>, wanted: &[u8]) -> Hit {
    let words = Words::default().with("written", told(line.blanks)).with("sent", told(wanted));
    let mut starts = comments_above(text, line);
    starts.push((line.start, line.at));
    let blanks = String::from_utf8_lossy(wanted);
    let edits =
        starts.into_iter().map(|(start, at)| Edit { span: text.span(start, at), text: blanks.to_string() });
    hit(rule, text.span(line.at, line.at + 1), words, edits.collect())
}

/// The blanks before the comments that stand in the lines right above and in line with it: they are about it.
fn comments_above(text: Text<'_>, line: Line<'_>) -> Vec<(u32, u32)> {
    let comments = &text.tree.comments;
    let before = comments.partition_point(|comment| comment.start < line.start);
    let mut start = line.start;
    let mut found = Vec::new();
    for comment in comments.iter().take(before).rev() {
        let first = text.blanks_before(start_of_line(text, comment.start), comment.start);
        let is_aligned = text.document.slice(first, comment.start) == line.blanks;
        if comment.end + 1 != start || first != start_of_line(text, comment.start) || !is_aligned {
            break;
        }
        found.push((first, comment.start));
        start = first;
    }
    found
}

fn start_of_line(text: Text<'_>, at: u32) -> u32 {
    text.document.lines().start(text.document.line(at))
}

/// The lines, and the step by which most of them are indented further than their blocks.
fn lines(text: Text<'_>) -> (Vec<Line<'_>>, Vec<u8>) {
    let mut lines = Vec::new();
    let mut open: Vec<Option<&[u8]>> = Vec::new();
    // How often each step is made, and by which line first.
    let mut steps: HashMap<&[u8], (usize, usize)> = HashMap::new();
    for (at, event) in events(text.tree) {
        if matches!(event, Event::Close) {
            open.pop();
        }
        let line = line(text, u32::try_from(at).unwrap_or(u32::MAX), open.len());
        lines.extend(line);
        if let Event::Statement(statement) = event {
            let step = line.and_then(|line| step(open.last().copied().flatten()?, line.blanks));
            if let Some(step) = step {
                steps.entry(step).or_insert((0, lines.len())).0 += 1;
            }
            if statement.kind == StatementKind::Block {
                open.push(line.map(|line| line.blanks));
            }
        }
    }
    let commonest = steps.into_iter().max_by_key(|&(_, (count, first))| (count, Reverse(first)));
    (lines, commonest.map_or(USUAL, |(step, _)| step).to_vec())
}

fn line(text: Text<'_>, at: u32, depth: usize) -> Option<Line<'_>> {
    let before = text.document.bytes().get(..at as usize)?;
    let start = before.iter().rposition(|byte| !matches!(byte, b' ' | b'\t')).map_or(0, |last| last + 1);
    let begins = start == 0 || before.get(start - 1) == Some(&b'\n');
    let start = u32::try_from(start).ok().filter(|_| begins)?;
    Some(Line { depth, start, at, blanks: text.document.slice(start, at) })
}

/// What a line is indented further than its block, if it is the same blank throughout.
fn step<'t>(outer: &[u8], inner: &'t [u8]) -> Option<&'t [u8]> {
    let step = inner.strip_prefix(outer)?;
    let first = step.first()?;
    step.iter().all(|byte| byte == first).then_some(step)
}

/// `4 spaces`, `a tab`
fn told(blanks: &[u8]) -> String {
    let tabs = memchr::memchr_iter(b'\t', blanks).count();
    match (tabs, blanks.len() - tabs) {
        (0, 0) => "nothing".into(),
        (0, 1) => "1 space".into(),
        (0, spaces) => format!("{spaces} spaces"),
        (1, 0) => "1 tab".into(),
        (tabs, 0) => format!("{tabs} tabs"),
        (tabs, spaces) => format!("tabs and spaces ({tabs} and {spaces})"),
    }
}
