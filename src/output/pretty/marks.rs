//! The places of a report that are shown in the code.

use super::super::place::Places;
use crate::finding::Finding;
use crate::source::Span;

/// Other places than the findings' own that are shown at most; `json` has them all.
const MOST_RELATED: usize = 6;

/// A place with what is said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) span: Span,
    /// Empty: underlined only.
    pub(super) text: String,
    pub(super) primary: bool,
    /// Lines shown above and below it.
    pub(super) context: u32,
}

/// The findings' own places first, then the block's opening line, the related places, and the includes that lead there.
pub(super) fn of(group: &[&Finding], places: &Places<'_>) -> Vec<Mark> {
    let mut marks = Vec::new();
    for finding in group {
        let lead = if group.len() > 1 { format!("{}: ", finding.rule.code) } else { String::new() };
        let text = format!("{lead}{}", finding.rule.summary);
        add(&mut marks, Mark { span: finding.span, text, primary: true, context: 1 });
    }
    let own = marks.len();
    for finding in group {
        add_block(&mut marks, finding, places);
    }
    for label in group.iter().flat_map(|finding| &finding.related) {
        add(&mut marks, Mark { span: label.span, text: label.message.clone(), primary: false, context: 1 });
    }
    for finding in group {
        add_includes(&mut marks, finding, places);
    }
    leave_out(&mut marks, own);
    marks
}

/// Two findings of one place share a mark that says both.
fn add(marks: &mut Vec<Mark>, mark: Mark) {
    match marks.iter_mut().find(|known| known.span == mark.span) {
        Some(known) if known.text.lines().any(|line| line == mark.text) => {}
        Some(known) => known.text = format!("{}\n{}", known.text, mark.text),
        None => marks.push(mark),
    }
}

/// The opening words of the block, where they are not in sight anyway.
fn add_block(marks: &mut Vec<Mark>, finding: &Finding, places: &Places<'_>) {
    let Some(block) = &finding.block else { return };
    let line = places.start(block.span).line;
    let near =
        |mark: &Mark| mark.span.doc == block.span.doc && places.start(mark.span).line.abs_diff(line) <= 1;
    if !marks.iter().any(near) {
        let text = "in this block".to_owned();
        marks.push(Mark { span: block.span, text, primary: false, context: 0 });
    }
}

/// Each include of the chain, innermost first: `included from nginx.conf:20`.
fn add_includes(marks: &mut Vec<Mark>, finding: &Finding, places: &Places<'_>) {
    for &span in finding.includes.iter().rev() {
        let text = format!("included from {}", places.file_line(span));
        add(marks, Mark { span, text, primary: false, context: 0 });
    }
}

fn leave_out(marks: &mut Vec<Mark>, own: usize) {
    let more = marks.len().saturating_sub(own + MOST_RELATED);
    marks.truncate(own + MOST_RELATED);
    if let Some(last) = marks.last_mut().filter(|_| more > 0) {
        last.text = format!("{}\n(and {more} more places: see --format json)", last.text);
    }
}
