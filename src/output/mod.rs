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
mod fingerprint;
mod format;
mod github;
mod gitlab;
pub mod handshake;
mod json;
mod json_text;
mod jsonl;
mod junit;
mod markdown;
mod paint;
mod place;
mod pretty;
mod rdjsonl;
mod report;
mod rules;
mod sarif;
pub mod show;
mod xml;

use std::io::{self, BufWriter, Write};

pub use examples::{Example, example};
pub use explain::explain;
pub use fingerprint::Fingerprints;
pub use format::Format;
pub use report::{Report, Summary};
pub use rules::{rules_json, rules_table};

use crate::finding::ReadError;

/// What the writer's other end can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Escape sequences for colour; without it no ESC byte is written.
    pub colour: bool,
    /// Columns; only prose and over-long lines of code are fitted to it.
    pub width: usize,
    /// Whether lines are drawn with characters beyond ASCII.
    pub unicode: bool,
    /// Whether `pretty` ends with the totals.
    pub summary: bool,
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
        Self { colour: false, width: 100, unicode: true, summary: true }
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
        Format::Concise => concise::write(report, &mut out)?,
        Format::Json => json::write(report, &mut out)?,
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
