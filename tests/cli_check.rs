//! Exit codes, wrong options, colour, pipes and threads of `check`.
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

use std::io::Read as _;
use std::process::Stdio;

use harness::{BAD, Folder, GOOD, HALF, finish};

const FORMATS: [&str; 11] = [
    "pretty",
    "concise",
    "json",
    "jsonl",
    "sarif",
    "github",
    "gitlab",
    "checkstyle",
    "junit",
    "rdjsonl",
    "markdown",
];

/// WS101 as a note: the block is named like a WebSocket's, and nothing else says so.
const NAMED: &str = "events {}\nhttp {\n    server {\n        location /x {\n            proxy_pass http://websocket;\n        }\n    }\n}\n";

#[test]
fn wrong_options() {
    let folder = Folder::with_main(GOOD);
    let cases: [(&[&str], &str); 15] = [
        (&["--no-such-option"], "--no-such-option"),
        (
            &["--format", "xml"],
            "[possible values: pretty, concise, json, jsonl, sarif, github, gitlab, checkstyle",
        ),
        (&["--fail-on", "fatal"], "fatal"),
        (&["--min-severity", "never"], "never"),
        (&["--color", "sometimes"], "sometimes"),
        (&["--jobs", "0"], "--jobs takes a number of at least 1"),
        (&["--jobs", "many"], "many"),
        (&["--select", "upgrade-not-forwrded"], "did you mean `upgrade-not-forwarded`?"),
        (&["--ignore", "WS1O1"], "no rule is called `WS1O1`"),
        (&["--extend-select", "WS101,nonsense"], "no rule is called `nonsense`"),
        (&["--nginx-version", "one"], "--nginx-version one"),
        (&["--nginx-version", ""], "--nginx-version"),
        (&["--path-map", "/etc/nginx"], "--path-map takes FROM=TO"),
        (&["--path-map", "=x"], "--path-map takes FROM=TO"),
        (&["--context", "cellar"], "--context cellar: one of auto, main, http"),
    ];
    for (options, words) in cases {
        let said = folder.run(&[options, &["nginx.conf"]].concat());
        assert_eq!(said.ends(2).complains(words).out, "", "{options:?}");
    }
    folder.run(&["nginx.conf", "--format"]).ends(2).complains("--format");
    folder.run(&["rules", "--format", "xml"]).ends(2).complains("[possible values: text, json, markdown]");
    folder.run(&["--min-severity", "note", "--fail-on", "never", "nginx.conf"]).ends(0);
}

#[test]
fn an_option_that_holds_control_characters_is_printed_harmlessly() {
    let said = Folder::new().run(&["--select", "\u{1b}[31mred\nline"]);
    assert!(!said.ends(2).err.contains('\u{1b}') && said.err.lines().count() == 1, "{:?}", said.err);
}

#[test]
fn the_exit_code_follows_fail_on() {
    let error = "events {}\nhttp {\n";
    let warning = HALF.replace("http://app;", "http://app; proxy_set_header Connection upgrade;");
    let cases =
        [(error, [1, 1, 1, 0]), (warning.as_str(), [0, 1, 1, 0]), (NAMED, [0, 0, 1, 0]), (GOOD, [0; 4])];
    for (text, codes) in cases {
        let folder = Folder::with_main(text);
        for (level, code) in ["error", "warning", "note", "never"].into_iter().zip(codes) {
            for format in FORMATS {
                folder.run(&["--fail-on", level, "--format", format, "nginx.conf"]).ends(code);
            }
        }
        folder.run(&["--fail-on", "note", "--exit-zero", "nginx.conf"]).ends(0);
    }
}

#[test]
fn the_least_severity_hides_what_is_below() {
    let folder = Folder::with_main(format!("{NAMED}http {{\n"));
    let severities = |least: &str| {
        let said = folder.json(&["--min-severity", least, "nginx.conf"]);
        let list = said.ends(1).diagnostics();
        list.iter().map(|it| it["severity"].as_str().expect("a word").to_owned()).collect::<Vec<_>>()
    };
    assert!(severities("note").contains(&"note".into()));
    assert_eq!(severities("error"), ["error"]);
    let document = folder.json(&["--min-severity", "error", "nginx.conf"]).document();
    assert_eq!((&document["summary"]["notes"], &document["summary"]["errors"]), (&0.into(), &1.into()));
}

