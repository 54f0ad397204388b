//! `rules`: all rules as a table or as JSON.

use std::io::{self, BufWriter, Write};

use serde::Serialize;

use super::paint::{Paint, Role};
use super::{Style, json_text};
use crate::rules::{FixSafety, Rule, Severity, Switch};

/// Writes one line per rule: code, name, severity, default, fix, nginx versions, summary.
///
/// # Errors
/// Whatever the writer says.
pub fn rules_table<'a>(
    rules: impl Iterator<Item = &'a Rule>,
    out: &mut dyn Write,
    style: Style,
) -> io::Result<()> {
    let rows: Vec<Row<'_>> = std::iter::once(HEAD).chain(rules.map(row)).collect();
    let widths: [usize; 6] = std::array::from_fn(|column| {
        rows.iter()
            .filter_map(|row| row.cells.get(column))
            .map(|cell| cell.chars().count())
            .max()
            .unwrap_or(0)
    });
    let paint = Paint::new(style.colour);
    let mut out = BufWriter::new(out);
    rows.iter().try_for_each(|row| write_row(row, &widths, paint, &mut out))?;
    out.flush()
}

struct Row<'a> {
    role: Role,
    cells: [&'a str; 6],
    summary: &'a str,
}

const HEAD: Row<'static> = Row {
    role: Role::Strong,
    cells: ["CODE", "NAME", "SEVERITY", "DEFAULT", "FIX", "NGINX"],
    summary: "SUMMARY",
};

fn row(rule: &Rule) -> Row<'_> {
    let nginx = rule.nginx.as_deref().unwrap_or("all");
    let fix = fix_safety(rule).unwrap_or("-");
    let cells = [&*rule.code, &*rule.name, rule.severity.word(), default_word(rule), fix, nginx];
    Row { role: Role::Severity(rule.severity), cells, summary: &rule.summary }
}

fn write_row(row: &Row<'_>, widths: &[usize; 6], paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    for (column, (cell, width)) in row.cells.iter().zip(widths).enumerate() {
        let padding = " ".repeat(width.saturating_sub(cell.chars().count()) + 2);
        let painted = matches!((column, row.role), (_, Role::Strong) | (0, _));
        let role = if painted { row.role } else { Role::Plain };
        write!(out, "{}{padding}", paint.role(role, cell))?;
    }
    writeln!(out, "{}", row.summary)
}

/// `on` or `off`.
pub(super) fn default_word(rule: &Rule) -> &'static str {
    match rule.default {
        Switch::On => "on",
        Switch::Off => "off",
    }
}

pub(super) fn fix_safety(rule: &Rule) -> Option<&'static str> {
    rule.fix.as_ref().map(|fix| match fix.safety {
        FixSafety::Safe => "safe",
        FixSafety::Unsafe => "unsafe",
        FixSafety::Shown => "shown",
        FixSafety::ByIntent => "by-intent",
    })
}

/// Writes an array with one object per rule.
///
/// # Errors
/// Whatever the writer says.
pub fn rules_json<'a>(rules: impl Iterator<Item = &'a Rule>, out: &mut dyn Write) -> io::Result<()> {
    let entries: Vec<Entry<'_>> = rules.map(Entry::from).collect();
    let mut out = BufWriter::new(out);
    json_text::document(&entries, &mut out)?;
    out.flush()
}

#[derive(Serialize)]
struct Entry<'a> {
    code: &'a str,
    name: &'a str,
    family: &'a str,
    severity: &'a str,
    default: &'a str,
    fixable: bool,
    fix_safety: Option<&'a str>,
    nginx: Option<&'a str>,
    summary: &'a str,
}

impl<'a> From<&'a Rule> for Entry<'a> {
    fn from(rule: &'a Rule) -> Self {
        Self {
            code: &rule.code,
            name: &rule.name,
            family: rule.family(),
            severity: Severity::word(rule.severity),
            default: default_word(rule),
            fixable: rule.fix.is_some(),
            fix_safety: fix_safety(rule),
            nginx: rule.nginx.as_deref(),
            summary: &rule.summary,
        }
    }
}
