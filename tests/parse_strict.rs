//! `parse --strict` against what `nginx -t` says of whole configurations.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test reads its data and fails by panicking"
)]

use std::fs;
use std::path::{Path, PathBuf};

use ngxlint::files::Disk;
use ngxlint::parse::{Encoding, Options, Status, run};
use serde_json::{Value, json};

/// Cases that are not met, with the reason.
const UNMET: [(&str, &str); 0] = [];

fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance/parser")
}

fn cases(index: &str) -> Vec<Value> {
    serde_json::from_slice(&fs::read(data().join(index)).unwrap()).unwrap()
}

/// The document without its trees, which may be deeper than a recursive reader likes.
fn head(document: &str) -> Value {
    let (head, _) = document.split_once(",\"config\":[").unwrap();
    serde_json::from_str(&format!("{head}}}")).unwrap()
}

/// What `parse --strict` says of `main`, in the form of the index.
fn answer(folder: &Path, main: &str) -> Value {
    let options = Options { strict: true, encoding: Encoding::Latin1, ..Options::default() };
    let mut out = Vec::new();
    let status = run(&Disk, folder, &[main.into()], &mut std::io::empty(), &options, &mut out).unwrap();
    let document = head(&String::from_utf8(out).unwrap());
    assert_eq!(document["status"] == "ok", status == Status::Ok);
    let Some(error) = document["errors"].get(0) else { return json!(["ok"]) };
    assert_eq!(document["errors"].as_array().unwrap().len(), 1);
    json!(["error", error["error"], error["file"], error["line"]])
}

/// The index holds text as people read it; the file names and words of the cases are bytes.
fn wanted(case: &Value) -> Value {
    let expect = &case["expect"];
    let field = |name: &str| expect.get(name).cloned().unwrap_or(Value::Null);
    match expect["status"].as_str().unwrap() {
        "ok" => json!(["ok"]),
        status => json!([status, field("message"), field("file"), field("line")]),
    }
}

fn check(index: &str, count: usize) {
    let cases = cases(index);
    assert_eq!(cases.len(), count);
    let mut wrong = Vec::new();
    for case in &cases {
        let (id, folder) = (case["id"].as_str().unwrap(), data().join(case["dir"].as_str().unwrap()));
        let (given, wanted) = (answer(&folder, case["main"].as_str().unwrap()), wanted(case));
        let unmet = UNMET.iter().any(|(unmet, _)| *unmet == id);
        if (given == wanted) == unmet {
            wrong.push(format!("{id}: is {given}, wanted {wanted}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {count} differ:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn nginx_answers_the_same_to_every_configuration() {
    check("index.json", 189);
}

#[test]
fn nginx_answers_the_same_to_every_lua_block() {
    check("index-lua.json", 29);
}
