//! What a rule is about, as the page that code scanning shows beside a finding.

use std::fmt::Write as _;

use crate::output::example;
use crate::output::paint::paragraphs;
use crate::rules::Rule;

/// What to do, and why.
pub(super) fn text(rule: &Rule) -> String {
    let mut all = paragraphs(&rule.help);
    all.extend(paragraphs(&rule.why));
    if all.is_empty() {
        all.push(rule.summary.to_string());
    }
    all.join("\n\n")
}

/// The same with symptoms, what does not help, examples and references.
pub(super) fn markdown(rule: &Rule) -> String {
    let mut out = format!("# {} {}\n\n{}\n", rule.code, rule.name, rule.summary);
    section(&mut out, "Why", &paragraphs(&rule.why).join("\n\n"));
    section(&mut out, "What to do", &paragraphs(&rule.help).join("\n\n"));
    section(&mut out, "What users and logs show", &list(rule.symptoms.iter().map(ToString::to_string)));
    let dead_ends = rule.dead_ends.iter().map(|end| format!("{}: {}", end.attempt, end.because));
    section(&mut out, "What does not help", &list(dead_ends));
    let example = example(rule);
    section(&mut out, "Reported", &fenced(example.bad));
    section(&mut out, "Not reported", &fenced(example.good));
    section(&mut out, "References", &list(rule.references.iter().map(ToString::to_string)));
    out
}

fn section(out: &mut String, title: &str, text: &str) {
    if !text.is_empty() {
        // Writing to a string does not fail.
        let _ = write!(out, "\n## {title}\n\n{text}\n");
    }
}

fn list(items: impl Iterator<Item = String>) -> String {
    items.map(|item| format!("- {}", paragraphs(&item).join(" "))).collect::<Vec<_>>().join("\n")
}

fn fenced(code: Option<&str>) -> String {
    code.map_or_else(String::new, |code| format!("```nginx\n{}\n```", code.trim_end()))
}
