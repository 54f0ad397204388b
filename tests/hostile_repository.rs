//! A stranger's pull request: what it leads to outside of the repository is not read, what it names is not written, and
//! what is small in it does not grow without end.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::format_collect,
    reason = "tests prepare their files themselves and fail by panicking, and so do their helpers"
)]

#[path = "cli/harness.rs"]
mod harness;

use std::fmt::Write as _;
use std::os::unix::fs::symlink;
use std::process::Command;

use harness::{Folder, GOOD, HALF, Said};

/// What nobody may see.
const SECRET: &str = "password_of_the_runner hunter2\n";

/// A folder with `outside/secret.conf` beside the repository `repo`.
fn beside_a_secret(files: &[(&str, &str)]) -> Folder {
    let folder = Folder::with(&[("outside/secret.conf", SECRET), ("repo/.git/HEAD", "")]);
    for (name, text) in files {
        folder.write(&format!("repo/{name}"), text);
    }
    folder
}

fn in_repository(folder: &Folder, arguments: &[&str]) -> Said {
    harness::finish(harness::program(&folder.path("repo"), arguments), b"")
}

#[track_caller]
fn shows_nothing(said: &Said) {
    assert!(!said.out.contains("password_of"), "{}", said.out);
    assert!(!said.err.contains("password_of"), "{}", said.err);
}

fn including(path: &str) -> String {
    format!("events {{}}\nhttp {{\n    include {path};\n}}\n")
}

#[test]
fn an_include_that_leaves_the_repository_is_reported_and_not_read() {
    for path in [
        "../outside/secret.conf",
        "../outside/*.conf",
        "../outside/secret.con[f]",
        "sub/../../outside/secret.conf",
    ] {
        let folder = beside_a_secret(&[("nginx.conf", &including(path)), ("sub/x", "")]);
        let said = in_repository(&folder, &["nginx.conf", "--format", "json"]);
        assert_eq!(said.ends(1).places(), ["nginx.conf:3 DI007"], "{path}");
        shows_nothing(&said);
        assert!(said.out.contains("leads out of the repository"), "{}", said.out);
        let followed = in_repository(&folder, &["nginx.conf", "--follow-outside", "--format", "json"]);
        assert!(followed.ends(1).out.contains("password_of"), "{path}: {}", followed.out);
    }
}

#[test]
fn an_absolute_include_that_leaves_the_repository_is_reported() {
    let folder = beside_a_secret(&[]);
    let outside = folder.root().join("outside");
    for name in ["secret.conf", "*.conf"] {
        folder.write("repo/nginx.conf", including(&format!("{}/{name}", outside.display())));
        let said = in_repository(&folder, &["nginx.conf", "--format", "json"]);
        assert_eq!(said.places(), ["nginx.conf:3 DI007"], "{name}");
        shows_nothing(&said);
    }
}

#[test]
fn a_link_that_leaves_the_repository_is_not_followed() {
    let folder = beside_a_secret(&[("nginx.conf", &including("conf.d/*.conf")), ("conf.d/good.conf", "")]);
    symlink("../../outside/secret.conf", folder.path("repo/conf.d/link.conf")).unwrap();
    let said = in_repository(&folder, &["nginx.conf", "--format", "json"]);
    assert_eq!(said.ends(1).places(), ["nginx.conf:3 DI007"]);
    shows_nothing(&said);
    // Come across in a folder, or named: the job is not done.
    for path in [".", "conf.d", "conf.d/link.conf"] {
        let said = in_repository(&folder, &[path, "--format", "json"]);
        said.ends(2).complains("leads out of the repository");
        shows_nothing(&said);
    }
    let followed = in_repository(&folder, &["conf.d/link.conf", "--follow-outside", "--format", "json"]);
    assert!(followed.ends(1).out.contains("password_of"), "{}", followed.out);
}

