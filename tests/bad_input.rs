//! Input that is missing, unreadable, hostile or huge: a clear message or finding each, the right exit code, never a crash,
//! never "clean" for what was not read.
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

use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use harness::{BAD, Folder, GOOD, Said, finish};

#[test]
fn a_missing_path() {
    let said = Folder::new().run(&["nowhere.conf", "--format", "concise"]);
    said.ends(2).complains("nowhere.conf:1:1: error: no such file or directory");
    assert_eq!(said.out, "");
    let said = Folder::new().json(&["nowhere.conf"]);
    assert_eq!(said.ends(2).document()["errors"][0]["file"], "nowhere.conf");
    assert_eq!(said.document()["summary"]["files"], 0);
}

#[test]
fn findings_are_printed_though_another_path_fails() {
    let folder = Folder::with_main(BAD);
    let said = folder.json(&["nowhere.conf", "nginx.conf"]);
    assert_eq!(said.ends(2).codes(), ["WS101", "WS102", "WS103"]);
    folder.run(&["nowhere.conf", "nginx.conf", "--exit-zero"]).ends(2);
    folder.run(&["nowhere.conf", "nginx.conf", "--fail-on", "never"]).ends(2);
    folder.run(&["nowhere.conf", "nginx.conf", "--allow-empty"]).ends(2);
}

#[test]
fn an_empty_path_is_no_path() {
    Folder::with_main(GOOD).run(&[""]).ends(2).complains("a value is required");
}

#[test]
fn a_file_without_permission() {
    let folder = Folder::with_main(GOOD);
    set_mode(&folder, "nginx.conf", 0o000);
    let Some(said) = as_nobody(&folder, &["nginx.conf", "--format", "concise"]) else { return };
    said.ends(2).complains("nginx.conf:1:1: error: cannot be read: permission denied");
}

#[test]
fn a_folder_without_permission() {
    let folder = Folder::with(&[("nginx.conf", GOOD), ("closed/a.conf", BAD)]);
    set_mode(&folder, "closed", 0o000);
    let Some(said) = as_nobody(&folder, &["--format", "concise"]) else { return };
    said.ends(2).complains("closed:1:1: error: cannot be read");
}

#[test]
fn an_include_without_permission() {
    let folder = Folder::with(&[("nginx.conf", "events {}\ninclude secret.conf;\n"), ("secret.conf", "")]);
    set_mode(&folder, "secret.conf", 0o000);
    let Some(said) = as_nobody(&folder, &["nginx.conf", "--format", "json"]) else { return };
    assert_eq!(said.ends(2).places(), ["nginx.conf:2 DI007"]);
    said.complains("permission denied");
}

#[test]
fn a_fifo_is_never_opened() {
    let folder = Folder::with(&[("nginx.conf", "events {}\ninclude pipe.conf;\n")]);
    make_fifo(&folder, "pipe.conf");
    let named = folder.run(&["pipe.conf", "--format", "concise"]);
    named.ends(2).complains("pipe.conf:1:1: error: cannot be read: is not a regular file");
    assert_eq!(folder.json(&["nginx.conf"]).ends(2).places(), ["nginx.conf:2 DI007"]);
    let by_glob = Folder::with(&[("nginx.conf", "events {}\ninclude conf.d/*;\n"), ("conf.d/a", "")]);
    make_fifo(&by_glob, "conf.d/pipe");
    assert_eq!(by_glob.json(&["nginx.conf"]).ends(2).places(), ["nginx.conf:2 DI007"]);
}

#[test]
fn a_device_is_never_opened() {
    Folder::new().run(&["/dev/zero"]).ends(2).complains("is not a regular file");
}

#[test]
fn an_include_of_a_folder() {
    let folder = Folder::with(&[("nginx.conf", "events {}\ninclude sub;\n"), ("sub/x", "")]);
    assert_eq!(folder.json(&["nginx.conf"]).ends(1).places(), ["nginx.conf:2 DI007"]);
}

#[test]
fn a_folder_without_configuration() {
    let folder = Folder::with(&[("README.md", "server {}"), ("src/main.rs", "fn main() {}")]);
    folder.run::<&str>(&[]).ends(2).complains("no nginx configuration was found here");
    folder.run(&["."]).ends(2);
    folder.run(&["--allow-empty"]).ends(0);
    folder.run(&["--exit-zero"]).ends(2);
}

