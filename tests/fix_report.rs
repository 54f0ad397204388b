//! What `--fix` says of its work, and patches that git takes.
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

use std::process::Command;

use harness::{BAD, Folder, HALF};

/// What is said on standard error, each line without the program's name.
fn said(folder: &Folder, options: &[&str]) -> Vec<String> {
    // A Host without a port is no matter of these tests.
    let said = folder.run(&[options, &["--ignore", "WS115"]].concat());
    said.err.lines().map(|line| line.trim_start_matches("ngxlint: ").to_owned()).collect()
}

#[test]
fn what_was_fixed_is_counted_by_file_and_rule() {
    let two = HALF.replace(
        "    }\n}\n",
        "        location /b { proxy_pass http://b; proxy_set_header Upgrade $http_upgrade; }\n    }\n}\n",
    );
    let folder = Folder::with(&[("a.conf", HALF), ("b.conf", &two), ("c.conf", harness::GOOD)]);
    let lines = said(&folder, &["--fix", "a.conf", "b.conf", "c.conf"]);
    assert_eq!(lines, ["fixed a.conf: 1 WS102, 1 WS103", "fixed b.conf: 2 WS102, 2 WS103"]);
}

#[test]
fn what_several_rounds_repair_is_counted_together() {
    let missing = HALF.replace("proxy_pass http://app;", "proxy_pass http://app");
    let folder = Folder::with_main(missing);
    assert_eq!(said(&folder, &["--fix", "nginx.conf"]), ["fixed nginx.conf: 1 SY002, 1 WS102, 1 WS103"]);
}

#[test]
fn what_is_unsafe_is_named() {
    let by_path = "events {}\nhttp { server { location /socket.io/ { proxy_pass http://a; } } }\n";
    let folder = Folder::with_main(by_path);
    let unsafe_fix =
        |code: &str| format!("not fixed nginx.conf: 1 {code}: the fix is unsafe: --unsafe-fixes writes it");
    let expected = ["WS101", "WS102", "WS103"].map(unsafe_fix);
    assert_eq!(said(&folder, &["--fix", "nginx.conf"]), expected);
    assert_eq!(said(&folder, &["--diff", "nginx.conf"]), expected, "--diff leaves nothing out silently");
    assert_eq!(said(&folder, &["--fix", "--quiet", "nginx.conf"]), [""; 0]);
    let fixed = said(&folder, &["--fix", "--unsafe-fixes", "nginx.conf"]);
    assert_eq!(fixed, ["fixed nginx.conf: 1 WS101, 1 WS102, 1 WS103"]);
}

#[test]
fn what_others_would_inherit_is_named() {
    let inner = BAD.replace(
        "http://app;\n",
        "http://app;\n            # ngxlint: not-websocket\n            location /ws/health { proxy_pass http://b; }\n",
    );
    let folder = Folder::with_main(inner);
    let lines = said(&folder, &["--fix", "nginx.conf"]);
    assert!(
        lines.contains(
            &"not fixed nginx.conf: 1 WS101: the fix is only shown: blocks inside would inherit it"
                .to_owned()
        ),
        "{lines:#?}"
    );
}

#[test]
fn what_would_change_a_shared_snippet_is_named() {
    let main = "events {}\nhttp {\n  server { listen 80; proxy_http_version 1.1; include ws.inc; }\n  server { listen 81; include ws.inc; }\n}\n";
    let snippet = "location /ws/ { proxy_pass http://a; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade; }\n";
    let folder = Folder::with(&[("nginx.conf", main), ("ws.inc", snippet)]);
    let lines = said(&folder, &["--fix", "nginx.conf"]);
    let shared = "not fixed ws.inc: 1 WS103: the fix is only shown: it would change a snippet for other places that include it, too";
    assert_eq!(lines, [shared]);
    assert_eq!(folder.text("ws.inc"), snippet);
}

#[test]
fn what_does_not_parse_is_named() {
    let folder = Folder::with_main(format!("{HALF}    server {{\n"));
    let lines = said(&folder, &["--fix", "nginx.conf"]);
    assert!(
        lines.contains(&"not fixed nginx.conf: 1 WS102: the file does not parse".to_owned()),
        "{lines:#?}"
    );
}

#[test]
fn a_patch_of_a_whole_tree_is_what_fix_writes() {
    let names = [
        "nginx.conf",
        "conf.d/a b.conf",
        "conf.d/no newline.conf",
        "conf.d/crlf.conf",
        "gr\u{fc}n \"x\".conf",
    ];
    let unused = format!("{HALF}# ngxlint: ignore-file WS101");
    let texts = [
        HALF.to_owned(),
        format!("# ngxlint: ignore WS105 -- gone\n{HALF}"),
        HALF.trim_end().to_owned(),
        format!("{HALF}# ngxlint: ignore WS101\n").replace('\n', "\r\n"),
        unused,
    ];
    let folder = Folder::new();
    names.iter().zip(&texts).for_each(|(name, text)| drop(folder.write(name, text)));
    let patch = folder.run(&["--diff", "."]);
    let headers = patch.ends(1).out.lines().filter(|line| line.starts_with("+++ ")).count();
    assert_eq!(headers, names.len(), "{}", patch.out);
    folder.write("fix.patch", &patch.bytes);
    let mut git = Command::new("git");
    git.args(["-c", "core.autocrlf=false", "apply", "--whitespace=nowarn", "fix.patch"])
        .current_dir(folder.path(""));
    let git = git.env("GIT_CEILING_DIRECTORIES", std::env::temp_dir()).output().expect("git runs");
    assert!(git.status.success(), "{}{}", String::from_utf8_lossy(&git.stderr), patch.out);
    let by_git: Vec<Vec<u8>> = names.iter().map(|name| folder.read(name)).collect();
    names.iter().zip(&texts).for_each(|(name, text)| drop(folder.write(name, text)));
    std::fs::remove_file(folder.path("fix.patch")).unwrap();
    folder.run(&["--fix", "."]);
    let by_fix: Vec<Vec<u8>> = names.iter().map(|name| folder.read(name)).collect();
    assert_eq!(by_git, by_fix);
    assert!(by_fix.iter().zip(&texts).all(|(fixed, text)| fixed != text.as_bytes()));
}
