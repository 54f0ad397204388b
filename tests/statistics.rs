//! `--statistics`
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test reads its data by itself and fails by panicking"
)]

#[path = "cli/harness.rs"]
mod harness;

use harness::{BAD, Folder, GOOD, HALF};
use serde_json::Value;

fn folder() -> Folder {
    Folder::with(&[("a/nginx.conf", BAD), ("b/nginx.conf", HALF), ("c/nginx.conf", GOOD)])
}

const COUNTS: &str = "2  WS102  connection-not-upgrade  1 error, 1 warning
2  WS103  http-version-not-1.1    2 warnings
1  WS101  upgrade-not-forwarded   1 warning
";

#[test]
fn the_texts_show_counts_in_place_of_findings() {
    let folder = folder();
    assert_eq!(folder.run(&["--statistics", "--format", "concise", "."]).ends(1).out, COUNTS);
    assert_eq!(folder.run(&["--statistics", "--quiet", "."]).ends(1).out, COUNTS);
    let said = folder.run(&["--statistics", "."]);
    let summary = "Found 1 error, 4 warnings in 3 files (5 fixable with --fix).\n";
    assert_eq!(said.ends(1).out, format!("{COUNTS}\n{summary}"));
    assert_eq!(folder.run(&["--statistics", "c"]).ends(0).out, "No problems found in 1 file.\n");
}

#[test]
fn json_has_the_findings_and_the_counts() {
    let folder = folder();
    let document = folder.json(&["--statistics", "."]).document();
    assert_eq!(document["diagnostics"].as_array().unwrap().len(), 5);
    let expected = r#"{"code": "WS102", "name": "connection-not-upgrade", "count": 2, "errors": 1, "warnings": 1, "notes": 0, "fixable": 2}"#;
    assert_eq!(document["statistics"][0], serde_json::from_str::<Value>(expected).unwrap());
    assert_eq!(folder.json(&["."]).document().get("statistics"), None);
}

#[test]
fn what_is_not_reported_is_not_counted() {
    let said =
        folder().run(&["--statistics", "--quiet", "--min-severity", "error", "--ignore", "WS101", "."]);
    assert_eq!(said.ends(1).out, "1  WS102  connection-not-upgrade  1 error\n");
}

#[test]
fn counts_take_the_place_of_no_diff() {
    folder().run(&["--statistics", "--diff", "."]).ends(2);
}
