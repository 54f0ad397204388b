//! `parse`: the document, its options, and input of every kind.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};

use ngxlint::files::Memory;
use ngxlint::parse::{Encoding, Error, Options, Status, run};
use serde_json::{Value, json};

fn memory(files: &[(&str, &[u8])]) -> Memory {
    let mut memory = Memory::default();
    for (name, bytes) in files {
        memory.add(format!("/w/{name}"), *bytes);
    }
    memory
}

fn printed(
    files: &Memory,
    paths: &[&str],
    stdin: &[u8],
    options: &Options,
) -> (Result<Status, Error>, String) {
    let paths: Vec<PathBuf> = paths.iter().map(PathBuf::from).collect();
    let mut out = Vec::new();
    let status = run(files, Path::new("/w"), &paths, &mut { stdin }, options, &mut out);
    (status, String::from_utf8(out).unwrap())
}

fn document(files: &[(&str, &[u8])], options: &Options) -> Value {
    let (status, text) = printed(&memory(files), &["nginx.conf"], b"", options);
    let document: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(document["status"] == "ok", status.unwrap() == Status::Ok);
    document
}

fn parsed(text: &[u8], options: &Options) -> Value {
    document(&[("nginx.conf", text)], options)["config"][0]["parsed"].clone()
}

fn one(text: &[u8]) -> Value {
    parsed(text, &Options::default())
}

#[test]
fn the_shape_is_crossplanes() {
    let text = b"events { }\nhttp {\n  server {\n    listen 80 default_server; # c\n  }\n}\n";
    let (_, printed) = printed(&memory(&[("nginx.conf", text)]), &["nginx.conf"], b"", &Options::default());
    let wanted = concat!(
        r#"{"status":"ok","errors":[],"config":[{"file":"nginx.conf","status":"ok","errors":[],"parsed":["#,
        r#"{"directive":"events","line":1,"args":[],"block":[]},"#,
        r#"{"directive":"http","line":2,"args":[],"block":[{"directive":"server","line":3,"args":[],"block":["#,
        r#"{"directive":"listen","line":4,"args":["80","default_server"]}]}]}]}]}"#,
        "\n"
    );
    assert_eq!(printed, wanted);
}

#[test]
fn words_are_what_nginx_sees() {
    let text = b"a \"b c\" 'd\\'e' f\\;g \"\\\\\" '' h\\ti;\n'quoted' x;";
    assert_eq!(one(text)[0]["args"], json!(["b c", "d'e", "f\\;g", "\\", "", "h\ti"]));
    assert_eq!(one(text)[1], json!({"directive": "quoted", "line": 2, "args": ["x"]}));
}

#[test]
fn conditions_lose_their_parentheses() {
    for (text, wanted) in [
        ("if ($a = b) { }", json!(["$a", "=", "b"])),
        ("if ( $a ~ \"x y\" ) { }", json!(["$a", "~", "x y"])),
        ("if ($a = \"b\") { }", json!(["$a", "=", "b"])),
        ("if (($a)) { }", json!(["($a)"])),
        ("if () { }", json!([])),
        ("if $a { }", json!(["$a"])),
        ("'if' (-f x) { }", json!(["-f", "x"])),
    ] {
        assert_eq!(one(text.as_bytes())[0]["args"], wanted, "{text}");
    }
    assert_eq!(one(b"map $a $b { if (x); }")[0]["block"][0]["args"], json!(["(x)"]));
}

#[test]
fn entries_of_data_blocks_are_statements() {
    let map = one(b"map $a $b {\n default 0;\n ~^x 1;\n}");
    assert_eq!(map[0]["args"], json!(["$a", "$b"]));
    assert_eq!(map[0]["block"][1], json!({"directive": "~^x", "line": 3, "args": ["1"]}));
}

#[test]
fn a_lua_body_is_the_last_argument() {
    let lua = one(b"content_by_lua_block {\n  ngx.say(\"}\") -- }\n}\nset_by_lua_block $x { return 1 }");
    assert_eq!(
        lua[0],
        json!({"directive": "content_by_lua_block", "line": 1, "args": ["\n  ngx.say(\"}\") -- }\n"]})
    );
    assert_eq!(lua[1]["args"], json!(["$x", " return 1 "]));
}

