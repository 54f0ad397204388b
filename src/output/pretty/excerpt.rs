//! The lines of code that a report shows, as one text of its own: only those lines, harmless, with the labels' places in
//! it. So the cost of a report depends on what it shows and not on the size of the file.

use std::collections::BTreeMap;
use std::ops::Range;

use super::super::Style;
use super::super::escape::Line;
use super::super::place::Places;
use super::lines::{Bytes, CodeLine, LineOf};
use super::marks::Mark;
use crate::source::{DocId, Document, Sources};

/// Lines between two shown places that are shown as well, so that a block reads as one.
const MOST_GAP: u32 = 4;

/// Columns that line numbers and the frame take.
const FRAME: usize = 10;

/// Consecutive lines of one document.
#[derive(Debug)]
pub(super) struct Segment {
    /// The document's name.
    pub(super) name: String,
    /// Its place in the excerpt's text.
    pub(super) range: Range<usize>,
    /// The 1-based number of its first line.
    pub(super) line: u32,
    /// How many lines it has.
    pub(super) lines: usize,
}

/// A place of the excerpt's text with what is said of it.
#[derive(Debug)]
pub(super) struct Label {
    pub(super) range: Range<usize>,
    /// The 0-based line and column of the place in its document.
    position: (usize, usize),
    pub(super) text: Option<String>,
    pub(super) primary: bool,
}

/// The shown lines of all documents of a report.
#[derive(Debug, Default)]
pub(super) struct Excerpt {
    /// Every line ends with LF.
    pub(super) text: String,
    segments: Vec<Segment>,
    /// By place.
    pub(super) labels: Vec<Label>,
}

/// What is needed to fill an excerpt.
struct Filler<'a> {
    marks: BTreeMap<LineOf, Vec<&'a Mark>>,
    places: &'a Places<'a>,
    limit: u32,
    cut: &'static str,
    excerpt: Excerpt,
}

impl Excerpt {
    /// The lines that hold `marks`, and those around them. Documents stand in the order in which the marks name them.
    pub(super) fn new(marks: &[Mark], sources: &Sources, places: &Places<'_>, style: Style) -> Self {
        let limit = u32::try_from(style.width.saturating_sub(FRAME).max(50)).unwrap_or(u32::MAX);
        let mut by_line: BTreeMap<LineOf, Vec<&Mark>> = BTreeMap::new();
        for mark in marks {
            let line = sources.get(mark.span.doc).line(mark.span.start);
            by_line.entry((mark.span.doc, line)).or_default().push(mark);
        }
        let cut = style.cut();
        let mut filler = Filler { marks: by_line, places, limit, cut, excerpt: Self::default() };
        let mut docs: Vec<DocId> = Vec::new();
        for mark in marks {
            if !docs.contains(&mark.span.doc) {
                docs.push(mark.span.doc);
            }
        }
        for doc in docs {
            filler.document(doc, sources.get(doc));
        }
        filler.excerpt.labels.sort_by_key(|label| label.range.start);
        filler.excerpt
    }

    /// The segment that holds `range`.
    pub(super) fn segment(&self, range: Range<usize>) -> Option<&Segment> {
        self.segments.iter().find(|of| of.range.start <= range.start && range.end <= of.range.end)
    }

    /// The 0-based line and column, in its document, of the label that begins at `offset`.
    pub(super) fn position(&self, offset: usize) -> (usize, usize) {
        let label = self.labels.iter().find(|label| label.range.start == offset);
        label.map(|label| label.position).unwrap_or_default()
    }
}

impl Filler<'_> {
    fn document(&mut self, doc: DocId, document: &Document) {
        let last = last_line(document);
        let marked = self.marks.range((doc, 0)..=(doc, u32::MAX));
        let blank = |line: u32| CodeLine::new(document, line).is_blank();
        let around = marked.map(|(&(_, line), marks)| {
            let context = marks.iter().map(|mark| mark.context).max().unwrap_or(0);
            let (first, last) = (line.saturating_sub(context).max(1), (line + context).min(last.max(line)));
            let first = (first..line).find(|&at| !blank(at)).unwrap_or(line);
            first..=(line..=last).rfind(|&at| !blank(at)).unwrap_or(line)
        });
        let mut runs: Vec<std::ops::RangeInclusive<u32>> = Vec::new();
        for next in around {
            match runs.last_mut() {
                Some(run) if *next.start() <= run.end() + 1 + MOST_GAP => {
                    *run = *run.start()..=*next.end().max(run.end());
                }
                _ => runs.push(next),
            }
        }
        for run in runs {
            self.segment(doc, document, run);
        }
    }

    fn segment(&mut self, doc: DocId, document: &Document, run: std::ops::RangeInclusive<u32>) {
        let start = self.excerpt.text.len();
        let (line, lines) = (*run.start(), run.clone().count());
        run.for_each(|line| self.line((doc, line), document));
        let (name, range) = (Line(&document.name).to_string(), start..self.excerpt.text.len());
        self.excerpt.segments.push(Segment { name, range, line, lines });
    }

    fn line(&mut self, at: LineOf, document: &Document) {
        let marks = self.marks.get(&at).map(Vec::as_slice).unwrap_or_default();
        let line = CodeLine::new(document, at.1);
        // A place of several lines is marked on its first.
        let clip = |mark: &&Mark| {
            mark.span.start.min(line.end)..mark.span.end.min(line.end).max(mark.span.start.min(line.end))
        };
        let ranges: Vec<Bytes> = marks.iter().map(clip).collect();
        let shown = line.append(&ranges, self.limit, self.cut, &mut self.excerpt.text);
        self.excerpt.text.push('\n');
        let labels = marks.iter().zip(shown).map(|(mark, range)| {
            let at = self.places.start(mark.span);
            let position = (at.line.saturating_sub(1) as usize, at.column.saturating_sub(1) as usize);
            let lines = mark.text.lines().map(|line| Line(line).to_string());
            let text = Some(lines.collect::<Vec<_>>().join("\n")).filter(|text| !text.is_empty());
            Label { range, position, text, primary: mark.primary }
        });
        self.excerpt.labels.extend(labels);
    }
}

/// The last line that holds something: a final newline opens an empty one that nobody wants to see.
fn last_line(document: &Document) -> u32 {
    let count = document.lines().count();
    if document.bytes().ends_with(b"\n") { count.saturating_sub(1).max(1) } else { count }
}
