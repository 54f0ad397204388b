//! `jsonl`: the objects of `json`'s `diagnostics`, each on a line of its own.

use std::io::{self, Write};

use super::diagnostic::Diagnostic;
use super::entry::entries;
use super::place::Places;
use super::{Report, json_text};

pub(super) fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let places = Places::new(report.sources);
    entries(report, &places).try_for_each(|entry| json_text::line(&Diagnostic::from(&entry), out))
}
