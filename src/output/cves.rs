//! `rules --cves`: the vulnerabilities that `known-cve` knows.

use std::io::{self, BufWriter, Write};

use serde::Serialize;

use super::paint::{Paint, Role};
use super::{Style, json_text};
use crate::catalogue::{Cve, Version};

/// Writes one line per vulnerability: id, severity, the releases, the repairs, what it needs.
///
/// # Errors
/// Whatever the writer says.
pub fn cves_table(cves: &[Cve], out: &mut dyn Write, style: Style) -> io::Result<()> {
    let head = ["CVE", "SEVERITY", "AFFECTED", "FIXED", "REPORTED"].map(str::to_owned);
    let rows: Vec<[String; 5]> = std::iter::once(head).chain(cves.iter().map(cells)).collect();
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(String::len).max();
    let widths: [usize; 5] = std::array::from_fn(|column| width(column).unwrap_or(0));
    let texts = std::iter::once("NEEDS").chain(cves.iter().map(|cve| cve.needs));
    let (mut out, paint) = (BufWriter::new(out), Paint::new(style.colour));
    for (index, (row, text)) in rows.iter().zip(texts).enumerate() {
        let role = if index == 0 { Role::Strong } else { Role::Plain };
        for (cell, width) in row.iter().zip(widths) {
            write!(out, "{}{}", paint.role(role, cell), " ".repeat(width + 2 - cell.len()))?;
        }
        writeln!(out, "{text}")?;
    }
    out.flush()
}

fn cells(cve: &Cve) -> [String; 5] {
    let ranges: Vec<String> = cve.affected.iter().map(|&(from, to)| range(from, to)).collect();
    let list = |texts: Vec<String>| if texts.is_empty() { "-".to_owned() } else { texts.join(", ") };
    let reported = if cve.report { "yes" } else { "no" };
    let severity = cve.severity.unwrap_or("-").to_owned();
    [cve.id.to_owned(), severity, list(ranges), list(versions(cve.fixed)), reported.to_owned()]
}

fn range(from: Version, to: Option<Version>) -> String {
    match to {
        Some(to) if to == from => from.to_string(),
        Some(to) => format!("{from}-{to}"),
        None => format!("{from}-"),
    }
}

fn versions(versions: &[Version]) -> Vec<String> {
    versions.iter().map(ToString::to_string).collect()
}

/// Writes an array with one object per vulnerability.
///
/// # Errors
/// Whatever the writer says.
pub fn cves_json(cves: &[Cve], out: &mut dyn Write) -> io::Result<()> {
    let entries: Vec<Entry> = cves.iter().map(Entry::from).collect();
    let mut out = BufWriter::new(out);
    json_text::document(&entries, &mut out)?;
    out.flush()
}

#[derive(Serialize)]
struct Entry {
    id: &'static str,
    title: &'static str,
    severity: Option<&'static str>,
    affected: Vec<(String, Option<String>)>,
    fixed: Vec<String>,
    platform: Option<&'static str>,
    needs: &'static str,
    reported: bool,
    confidence: &'static str,
    sources: &'static [&'static str],
    note: Option<&'static str>,
}

impl From<&Cve> for Entry {
    fn from(cve: &Cve) -> Self {
        let ranges = cve.affected.iter().map(|(from, to)| (from.to_string(), to.map(|to| to.to_string())));
        Self {
            id: cve.id,
            title: cve.title,
            severity: cve.severity,
            affected: ranges.collect(),
            fixed: versions(cve.fixed),
            platform: cve.platform,
            needs: cve.needs,
            reported: cve.report,
            confidence: cve.confidence,
            sources: cve.sources,
            note: cve.note,
        }
    }
}
