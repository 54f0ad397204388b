//! Whatever stands in a name, a message or a fix: no format hands on a control character or a command of a service, and
//! each stays readable for those it is made for.

use ngxlint::finding::{Edit, Finding, Fix, Label, Safety};
use ngxlint::output::{Format, Report, Style};
use ngxlint::source::{DocId, Document, Origin, Sources, Span};
use proptest::prelude::*;
use serde_json::Value;

use super::sample::{DROPPED, bare, report_of, text, unread};

/// Pieces that mean something to a terminal, a service or a format, among any others.
fn words() -> impl Strategy<Value = String> {
    let pieces = prop_oneof![
        any::<char>().prop_map(String::from),
        prop::sample::select(vec![
            "\x1b",
            "\x1b[31m",
            "\u{9b}",
            "\0",
            "\r",
            "\n",
            "\r\n",
            "\t",
            "\u{202e}",
            "\u{feff}",
            "\u{ffff}",
            "\u{2028}",
            "::",
            "::error::",
            "::add-mask::",
            "::warning file=a::",
            " ::stop-commands::x",
            "##[",
            "##[group]",
            "##vso[",
            "##vso[task.setvariable variable=a]",
            "##teamcity[",
            "%",
            "%0A",
            ":",
            ",",
            "&",
            "<",
            ">",
            "]]>",
            "<!--",
            "\"",
            "'",
            "`",
            "``",
            "|",
            "\\",
            "\\|",
            "@",
            "{",
            "}",
            ";",
            "#",
            " ",
            "\u{3000}",
            "a",
            "é",
            "\u{1f600}",
        ])
        .prop_map(str::to_owned),
    ];
    prop::collection::vec(pieces, 0..12).prop_map(|pieces| pieces.concat())
}

/// No line begins with a command of GitHub's, and nowhere stands one of the others.
fn obeys_nothing(format: Format, text: &str) {
    assert_eq!(
        text.find(|char: char| char.is_control() && !matches!(char, '\n' | '\t')),
        None,
        "{format:?} {text:?}"
    );
    let reorders = |char: char| matches!(char, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}');
    assert_eq!(text.find(reorders), None, "{format:?} {text:?}");
    for (at, _) in text.match_indices("##") {
        let rest = text[at + 2..].trim_start_matches(|char: char| char.is_ascii_alphabetic());
        assert!(!rest.starts_with('['), "{format:?} {text}");
    }
    if format != Format::Github {
        let is_command = |line: &&str| {
            // The runner takes all up to `::` or a space for the name, and knows only names of letters and `-`.
            let rest = line.trim_start().strip_prefix("::").unwrap_or_default();
            let head = rest.split_once("::").map_or("", |(head, _)| head);
            let name = head.split(' ').next().unwrap_or_default();
            !name.is_empty() && name.chars().all(|char| char.is_ascii_alphabetic() || char == '-')
        };
        assert_eq!(text.lines().find(is_command), None, "{format:?} {text}");
    }
}

/// The pieces of text in an XML document, its attributes included.
fn xml_texts(text: &str) -> Vec<String> {
    let document = roxmltree::Document::parse(text).unwrap();
    let of =
        |node: roxmltree::Node<'_, '_>| node.attributes().map(|it| it.value().to_owned()).collect::<Vec<_>>();
    document.descendants().flat_map(of).collect()
}

fn json_lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// As GitHub's runner reads a line: command, properties, message.
fn github_command(line: &str) -> (&str, Vec<(&str, String)>, String) {
    let (head, message) = line.strip_prefix("::").unwrap().split_once("::").unwrap();
    let (command, properties) = head.split_once(' ').unwrap();
    let message = message.replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%");
    let properties = properties.split(',').map(|pair| {
        let (key, value) = pair.split_once('=').unwrap();
        let value = value.replace("%2C", ",").replace("%3A", ":").replace("%0A", "\n").replace("%0D", "\r");
        (key, value.replace("%25", "%"))
    });
    (command, properties.collect(), message)
}

/// The cells of a row of GitHub's tables: `\|` does not end one.
fn cells(row: &str) -> usize {
    row.replace("\\|", "").matches('|').count() - 1
}