#[test]
fn a_link_of_a_folder_that_leaves_the_repository_is_not_entered() {
    let folder = beside_a_secret(&[("nginx.conf", &including("conf.d/*.conf"))]);
    symlink("../outside", folder.path("repo/conf.d")).unwrap();
    for path in ["nginx.conf", "conf.d", "conf.d/", "conf.d/."] {
        let said = in_repository(&folder, &[path, "--format", "json"]);
        assert_ne!(said.code(), 0, "{path}");
        shows_nothing(&said);
    }
    folder.write("repo/nginx.conf", including("conf.d/./*.conf"));
    shows_nothing(&in_repository(&folder, &["nginx.conf"]));
}

#[test]
fn a_link_within_the_repository_is_followed() {
    let folder =
        beside_a_secret(&[("nginx.conf", &including("enabled/*")), ("available/a", "nonsense_a b;\n")]);
    folder.write("repo/enabled/b", "");
    symlink("../available/a", folder.path("repo/enabled/a")).unwrap();
    assert!(in_repository(&folder, &["nginx.conf", "--format", "json"]).out.contains("nonsense_a"));
}

#[test]
fn an_include_that_leaves_the_root_is_not_read() {
    let folder = Folder::with(&[
        ("root/etc/nginx/nginx.conf", &including("/../outside.conf")),
        ("root/etc/nginx/rel.conf", &including("../../../outside.conf")),
        ("outside.conf", SECRET),
    ]);
    for main in ["nginx.conf", "rel.conf"] {
        let main = format!("root/etc/nginx/{main}");
        let said = folder.json(&["--root", "root", &main]);
        assert_eq!(said.ends(1).codes(), ["DI007"]);
        shows_nothing(&said);
        assert!(folder.json(&["--root", "root", "--follow-outside", &main]).out.contains("password_of"));
    }
}

#[test]
fn without_a_repository_or_root_includes_lead_anywhere() {
    let folder = Folder::with(&[("etc/nginx.conf", &including("../outside.conf")), ("outside.conf", SECRET)]);
    assert!(folder.json(&["etc/nginx.conf"]).ends(1).out.contains("password_of"));
}

#[test]
fn the_other_commands_do_not_leave_the_repository_either() {
    let folder = beside_a_secret(&[("nginx.conf", &including("../outside/secret.conf"))]);
    for arguments in [
        &["parse", "nginx.conf"][..],
        &["parse", "--strict", "nginx.conf"],
        &["parse", "--combine", "nginx.conf"],
        &["show", "nginx.conf"],
        &["handshake", "nginx.conf"],
    ] {
        shows_nothing(&in_repository(&folder, arguments));
    }
    in_repository(&folder, &["parse", "nginx.conf"]).ends(2);
    assert!(in_repository(&folder, &["parse", "--follow-outside", "nginx.conf"]).out.contains("password_of"));
}

#[test]
fn the_settings_do_not_widen_what_is_read() {
    let folder = beside_a_secret(&[("nginx.conf", &including("/secret.conf"))]);
    let outside = folder.root().join("outside").display().to_string();
    for settings in [
        format!("include: {{root: {outside}}}\n"),
        format!("include: {{path-map: {{/: {outside}}}}}\n"),
        "include: {root: ../outside}\n".to_owned(),
        "roots: [../outside/secret.conf]\n".to_owned(),
        "rules: [../outside]\n".to_owned(),
    ] {
        folder.write("repo/.ngxlint.yaml", &settings);
        for arguments in [&["--format", "json"][..], &["nginx.conf", "--format", "json"], &["rules"]] {
            shows_nothing(&in_repository(&folder, arguments));
        }
        assert_ne!(in_repository(&folder, &[]).code(), 0, "{settings}");
    }
    folder.write("repo/.ngxlint.yaml", "follow-outside: true\n");
    in_repository(&folder, &["nginx.conf"]).ends(2).complains("unknown key `follow-outside`");
}