#[test]
fn comments_stand_where_crossplane_puts_them() {
    let comments = Options { comments: true, ..Options::default() };
    let text = b"#top\r\na b # mid\n  c;\nd { # in\n}# end";
    assert_eq!(
        parsed(text, &comments),
        json!([
            {"directive": "#", "line": 1, "args": [], "comment": "top"},
            {"directive": "a", "line": 2, "args": ["b", "c"]},
            {"directive": "#", "line": 2, "args": [], "comment": " mid"},
            {"directive": "d", "line": 4, "args": [], "block": [
                {"directive": "#", "line": 4, "args": [], "comment": " in"}]},
            {"directive": "#", "line": 5, "args": [], "comment": " end"},
        ])
    );
    let among = parsed(b"a # c\n{ b; # d\n }", &comments);
    assert_eq!(among[0]["block"].as_array().unwrap().len(), 2);
    assert_eq!(among[1]["comment"], " c");
    assert_eq!(one(text).as_array().unwrap().len(), 2);
}

#[test]
fn spans_are_bytes_from_the_first_word_to_the_end() {
    let spans = Options { spans: true, comments: true, ..Options::default() };
    let found = parsed("é x;\n a { b; } # é".as_bytes(), &spans);
    let span = |value: &Value| (value["offset"].as_u64().unwrap(), value["end_offset"].as_u64().unwrap());
    assert_eq!(span(&found[0]), (0, 5));
    assert_eq!(span(&found[1]), (7, 15));
    assert_eq!(span(&found[1]["block"][0]), (11, 13));
    assert_eq!(span(&found[2]), (16, 20));
}

#[test]
fn encodings_lose_nothing_or_say_so() {
    let latin1 = Options { encoding: Encoding::Latin1, ..Options::default() };
    let bytes: Vec<u8> = (0x80..=0xff).collect();
    let text = [b"a ".as_slice(), &bytes, b";"].concat();
    let wanted: String = bytes.iter().map(|&byte| char::from(byte)).collect();
    assert_eq!(parsed(&text, &latin1)[0]["args"][0], wanted);
    assert_eq!(one(b"a \xe9\xc3\xa9;")[0]["args"][0], "\u{fffd}é");
    assert_eq!(one(b"a \0\x1b;")[0]["args"][0], "\0\u{1b}");
    assert_eq!(one(b"\xef\xbb\xbfa b;")[0]["directive"], "\u{feff}a");
    assert_eq!(one(b"a b;\r\nc d;\r\n")[1], json!({"directive": "c", "line": 2, "args": ["d"]}));
    assert_eq!(one(b""), json!([]));
}

const TREE: [(&str, &[u8]); 4] = [
    ("nginx.conf", b"include a.conf;\nhttp {\n  include d/*.conf;\n  include none*;\n}\n"),
    ("a.conf", b"include d/2.conf;\nuser x;\n"),
    ("d/1.conf", b"gzip on;\n"),
    ("d/2.conf", b"pid p;\n"),
];

#[test]
fn includes_lead_to_entries_in_the_order_of_opening() {
    let read = document(&TREE, &Options::default());
    let files: Vec<&str> =
        read["config"].as_array().unwrap().iter().map(|it| it["file"].as_str().unwrap()).collect();
    assert_eq!(files, ["nginx.conf", "a.conf", "d/2.conf", "d/1.conf"]);
    let main = &read["config"][0]["parsed"];
    assert_eq!(main[0], json!({"directive": "include", "line": 1, "args": ["a.conf"], "includes": [1]}));
    assert_eq!(main[1]["block"][0]["includes"], json!([3, 2]));
    assert_eq!(main[1]["block"][1]["includes"], json!([]));
    assert_eq!(read["config"][1]["parsed"][0]["includes"], json!([2]));
}

#[test]
fn a_single_file_follows_nothing() {
    let read = document(&TREE, &Options { single_file: true, ..Options::default() });
    assert_eq!(read["config"].as_array().unwrap().len(), 1);
    assert!(read["config"][0]["parsed"][0].get("includes").is_none());
}

