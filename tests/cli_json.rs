//! `check --format json` against `interfaces.md` 3, over every fixture.
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

use harness::{Folder, HALF, finish, program};
use serde_json::Value;

#[test]
fn the_json_document_is_as_documented() {
    let mut seen = 0;
    for main in harness::fixtures() {
        let main = main.to_string_lossy().into_owned();
        let said = finish(program(harness::repository(), &["--format", "json", &main]), b"");
        let document = said.document();
        assert_eq!(keys(&document), "version tool nginx_version summary diagnostics errors", "{main}");
        assert_eq!(document["version"], 1);
        assert_eq!(keys(&document["tool"]), "name version");
        assert_eq!(document["nginx_version"], ">=1.18");
        assert_eq!(keys(&document["summary"]), "files errors warnings notes fixable suppressed");
        let diagnostics = said.diagnostics();
        let count = |word: &str| diagnostics.iter().filter(|it| it["severity"] == word).count() as u64;
        for (key, word) in [("errors", "error"), ("warnings", "warning"), ("notes", "note")] {
            assert_eq!(document["summary"][key].as_u64(), Some(count(word)), "{main}");
        }
        for it in &diagnostics {
            judge(it, &main);
        }
        seen += diagnostics.len();
    }
    assert!(seen > 50, "{seen} findings");
}

fn keys(of: &Value) -> String {
    of.as_object().expect("an object").keys().map(String::as_str).collect::<Vec<_>>().join(" ")
}

/// One diagnostic against `interfaces.md` 3.
fn judge(it: &Value, main: &str) {
    assert_eq!(
        keys(it),
        "code name family severity message help url file line column end_line end_column offset end_offset block scopes related includes fix fingerprint"
    );
    let word =
        |value: &Value, key: &str| value[key].as_str().unwrap_or_else(|| panic!("{key}: {value}")).to_owned();
    let number = |value: &Value, key: &str| value[key].as_u64().unwrap_or_else(|| panic!("{key}: {value}"));
    for key in ["name", "family", "message", "help", "url"] {
        assert!(!word(it, key).is_empty(), "{key}: {it}");
    }
    let bytes = std::fs::read(harness::repository().join(word(it, "file"))).expect("the flagged file");
    let (start, end) = (number(it, "offset"), number(it, "end_offset"));
    for (offset, line, column) in [(start, "line", "column"), (end, "end_line", "end_column")] {
        assert_eq!((number(it, line), number(it, column)), position(&bytes, offset), "{main}: {it}");
    }
    if let block @ Value::Object(_) = &it["block"] {
        assert_eq!(keys(block), "file line label");
        assert_eq!(it["scopes"].as_array().and_then(|it| it.last()), Some(&block["label"]), "{it}");
    }
    for related in it["related"].as_array().expect("a list") {
        assert_eq!(keys(related), "file line column message");
        assert!(number(related, "line") > 0 && number(related, "column") > 0);
    }
    for include in it["includes"].as_array().expect("a list") {
        let (file, line) = include.as_str().and_then(|it| it.rsplit_once(':')).expect("FILE:LINE");
        assert!(harness::repository().join(file).is_file() && line.parse::<u32>().is_ok(), "{include}");
    }
    if let fix @ Value::Object(_) = &it["fix"] {
        assert!(["title safety edits", "title safety group edits"].contains(&keys(fix).as_str()), "{fix}");
        assert!(["safe", "unsafe", "shown"].contains(&word(fix, "safety").as_str()));
        for edit in fix["edits"].as_array().expect("a list") {
            assert_eq!(keys(edit), "file offset end_offset text");
            let file = std::fs::read(harness::repository().join(word(edit, "file"))).expect("the file");
            assert!(number(edit, "offset") <= number(edit, "end_offset"));
            assert!(number(edit, "end_offset") <= file.len() as u64);
        }
    }
    let print = word(it, "fingerprint");
    assert!(print.len() == 16 && print.bytes().all(|it| it.is_ascii_digit() || (b'a'..=b'f').contains(&it)));
}

/// Line and column by counting: characters where the bytes are UTF-8.
fn position(bytes: &[u8], offset: u64) -> (u64, u64) {
    let before = &bytes[..usize::try_from(offset).expect("an offset")];
    let line = before.split(|&byte| byte == b'\n').count() as u64;
    let start = before.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
    let column = String::from_utf8_lossy(&before[start..]).chars().count() as u64 + 1;
    (line, column)
}

#[test]
fn offsets_cut_out_the_flagged_text() {
    let text = HALF.replace("# x", "").replace("    server {", "    # caf\u{e9} \u{1f600}\n    server {");
    let folder = Folder::with_main(&text);
    for it in folder.json(&["nginx.conf"]).ends(1).diagnostics() {
        let at = |key: &str| usize::try_from(it[key].as_u64().expect("a number")).expect("small");
        assert_eq!(&text[at("offset")..at("end_offset")], "proxy_pass http://app", "{it}");
    }
}