#[test]
fn settings_that_are_a_link_out_of_the_repository_are_not_read() {
    let folder = beside_a_secret(&[("nginx.conf", GOOD)]);
    symlink("../outside/secret.conf", folder.path("repo/.ngxlint.yaml")).unwrap();
    let said = in_repository(&folder, &["nginx.conf"]);
    said.ends(2).complains(".ngxlint.yaml");
    shows_nothing(&said);
}

#[test]
fn what_the_user_names_outside_is_read() {
    let folder = beside_a_secret(&[("nginx.conf", HALF)]);
    folder.write("outside/settings.yaml", "ignore: [WS102, WS103]\n");
    in_repository(&folder, &["nginx.conf", "--config", "../outside/settings.yaml"]).ends(0);
    in_repository(&folder, &["nginx.conf", "--baseline", "../outside/base.json", "--write-baseline"]).ends(0);
    in_repository(&folder, &["nginx.conf", "--baseline", "../outside/base.json"]).ends(0);
    in_repository(&folder, &["nginx.conf", "--output", "../outside/out.txt"]).ends(1);
    assert!(folder.text("outside/out.txt").contains("WS102"));
}

#[test]
fn no_setting_names_a_file_to_write() {
    for settings in [
        "output: stolen\n",
        "format: [json=stolen]\n",
        "baseline: stolen\n",
        "write-baseline: true\n",
        "fix: true\n",
    ] {
        let folder = beside_a_secret(&[("nginx.conf", HALF), (".ngxlint.yaml", settings)]);
        in_repository(&folder, &["nginx.conf"]).ends(2).complains("unknown key");
        assert!(!folder.path("repo/stolen").exists());
        assert_eq!(folder.text("repo/nginx.conf"), HALF);
    }
}

#[test]
fn results_are_not_written_through_a_link_that_leaves_the_repository() {
    let folder = beside_a_secret(&[("nginx.conf", HALF)]);
    symlink("../outside/secret.conf", folder.path("repo/report")).unwrap();
    symlink("../outside/new", folder.path("repo/dangling")).unwrap();
    for file in ["report", "dangling"] {
        for arguments in [
            &["--output", file][..],
            &["--format", &format!("sarif={file}")],
            &["--baseline", file, "--write-baseline"],
        ] {
            in_repository(&folder, &[arguments, &["nginx.conf"]].concat()).ends(2);
        }
    }
    symlink("../outside/new", folder.path("repo/.ngxlint.yaml")).unwrap();
    in_repository(&folder, &["init"]).ends(2);
    assert_eq!(folder.text("outside/secret.conf"), SECRET);
    assert!(!folder.path("outside/new").exists());
}

#[test]
fn a_baseline_with_keys_outside_of_the_repository_reads_and_writes_nothing_there() {
    let entry = |file: &str| {
        format!("{{\"file\": \"{file}\", \"code\": \"WS102\", \"fingerprint\": \"0123456789abcdef\"}}")
    };
    let entries = ["../outside/secret.conf", "/etc/passwd", "\\u001b[31m::error::x"].map(entry).join(",\n");
    let folder = beside_a_secret(&[
        ("nginx.conf", HALF),
        ("base.json", &format!("{{\"version\": 1, \"findings\": [{entries}]}}\n")),
    ]);
    let said = in_repository(&folder, &["nginx.conf", "--baseline", "base.json", "--write-baseline"]);
    shows_nothing(said.ends(0));
    assert!(!said.err.contains('\x1b'), "{}", said.err);
    assert_eq!(folder.text("outside/secret.conf"), SECRET);
}

#[test]
fn fixes_stay_within_the_given_paths() {
    let main = "events {}\nhttp {\n    server {\n        include ../shared/ws.conf;\n    }\n}\n";
    let location =
        "location /chat {\n    proxy_pass http://app;\n    proxy_set_header Upgrade $http_upgrade;\n}\n";
    let folder = Folder::with(&[("site/nginx.conf", main), ("shared/ws.conf", location)]);
    let said = folder.run(&["--fix", "--unsafe-fixes", "site/nginx.conf"]);
    said.ends(1).complains("it would change a file outside of the given paths");
    assert_eq!(folder.text("shared/ws.conf"), location);
    folder.run(&["--fix", "site", "shared"]).ends(0).complains("fixed shared/ws.conf");
}

