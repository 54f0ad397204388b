//! `gitlab`: the Code Quality report, a part of Code Climate's issues.

use std::io::{self, Write};

use serde::Serialize;
use serde::ser::{SerializeSeq as _, Serializer};

use super::entry::{Entry, entries};
use super::place::Places;
use super::{Report, json_text};
use crate::finding::{ReadError, Severity};

pub(super) fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    json_text::document(&Issues(report), out)
}

struct Issues<'a>(&'a Report<'a>);

impl Serialize for Issues<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut list = to.serialize_seq(Some(self.0.findings.len() + self.0.errors.len()))?;
        let places = Places::new(self.0.sources);
        for entry in entries(self.0, &places) {
            list.serialize_element(&issue(&entry))?;
        }
        self.0.errors.iter().try_for_each(|error| list.serialize_element(&unread(error)))?;
        list.end()
    }
}

#[derive(Serialize)]
struct Issue<'a> {
    description: &'a str,
    check_name: &'a str,
    fingerprint: String,
    severity: &'static str,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}

fn issue<'a>(entry: &'a Entry<'a>) -> Issue<'a> {
    let (finding, at) = (entry.finding, entry.place());
    Issue {
        description: &finding.message,
        check_name: &finding.rule.code,
        fingerprint: entry.fingerprint.clone(),
        severity: match finding.severity {
            Severity::Error => "major",
            Severity::Warning => "minor",
            Severity::Note => "info",
        },
        location: Location { path: at.file, lines: Lines { begin: at.start.line, end: at.end.line } },
    }
}

fn unread(error: &ReadError) -> Issue<'_> {
    Issue {
        description: &error.message,
        check_name: "READ",
        fingerprint: crate::fingerprint::of_words(&["READ", &error.file, &error.message]),
        severity: "major",
        location: Location { path: &error.file, lines: Lines { begin: error.line, end: error.line } },
    }
}
