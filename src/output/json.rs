//! `json`: one document for any number of files; `version` counts incompatible changes.

use std::io::{self, Write};

use serde::Serialize;
use serde::ser::{SerializeSeq as _, Serializer};

use super::diagnostic::Diagnostic;
use super::entry::entries;
use super::place::Places;
use super::statistics::{Statistic, statistics};
use super::{Report, Style, Summary, json_text};
use crate::finding::ReadError;

pub(super) fn write(report: &Report<'_>, out: &mut dyn Write, style: Style) -> io::Result<()> {
    let document = Document {
        version: 1,
        tool: Tool { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") },
        nginx_version: &report.nginx_version,
        summary: (&report.summary).into(),
        diagnostics: Diagnostics(report),
        errors: report.errors.iter().map(Error::from).collect(),
        statistics: style.statistics.then(|| statistics(&report.findings)),
    };
    json_text::document(&document, out)
}

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    tool: Tool,
    nginx_version: &'a str,
    summary: Totals,
    diagnostics: Diagnostics<'a>,
    errors: Vec<Error<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    statistics: Option<Vec<Statistic<'a>>>,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct Totals {
    files: usize,
    errors: usize,
    warnings: usize,
    notes: usize,
    fixable: usize,
    suppressed: usize,
}

#[derive(Serialize)]
struct Error<'a> {
    file: &'a str,
    line: u32,
    column: u32,
    message: &'a str,
}

/// The findings, made into their form one at a time as they are written.
struct Diagnostics<'a>(&'a Report<'a>);

impl Serialize for Diagnostics<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut list = to.serialize_seq(Some(self.0.findings.len()))?;
        let places = Places::new(self.0.sources);
        for entry in entries(self.0, &places) {
            list.serialize_element(&Diagnostic::from(&entry))?;
        }
        list.end()
    }
}

impl From<&Summary> for Totals {
    fn from(of: &Summary) -> Self {
        let &Summary { files, errors, warnings, notes, fixable, suppressed, unsafe_fixable: _, accepted: _ } =
            of;
        Self { files, errors, warnings, notes, fixable, suppressed }
    }
}

impl<'a> From<&'a ReadError> for Error<'a> {
    fn from(of: &'a ReadError) -> Self {
        Self { file: &of.file, line: of.line, column: of.column, message: &of.message }
    }
}
