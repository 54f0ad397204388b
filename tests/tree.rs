//! The configuration tree: includes as nginx resolves them, folders, `nginx -T` dumps.
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

use std::process::Command;

use harness::{Folder, HALF};

/// A location whose missing parts are reported wherever the levels above are in sight.
const CHAT: &str =
    "location /chat {\n    proxy_pass http://app;\n    proxy_set_header Upgrade $http_upgrade;\n}\n";

/// The same as a whole server.
fn server(inner: &str) -> String {
    format!("server {{\n{inner}}}\n")
}

fn main(inner: &str) -> String {
    format!("events {{}}\nhttp {{\n{inner}}}\n")
}

#[test]
fn includes_are_relative_to_the_main_files_folder() {
    let folder = Folder::with(&[
        ("etc/nginx.conf", &main("include sites/a.conf;\n")),
        ("etc/sites/a.conf", "include snippets/b.conf;\n"),
        ("etc/snippets/b.conf", &server(CHAT)),
        ("etc/sites/snippets/b.conf", "never { read; }\n}"),
    ]);
    let said = folder.json(&["etc/nginx.conf"]);
    assert_eq!(said.ends(1).places(), ["etc/snippets/b.conf:3 WS102", "etc/snippets/b.conf:3 WS103"]);
    assert_eq!(
        said.diagnostics()[0]["includes"],
        serde_json::json!(["etc/nginx.conf:3", "etc/sites/a.conf:1"])
    );
    assert_eq!(said.document()["summary"]["files"], 3);
}

#[test]
fn names_are_relative_to_the_working_directory() {
    let folder = Folder::with(&[("here/x", ""), ("there/nginx.conf", &main(&server(CHAT)))]);
    let mut command = folder.program(&["--format", "concise", "../there/nginx.conf"]);
    command.current_dir(folder.path("here"));
    let outside = harness::finish(command, b"");
    let absolute = folder.root().join("there/nginx.conf");
    assert!(outside.out.starts_with(&format!("{}:", absolute.display())), "{}", outside.out);
    let inside = folder.run(&["--format", "concise", &absolute.to_string_lossy()]);
    assert!(inside.out.starts_with("there/nginx.conf:"), "{}", inside.out);
}

#[test]
fn globs_are_read_in_byte_order() {
    let folder = Folder::with_main(main("include conf.d/*.conf;\n"));
    for name in ["9", "10", "b", "B", "_", "a", ".hidden"] {
        folder.write(&format!("conf.d/{name}.conf"), "\n");
    }
    let said = folder.run(&["--show-files", "nginx.conf"]);
    let read: Vec<&str> = said.ends(0).err.lines().skip(1).collect();
    assert_eq!(read, ["10", "9", "B", "_", "a", "b"].map(|it| format!("conf.d/{it}.conf")));
}

#[test]
fn a_glob_may_match_nothing_and_a_name_may_not() {
    let folder =
        Folder::with(&[("nginx.conf", &main("include conf.d/*.conf;\ninclude conf.d/none.conf;\n"))]);
    assert_eq!(folder.json(&["nginx.conf"]).ends(1).places(), ["nginx.conf:4 DI007"]);
}

#[test]
fn a_glob_includes_whatever_it_matches() {
    let folder = Folder::with(&[
        ("nginx.conf", &main("include sites/*;\n")),
        ("sites/a.conf~", &server(CHAT)),
        ("sites/sub/x", ""),
    ]);
    let said = folder.json(&["nginx.conf"]);
    assert_eq!(
        said.ends(1).places(),
        ["nginx.conf:3 DI007", "sites/a.conf~:3 WS102", "sites/a.conf~:3 WS103"]
    );
}

