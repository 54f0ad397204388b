//! The words of `check --format`.

use clap::ValueEnum;

/// The formats of `check --format`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, ValueEnum)]
pub enum Format {
    /// For people: code, labels, help and the fix as a diff
    #[default]
    Pretty,
    /// `FILE:LINE:COL: SEVERITY: MESSAGE [CODE]`, one line per finding
    Concise,
    /// One JSON document
    Json,
    /// One JSON object per line and finding
    Jsonl,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Annotations of GitHub Actions
    Github,
    /// The Code Quality report of GitLab
    Gitlab,
    /// Checkstyle's XML
    Checkstyle,
    /// XML for test reports: a failed test per finding
    Junit,
    /// The diagnostics of reviewdog, with suggestions
    Rdjsonl,
    /// A table, for job summaries and comments
    Markdown,
}

impl Format {
    /// Every format.
    pub fn all() -> &'static [Self] {
        Self::value_variants()
    }
}
