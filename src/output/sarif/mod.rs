//! `sarif`: a SARIF 2.1.0 log with one run, for code scanning. Columns count Unicode characters, ends are exclusive.

mod help;
mod result;
mod rules;
mod uri;

use std::io::{self, Write};

use serde::Serialize;
use serde::ser::{SerializeSeq as _, Serializer};

use self::result::{Location, Result as SarifResult, location_of_error};
use self::rules::{Descriptor, Rules};
use super::entry::{HOME, entries};
use super::place::Places;
use super::{Report, json_text};

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// What relative URIs are relative to; GitHub takes it for the root of the repository.
const BASE: &str = "%SRCROOT%";

pub(super) fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let rules = Rules::of(report);
    let run = Run {
        tool: Tool { driver: Driver::new(&rules) },
        invocations: [Invocation::of(report)],
        column_kind: "unicodeCodePoints",
        automation_details: Details { id: "ngxlint/" },
        original_uri_base_ids: BaseIds { root: Described { description: Message::of(BASE_IS) } },
        results: Results { report, rules: &rules },
    };
    json_text::document(&Log { schema: SCHEMA, version: "2.1.0", runs: [run] }, out)
}

const BASE_IS: &str = "The folder that ngxlint was run in.";

#[derive(Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool<'a>,
    invocations: [Invocation<'a>; 1],
    column_kind: &'static str,
    automation_details: Details,
    original_uri_base_ids: BaseIds,
    results: Results<'a>,
}

#[derive(Serialize)]
struct Tool<'a> {
    driver: Driver<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver<'a> {
    name: &'static str,
    full_name: &'static str,
    organization: &'static str,
    version: &'static str,
    semantic_version: &'static str,
    information_uri: &'static str,
    short_description: Message<'static>,
    rules: Vec<Descriptor<'a>>,
}

impl Driver<'_> {
    fn new(rules: &Rules) -> Self {
        Self {
            name: "ngxlint",
            full_name: concat!("ngxlint ", env!("CARGO_PKG_VERSION")),
            organization: "ngxlint",
            version: env!("CARGO_PKG_VERSION"),
            semantic_version: env!("CARGO_PKG_VERSION"),
            information_uri: HOME,
            short_description: Message::of(concat!(env!("CARGO_PKG_DESCRIPTION"), ".")),
            rules: rules.descriptors().collect(),
        }
    }
}

#[derive(Serialize)]
struct Details {
    id: &'static str,
}

#[derive(Serialize)]
struct BaseIds {
    #[serde(rename = "%SRCROOT%")]
    root: Described,
}

#[derive(Serialize)]
struct Described {
    description: Message<'static>,
}

/// How the run went: what could not be read is no result.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation<'a> {
    execution_successful: bool,
    tool_execution_notifications: Vec<Notification<'a>>,
}

#[derive(Serialize)]
struct Notification<'a> {
    level: &'static str,
    message: Message<'a>,
    locations: [Location<'a>; 1],
}

impl<'a> Invocation<'a> {
    fn of(report: &'a Report<'_>) -> Self {
        let notifications = report.errors.iter().map(|error| Notification {
            level: "error",
            message: Message::of(&error.message),
            locations: [location_of_error(error)],
        });
        Self {
            execution_successful: report.errors.is_empty(),
            tool_execution_notifications: notifications.collect(),
        }
    }
}

#[derive(Serialize)]
struct Message<'a> {
    text: std::borrow::Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    markdown: Option<String>,
}

impl<'a> Message<'a> {
    /// A message is a sentence in SARIF.
    fn of(text: &'a str) -> Self {
        let is_sentence = text.ends_with(['.', '!', '?']);
        let text = if is_sentence { text.into() } else { format!("{text}.").into() };
        Self { text, markdown: None }
    }
}

/// The findings, made into their form one at a time as they are written.
struct Results<'a> {
    report: &'a Report<'a>,
    rules: &'a Rules,
}

impl Serialize for Results<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut list = to.serialize_seq(Some(self.report.findings.len()))?;
        let places = Places::new(self.report.sources);
        for entry in entries(self.report, &places) {
            list.serialize_element(&SarifResult::new(&entry, self.rules))?;
        }
        list.end()
    }
}
