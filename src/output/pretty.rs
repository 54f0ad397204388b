//! `pretty`: for people. The findings of one block are one report: a line per finding, the code with labels on all
//! places that matter, what to do, and the fix as a small diff. Only this file knows miette, which draws the code.

mod excerpt;
mod group;
mod lines;
mod marks;
mod patch;
mod prose;

use std::fmt;
use std::io::{self, Write};

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents,
    SourceCode, SourceSpan, SpanContents, ThemeStyles,
};

use self::excerpt::Excerpt;
use self::prose::Prose;
pub(super) use self::prose::totals;
use super::place::Places;
use super::{Report, Style, statistics};
use crate::finding::{Finding, Severity};

pub(super) fn write(report: &Report<'_>, out: &mut dyn Write, style: Style) -> io::Result<()> {
    let mut prose = Prose::new(report.sources, style);
    if style.statistics {
        statistics::write(&report.findings, out, style)?;
        let separates = style.summary && !report.findings.is_empty();
        out.write_all(if separates { b"\n" } else { b"" })?;
    } else {
        write_findings(report, out, style, &mut prose)?;
    }
    if style.summary { prose.summary(&report.summary, report.errors.len(), out) } else { Ok(()) }
}

fn write_findings<'a>(
    report: &'a Report<'_>,
    out: &mut dyn Write,
    style: Style,
    prose: &mut Prose<'a>,
) -> io::Result<()> {
    let places = Places::new(report.sources);
    for group in group::by_block(&report.findings) {
        prose.heads(&group, out)?;
        let marks = marks::of(&group, &places);
        let excerpt = Excerpt::new(&marks, report.sources, &places, style);
        out.write_all(draw(&excerpt, severity(&group), style).as_bytes())?;
        prose.rest(&group, out)?;
    }
    Ok(())
}

fn severity(group: &[&Finding]) -> Severity {
    group.iter().map(|finding| finding.severity).max().unwrap_or(Severity::Note)
}

/// The excerpt as miette draws it. miette begins with the diagnostic's own message, which is empty here since the heads
/// stand above: that line is dropped.
fn draw(excerpt: &Excerpt, severity: Severity, style: Style) -> String {
    let handler = GraphicalReportHandler::new_themed(theme(excerpt, severity, style)).with_width(style.width);
    let mut text = String::new();
    // Writing to a string does not fail, and every label lies in the excerpt.
    let _ = handler.render_report(&mut text, excerpt);
    text.split_once('\n').map(|(_, drawing)| drawing.to_owned()).unwrap_or_default()
}

/// miette takes the colour of the nth label from the nth of `highlights`.
fn theme(excerpt: &Excerpt, severity: Severity, style: Style) -> GraphicalTheme {
    let mut theme = if style.unicode { GraphicalTheme::unicode() } else { GraphicalTheme::ascii() };
    if !style.colour {
        theme.styles = ThemeStyles::none();
    }
    let styles = &theme.styles;
    let primary = match severity {
        Severity::Error => styles.error,
        Severity::Warning => styles.warning,
        Severity::Note => styles.advice,
    };
    let colours = excerpt.labels.iter().map(|label| if label.primary { primary } else { styles.help });
    theme.styles.highlights = colours.collect();
    theme
}

impl SourceCode for Excerpt {
    /// miette's own implementation walks the text from its begin for every label; here each segment knows its lines. A
    /// span that leaves its segment is refused, which keeps miette from joining two segments.
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        _after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let (start, end) = (span.offset(), span.offset() + span.len());
        let segment = self.segment(start..end).ok_or(MietteError::OutOfBounds)?;
        let name = segment.name.clone();
        let contents = if before == 0 {
            let (line, column) = self.position(start);
            let data = self.text.get(start..end).unwrap_or_default();
            MietteSpanContents::new_named(name, data.as_bytes(), *span, line, column, 1)
        } else {
            let data = self.text.get(segment.range.clone()).unwrap_or_default();
            let whole = segment.range.clone().into();
            MietteSpanContents::new_named(
                name,
                data.as_bytes(),
                whole,
                segment.line as usize - 1,
                0,
                segment.lines,
            )
        };
        Ok(Box::new(contents))
    }
}

impl Diagnostic for Excerpt {
    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(self)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().map(|label| {
            let make =
                if label.primary { LabeledSpan::new_primary_with_span } else { LabeledSpan::new_with_span };
            make(label.text.clone(), label.range.clone())
        })))
    }
}

impl std::error::Error for Excerpt {}

impl fmt::Display for Excerpt {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}