#[test]
fn combined_every_directive_names_its_file() {
    let read = document(&TREE, &Options { combine: true, ..Options::default() });
    assert_eq!(
        read["config"],
        json!([{"file": "nginx.conf", "status": "ok", "errors": [], "parsed": [
            {"file": "d/2.conf", "directive": "pid", "line": 1, "args": ["p"]},
            {"file": "a.conf", "directive": "user", "line": 2, "args": ["x"]},
            {"file": "nginx.conf", "directive": "http", "line": 2, "args": [], "block": [
                {"file": "d/1.conf", "directive": "gzip", "line": 1, "args": ["on"]},
                {"file": "d/2.conf", "directive": "pid", "line": 1, "args": ["p"]}]}]}])
    );
}

#[test]
fn several_configurations_make_one_document() {
    let files = memory(&[("1.conf", b"include x;"), ("2.conf", b"include x;"), ("x", b"a;")]);
    let (status, text) = printed(&files, &["1.conf", "2.conf"], b"", &Options::default());
    let read: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(status.unwrap(), Status::Ok);
    assert_eq!(read["config"].as_array().unwrap().len(), 4);
    assert_eq!(read["config"][2]["parsed"][0]["includes"], json!([3]));
    let (_, text) =
        printed(&files, &["1.conf", "2.conf"], b"", &Options { combine: true, ..Options::default() });
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap()["config"].as_array().unwrap().len(), 2);
}

fn errors(files: &[(&str, &[u8])], options: &Options) -> Vec<(Value, Value, Value)> {
    let read = document(files, options);
    let errors = read["errors"].as_array().unwrap();
    errors.iter().map(|it| (it["file"].clone(), it["line"].clone(), it["error"].clone())).collect()
}

