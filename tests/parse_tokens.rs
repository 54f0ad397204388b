//! `parse --tokens`: one line a file in the form of the conformance data.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test reads its data and fails by panicking"
)]

use std::path::Path;

use ngxlint::files::Memory;
use ngxlint::parse::{Encoding, Options, Status, run};
use serde_json::{Value, json};

fn lines(files: &Memory, names: &[String]) -> (Status, Vec<Value>) {
    let options = Options { tokens: true, encoding: Encoding::Latin1, ..Options::default() };
    let paths: Vec<_> = names.iter().map(Into::into).collect();
    let mut out = Vec::new();
    let status = run(files, Path::new("/w"), &paths, &mut std::io::empty(), &options, &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    (status, text.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}

#[test]
fn every_input_gives_its_line() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance/parser/tokens.jsonl");
    let cases: Vec<Value> = std::fs::read_to_string(data)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let mut files = Memory::default();
    let names: Vec<String> = (0..cases.len()).map(|number| format!("{number}.conf")).collect();
    for (name, case) in names.iter().zip(&cases) {
        let input = case["input"].as_str().unwrap();
        let bytes: Vec<u8> = input.chars().map(|byte| u8::try_from(u32::from(byte)).unwrap()).collect();
        files.add(format!("/w/{name}"), bytes);
    }
    let (status, lines) = lines(&files, &names);
    assert_eq!((status, lines.len()), (Status::Failed, 2060));
    for ((line, case), name) in lines.iter().zip(&cases).zip(&names) {
        let field = |key: &str| case.get(key).cloned().unwrap_or(Value::Null);
        let wanted = json!({
            "file": name,
            "verdict": field("verdict"),
            "message": field("message"),
            "line": field("line"),
            "statements": case.get("statements").cloned().unwrap_or(json!([])),
        });
        assert_eq!(*line, wanted);
    }
}

#[test]
fn only_the_file_itself_is_looked_at() {
    let mut files = Memory::default();
    files.add("/w/a.conf", "include none;\nif ($x) { nonsense; }\ncontent_by_lua_block { a; }");
    let (status, lines) = lines(&files, &["a.conf".into()]);
    assert_eq!(status, Status::Ok);
    assert_eq!(lines[0]["message"], Value::Null);
    assert_eq!(lines[0]["statements"][1], json!(["block", 2, ["if", "($x)"]]));
}
