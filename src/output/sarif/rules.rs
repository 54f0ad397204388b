//! The rules of a run as SARIF descriptors.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Message;
use super::help::{markdown, text};
use crate::finding::Severity;
use crate::output::Report;
use crate::output::entry::rule_page;
use crate::output::paint::paragraphs;
use crate::rules::{Rule, Switch};

/// The rules that were run and those that findings name, by code.
pub(super) struct Rules(BTreeMap<&'static str, (usize, &'static Rule)>);

impl Rules {
    pub(super) fn of(report: &Report<'_>) -> Self {
        let found = report.findings.iter().map(|finding| finding.rule);
        let all = report.rules.iter().copied().chain(found).map(|rule| (&*rule.code, (0, rule)));
        let mut rules: BTreeMap<_, _> = all.collect();
        rules.values_mut().enumerate().for_each(|(index, entry)| entry.0 = index);
        Self(rules)
    }

    pub(super) fn index(&self, rule: &Rule) -> usize {
        self.0.get(&*rule.code).map_or(0, |&(index, _)| index)
    }

    pub(super) fn descriptors<'a>(&self) -> impl Iterator<Item = Descriptor<'a>> {
        self.0.values().map(|&(_, rule)| Descriptor::from(rule))
    }
}

/// The word of a severity.
pub(super) fn level(severity: Severity) -> &'static str {
    severity.word()
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Descriptor<'a> {
    id: &'a str,
    name: String,
    short_description: Message<'a>,
    full_description: Message<'a>,
    help_uri: String,
    help: Message<'a>,
    default_configuration: Configuration,
    properties: Properties<'a>,
}

#[derive(Serialize)]
struct Configuration {
    enabled: bool,
    level: &'static str,
}

#[derive(Serialize)]
struct Properties<'a> {
    tags: [&'a str; 2],
    precision: &'static str,
    #[serde(rename = "problem.severity")]
    severity: &'static str,
}

impl From<&'static Rule> for Descriptor<'_> {
    fn from(rule: &'static Rule) -> Self {
        let why = paragraphs(&rule.why);
        let full = why.first().map_or_else(|| rule.summary.to_string(), Clone::clone);
        Self {
            id: &rule.code,
            name: pascal_case(&rule.name),
            short_description: Message::of(&rule.summary),
            full_description: Message { text: full.into(), markdown: None },
            help_uri: rule_page(rule),
            help: Message { text: text(rule).into(), markdown: Some(markdown(rule)) },
            default_configuration: Configuration {
                enabled: rule.default == Switch::On,
                level: level(rule.severity),
            },
            properties: Properties {
                tags: ["nginx", rule.family()],
                precision: "high",
                severity: match rule.severity {
                    Severity::Error => "error",
                    Severity::Warning => "warning",
                    Severity::Note => "recommendation",
                },
            },
        }
    }
}

/// `upgrade-not-forwarded` as `UpgradeNotForwarded`.
fn pascal_case(name: &str) -> String {
    let words = name.split(|char: char| !char.is_ascii_alphanumeric());
    words
        .flat_map(|word| {
            let mut chars = word.chars();
            let first = chars.next().map(|first| first.to_ascii_uppercase());
            first.into_iter().chain(chars)
        })
        .collect()
}
