//! Findings as text, one file per format. A format sees findings and the texts they point into, never the tree.
//!
//! Results go to the writer that [`write`] is given (standard output, or a file). What could not be read is no result:
//! [`write_errors`] prints it for standard error, whatever the format, and `json` carries it in its document as well.

mod concise;
mod escape;
mod examples;
mod explain;
pub mod handshake;
mod json;
mod page;
mod paint;
mod place;
mod pretty;
mod rules;
pub mod show;
mod statistics;

use std::io::{self, BufWriter, Write};
use std::str::FromStr;

pub use examples::{Example, example};
pub use explain::explain;
pub use page::{page, page_index};
pub use rules::{rules_json, rules_table};

use crate::finding::{Finding, ReadError, Safety, Severity};
use crate::source::Sources;

/// Everything that a run has to say.
#[derive(Debug)]
pub struct Report<'a> {
    /// In the order in which they are printed: file, line, column, code.
    pub findings: Vec<Finding>,
    /// What could not be read.
    pub errors: Vec<ReadError>,
    /// The texts that the findings point into.
    pub sources: &'a Sources,
    /// The totals.
    pub summary: Summary,
    /// The nginx versions that the run was for, as the user wrote them: `>=1.18`.
    pub nginx_version: String,
}

/// The totals of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Summary {
    /// Files that were read.
    pub files: usize,
    /// Findings of severity error.
    pub errors: usize,
    /// Findings of severity warning.
    pub warnings: usize,
    /// Findings of severity note.
    pub notes: usize,
    /// Findings that `--fix` repairs.
    pub fixable: usize,
    /// Findings that `--unsafe-fixes` repairs besides those.
    pub unsafe_fixable: usize,
    /// Findings that a comment or the baseline silenced.
    pub suppressed: usize,
    /// Those of them that are in the baseline.
    pub accepted: usize,
}

impl Summary {
    /// The totals of `findings`, which were found in `files` files after `suppressed` others were silenced.
    pub fn of(findings: &[Finding], files: usize, suppressed: usize) -> Self {
        let severity =
            |severity: Severity| findings.iter().filter(|finding| finding.severity == severity).count();
        let safety = |safety: Safety| {
            findings
                .iter()
                .filter(|finding| finding.fix.as_ref().is_some_and(|fix| fix.safety == safety))
                .count()
        };
        Self {
            files,
            errors: severity(Severity::Error),
            warnings: severity(Severity::Warning),
            notes: severity(Severity::Note),
            fixable: safety(Safety::Safe),
            unsafe_fixable: safety(Safety::Unsafe),
            suppressed,
            accepted: 0,
        }
    }

    /// The totals with `accepted` more findings that the baseline silenced.
    #[must_use]
    pub fn with_accepted(self, accepted: usize) -> Self {
        Self { suppressed: self.suppressed + accepted, accepted, ..self }
    }
}

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

/// The formats of `check --format`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// For people: code, labels, help and the fix as a diff.
    #[default]
    Pretty,
    /// `FILE:LINE:COL: SEVERITY: MESSAGE [CODE]`, one line per finding.
    Concise,
    /// One JSON document.
    Json,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 3] = [Self::Pretty, Self::Concise, Self::Json];

    /// The word of the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pretty => "pretty",
            Self::Concise => "concise",
            Self::Json => "json",
        }
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|format| format.word() == word);
        known.ok_or_else(|| {
            format!("unknown format `{word}`: one of {}", Self::ALL.map(Self::word).join(", "))
        })
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
