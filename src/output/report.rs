//! What a run has to say, before any format.

use crate::finding::{Finding, ReadError, Safety, Severity};
use crate::rules::Rule;
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
    /// The rules that were run.
    pub rules: &'a [&'static Rule],
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
