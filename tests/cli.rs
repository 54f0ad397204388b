//! The command line as `interfaces.md` promises it: commands, options, the shapes of the formats, the order of findings.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "tests prepare their files themselves and fail by panicking, and so do their helpers"
)]

#[path = "cli/harness.rs"]
mod harness;

use std::collections::BTreeSet;
use std::path::Path;

use harness::{BAD, Folder, HALF, Said, finish, program};
use serde_json::Value;

/// The options of `check` that stand in `interfaces.md` and are not about settings, baselines or own rules.
const OPTIONS: [&str; 28] = [
    "--fix",
    "--unsafe-fixes",
    "--diff",
    "--format",
    "--output",
    "--select",
    "--ignore",
    "--extend-select",
    "--fail-on",
    "--min-severity",
    "--nginx-version",
    "--context",
    "--prefix",
    "--root",
    "--path-map",
    "--stdin-filename",
    "--no-config",
    "--baseline",
    "--write-baseline",
    "--jobs",
    "--allow-empty",
    "--exit-zero",
    "--show-files",
    "--quiet",
    "--verbose",
    "--no-progress",
    "--color",
    "--help",
];

fn here(arguments: &[&str]) -> Said {
    finish(program(harness::repository(), arguments), b"")
}

fn rules() -> Vec<Value> {
    here(&["rules", "--format", "json"]).ends(0).document().as_array().expect("a list").clone()
}

#[test]
fn help_lists_every_documented_option() {
    for arguments in [&["--help"][..], &["check", "--help"]] {
        let said = here(arguments);
        for option in OPTIONS {
            let listed = said.ends(0).out.split([' ', ',', '\n']).any(|word| word == option);
            assert!(listed, "{option} is not in the output of {arguments:?}");
        }
    }
    let said = here(&["--help"]);
    for command in ["check", "handshake", "show", "parse", "explain", "rules"] {
        assert!(said.out.contains(&format!("\n  {command} ")), "{command} is missing:\n{}", said.out);
    }
    assert_eq!(here(&["--version"]).ends(0).out, concat!("ngxlint ", env!("CARGO_PKG_VERSION"), "\n"));
}

#[test]
fn the_rule_list_as_json() {
    let keys = ["code", "name", "family", "severity", "default", "fixable", "nginx", "summary"];
    let rules = rules();
    for rule in &rules {
        let object = rule.as_object().expect("an object");
        for key in keys {
            assert!(object.contains_key(key), "{key} is missing: {rule}");
        }
        let word = |key: &str| rule[key].as_str().unwrap_or_else(|| panic!("{key}: {rule}"));
        assert!(is_code(word("code")), "{rule}");
        assert!(["error", "warning", "note"].contains(&word("severity")), "{rule}");
        assert!(
            harness::repository().join(format!("rules/{}/{}.yaml", word("family"), word("name"))).is_file()
        );
    }
    let codes: Vec<&str> = rules.iter().filter_map(|rule| rule["code"].as_str()).collect();
    assert!(codes.is_sorted(), "{codes:?}");
    for code in [
        "DI007", "DI010", "SY001", "SY002", "SY003", "SY004", "WS101", "WS102", "WS103", "WS104", "WS105",
        "WS112",
    ] {
        assert!(codes.contains(&code), "{code} is missing");
    }
}

#[test]
fn every_rule_is_explained_by_code_and_by_name() {
    for rule in rules() {
        let [code, name] = ["code", "name"].map(|key| rule[key].as_str().expect("a word").to_owned());
        let by_code = here(&["explain", &code]);
        let text = &by_code.ends(0).out;
        assert_eq!(by_code.out, here(&["explain", &name]).out);
        assert_eq!(by_code.out, here(&["explain", &code.to_lowercase()]).out);
        assert!(text.contains(&code) && text.contains(&name), "{text}");
        for open in ["TODO", "FIXME", "XXX"] {
            assert!(!text.contains(open), "{code}: {open} in\n{text}");
        }
        let placeholder = placeholders(
            &harness::repository()
                .join(format!("rules/{}/{name}.yaml", rule["family"].as_str().unwrap_or(""))),
        )
        .into_iter()
        .find(|it| text.contains(it.as_str()));
        assert_eq!(placeholder, None, "{code}:\n{text}");
    }
    here(&["explain", "WS1O1"]).ends(2).complains("no rule is called `WS1O1`; did you mean `WS101`?");
}