#[test]
fn what_is_not_shown_does_not_fail() {
    let folder = Folder::with_main(NAMED);
    for (least, code) in [("note", 1), ("warning", 0), ("error", 0)] {
        folder.run(&["--min-severity", least, "--fail-on", "note", "nginx.conf"]).ends(code);
    }
}

#[test]
fn rules_are_selected() {
    let folder = Folder::with_main(BAD);
    let codes = |options: &[&str]| folder.json(&[options, &["nginx.conf"]].concat()).codes().join(" ");
    assert_eq!(codes(&[]), "WS101 WS102 WS103");
    assert_eq!(codes(&["--select", "WS101"]), "WS101");
    assert_eq!(codes(&["--select", "ws10"]), "WS101 WS102 WS103");
    assert_eq!(codes(&["--select", "upgrade-not-forwarded,http-version-not-1.1"]), "WS101 WS103");
    assert_eq!(codes(&["--select", "syntax"]), "");
    assert_eq!(codes(&["--select", "websocket", "--ignore", "WS102"]), "WS101 WS103");
    assert_eq!(codes(&["--ignore", "websocket"]), "");
    assert_eq!(codes(&["--select", "SY", "--extend-select", "WS103"]), "WS103");
}

#[test]
fn quiet_prints_findings_only() {
    let folder = Folder::with_main(BAD);
    let (loud, quiet) = (folder.run(&["nginx.conf"]), folder.run(&["--quiet", "nginx.conf"]));
    assert!(loud.ends(1).out.starts_with(quiet.ends(1).out.trim_end()) && loud.out.len() > quiet.out.len());
    let clean = Folder::with_main(GOOD).run(&["-q", "nginx.conf"]);
    assert_eq!((clean.ends(0).out.as_str(), clean.err.as_str()), ("", ""));
}

#[test]
fn colour_follows_the_option_then_the_environment() {
    let folder = Folder::with_main(BAD);
    let coloured = |options: &[&str], environment: &[(&str, &str)]| {
        let mut command = folder.program(&[options, &["nginx.conf"]].concat());
        command.envs(environment.iter().copied());
        finish(command, b"").ends(1).bytes.contains(&0x1b)
    };
    for format in FORMATS {
        assert!(!coloured(&["--format", format], &[]), "{format} sends ESC into a pipe");
    }
    assert!(coloured(&["--color", "always"], &[]));
    assert!(coloured(&["--color", "always"], &[("NO_COLOR", "1")]));
    assert!(coloured(&[], &[("FORCE_COLOR", "1")]));
    assert!(coloured(&[], &[("CLICOLOR_FORCE", "1")]));
    assert!(!coloured(&[], &[("CLICOLOR_FORCE", "0")]));
    assert!(!coloured(&[], &[("NO_COLOR", "1"), ("FORCE_COLOR", "1")]));
    assert!(!coloured(&["--color", "never"], &[("FORCE_COLOR", "1")]));
    for format in FORMATS {
        assert_eq!(coloured(&["--format", format, "--color", "always"], &[]), format == "pretty", "{format}");
    }
    folder.run(&["--output", "report", "nginx.conf"]).ends(1);
    assert!(!folder.read("report").contains(&0x1b));
}

#[test]
fn results_go_to_a_file() {
    for format in FORMATS {
        let folder = Folder::with_main(BAD);
        let printed = folder.run(&["--format", format, "nginx.conf"]);
        let kept = folder.run(&["--format", format, "--output", "report", "nginx.conf"]);
        assert_eq!((kept.ends(1).out.as_str(), folder.text("report")), ("", printed.out));
    }
    let folder = Folder::with_main(BAD);
    folder.run(&["-o", "no/such/folder", "nginx.conf"]).ends(2).complains("no/such/folder cannot be written");
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let location = "location /a { proxy_pass http://a; proxy_set_header Upgrade $http_upgrade; }\n";
    let folder = Folder::with_main(format!("http {{ server {{\n{}}} }}\n", location.repeat(3_000)));
    let others: [&[&str]; 4] =
        [&["nginx.conf", "--diff", "--ignore", "WS115"], &["rules"], &["explain", "WS101"], &["--help"]];
    let formats = FORMATS.map(|format| vec!["nginx.conf", "--format", format]);
    for arguments in &formats.into_iter().chain(others.map(<[&str]>::to_vec)).collect::<Vec<_>>() {
        assert!(!folder.run(arguments).out.is_empty(), "{arguments:?} has nothing to say");
        let mut command = folder.program(arguments);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("ngxlint runs");
        drop(child.stdout.take());
        let mut err = String::new();
        child.stderr.take().expect("a pipe").read_to_string(&mut err).expect("text");
        let status = child.wait().expect("an end");
        assert_eq!((status.code(), err.as_str()), (Some(0), ""), "{arguments:?}");
    }
}