#[test]
fn prefix_root_and_path_map() {
    let files = |include: &str| {
        Folder::with(&[
            ("conf/nginx.conf", &main(&format!("include {include};\n"))),
            ("image/etc/nginx/sites/a.conf", &server(CHAT)),
        ])
    };
    let found = |include: &str, options: &[&str]| {
        let folder = files(include);
        let root = folder.root();
        let options: Vec<String> =
            options.iter().map(|it| it.replace("HERE", &root.to_string_lossy())).collect();
        let options: Vec<&str> = options.iter().map(String::as_str).chain(["conf/nginx.conf"]).collect();
        folder.json(&options).places()
    };
    let chat = ["image/etc/nginx/sites/a.conf:3 WS102", "image/etc/nginx/sites/a.conf:3 WS103"];
    for (include, options) in [
        ("sites/a.conf", ["--prefix", "image/etc/nginx"]),
        ("sites/*.conf", ["--prefix", "image/etc/nginx"]),
        ("sites/a.conf", ["--prefix", "HERE/image/etc/nginx"]),
        ("/etc/nginx/sites/a.conf", ["--root", "image"]),
        ("/etc/nginx/sites/*", ["--root", "HERE/image"]),
        ("/etc/nginx/sites/a.conf", ["--path-map", "/etc/nginx=image/etc/nginx"]),
        ("/etc/nginx/sites/*.conf", ["--path-map", "/etc/nginx/=HERE/image/etc/nginx/"]),
        ("/opt/x/a.conf", ["--path-map", "/opt/x=image/etc/nginx/sites"]),
        ("/opt/x.conf", ["--path-map", "/opt/x.conf=image/etc/nginx/sites/a.conf"]),
        ("enabled/a.conf", ["--path-map", "enabled=../image/etc/nginx/sites"]),
        ("enabled/*.conf", ["--path-map", "enabled=HERE/image/etc/nginx/sites"]),
    ] {
        assert_eq!(found(include, &options), chat, "{include} {options:?}");
    }
    let both = ["--path-map", "/a=nowhere", "--path-map", "/etc=image/etc"];
    assert_eq!(found("/etc/nginx/sites/a.conf", &both), chat);
    assert_eq!(
        found("/etc/nginxx/sites/a.conf", &["--path-map", "/etc/nginx=image/etc/nginx"]),
        ["conf/nginx.conf:3 DI007"]
    );
    assert_eq!(found("sites/a.conf", &["--prefix", "elsewhere"]), ["conf/nginx.conf:3 DI007"]);
}

#[test]
fn a_mapped_file_is_one_with_its_own_path() {
    let folder = Folder::with(&[
        ("nginx.conf", &main("include sites-enabled/*;\n")),
        ("sites-available/a.conf", &server(CHAT)),
    ]);
    let said = folder.json(&["--path-map", "sites-enabled=sites-available", "."]);
    assert_eq!(said.ends(1).places(), ["sites-available/a.conf:3 WS102", "sites-available/a.conf:3 WS103"]);
}

#[test]
fn a_file_under_several_parents_is_one_finding_with_related_places() {
    let folder = Folder::with(&[
        ("nginx.conf", &main("include sites/*;\n")),
        ("sites/a", "server {\n    include ws.inc;\n}\n"),
        ("sites/b", "server {\n    server_name b;\n    include ws.inc;\n}\n"),
        ("sites/c", "server {\n    server_name c;\n    server_tokens off;\n    include ws.inc;\n}\n"),
        ("ws.inc", CHAT),
    ]);
    let said = folder.json(&["nginx.conf"]);
    assert_eq!(said.ends(1).places(), ["ws.inc:2 WS102", "ws.inc:2 WS103"]);
    for finding in said.diagnostics() {
        assert_eq!(finding["includes"], serde_json::json!(["nginx.conf:3", "sites/a:2"]));
        let also: Vec<String> = (finding["related"].as_array().expect("a list").iter())
            .filter(|it| it["message"] == "also included here")
            .map(|it| format!("{}:{}", it["file"].as_str().expect("a word"), it["line"]))
            .collect();
        assert_eq!(also, ["sites/b:3", "sites/c:4"]);
    }
    folder.run(&["--fix", "nginx.conf"]).ends(0);
    assert_eq!(folder.text("ws.inc").matches("proxy_http_version").count(), 1, "edited once");
}

#[test]
fn a_finding_that_holds_through_one_parent_only_says_so() {
    let folder = Folder::with(&[
        ("nginx.conf", &main("include sites/*;\n")),
        ("sites/a", "server {\n    proxy_http_version 1.1;\n    include ws.inc;\n}\n"),
        ("sites/b", "server {\n    include ws.inc;\n}\n"),
        (
            "ws.inc",
            &CHAT.replace(
                "}\n",
                "    proxy_set_header Connection upgrade;\n    proxy_set_header Host $http_host;\n}\n",
            ),
        ),
    ]);
    let said = folder.json(&["nginx.conf"]);
    assert_eq!(said.ends(1).places(), ["ws.inc:2 WS103"]);
    let finding = &said.diagnostics()[0];
    assert_eq!(finding["includes"], serde_json::json!(["nginx.conf:3", "sites/b:2"]));
    let related = finding["related"].as_array().expect("a list");
    let other = related.iter().find(|it| it["file"] == "sites/a").unwrap_or_else(|| panic!("{finding}"));
    assert_eq!(
        (&other["line"], &other["message"]),
        (&3.into(), &"does not hold where the file is included here".into())
    );
}

