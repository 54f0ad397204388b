//! Fragments: where they are meant to be included, and what may be said of them without the rest.
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

use harness::Folder;

const PASS: &str = "proxy_pass http://app;";
const UPGRADE: &str = "proxy_set_header Upgrade $http_upgrade;";
const CONNECTION: &str = "proxy_set_header Connection upgrade;";
const VERSION: &str = "proxy_http_version 1.1;";

fn codes(text: &str, options: &[&str]) -> Vec<String> {
    Folder::with(&[("fragment.conf", text)]).json(&[options, &["fragment.conf"]].concat()).codes()
}

fn location(inner: &[&str]) -> String {
    format!("location /chat {{\n{}\n}}\n", inner.join("\n"))
}

fn server(inner: &[&str]) -> String {
    format!("server {{\n{}}}\n", location(inner))
}

#[test]
fn a_missing_header_is_reported_where_the_deciding_level_is_in_sight() {
    for text in [server(&[PASS, UPGRADE, VERSION]), location(&[PASS, UPGRADE, VERSION])] {
        assert_eq!(codes(&text, &[]), ["WS102"], "{text}");
    }
    let nothing_set_here = format!("# ngxlint: websocket\n{}", location(&[PASS, VERSION]));
    assert_eq!(codes(&nothing_set_here, &[]), [""; 0], "headers may come from the server");
    let whole = format!("events {{}}\nhttp {{\nserver {{\n{nothing_set_here}}}\n}}\n");
    assert_eq!(codes(&whole, &[]), ["WS101", "WS102"]);
}

#[test]
fn a_missing_version_is_reported_with_the_server_block_only() {
    let text = server(&[PASS, UPGRADE, CONNECTION]);
    let folder = Folder::with(&[("fragment.conf", &text)]);
    let found = folder.json(&["fragment.conf"]);
    assert_eq!(found.ends(1).codes(), ["WS103"]);
    let message = found.diagnostics()[0]["message"].as_str().expect("a word").to_owned();
    assert!(message.contains("unless"), "{message}");
    assert_eq!(codes(&location(&[PASS, UPGRADE, CONNECTION]), &[]), [""; 0]);
    let whole = Folder::with_main(format!("events {{}}\nhttp {{\n{text}}}\n")).json(&["nginx.conf"]);
    let message = whole.diagnostics()[0]["message"].as_str().expect("a word").to_owned();
    assert!(!message.contains("unless"), "{message}");
}

#[test]
fn a_wrong_part_is_reported_anywhere() {
    assert_eq!(codes(&location(&[PASS, UPGRADE, CONNECTION, "proxy_http_version 1.0;"]), &[]), ["WS103"]);
    assert_eq!(codes(&location(&[PASS, UPGRADE, "proxy_set_header Connection close;"]), &[]), ["WS102"]);
    let bare = [PASS, UPGRADE, "proxy_set_header Connection close;", VERSION].join("\n");
    assert_eq!(codes(&bare, &["--context", "location"]), ["WS102"]);
}

#[test]
fn an_unresolved_include_on_the_deciding_level_silences() {
    let missing = "include /srv/nowhere/proxy.conf;";
    let ws = |codes: Vec<String>| codes.into_iter().filter(|it| it.starts_with("WS")).collect::<Vec<_>>();
    assert_eq!(ws(codes(&server(&[PASS, UPGRADE, missing]), &[])), [""; 0]);
    let wrong = server(&[PASS, UPGRADE, "proxy_set_header Connection close;", missing]);
    assert_eq!(ws(codes(&wrong, &[])), ["WS102"]);
    let above = format!("server {{\n{missing}\n{}}}\n", location(&[PASS, UPGRADE]));
    assert_eq!(ws(codes(&above, &[])), ["WS102"], "headers are decided here, the version perhaps above");
    let main = |inner: &str| format!("events {{}}\nhttp {{\n{inner}}}\n");
    assert_eq!(ws(codes(&main(&server(&[PASS, UPGRADE, missing])), &[])), [""; 0]);
    assert_eq!(ws(codes(&main(&server(&[PASS, UPGRADE])), &[])), ["WS102", "WS103"]);
}

