//! Findings as text, one file per format. A format sees findings and the texts they point into, never the tree.
//!
//! Results go to the writer that [`write`] is given (standard output, or a file). What could not be read is no result:
//! [`write_errors`] prints it for standard error, whatever the format, and `json` carries it in its document as well.

mod checkstyle;
mod concise;
mod diagnostic;
mod entry;
mod escape;
mod examples;
mod explain;
mod format;
mod github;
mod gitlab;
pub mod handshake;
mod json;
mod json_text;
mod jsonl;
mod junit;
mod markdown;
mod page;
mod paint;
mod place;
mod pretty;
mod rdjsonl;
mod report;
mod rules;
mod sarif;
pub mod show;
mod statistics;
mod xml;

use std::io::{self, BufWriter, Write};

pub use examples::{Example, example};
pub use explain::explain;
pub use format::Format;
pub use page::{page, page_index};
pub use report::{Report, Summary};
pub use rules::{rules_json, rules_table};

use crate::finding::{Finding, ReadError, Safety};

/// What the writer's other end can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
pub struct Style {
    /// Escape sequences for colour; without it no ESC byte is written.
    pub colour: bool,
    /// Columns; only prose and over-long lines of code are fitted to it.
    pub width: usize,
    /// Whether lines are drawn with characters beyond ASCII.
    pub unicode: bool,
    /// Whether `pretty` ends with the totals.
    pub summary: bool,
    /// Whether the findings are counted by rule: the texts then show the counts in place of the findings, `json` has both.
    pub statistics: bool,
}

/// Text on one line that no terminal obeys: control characters and reordering marks are escaped.
pub fn escape(text: &str) -> String {
    escape::Line(text).to_string()
}

impl Style {
    /// Stands where something was cut out.
    fn cut(self) -> &'static str {
        if self.unicode { "…" } else { "..." }
    }
}

impl Default for Style {
    fn default() -> Self {
        Self { colour: false, width: 100, unicode: true, summary: true, statistics: false }
    }
}

/// Writes the findings of `report` in one format. Each is written as it is reached; nothing is kept.
///
/// # Errors
/// Whatever the writer says; a reader that went away is [`io::ErrorKind::BrokenPipe`].
pub fn write(format: Format, report: &Report<'_>, out: &mut dyn Write, style: Style) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    match format {
        Format::Pretty => pretty::write(report, &mut out, style)?,
        Format::Concise if style.statistics => statistics::write(&report.findings, &mut out, style)?,
        Format::Concise => concise::write(report, &mut out)?,
        Format::Json => json::write(report, &mut out, style)?,
        Format::Jsonl => jsonl::write(report, &mut out)?,
        Format::Sarif => sarif::write(report, &mut out)?,
        Format::Github => github::write(report, &mut out)?,
        Format::Gitlab => gitlab::write(report, &mut out)?,
        Format::Checkstyle => checkstyle::write(report, &mut out)?,
        Format::Junit => junit::write(report, &mut out)?,
        Format::Rdjsonl => rdjsonl::write(report, &mut out)?,
        Format::Markdown => markdown::write(report, &mut out)?,
    }
    out.flush()
}

/// Whether `--fix` writes the finding's fix, if need be with `--unsafe-fixes`.
fn is_fixable(finding: &Finding) -> bool {
    finding.fix.as_ref().is_some_and(|fix| fix.safety != Safety::Shown)
}

/// `1 error, 2 notes`; what there is none of is left out.
fn counts(of: &[(usize, &str)]) -> String {
    let some = of.iter().filter(|(number, _)| *number > 0);
    some.map(|&(number, word)| count(number, word)).collect::<Vec<_>>().join(", ")
}

fn count(number: usize, word: &str) -> String {
    format!("{number} {word}{}", if number == 1 { "" } else { "s" })
}

/// Writes what could not be read, for standard error: `FILE:LINE:COL: error: MESSAGE [READ]`, the form of `concise`, so
/// that a problem matcher takes both.
///
/// # Errors
/// Whatever the writer says.
pub fn write_errors(errors: &[ReadError], out: &mut dyn Write) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    errors.iter().try_for_each(|error| concise::write_error(error, &mut out))?;
    out.flush()
}