#[test]
fn every_error_is_found_and_the_rest_still_read() {
    let text = b"a b;\n;\nhttp {\n  c d\n}\ninclude none.conf;\ninclude x y;\ne";
    let read = document(&[("nginx.conf", text)], &Options::default());
    let found: Vec<&str> =
        read["errors"].as_array().unwrap().iter().map(|it| it["error"].as_str().unwrap()).collect();
    assert_eq!(
        found,
        [
            "unexpected \";\"",
            "unexpected \"}\"",
            "open() \"none.conf\" failed (2: No such file or directory)",
            "invalid number of arguments in \"include\" directive",
            "unexpected end of file, expecting \";\" or \"}\"",
        ]
    );
    let names: Vec<&str> = read["config"][0]["parsed"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["directive"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["a", "http", "include", "include", "e"]);
    assert_eq!(read["config"][0]["status"], "failed");
    assert_eq!(read["config"][0]["errors"][0], json!({"line": 2, "error": "unexpected \";\""}));
}

#[test]
fn an_include_of_itself_is_an_error_and_ends() {
    let files: [(&str, &[u8]); 2] = [("nginx.conf", b"include b;\nx;"), ("b", b"y;\ninclude nginx.conf;")];
    for combine in [false, true] {
        let found = errors(&files, &Options { combine, ..Options::default() });
        let wanted = "open() \"nginx.conf\" failed (24: Too many open files)";
        assert_eq!(found, [(json!("b"), json!(2), json!(wanted))]);
    }
}

#[test]
fn a_directory_is_an_error() {
    let files: [(&str, &[u8]); 2] = [("nginx.conf", b"include d;"), ("d/a", b"")];
    let wanted = json!("pread() \"d\" failed (21: Is a directory)");
    assert_eq!(errors(&files, &Options::default()), [(json!("nginx.conf"), json!(1), wanted.clone())]);
    let strict = Options { strict: true, ..Options::default() };
    assert_eq!(errors(&files, &strict), [(Value::Null, Value::Null, wanted)]);
}

#[test]
fn includes_that_multiply_are_refused_where_they_must_be_written_out() {
    let names: Vec<String> = (0..40).map(|number| format!("f{number}")).collect();
    let texts: Vec<String> =
        (0..40).map(|number| format!("include f{0};include f{0};", number + 1)).collect();
    let mut files: Vec<(&str, &[u8])> =
        names.iter().zip(&texts).map(|(name, text)| (name.as_str(), text.as_bytes())).collect();
    files.push(("f40", b"env a;"));
    let files = memory(&files);
    assert_eq!(printed(&files, &["f0"], b"", &Options::default()).0.unwrap(), Status::Ok);
    for options in
        [Options { combine: true, ..Options::default() }, Options { strict: true, ..Options::default() }]
    {
        let (status, text) = printed(&files, &["f0"], b"", &options);
        assert!(matches!(status, Err(Error::TooLarge(_))), "{status:?}");
        assert_eq!(text, "");
    }
}

#[test]
fn strict_stops_at_the_first_error_and_shows_what_was_read() {
    let strict = Options { strict: true, ..Options::default() };
    let text = b"user a;\nevents {\n  foo;\n  bar;\n}\n}";
    let read = document(&[("nginx.conf", text)], &strict);
    assert_eq!(
        read["errors"],
        json!([{"file": "nginx.conf", "line": 3, "error": "unknown directive \"foo\""}])
    );
    let shown = json!([
        {"directive": "user", "line": 1, "args": ["a"]},
        {"directive": "events", "line": 2, "args": [], "block": []}
    ]);
    assert_eq!(read["config"][0]["parsed"], shown);
}

#[test]
fn strict_reads_a_fragment_in_its_context() {
    let server = ngxlint::config::Context::from_name("server");
    let options = Options { strict: true, context: server, ..Options::default() };
    assert_eq!(errors(&[("nginx.conf", b"listen 80;\nlocation / { return 204; }")], &options), []);
    assert_eq!(errors(&[("nginx.conf", b"listen 80;\nhttp { }")], &options).len(), 1);
}

#[test]
fn standard_input_may_be_a_configuration_or_a_dump() {
    let files = memory(&[("x.conf", b"a;")]);
    let (status, text) = printed(&files, &["-"], b"include x.conf;", &Options::default());
    let read: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(status.unwrap(), Status::Ok);
    assert_eq!(
        (&read["config"][0]["file"], &read["config"][1]["file"]),
        (&json!("<stdin>"), &json!("x.conf"))
    );
    let dump = b"# configuration file /etc/nginx/nginx.conf:\ninclude b;\n\n# configuration file /etc/nginx/b:\nc;\n\n";
    let (status, text) = printed(&files, &["-"], dump, &Options::default());
    let read: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(status.unwrap(), Status::Ok);
    assert_eq!(read["config"][1]["file"], "/etc/nginx/b");
    assert_eq!(read["config"][1]["parsed"][0]["directive"], "c");
}

#[test]
fn what_cannot_be_read_is_named_and_the_rest_printed() {
    let files = memory(&[("1.conf", b"a;")]);
    for tokens in [false, true] {
        let options = Options { tokens, ..Options::default() };
        let (status, text) = printed(&files, &["none.conf", "1.conf"], b"", &options);
        assert!(matches!(&status, Err(Error::Unreadable(paths)) if paths.len() == 1), "{status:?}");
        assert_eq!(status.unwrap_err().to_string(), "none.conf: no such file or directory");
        assert!(text.contains("1.conf"));
        assert_eq!(printed(&files, &["none.conf"], b"", &options).1, "");
    }
}

#[test]
fn depth_costs_no_stack_and_no_square() {
    let depth = 100_000;
    let text = [b"a{".repeat(depth), b"}".repeat(depth)].concat();
    let files = memory(&[("nginx.conf", &text), ("open.conf", &b"a{".repeat(depth))]);
    let plain = Options::default();
    let all = [
        plain.clone(),
        Options { indent: Some(4), ..plain.clone() },
        Options { combine: true, ..plain.clone() },
        Options { strict: true, ..plain.clone() },
        Options { tokens: true, ..plain.clone() },
    ];
    for options in all {
        for path in ["nginx.conf", "open.conf"] {
            let (status, text) = printed(&files, &[path], b"", &options);
            assert!(status.is_ok());
            assert!(text.len() < 300_000_000);
        }
    }
    let (_, text) = printed(&files, &["nginx.conf"], b"", &plain);
    assert_eq!(text.matches("\"block\":[").count(), depth);
    assert!(text.ends_with("]}]}]}\n"));
}

#[test]
fn indentation_follows_the_number() {
    let (_, text) = printed(
        &memory(&[("nginx.conf", b"a b;")]),
        &["nginx.conf"],
        b"",
        &Options { indent: Some(2), ..Options::default() },
    );
    assert!(
        text.starts_with("{\n  \"status\": \"ok\",\n  \"errors\": [],\n  \"config\": [\n    {\n"),
        "{text}"
    );
}