#[test]
fn a_closed_error_stream_does_not_hide_a_failure() {
    let folder = Folder::with_main(GOOD);
    let mut command = folder.program(&["nowhere.conf", "nginx.conf"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("ngxlint runs");
    drop(child.stderr.take());
    assert_eq!(child.wait().expect("an end").code(), Some(2));
}

#[test]
fn a_full_disk_is_an_error() {
    let folder = Folder::with_main(BAD);
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("/dev/full");
    let mut command = folder.program(&["nginx.conf"]);
    let output = command.stdout(full).stderr(Stdio::piped()).output().expect("ngxlint runs");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("the results cannot be written"));
}

#[test]
fn threads_do_not_change_a_byte() {
    let folder = Folder::new();
    for number in 0..40 {
        folder.write(&format!("{number:02}.conf"), if number % 2 == 0 { HALF } else { BAD });
    }
    for format in FORMATS {
        let one = folder.run(&["--jobs", "1", "--format", format, "."]);
        assert!(one.ends(1).out.contains("39.conf"), "{format}");
        for jobs in ["2", "8"] {
            assert_eq!(folder.run(&["--jobs", jobs, "--format", format, "."]), one);
        }
        assert_eq!(folder.run(&["--format", format, "."]), one);
    }
}

#[test]
fn standard_input() {
    let folder = Folder::new();
    let said = folder.run_with_input(&["-", "--format", "concise"], HALF);
    assert!(said.ends(1).out.starts_with("<stdin>:5:"), "{}", said.out);
    let named =
        folder.run_with_input(&["-", "--stdin-filename", "sites/a.conf", "--format", "concise"], HALF);
    assert!(named.ends(1).out.starts_with("sites/a.conf:5:"), "{}", named.out);
    folder.run_with_input(&["-"], GOOD).ends(0);
    folder.run_with_input(&["-"], "http {").ends(1);
    folder.write("a.conf", BAD);
    let both = folder.run_with_input(&["-", "a.conf", "-", "--format", "json"], HALF);
    assert_eq!(both.ends(1).codes().len(), 5);
}

#[test]
fn nothing_on_standard_input_is_no_success() {
    let folder = Folder::new();
    for nothing in ["", "\n", " \r\n"] {
        folder
            .run_with_input(&["-"], nothing)
            .ends(2)
            .complains("there is nothing to lint on standard input");
        folder.run_with_input(&["-", "--allow-empty"], nothing).ends(0);
        folder.run_with_input(&["-", "--stdin-filename", "new.conf"], nothing).ends(0);
    }
    folder.run_with_input(&["-"], "# a comment\n").ends(0);
    let refused = "nginx: [emerg] unknown directive \"a\" in /etc/nginx/nginx.conf:1\nnginx: configuration file /etc/nginx/nginx.conf test failed\n";
    let said = folder.run_with_input(&["-"], refused);
    said.ends(2).complains("nginx printed no configuration: nginx: [emerg] unknown directive");
}

#[test]
fn linted_files_are_listed() {
    let folder = Folder::with(&[
        ("nginx.conf", "events {}\ninclude a.inc;\n"),
        ("a.inc", "user www;\n"),
        ("x.txt", ""),
    ]);
    let said = folder.run(&["--show-files", "."]);
    assert_eq!(said.ends(0).err, "nginx.conf\na.inc\n");
}

/// The versions that a message names are never a gap.
#[test]
fn a_message_names_the_version_that_was_asked_about() {
    let folder = Folder::with_main(HALF);
    for (version, words) in [
        ("1.24", "in HTTP/1.0 with nginx 1.24.0,"),
        (">=1.18", "in HTTP/1.0 with nginx before 1.29.7,"),
        (">=1.18,<1.29", "in HTTP/1.0 with nginx >=1.18,<1.29,"),
    ] {
        let said = folder.run(&["nginx.conf", "--nginx-version", version, "--format", "concise"]);
        assert!(said.out.contains(words), "{version}: {}", said.out);
    }
}