#[test]
fn an_unknown_variable_is_reported_only_where_the_whole_tree_was_read() {
    let inner = [PASS, UPGRADE, "proxy_set_header Connection $connection_upgrade;", VERSION];
    assert_eq!(codes(&server(&inner), &[]), [""; 0]);
    let main = format!("events {{}}\nhttp {{\n{}}}\n", server(&inner));
    assert_eq!(codes(&main, &[]), ["WS112"]);
    let unseen = format!("events {{}}\nhttp {{\ninclude /srv/nowhere.conf;\n{}}}\n", server(&inner));
    assert!(!codes(&unseen, &[]).contains(&"WS112".to_owned()));
}

/// What is said of a missing version: whether the http level is in sight.
fn is_hedged(text: &str, options: &[&str]) -> bool {
    let folder = Folder::with(&[("fragment.conf", text)]);
    let found = folder.json(&[options, &["--select", "WS103", "fragment.conf"]].concat());
    found.ends(1).diagnostics()[0]["message"].as_str().expect("a word").contains("unless")
}

#[test]
fn the_context_comes_from_the_comment_the_option_or_the_content() {
    let text = server(&[PASS, UPGRADE, CONNECTION]);
    assert!(is_hedged(&text, &[]), "a server block stands in http");
    assert!(is_hedged(&text, &["--context", "auto"]));
    assert!(is_hedged(&text, &["--context", "http"]));
    assert!(!is_hedged(&text, &["--context", "main"]));
    assert!(!is_hedged(&format!("# ngxlint: context main\n{text}"), &[]));
    assert!(is_hedged(&format!("# ngxlint: context http\n{text}"), &[]));
    assert!(!is_hedged(&format!("http {{\n{text}}}\n"), &["--context", "http"]), "it brings its own http");
}

#[test]
fn a_part_of_a_location_may_lack_what_the_rest_of_it_has() {
    let bare = [PASS, UPGRADE].join("\n");
    for told in [bare.clone(), format!("# ngxlint: context http > server > location\n{bare}")] {
        assert_eq!(codes(&told, &[]), [""; 0]);
    }
    assert_eq!(codes(&bare, &["--context", "location"]), [""; 0]);
}

#[test]
fn a_stream_server_passes_tcp_on() {
    let stream = "server {\n    listen 1;\n    proxy_pass ws;\n}\nupstream ws { server a:1; }\n";
    assert_eq!(codes(stream, &[]), [""; 0]);
    assert_eq!(codes(stream, &["--context", "stream"]), [""; 0]);
    assert_eq!(codes(&format!("# ngxlint: context stream\n{stream}"), &[]), [""; 0]);
}

#[test]
fn a_file_said_to_be_main_is_the_whole_tree() {
    let inner = [PASS, UPGRADE, "proxy_set_header Connection $connection_upgrade;", VERSION];
    let text = format!("http {{\n{}}}\n", server(&inner));
    assert_eq!(codes(&text, &[]), ["WS112"]);
    assert_eq!(codes(&format!("# ngxlint: context http\n{}", server(&inner)), &[]), [""; 0]);
}

#[test]
fn a_fragments_includes_are_looked_for_beside_and_above_it() {
    let folder = Folder::with(&[
        ("nginx/sites/a.conf", "server {\n    include snippets/ws.inc;\n}\n"),
        ("nginx/snippets/ws.inc", &location(&[PASS, UPGRADE])),
    ]);
    let wanted = ["nginx/snippets/ws.inc:2 WS102", "nginx/snippets/ws.inc:2 WS103"];
    assert_eq!(folder.json(&["."]).ends(1).places(), wanted);
    assert_eq!(folder.json(&["nginx/sites/a.conf"]).ends(1).places(), wanted);
    assert_eq!(folder.json(&["--prefix", "nginx", "nginx/sites/a.conf"]).ends(1).places(), wanted);
}

#[test]
fn intent_can_be_denied() {
    let denied = format!("# ngxlint: not-websocket\n{}", location(&[PASS, UPGRADE]));
    assert_eq!(codes(&denied, &[]), [""; 0]);
    assert_eq!(codes(&location(&[PASS]), &[]), [""; 0], "a plain pass is never reported");
}
