//! Each format on the sample.

use insta::assert_snapshot;
use ngxlint::output::{Format, Style, write_errors};

use super::sample::{odd_report, odd_sources, report, report_of, sources, text, unread};

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

/// The formats for services, on the sample and on names and texts that are made to break them.
#[test]
fn formats_for_services() {
    let (sample, odd) = (sources(), odd_sources());
    let reports = [("sample", report(&sample)), ("odd", odd_report(&odd))];
    for (name, report) in &reports {
        let [pretty, concise, json, services @ ..] = Format::all() else { panic!("there are more formats") };
        assert_eq!([pretty, concise, json], [&Format::Pretty, &Format::Concise, &Format::Json]);
        for &format in services {
            assert_snapshot!(format!("{format:?}_{name}"), text(format, report, Style::default()));
        }
    }
    assert_snapshot!(text(Format::Concise, &reports[1].1, Style::default()));
}

#[test]
fn nothing_found_is_a_whole_document_for_services() {
    let sources = sources();
    let text = |format| text(format, &report_of(&sources, Vec::new()), Style::default());
    for format in [Format::Jsonl, Format::Github, Format::Rdjsonl] {
        assert_eq!(text(format), "");
    }
    assert_eq!(text(Format::Gitlab), "[]\n");
    assert_snapshot!(text(Format::Checkstyle), @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <checkstyle version="4.3">
    </checkstyle>
    "#);
    assert_snapshot!(text(Format::Junit), @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="ngxlint" tests="1" failures="0" errors="0">
      <testsuite name="ngxlint" tests="1" failures="0" errors="0" skipped="0" time="0">
        <testcase name="no findings" classname="ngxlint" time="0"/>
      </testsuite>
    </testsuites>
    "#);
    assert_snapshot!(text(Format::Markdown), @r"
    ### ngxlint

    No problems found in 2 files.
    ");
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