#[test]
fn fixes_are_not_written_through_a_link_that_leaves_the_repository() {
    let folder = beside_a_secret(&[("nginx.conf", GOOD)]);
    folder.write("outside/half.conf", HALF);
    symlink("../outside/half.conf", folder.path("repo/half.conf")).unwrap();
    in_repository(&folder, &["--fix", "."]).ends(2);
    in_repository(&folder, &["--fix", "half.conf"]).ends(2);
    assert_eq!(folder.text("outside/half.conf"), HALF);
}

#[test]
fn fifos_and_sockets_hang_nobody() {
    let folder = beside_a_secret(&[("nginx.conf", &including("conf.d/*")), ("conf.d/a", "")]);
    for name in ["conf.d/pipe.conf", ".gitignore", "pipe.md", "Dockerfile", "conf.d/.gitignore"] {
        let made = Command::new("mkfifo").arg(folder.path(&format!("repo/{name}"))).status();
        assert!(made.unwrap().success());
    }
    let _socket = std::os::unix::net::UnixListener::bind(folder.path("repo/conf.d/socket.conf")).unwrap();
    symlink("/dev/zero", folder.path("repo/conf.d/zero.conf")).unwrap();
    for arguments in [
        &["nginx.conf"][..],
        &["."],
        &["--nginx-version", "auto", "nginx.conf"],
        &["--follow-outside", "."],
        &["--baseline", "conf.d/pipe.conf", "nginx.conf"],
        &["--config", "conf.d/pipe.conf", "nginx.conf"],
        &["--rules", "conf.d/pipe.conf", "nginx.conf"],
        &["parse", "conf.d/socket.conf", "conf.d/pipe.conf"],
        &["handshake", "conf.d/pipe.conf"],
        &["show", "conf.d/zero.conf"],
    ] {
        assert_ne!(in_repository(&folder, arguments).code(), 0, "{arguments:?}");
    }
    let made = Command::new("mkfifo").arg(folder.path("repo/.ngxlint.yaml")).status();
    assert!(made.unwrap().success());
    in_repository(&folder, &["nginx.conf"]).ends(2).complains("is not a regular file");
}

#[test]
fn a_pattern_that_goes_in_circles_ends() {
    let folder = beside_a_secret(&[("nginx.conf", &including(&format!("{}x.conf", "*/".repeat(40))))]);
    for name in ["a", "b", "c", "d"] {
        symlink(".", folder.path(&format!("repo/{name}"))).unwrap();
    }
    let said = in_repository(&folder, &["nginx.conf", "--format", "json"]);
    assert_eq!(said.ends(1).places(), ["nginx.conf:3 DI007"]);
    assert!(said.out.contains("without end"), "{}", said.out);
    in_repository(&folder, &["parse", "nginx.conf"]).ends(2);
    in_repository(&folder, &["parse", "--strict", "nginx.conf"]).ends(2);
}