#[test]
fn an_empty_file_and_one_of_comments() {
    for text in ["", "\n", "# nothing here\n", "# no newline", " \t\r\n", ";", "}"] {
        let folder = Folder::with_main(text);
        let clean = !text.contains([';', '}']);
        let said = folder.json(&["nginx.conf"]);
        assert_eq!(said.ends(i32::from(!clean)).diagnostics().is_empty(), clean, "{text:?}");
        assert_eq!(said.document()["summary"]["files"], 1, "{text:?}");
        folder.run(&["."]).ends(i32::from(!clean));
    }
}

#[test]
fn odd_bytes() {
    let cases: [(&[u8], i32, &[&str]); 6] = [
        (b"events {}\nhttp { server { listen 80; server_name a\0b; } }\n", 0, &[]),
        (b"events {}\nhttp { server { server_name caf\xe9.example; } }\n", 0, &[]),
        (b"events {}\r\nhttp {\r\n  server { listen 80; }\r\n}\r\n", 0, &[]),
        (b"\xef\xbb\xbfevents {}\n", 1, &["nginx.conf:1 SY007"]),
        (b"events {}\nhttp {\n  log_format x \"a;\n}\n", 1, &["nginx.conf:3 SY004"]),
        (b"events {}\nhttp {\n  server {\n}\n", 1, &["nginx.conf:3 SY001"]),
    ];
    for (text, code, wanted) in cases {
        let said = Folder::with_main(text).json(&["nginx.conf"]);
        assert_eq!(said.ends(code).places(), wanted, "{}", text.escape_ascii());
    }
}

#[test]
fn columns_count_characters_and_invalid_bytes() {
    let main = b"events {}\nhttp { server { location \"/\xe9\xc3\xa9\" { # x\n proxy_set_header Upgrade $http_upgrade; proxy_pass http://a; } } }\n";
    let said = Folder::with_main(main).json(&["nginx.conf"]);
    let block = &said.ends(1).diagnostics()[0]["block"];
    assert_eq!(block["label"], "location \"/\u{fffd}\u{e9}\"");
}

#[test]
fn binary_files() {
    let every_byte: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    let elf = std::fs::read(env!("CARGO_BIN_EXE_ngxlint")).expect("the program itself");
    for bytes in [every_byte, elf[..elf.len().min(300_000)].to_vec()] {
        let folder = Folder::with_main(bytes);
        for format in ["concise", "pretty", "json"] {
            let said = folder.run(&["nginx.conf", "--format", format]);
            assert!(!said.ends(1).bytes.contains(&0x1b), "{format} lets ESC through");
            assert!(said.out.contains("SY00"), "{format}: {}", said.out);
        }
    }
}

#[test]
fn one_hundred_thousand_nested_blocks() {
    for (open, close) in [("location / {\n", "}\n"), ("a{", "}")] {
        let deep = format!(
            "events {{}}\nhttp {{ server {{\n{}{}}} }}\n",
            open.repeat(100_000),
            close.repeat(100_000)
        );
        let folder = Folder::with_main(deep);
        assert!([0, 1].contains(&within(60, || folder.run(&["nginx.conf"])).code()));
        let unclosed = format!("http {{\n{}", open.repeat(100_000));
        folder.write("nginx.conf", unclosed);
        assert!(within(60, || folder.json(&["nginx.conf"])).ends(1).codes().contains(&"SY001".into()));
    }
}

#[test]
fn one_hundred_thousand_closing_braces() {
    let folder = Folder::with_main(format!("events {{}}\n{}", "}\n".repeat(100_000)));
    for format in ["json", "pretty", "concise"] {
        let said = within(60, || folder.run(&["nginx.conf", "--format", format]));
        assert!(said.ends(1).out.contains("SY003"), "{format}");
    }
}

