//! The file: JSON with one line for each finding, sorted, so that a change of one finding is a change of one line.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use super::{Baseline, Known};

/// Counts incompatible changes of the file.
const VERSION: u32 = 1;

/// Why a file is no baseline.
#[derive(Debug, thiserror::Error)]
pub enum BaselineError {
    /// It is not JSON of the expected form.
    #[error("is no baseline: {0}")]
    Malformed(#[from] serde_json::Error),
    /// It is one of another version.
    #[error("is a baseline of version {0}, and this ngxlint reads version {VERSION}")]
    Version(u32),
}

#[derive(Deserialize)]
struct Document {
    version: u32,
    #[serde(default)]
    findings: serde_json::Value,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    file: String,
    code: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    block: String,
    fingerprint: String,
}

impl Baseline {
    /// Reads a file's content.
    ///
    /// # Errors
    /// Where it is no baseline, or one of another version.
    pub fn read(bytes: &[u8]) -> Result<Self, BaselineError> {
        let document: Document = serde_json::from_slice(bytes)?;
        if document.version != VERSION {
            return Err(BaselineError::Version(document.version));
        }
        let lines: Vec<Line> = serde_json::from_value(document.findings)?;
        Ok(lines.into_iter().map(Known::from).collect())
    }

    /// The file's content.
    pub fn render(&self) -> String {
        let mut text = format!("{{\n  \"version\": {VERSION},\n  \"findings\": [");
        for (number, known) in self.iter().enumerate() {
            let comma = if number == 0 { "" } else { "," };
            // Strings always become JSON, and writing to a string does not fail.
            let line = serde_json::to_string(&Line::from(known)).unwrap_or_default();
            let _ = write!(text, "{comma}\n    {line}");
        }
        text + if self.is_empty() { "]\n}\n" } else { "\n  ]\n}\n" }
    }
}

impl From<Line> for Known {
    fn from(Line { file, code, block, fingerprint }: Line) -> Self {
        Self { file, code, block, fingerprint }
    }
}

impl From<&Known> for Line {
    fn from(known: &Known) -> Self {
        let Known { file, code, block, fingerprint } = known.clone();
        Self { file, code, block, fingerprint }
    }
}