#[test]
fn yaml_that_multiplies_nests_or_never_ends_is_refused() {
    let mut laughs = "x0: &x0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n".to_owned();
    for level in 1..30 {
        let again = vec![format!("*x{}", level - 1); 9].join(", ");
        writeln!(laughs, "x{level}: &x{level} [{again}]").unwrap();
    }
    let bombs = [
        ("aliases", laughs),
        ("brackets", "[".repeat(60_000)),
        ("braces", "{a: ".repeat(15_000)),
        ("indentation", (0..240).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect()),
        ("dashes", "- ".repeat(30_000)),
        ("a long key", format!("{}: 1\n", "k".repeat(60_000))),
        ("an endless file", "a: b\n".repeat(100_000)),
        ("a tag", "!!binary aGk=\n".to_owned()),
        ("an alias of itself", "a: &a [*a]\n".to_owned()),
        ("many anchors", (0..5_000).map(|it| format!("&a{it} ")).collect()),
        ("a merge key", "a: &a {b: 1}\nc: {<<: *a}\n".to_owned()),
        ("quotes", "\"".repeat(50_001)),
        ("questions", "? ".repeat(30_000)),
        ("bytes", "a: \u{0}\u{feff}\n".to_owned()),
    ];
    for (what, bomb) in bombs {
        let folder =
            beside_a_secret(&[("nginx.conf", GOOD), ("own/rule.yaml", &bomb), (".ngxlint.yaml", &bomb)]);
        let said = in_repository(&folder, &["nginx.conf"]);
        assert_eq!(said.code(), 2, "settings, {what}: {}", said.err);
        assert!(
            said.err.len() < 2_000 || what == "a long key",
            "{what}: {} bytes of complaint",
            said.err.len()
        );
        in_repository(&folder, &["--no-config", "--rules", "own", "nginx.conf"]).ends(2);
    }
}

#[test]
fn a_baseline_that_nests_or_is_huge_is_refused() {
    let nested = format!("{{\"version\": 1, \"findings\": {}", "[".repeat(200_000));
    let key = format!("{{\"{}\": 1}}", "k".repeat(10_000_000));
    for (what, text) in [("nested", nested), ("a key", key), ("no object", "[1, 2]".to_owned())] {
        let folder = beside_a_secret(&[("nginx.conf", HALF), ("base.json", &text)]);
        in_repository(&folder, &["nginx.conf", "--baseline", "base.json"])
            .ends(2)
            .complains("is no baseline");
        in_repository(&folder, &["nginx.conf", "--baseline", "base.json", "--write-baseline"]).ends(2);
        assert_eq!(folder.text("repo/base.json"), text, "{what}: what is no baseline is not overwritten");
    }
}

#[test]
fn maps_with_expressions_that_explode_end() {
    let explode = "~^(a|a|aa|aaa|a+)+(b|b|bb)*(c+)+$";
    let entries: String = (0..300).map(|it| format!("    \"{explode}{it}\" {it};\n")).collect();
    let subject = "a".repeat(2_000);
    let main = format!(
        "events {{}}\nhttp {{\nmap $http_upgrade $c {{\n{entries}}}\nserver {{\n    set $v {subject};\n    if ($v ~ \"{}\") {{ return 400; }}\n    location ~ \"{}\" {{ proxy_pass http://a; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $c; }}\n}}\n}}\n",
        &explode[1..],
        &explode[1..]
    );
    let folder = Folder::with_main(main);
    assert!(folder.run(&["nginx.conf"]).code() < 2);
    let url = format!("ws://localhost/{subject}");
    assert!(folder.run(&["handshake", "nginx.conf", &url]).code() < 2);
    let nested = format!(
        "events {{}}\nhttp {{ server {{ location ~ \"{}a{}\" {{ return 204; }} }} }}\n",
        "(".repeat(1_500),
        "){2}".repeat(1_500)
    );
    folder.write("nginx.conf", nested);
    assert!(folder.run(&["nginx.conf"]).code() < 2);
    let repeated =
        "events {}\nhttp { server { location ~ \"^((((a{1000}){1000}){1000}){1000})$\" { return 204; } } }\n";
    folder.write("nginx.conf", repeated);
    assert!(folder.run(&["nginx.conf"]).code() < 2);
}

/// Each is a few bytes and would take megabytes: a gigabyte is room enough for all.
#[test]
fn expressions_that_repeat_repetitions_fill_no_memory() {
    let entries: String =
        (0..900).map(|it| format!("    \"~^((\\w{{99}}){{9{}}})?{it}$\" {it};\n", it % 10)).collect();
    let folder = Folder::with_main(format!(
        "events {{}}\nhttp {{\nmap $http_upgrade $c {{\n{entries}}}\nserver {{ location / {{ proxy_pass http://a; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $c; }} }}\n}}\n"
    ));
    let mut shell = Command::new("sh");
    shell.args(["-c", "ulimit -v 1000000; exec \"$@\"", "sh", env!("CARGO_BIN_EXE_ngxlint"), "nginx.conf"]);
    shell.current_dir(folder.path(""));
    assert!(harness::finish(shell, b"").code() < 2);
}