fn is_readable(format: Format, report: &Report<'_>, text: &str) {
    let (found, unread) = (report.findings.len(), report.errors.len());
    match format {
        Format::Pretty => {}
        Format::Concise => assert_eq!(text.lines().count(), found),
        Format::Json => {
            let document: Value = serde_json::from_str(text).unwrap();
            assert_eq!(document["diagnostics"][0]["message"], *report.findings[0].message);
        }
        Format::Jsonl => {
            let lines = json_lines(text);
            assert_eq!(
                (lines.len(), &lines[0]["message"]),
                (found, &report.findings[0].message.as_str().into())
            );
        }
        Format::Sarif => {
            let document: Value = serde_json::from_str(text).unwrap();
            let results = document["runs"][0]["results"].as_array().unwrap();
            assert_eq!(results.len(), found);
            let uri =
                results[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].as_str().unwrap();
            assert!(uri.bytes().all(|byte| byte.is_ascii_graphic()), "{uri}");
        }
        Format::Github => {
            let lines: Vec<_> = text.lines().map(github_command).collect();
            assert_eq!(lines.len(), found + unread, "{text}");
            for (command, properties, _) in lines {
                assert!(["error", "warning", "notice"].contains(&command), "{text}");
                let keys: Vec<&str> = properties.iter().map(|(key, _)| *key).collect();
                let known = ["file", "line", "endLine", "col", "endColumn", "title"];
                assert!(keys.iter().all(|key| known.contains(key)), "{text}");
            }
        }
        Format::Gitlab => {
            let issues: Value = serde_json::from_str(text).unwrap();
            assert_eq!(issues.as_array().unwrap().len(), found + unread);
            assert_eq!(issues[0]["description"], *report.findings[0].message);
        }
        Format::Checkstyle | Format::Junit => {
            assert_eq!(xml_texts(text).iter().filter(|it| it.contains("WS104")).count(), found, "{text}");
        }
        Format::Rdjsonl => {
            let lines = json_lines(text);
            assert_eq!(
                (lines.len(), &lines[0]["message"]),
                (found + unread, &report.findings[0].message.as_str().into())
            );
        }
        Format::Markdown => {
            let rows: Vec<&str> = text.lines().filter(|line| line.starts_with('|')).collect();
            assert_eq!(rows.len(), found + unread + 4, "{text}");
            assert!(rows.iter().all(|row| cells(row) == 4 || cells(row) == 2), "{text}");
        }
    }
}

/// What the property looks for is found where it stands.
#[test]
fn what_is_obeyed_is_noticed() {
    let notices =
        |format, text: &'static str| std::panic::catch_unwind(move || obeys_nothing(format, text)).is_err();
    let bad = ["a\x1b[m", "a\u{9b}", "a\r\n", "\u{202e}", "x\n  ::error::a", "a ##[group]", "##vso[task.x]"];
    assert!(bad.into_iter().all(|text| notices(Format::Pretty, text)));
    for fine in ["a ::error::", "::1 a::b", "## [a]", "\ta\n"] {
        obeys_nothing(Format::Pretty, fine);
    }
    assert!(std::panic::catch_unwind(|| github_command("::error file=a")).is_err());
    assert_eq!(cells("| a \\| b | c |"), 2);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn nothing_is_obeyed_and_everything_can_be_read(
        name in words(),
        [message, help, title, inserted, label] in [words(), words(), words(), words(), words()],
        code in prop::collection::vec(words(), 1..4),
        ends in [any::<prop::sample::Index>(), any::<prop::sample::Index>()],
    ) {
        let bytes = code.concat().into_bytes();
        let mut sources = Sources::default();
        sources.add(Document::new(name.clone(), Origin::Buffer, bytes.clone()));
        let [one, other] = ends.map(|end| u32::try_from(end.index(bytes.len() + 1)).unwrap());
        let span = Span::new(DocId(0), one.min(other), one.max(other));
        let edits = vec![Edit { span, text: inserted }];
        let fix = Fix { title, safety: Safety::Safe, group: None, edits, places: Vec::new() };
        let finding = Finding {
            help,
            fix: Some(fix.into()),
            scopes: vec![label.clone()],
            related: vec![Label { span, message: label }],
            ..bare(&DROPPED, span, &message)
        };
        let mut report = report_of(&sources, vec![finding]);
        let mut error = unread();
        error.file = name;
        error.message = message;
        report.errors.push(error);
        for &format in Format::all() {
            for width in [40, 100] {
                let text = text(format, &report, Style { width, ..Style::default() });
                obeys_nothing(format, &text);
                is_readable(format, &report, &text);
            }
        }
    }
}