#[test]
fn a_walk_does_not_lint_an_included_file_again() {
    let folder = Folder::with(&[
        ("nginx.conf", &main("proxy_http_version 1.1;\ninclude conf.d/*.conf;\n")),
        ("conf.d/a.conf", &server(CHAT)),
    ]);
    assert_eq!(folder.json(&["."]).ends(1).places(), ["conf.d/a.conf:3 WS102"]);
    assert_eq!(folder.json(&["conf.d/a.conf", "nginx.conf"]).ends(1).places(), ["conf.d/a.conf:3 WS102"]);
    // Alone it is judged with the version that http sets; nobody knows of that where the context is only claimed.
    assert_eq!(folder.json(&["conf.d/a.conf"]).ends(1).places(), ["conf.d/a.conf:3 WS102"]);
    assert_eq!(folder.json(&["--context", "http", "conf.d/a.conf"]).ends(1).codes(), ["WS102", "WS103"]);
}

#[test]
fn gitignored_and_foreign_folders_are_left_out_and_named_files_are_not() {
    let folder = Folder::new();
    let git =
        Command::new("git").args(["init", "-q"]).current_dir(folder.path("")).status().expect("git runs");
    assert!(git.success());
    folder.write(".gitignore", "build/\n*.gen.conf\n!kept.gen.conf\n");
    folder.write("sub/.gitignore", "/local.conf\n");
    for path in [
        "a.conf",
        "build/b.conf",
        "c.gen.conf",
        "kept.gen.conf",
        "sub/local.conf",
        "sub/d.conf",
        "sub/x/local.conf",
        ".git/e.conf",
        "node_modules/f.conf",
        "target/g.conf",
        "sub/node_modules/h.conf",
    ] {
        folder.write(path, HALF);
    }
    let linted = |arguments: &[&str]| {
        let mut files: Vec<String> =
            folder.run(&[arguments, &["--show-files"]].concat()).err.lines().map(str::to_owned).collect();
        files.sort();
        files
    };
    let wanted = ["a.conf", "kept.gen.conf", "sub/d.conf", "sub/x/local.conf"];
    assert_eq!(linted(&["."]), wanted);
    assert_eq!(linted(&[&folder.root().to_string_lossy()]), wanted);
    assert_eq!(linted(&["sub"]), ["sub/d.conf", "sub/x/local.conf"]);
    for named in ["build/b.conf", "c.gen.conf", ".git/e.conf", "node_modules/f.conf"] {
        assert_eq!(linted(&[named]), [named]);
    }
}

#[test]
fn a_walk_finds_what_looks_like_nginx() {
    let folder = Folder::new();
    let nginx = server("    listen 80;\n");
    for (path, text) in [
        ("nginx.conf", "events {}\n"),
        ("nginx.conf.template", "events {}\n"),
        ("a.nginx", &nginx),
        ("b.vhost", &nginx),
        ("sites-available/plain", &nginx),
        ("conf.d/y", &nginx),
        ("snippets/z", "listen 80;\n"),
        ("c.conf", &nginx),
        ("bom.conf", &format!("\u{feff}{nginx}")),
        ("typo.conf", "servr {\n    listen 80;\n    server_name a;\n}\n"),
        ("open.conf", "server {\n    listen 80;\n"),
        ("comments.conf", "# nothing yet\n"),
        ("conf.d/README", "This is a text.\n"),
        ("notes.txt", &nginx),
        ("redis.conf", "port 6379\nbind 127.0.0.1\n"),
        ("php.conf", "[www]\n; comment\nuser = www\npm = dynamic\n"),
    ] {
        folder.write(path, text);
    }
    let mut linted: Vec<String> = folder.run(&["--show-files", "."]).err.lines().map(str::to_owned).collect();
    linted.sort();
    assert_eq!(
        linted,
        [
            "a.nginx",
            "b.vhost",
            "bom.conf",
            "c.conf",
            "comments.conf",
            "conf.d/y",
            "nginx.conf",
            "nginx.conf.template",
            "open.conf",
            "sites-available/plain",
            "snippets/z",
            "typo.conf"
        ]
    );
}
