//! `--statistics`: how often each rule has found something.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use super::Style;
use super::escape::Line;
use super::paint::{Paint, Role};
use crate::finding::{Finding, Severity};
use crate::rules::Rule;

/// The findings of one rule.
#[derive(Debug, Serialize)]
pub(super) struct Statistic<'a> {
    code: &'a str,
    name: &'a str,
    count: usize,
    errors: usize,
    warnings: usize,
    notes: usize,
    /// How many of them have a fix that can be written.
    fixable: usize,
}

/// The rules that have found something: the one with the most findings first, by code where they have as many.
pub(super) fn statistics(findings: &[Finding]) -> Vec<Statistic<'_>> {
    let mut of_rules: BTreeMap<&str, Statistic<'_>> = BTreeMap::new();
    for finding in findings {
        of_rules.entry(&finding.rule.code).or_insert_with(|| Statistic::new(finding.rule)).add(finding);
    }
    let mut all: Vec<Statistic<'_>> = of_rules.into_values().collect();
    all.sort_by_key(|statistic| std::cmp::Reverse(statistic.count));
    all
}

impl<'a> Statistic<'a> {
    fn new(rule: &'a Rule) -> Self {
        let (code, name) = (&*rule.code, &*rule.name);
        Self { code, name, count: 0, errors: 0, warnings: 0, notes: 0, fixable: 0 }
    }

    fn add(&mut self, finding: &Finding) {
        self.count += 1;
        *match finding.severity {
            Severity::Error => &mut self.errors,
            Severity::Warning => &mut self.warnings,
            Severity::Note => &mut self.notes,
        } += 1;
        self.fixable += usize::from(super::is_fixable(finding));
    }

    fn worst(&self) -> Severity {
        match (self.errors, self.warnings) {
            (0, 0) => Severity::Note,
            (0, _) => Severity::Warning,
            _ => Severity::Error,
        }
    }

    fn severities(&self) -> String {
        super::counts(&[(self.errors, "error"), (self.warnings, "warning"), (self.notes, "note")])
    }
}

/// One line for each rule: count, code, name, severities.
pub(super) fn write(findings: &[Finding], out: &mut dyn Write, style: Style) -> io::Result<()> {
    let all = statistics(findings);
    let paint = Paint::new(style.colour);
    let width = |of: fn(&Statistic<'_>) -> usize| all.iter().map(of).max().unwrap_or_default();
    let widths = [
        width(|it| it.count.to_string().len()),
        width(|it| it.code.chars().count()),
        width(|it| it.name.chars().count()),
    ];
    all.iter().try_for_each(|it| {
        let [count, code, name] = widths;
        let code = paint.role(Role::Severity(it.worst()), format!("{:code$}", Line(it.code).to_string()));
        let name = format!("{:name$}", Line(it.name).to_string());
        writeln!(out, "{:count$}  {code}  {name}  {}", it.count, it.severities())
    })
}