/// Ten rewrites, each of four paths that all lead on: a million ways to the same few answers.
#[test]
fn ways_that_fork_are_gone_once() {
    let forks: String = (0..12)
        .map(|it| {
            format!(
                "    location ~ ^/{it}(?=.)(?!x)(?<a>.+)\\b$ {{ rewrite ^/(.*)$ /{}/$1 last; }}\n",
                it + 1
            )
        })
        .chain((0..12).map(|it| format!("    location @{it} {{ rewrite ^(.*)$ /{it}$1 last; }}\n")))
        .collect();
    let all = "    location ~ (?=.)(?!x)(?<a>.+)\\b { rewrite ^(.*)$ /x$1 last; }\n";
    for locations in [forks.as_str(), all] {
        let folder =
            Folder::with_main(format!("events {{}}\nhttp {{ server {{ listen 80;\n{locations} }} }}\n"));
        assert!(folder.run(&["nginx.conf"]).code() < 2);
        assert!(folder.run(&["handshake", "nginx.conf", "ws://localhost/0/1/2/3"]).code() < 2);
    }
}

/// Every format, of a configuration whose name, paths, comments and words are meant for a terminal or a service.
#[test]
fn names_words_and_comments_obey_nobody_in_any_format() {
    let evil = "\u{1b}]0;owned\u{7}\u{202e}::error::x\u{2066}##vso[task.setvariable variable=a]b";
    let name = format!("{evil}.conf");
    let text = format!(
        "# {evil}\n# ngxlint: ignore {evil}\nevents {{}}\nhttp {{\n    include \"gone {evil}\";\n    server {{\n        # ngxlint: websocket\n        location \"/{evil}\" {{\n            proxy_pass http://app; # {evil}\n            \"{evil}\" 1;\n        }}\n    }}\n}}\n"
    );
    let folder = Folder::new();
    folder.write(&name, &text);
    let formats = [
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
    let runs: Vec<Vec<&str>> = formats
        .iter()
        .map(|format| vec!["--format", format, &name])
        .chain([
            vec!["--diff", "--unsafe-fixes", &name],
            vec!["--fix", "--unsafe-fixes", &name],
            vec!["--show-files", "--verbose", &name],
            vec!["handshake", &name],
            vec!["handshake", &name, "ws://localhost/"],
            vec!["handshake", "--format", "json", &name],
            vec!["show", &name],
            vec!["show", "--format", "json", &name],
            vec!["parse", &name],
            vec!["parse", "--strict", &name],
            vec!["parse", "--tokens", &name],
            vec!["explain", &name],
            vec!["--select", &name, "."],
            vec!["--config", &name, "."],
            vec!["--rules", &name, "."],
            vec!["--baseline", &name, "."],
            vec!["--output", "no/\u{1b}[31m", &name],
        ])
        .collect();
    for arguments in runs {
        // A diff shows the very bytes of a file to whoever applies it.
        let is_diff = arguments.contains(&"--diff");
        let said = folder.run(&arguments);
        for (stream, text) in [("output", &said.out), ("error", &said.err)] {
            if is_diff && stream == "output" {
                continue;
            }
            let acts = |char: char| matches!(char, '\u{1b}' | '\u{7}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
            assert!(!text.contains(acts), "{stream} of {arguments:?}: {text:?}");
            assert!(!text.contains("##vso["), "{stream} of {arguments:?}: {text}");
            let obeyed = text.lines().filter(|line| line.trim_start().starts_with("::error::x"));
            assert_eq!(obeyed.count(), 0, "{stream} of {arguments:?}: {text}");
        }
        folder.write(&name, &text);
    }
}
