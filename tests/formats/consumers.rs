//! The shapes that `GitLab`, the readers of `JUnit` and Checkstyle, and reviewdog publish.

use std::collections::HashSet;

use serde_json::Value;

use crate::harness::{BAD, Folder, HALF};
use crate::{ODD_NAME, odd_folder};

const FORMATS: [&str; 11] = [
    "pretty",
    "concise",
    "json",
    "jsonl",
    "sarif",
    "github",
    "gitlab",
    "checkstyle",
    "junit",
    "rdjsonl",
    "markdown",
];

fn written(format: &str) -> String {
    odd_folder().run(&["--format", format, "."]).ends(1).out.clone()
}

fn keys(object: &Value) -> Vec<&str> {
    object.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn no_format_hands_on_what_a_configuration_or_a_name_says_to_terminals_and_services() {
    for format in FORMATS {
        let text = written(format);
        assert!(
            !text.contains(|char: char| char.is_control() && !matches!(char, '\n' | '\t')),
            "{format}: {text:?}"
        );
        for command in ["##[", "##vso["] {
            assert!(!text.contains(command), "{format}: {text}");
        }
        let begins = |line: &str| line.trim_start().starts_with("::") && format != "github";
        assert!(!text.lines().any(begins), "{format}: {text}");
    }
    let (text, folder) = (written("github"), odd_folder());
    assert_eq!(text.lines().count(), folder.run(&["--format", "concise", "."]).out.lines().count());
    let begins = ["::error file=", "::warning file=", "::notice file="];
    assert!(text.lines().all(|line| begins.iter().any(|begin| line.starts_with(begin))), "{text}");
}

#[test]
fn gitlab_gets_code_quality_issues() {
    let issues: Vec<Value> = serde_json::from_str(&written("gitlab")).unwrap();
    let mut fingerprints = HashSet::new();
    for issue in &issues {
        assert_eq!(keys(issue), ["description", "check_name", "fingerprint", "severity", "location"]);
        assert!(
            ["info", "minor", "major", "critical", "blocker"].contains(&issue["severity"].as_str().unwrap())
        );
        assert!(fingerprints.insert(issue["fingerprint"].as_str().unwrap()), "GitLab drops all but one");
        let location = &issue["location"];
        assert!(
            location["lines"]["begin"].as_u64().unwrap() > 0
                && !location["path"].as_str().unwrap().starts_with('.')
        );
    }
    assert!(issues.len() > 4 && issues.iter().any(|issue| issue["location"]["path"] == ODD_NAME));
}

/// The attributes that the schemas of Ant, Jenkins and GitLab all know.
#[test]
fn junit_gets_suites_of_failed_tests() {
    let text = written("junit");
    let document = roxmltree::Document::parse(&text).unwrap();
    let root = document.root_element();
    let number =
        |node: roxmltree::Node<'_, '_>, name: &str| node.attribute(name).unwrap().parse::<usize>().unwrap();
    let children = |node: roxmltree::Node<'_, '_>, name: &str| {
        let all = node.children().filter(roxmltree::Node::is_element);
        all.inspect(|child| assert_eq!(child.tag_name().name(), name)).count()
    };
    assert_eq!(root.tag_name().name(), "testsuites");
    assert!(children(root, "testsuite") == 2);
    let mut tests = 0;
    for suite in root.children().filter(roxmltree::Node::is_element) {
        let names: Vec<&str> = suite.attributes().map(|it| it.name()).collect();
        assert_eq!(names, ["name", "tests", "failures", "errors", "skipped", "time"]);
        assert_eq!(children(suite, "testcase"), number(suite, "tests"));
        for case in suite.children().filter(roxmltree::Node::is_element) {
            assert_eq!(
                case.attributes().map(|it| it.name()).collect::<Vec<_>>(),
                ["name", "classname", "time"]
            );
            assert_eq!(children(case, "failure"), 1);
        }
        tests += number(suite, "failures");
    }
    assert_eq!((number(root, "tests"), number(root, "failures"), number(root, "errors")), (tests, tests, 0));
}

#[test]
fn checkstyle_gets_errors_by_file() {
    let text = written("checkstyle");
    let document = roxmltree::Document::parse(&text).unwrap();
    let errors: Vec<_> = document.descendants().filter(|node| node.has_tag_name("error")).collect();
    for error in &errors {
        assert!(error.parent().unwrap().has_tag_name("file"));
        let names: Vec<&str> = error.attributes().map(|it| it.name()).collect();
        assert_eq!(names, ["line", "column", "severity", "message", "source"]);
        assert!(["error", "warning", "info"].contains(&error.attribute("severity").unwrap()));
    }
    let files = document.descendants().filter(|node| node.has_tag_name("file")).count();
    assert_eq!((document.root_element().tag_name().name(), files, errors.len() > 4), ("checkstyle", 2, true));
}

/// reviewdog refuses a line with a key or a word that its format does not have.
#[test]
fn reviewdog_gets_its_diagnostics() {
    for line in written("rdjsonl").lines() {
        let it: Value = serde_json::from_str(line).unwrap();
        let known = ["message", "location", "severity", "source", "code", "suggestions"];
        assert!(keys(&it).iter().all(|key| known.contains(key)), "{line}");
        assert!(["ERROR", "WARNING", "INFO"].contains(&it["severity"].as_str().unwrap()));
        assert_eq!(keys(&it["location"]), ["path", "range"]);
        let suggestions = it["suggestions"].as_array().cloned().unwrap_or_default();
        let ranges = suggestions.iter().map(|it| &it["range"]).chain([&it["location"]["range"]]);
        for range in ranges {
            let at = |end: &str, key: &str| range[end][key].as_u64().unwrap();
            let [start, end] = ["start", "end"].map(|end| (at(end, "line"), at(end, "column")));
            assert!(start <= end && start.0 > 0 && start.1 > 0, "{line}");
        }
    }
}

#[test]
fn json_lines_are_the_diagnostics_of_json() {
    let folder = Folder::with(&[("a.conf", BAD), ("b.conf", HALF)]);
    let document = folder.json(&["."]);
    let lines = folder.run(&["--format", "jsonl", "."]).out.clone();
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(Value::Array(lines), document.document()["diagnostics"]);
}

/// What was not read is never silence: each format for a service says it, since nobody there reads standard error.
#[test]
fn what_could_not_be_read_stands_in_the_formats_for_services() {
    let folder = Folder::with_main(HALF);
    for format in ["sarif", "github", "gitlab", "checkstyle", "junit", "rdjsonl", "markdown", "json"] {
        let said = folder.run(&["--format", format, "nginx.conf", "nowhere.conf"]);
        assert!(
            said.ends(2).out.contains("nowhere.conf") && said.out.contains("WS102"),
            "{format}: {}",
            said.out
        );
        assert!(said.err.contains("nowhere.conf"), "{format}");
    }
}