#[test]
fn a_file_of_100_mb() {
    let mut text = String::from("events {}\nhttp {\n");
    let server = format!(
        "# {}\nserver {{ listen 80; server_name a.example; location / {{ return 204; }} }}\n",
        "x".repeat(3_900)
    );
    while text.len() < 100_000_000 {
        text.push_str(&server);
    }
    text.push_str(
        "server { location /a { proxy_set_header Upgrade $http_upgrade; proxy_pass http://a; } }\n}\n",
    );
    let folder = Folder::with_main(text);
    assert_eq!(within(60, || folder.json(&["nginx.conf"])).ends(1).codes(), ["WS102", "WS103"]);
}

#[test]
fn a_sparse_file_beyond_4_gib_is_refused() {
    let folder = Folder::new();
    let file = std::fs::File::create(folder.path("huge.conf")).expect("a file");
    file.set_len(5 << 30).expect("a sparse file");
    within(20, || folder.run(&["huge.conf"])).ends(2).complains("is too large: 4 GiB or more");
}

#[test]
fn an_include_of_itself() {
    let main = |include: &str| format!("events {{}}\nhttp {{\n    include {include};\n}}\n");
    let direct = Folder::with(&[("nginx.conf", &main("nginx.conf"))]);
    assert_eq!(direct.json(&["nginx.conf"]).ends(1).places(), ["nginx.conf:3 DI010"]);
    let through = Folder::with(&[
        ("nginx.conf", &main("a.conf")),
        ("a.conf", "include b.conf;\n"),
        ("b.conf", "include a.conf;\n"),
    ]);
    assert_eq!(through.json(&["nginx.conf"]).ends(1).places(), ["b.conf:1 DI010"]);
    let by_glob = Folder::with(&[("nginx.conf", &main("*.conf")), ("z.conf", "server { listen 80; }\n")]);
    assert_eq!(by_glob.json(&["nginx.conf"]).ends(1).places(), ["nginx.conf:3 DI010"]);
    let link = Folder::with_main(main("link.inc"));
    std::os::unix::fs::symlink("nginx.conf", link.path("link.inc")).expect("a link");
    assert_eq!(link.json(&["nginx.conf"]).ends(1).places(), ["nginx.conf:3 DI010"]);
}

#[test]
fn links_that_lead_in_a_circle() {
    let folder = Folder::with_main("events {}\ninclude a.inc;\n");
    std::os::unix::fs::symlink("b.inc", folder.path("a.inc")).expect("a link");
    std::os::unix::fs::symlink("a.inc", folder.path("b.inc")).expect("a link");
    std::os::unix::fs::symlink(".", folder.path("self")).expect("a link");
    folder.run(&["a.inc"]).ends(2);
    assert_eq!(folder.json(&["."]).places(), ["nginx.conf:2 DI007"]);
}

/// Runs and fails where it took longer than `seconds`: room for a loaded machine, none for a quadratic path.
fn within(seconds: u64, run: impl FnOnce() -> Said) -> Said {
    let start = Instant::now();
    let said = run();
    let took = start.elapsed();
    assert!(took < Duration::from_secs(seconds), "took {took:?}");
    said
}

fn set_mode(folder: &Folder, path: &str, mode: u32) {
    let path = folder.path(path);
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("a mode");
}

fn make_fifo(folder: &Folder, name: &str) {
    let made = Command::new("mkfifo").arg(folder.path(name)).status().expect("mkfifo runs");
    assert!(made.success());
}

/// The program run by a user without privileges: root may read everything. `None`, said aloud, where that is not possible.
fn as_nobody(folder: &Folder, arguments: &[&str]) -> Option<Said> {
    let program =
        std::fs::copy(env!("CARGO_BIN_EXE_ngxlint"), folder.path("program")).map(|_| folder.path("program"));
    let program = program.expect("a copy that everybody may run");
    set_mode(folder, "", 0o755);
    set_mode(folder, "program", 0o755);
    let is_root = || Command::new("id").arg("-u").output().is_ok_and(|said| said.stdout == b"0\n");
    let mut command = if is_root() {
        let mut dropped = Command::new("setpriv");
        dropped.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(&program);
        dropped
    } else {
        Command::new(&program)
    };
    command.args(arguments).current_dir(folder.path(""));
    let works = Command::new(command.get_program()).arg("--version").stdout(Stdio::null()).status();
    if works.is_err() {
        println!("SKIPPED: root, and no setpriv to become somebody else");
        return None;
    }
    Some(finish(command, b""))
}
