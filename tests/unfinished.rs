//! Texts that are not nginx's, or not yet: examples with dots, other languages; main files whose place is not known.
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

use harness::{Folder, GOOD};

fn severities(folder: &Folder, path: &str) -> Vec<String> {
    let found = folder.json(&[path]).diagnostics();
    found.iter().map(|it| format!("{} {}", it["code"], it["severity"]).replace('"', "")).collect()
}

#[test]
fn without_a_tag_the_same_braces_are_errors() {
    let folder = Folder::with_main("events {}\nhttp {\n    server {{\n        listen 80;\n    }}\n}\n");
    assert!(severities(&folder, "nginx.conf").contains(&"SY003 error".to_owned()));
}

#[test]
fn dots_of_an_example_are_a_note_and_stay() {
    let text = "events {}\nhttp {\n    server {\n        listen 80;\n        ...\n    }\n}\n";
    let folder = Folder::with_main(text);
    assert_eq!(severities(&folder, "nginx.conf"), ["SY002 note"]);
    folder.run(&["--fix", "--unsafe-fixes", "nginx.conf"]).ends(0);
    assert_eq!(folder.text("nginx.conf"), text);
}

#[test]
fn a_walk_leaves_other_languages_with_nginx_words_alone() {
    let policy = "module app 1.0;\nrequire {\n    class file { read write };\n}\nallow httpd_t app_t:file { read write };\nallow httpd_t tmp_t:file { read };\n";
    let folder = Folder::with(&[("policy.conf", policy), ("nginx.conf", GOOD)]);
    assert_eq!(folder.run(&["--show-files", "."]).ends(0).err, "nginx.conf\n");
    // A text of nginx's with a mistake is still found.
    folder.write("app.conf", "server {\n    listen 80;\n    server_name a;\n    root /srv\n}\n");
    assert_eq!(severities(&folder, "."), ["SY002 error"]);
}

#[test]
fn where_a_main_file_of_another_name_is_put_nobody_knows() {
    let main = "events {}\nhttp {\n    include generated.conf;\n}\n";
    let folder = Folder::with(&[("docs/example.conf", main), ("etc/nginx.conf", main)]);
    assert_eq!(severities(&folder, "."), ["DI007 note", "DI007 error"]);
    assert_eq!(severities(&folder, "docs/example.conf"), ["DI007 error"]);
    folder.write("generated.conf", "");
    assert_eq!(severities(&folder, "."), ["DI007 error"]);
}