/// What stands in single braces in a rule's `message` lines: `{block}`, `{evidence}`.
fn placeholders(rule: &Path) -> BTreeSet<String> {
    let text = std::fs::read_to_string(rule).unwrap_or_else(|error| panic!("{}: {error}", rule.display()));
    let pieces = text.split('{').skip(1).filter_map(|piece| piece.split_once('}')).map(|(word, _)| word);
    let is_name =
        |word: &&str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    pieces.filter(is_name).map(|word| format!("{{{word}}}")).collect()
}

#[test]
fn a_command_wins_over_a_folder_of_its_name() {
    let folder = Folder::with(&[("rules/nginx.conf", BAD)]);
    assert!(folder.run(&["rules"]).ends(0).out.contains("WS101"));
    assert_eq!(folder.json(&["./rules"]).ends(1).codes().len(), 3);
    assert_eq!(folder.json(&["check", "rules"]).ends(1).codes().len(), 3);
}

/// `^(.+?):(\d+):(\d+): (error|warning|note): (.+) \[([A-Z]{2}\d{3})\]$`
fn is_concise(line: &str) -> bool {
    let pattern = r"^(.+?):(\d+):(\d+): (error|warning|note): (.+) \[([A-Z]{2}\d{3})\]$";
    let pattern = fancy_regex::Regex::new(pattern).expect("a pattern");
    pattern.is_match(line).expect("an answer")
}

fn is_code(code: &str) -> bool {
    is_concise(&format!("a:1:1: note: x [{code}]"))
}

#[test]
fn every_concise_line_has_its_form() {
    let mut lines = 0;
    for main in harness::fixtures() {
        let said = here(&["--format", "concise", "--select", "all", &main.to_string_lossy()]);
        assert!(said.code() < 2, "{}: {}", main.display(), said.err);
        for line in said.out.lines() {
            assert!(is_concise(line), "{}: {line}", main.display());
            lines += 1;
        }
    }
    assert!(lines > 50, "{lines} lines");
    assert!(!is_concise("a.conf:1: error: x [WS101]") && !is_concise("a.conf:1:1: error: x [WS1010]"));
}

#[test]
fn control_characters_do_not_break_concise_lines() {
    let text = "http { server { location \"/a\u{1b}[31m\nb\" { proxy_pass http://x; proxy_set_header Upgrade $http_upgrade; } } }\n";
    let folder = Folder::new();
    folder.write("a\nb\u{1b}.conf", text);
    let said = folder.run(&["--format", "concise", "a\nb\u{1b}.conf"]);
    assert_eq!(said.ends(1).out.lines().count(), 2);
    for line in said.out.lines() {
        assert!(is_concise(line) && line.starts_with("a\\nb\\x1b.conf:"), "{line:?}");
    }
}

#[test]
fn findings_stand_in_order_whatever_the_order_of_the_arguments() {
    let files = [("b.conf", HALF), ("a.conf", BAD), ("c/d.conf", HALF), ("c-d.conf", BAD)];
    let folder = Folder::with(&files);
    let names = files.map(|(name, _)| name);
    let wanted = folder.json(&names);
    let places: Vec<_> = wanted.ends(1).diagnostics().iter().map(order).collect();
    assert!(places.is_sorted() && places.len() == 10, "{places:?}");
    for turn in 1..names.len() {
        let mut turned = names;
        turned.rotate_left(turn);
        assert_eq!(folder.json(&turned), wanted, "{turned:?}");
        turned.reverse();
        assert_eq!(folder.json(&turned), wanted, "{turned:?}");
    }
    assert_eq!(folder.json(&["."]).places(), wanted.places());
    let twice = folder.json(&["a.conf", "b.conf", "./a.conf", "c/../b.conf", ".", "c"]);
    assert_eq!(twice.document(), folder.json(&["."]).document());
}

fn order(it: &Value) -> (String, u64, u64, String) {
    let word = |key: &str| it[key].as_str().expect("a word").to_owned();
    (
        word("file"),
        it["line"].as_u64().expect("a line"),
        it["column"].as_u64().expect("a column"),
        word("code"),
    )
}

#[test]
fn fixtures_are_in_order_too() {
    let places: Vec<_> = here(&["--format", "json", "fixtures"]).diagnostics().iter().map(order).collect();
    assert!(places.is_sorted() && places.len() > 50, "{places:#?}");
}
