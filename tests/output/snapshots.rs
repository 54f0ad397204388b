//! Each format on the sample.

use insta::assert_snapshot;
use ngxlint::output::{Format, Style, write_errors};

use super::sample::{report, report_of, sources, text, unread};

#[test]
fn pretty() {
    assert_snapshot!(text(Format::Pretty, &report(&sources()), Style::default()));
}

#[test]
fn pretty_in_ascii_and_narrow() {
    let style = Style { width: 60, unicode: false, ..Style::default() };
    let text = text(Format::Pretty, &report(&sources()), style);
    assert!(text.is_ascii());
    assert_snapshot!(text);
}

#[test]
fn pretty_in_colour() {
    let coloured = text(Format::Pretty, &report(&sources()), Style { colour: true, ..Style::default() });
    assert_snapshot!(coloured.replace('\x1b', "␛"));
}

#[test]
fn concise() {
    assert_snapshot!(text(Format::Concise, &report(&sources()), Style::default()));
}

#[test]
fn json() {
    assert_snapshot!(text(Format::Json, &report(&sources()), Style::default()));
}

#[test]
fn nothing_found() {
    let sources = sources();
    assert_snapshot!(text(Format::Pretty, &report_of(&sources, Vec::new()), Style::default()), @"No problems found in 2 files.");
    assert_eq!(text(Format::Concise, &report_of(&sources, Vec::new()), Style::default()), "");
}

#[test]
fn nothing_found_is_not_said_of_what_was_not_read() {
    let sources = sources();
    let mut report = report_of(&sources, Vec::new());
    report.errors.push(unread());
    let text = text(Format::Pretty, &report, Style::default());
    assert_snapshot!(text, @"No problems found in 2 files; 1 file could not be read.");
    let mut errors = Vec::new();
    write_errors(&report.errors, &mut errors).unwrap();
    let errors = String::from_utf8(errors).unwrap();
    assert_eq!(errors, "secret.conf:3:5: error: Permission denied (os error 13) [READ]\n");
}
