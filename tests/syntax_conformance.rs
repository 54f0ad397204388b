//! nginx's verdict, message, line and words on the parser's conformance data.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test reads its data by itself and fails by panicking"
)]

use std::fs;
use std::path::{Path, PathBuf};

use ngxlint::syntax::{Ended, RawBodies, ReadStatement, parse, read_as_nginx, verdict};
use serde_json::{Value, json};

fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance/parser")
}

fn json(file: &str) -> Value {
    serde_json::from_slice(&fs::read(data().join(file)).unwrap()).unwrap()
}

/// The bytes of a string that holds one character per byte.
fn bytes(latin1: &str) -> Vec<u8> {
    latin1.chars().map(|character| u8::try_from(u32::from(character)).unwrap()).collect()
}

fn latin1(bytes: &[u8]) -> String {
    bytes.iter().map(|&byte| char::from(byte)).collect()
}

fn statement(read: &ReadStatement) -> Value {
    let kind = match read.ended {
        Ended::Simple => "simple",
        Ended::Block => "block",
        Ended::Close => "close",
    };
    json!([kind, read.line, read.words.iter().map(|word| latin1(word)).collect::<Vec<_>>()])
}

/// What `--tokens` says about `text`, in the form of `tokens.jsonl`.
fn answer(text: &[u8]) -> Value {
    let (statements, refusal) = read_as_nginx(text);
    let statements: Vec<Value> = statements.iter().map(statement).collect();
    match refusal {
        None => json!({"verdict": "ok", "message": null, "line": null, "statements": statements}),
        Some(refusal) => json!({
            "verdict": "error",
            "message": latin1(&refusal.message),
            "line": refusal.line,
            "statements": statements,
        }),
    }
}

fn wanted(case: &Value) -> Value {
    let field = |name: &str| case.get(name).cloned().unwrap_or(Value::Null);
    json!({
        "verdict": field("verdict"),
        "message": field("message"),
        "line": field("line"),
        "statements": case.get("statements").cloned().unwrap_or(json!([])),
    })
}

fn token_cases() -> Vec<Value> {
    let lines = fs::read_to_string(data().join("tokens.jsonl")).unwrap();
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn every_tokens_input_reads_as_in_nginx() {
    let cases = token_cases();
    assert_eq!(cases.len(), 2060);
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|case| {
            let input = case["input"].as_str().unwrap();
            let (given, wanted) = (answer(&bytes(input)), wanted(case));
            (given != wanted).then(|| format!("{input:?}\n  is     {given}\n  wanted {wanted}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

/// Whether the recovering parser reports an error exactly where nginx has one that is not about the window.
#[test]
fn recovery_reports_errors_exactly_where_nginx_refuses() {
    for case in token_cases() {
        let input = bytes(case["input"].as_str().unwrap());
        let tree = parse(&input, RawBodies::None);
        let window = case["message"].as_str().is_some_and(|message| message.starts_with("too long"));
        if !window {
            assert_eq!(tree.errors.is_empty(), case["verdict"] == "ok", "{}", input.escape_ascii());
        }
    }
}

/// Messages that the tokenizer or the scanner of raw bodies decides alone.
fn is_about_tokens(message: &str) -> bool {
    let starts = ["unexpected \"", "unexpected end of file", "too long ", "Lua code block missing"];
    starts.iter().any(|start| message.starts_with(start)) && !message.ends_with(" in condition")
}

/// Whether nginx refuses the case for something the tokenizer is not asked about: a directive, or what stands in a
/// block whose content is data.
fn other_refusal(case: &Value) -> bool {
    let data = case["rule"] == "pseudo";
    data || case["expect"]["message"].as_str().is_some_and(|message| !is_about_tokens(message))
}

fn check_main_file(case: &Value) -> Result<(), String> {
    let (dir, main) = (case["dir"].as_str().unwrap(), case["main"].as_str().unwrap());
    let expect = &case["expect"];
    let file = expect["file"].as_str().unwrap_or(main);
    let Ok(text) = fs::read(data().join(dir).join(file)) else { return Ok(()) };
    let refusal = verdict(&text, &parse(&text, RawBodies::Known));
    let given = refusal.map(|refusal| (latin1(&refusal.message), u64::from(refusal.line)));
    let message = expect["message"].as_str().filter(|message| is_about_tokens(message));
    let wanted = message.map(|message| (message.to_owned(), expect["line"].as_u64().unwrap()));
    if given == wanted { Ok(()) } else { Err(format!("{dir}: is {given:?}, wanted {wanted:?}")) }
}

fn check_index(index: &str, count: usize) {
    let cases = json(index);
    let cases = cases.as_array().unwrap();
    assert_eq!(cases.len(), count);
    let checked = cases.iter().filter(|case| !other_refusal(case));
    let wrong: Vec<String> = checked.filter_map(|case| check_main_file(case).err()).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn whole_configurations_read_as_in_nginx() {
    check_index("index.json", 189);
}

#[test]
fn lua_blocks_read_as_in_nginx() {
    check_index("index-lua.json", 29);
}
