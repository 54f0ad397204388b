//! A file that is named alone is judged in the tree that it belongs to, as pre-commit and editors name files.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "tests prepare their files themselves and fail by panicking, and so do their helpers"
)]
#![cfg(unix)]

#[path = "cli/harness.rs"]
mod harness;

use std::os::unix::fs::symlink;

use harness::Folder;

const HEADERS: &str = "proxy_http_version 1.1;\nproxy_set_header Upgrade $http_upgrade;\nproxy_set_header Connection upgrade;\nproxy_set_header Host $http_host;\n";

/// A site whose own level has no handshake header.
const SITE: &str = "server {\n    # ngxlint: websocket\n    location /live {\n        proxy_pass http://127.0.0.1:9000;\n    }\n}\n";

/// A location without any level around it.
const LOCATION: &str = "# ngxlint: websocket\nlocation /live {\n    proxy_http_version 1.1;\n    proxy_pass http://127.0.0.1:9000;\n}\n";

fn main_file(http: &str) -> String {
    format!("events {{}}\nhttp {{\n{http}}}\n")
}

/// The same tree twice: once with the headers at http level, once without.
fn with_and_without(include: &str) -> [String; 2] {
    [main_file(&format!("{HEADERS}include {include};\n")), main_file(&format!("include {include};\n"))]
}

#[test]
fn a_site_in_conf_d_is_judged_with_what_http_sets() {
    let [good, bad] = with_and_without("conf.d/*.conf");
    let other = "server {\n    listen 81;\n    # ngxlint: websocket\n    location /other {\n        proxy_pass http://127.0.0.1:1;\n    }\n}\n";
    let folder =
        Folder::with(&[("nginx.conf", &good), ("conf.d/chat.conf", SITE), ("conf.d/other.conf", other)]);
    assert_eq!(folder.json(&["conf.d/chat.conf"]).ends(0).places(), [""; 0]);
    folder.write("nginx.conf", bad);
    let said = folder.json(&["conf.d/chat.conf"]);
    assert_eq!(
        said.ends(1).places(),
        ["WS101", "WS102", "WS103"].map(|code| format!("conf.d/chat.conf:4 {code}")),
        "nothing about the other site"
    );
    let found = said.diagnostics();
    assert_eq!(found[0]["includes"], serde_json::json!(["nginx.conf:3"]));
    assert_eq!(said.document()["summary"]["files"], 1);
    let message = found[2]["message"].as_str().unwrap();
    assert!(!message.contains("unless"), "http is in sight: {message}");
    let both = folder.json(&["conf.d/chat.conf", "conf.d/other.conf"]);
    assert_eq!(both.codes().len(), 6, "each once");
    assert_eq!(folder.json(&["conf.d"]).places(), both.places(), "a folder stands for its files");
    let shown = folder.run(&["conf.d/chat.conf", "--show-files", "--quiet"]);
    assert_eq!(shown.ends(1).err.trim(), "conf.d/chat.conf");
}

#[test]
fn a_server_that_drops_the_headers_breaks_its_snippet() {
    let main = |own: &str| main_file(&format!("{HEADERS}server {{\n{own}include snippets/live.conf;\n}}\n"));
    let folder = Folder::with(&[("nginx.conf", &main("")), ("snippets/live.conf", LOCATION)]);
    assert_eq!(folder.json(&["snippets/live.conf"]).ends(0).places(), [""; 0]);
    folder.write("nginx.conf", main("proxy_set_header Host $host;\n"));
    // The line that breaks it stands in the main file, the block that is broken in the snippet.
    let said = folder.json(&["snippets/live.conf"]);
    assert_eq!(said.ends(1).places(), ["nginx.conf:8 WS104"]);
    assert_eq!(said.diagnostics()[0]["block"]["file"], "snippets/live.conf");
    folder.write("nginx.conf", main_file("server {\ninclude snippets/live.conf;\n}\n"));
    let said = folder.json(&["snippets/live.conf"]);
    assert_eq!(said.ends(1).places(), ["WS101", "WS102"].map(|code| format!("snippets/live.conf:4 {code}")));
}

#[test]
fn links_in_sites_enabled_lead_to_sites_available() {
    let [good, bad] = with_and_without("sites-enabled/*");
    let folder =
        Folder::with(&[("nginx.conf", &bad), ("sites-available/chat", SITE), ("sites-available/off", SITE)]);
    std::fs::create_dir(folder.path("sites-enabled")).unwrap();
    symlink("../sites-available/chat", folder.path("sites-enabled/chat")).unwrap();
    let codes = ["WS101", "WS102", "WS103"];
    for name in ["sites-available/chat", "sites-enabled/chat"] {
        assert_eq!(folder.json(&[name]).places(), codes.map(|code| format!("{name}:4 {code}")));
    }
    let both = folder.json(&["sites-available/chat", "sites-enabled/chat"]);
    assert_eq!(both.places().len(), 3, "one file by two names is one file");
    folder.write("nginx.conf", good);
    assert_eq!(folder.json(&["sites-available/chat"]).ends(0).places(), [""; 0]);
    assert_eq!(
        folder.json(&["sites-available/off"]).ends(1).codes(),
        ["WS103"],
        "nobody includes it: it is judged alone"
    );
}

#[test]
fn sites_that_are_enabled_on_the_server_only_are_found_by_the_settings() {
    let [good, bad] = with_and_without("/etc/nginx/sites-enabled/*");
    let settings = "include: {path-map: {/etc/nginx/sites-enabled: sites-available}}\n";
    let folder =
        Folder::with(&[("nginx.conf", &good), (".ngxlint.yaml", settings), ("sites-available/chat", SITE)]);
    assert_eq!(folder.json(&["sites-available/chat"]).ends(0).places(), [""; 0]);
    folder.write("nginx.conf", bad);
    assert_eq!(folder.json(&["sites-available/chat"]).ends(1).codes(), ["WS101", "WS102", "WS103"]);
}

#[test]
fn a_snippet_of_several_servers_says_where_it_fails() {
    let server =
        |port: u16, own: &str| format!("server {{\nlisten {port};\n{own}include snippets/live.conf;\n}}\n");
    let main = main_file(
        &[server(81, HEADERS), server(82, "proxy_set_header Host $host;\n"), server(83, HEADERS)].concat(),
    );
    let folder = Folder::with(&[("nginx.conf", &main), ("snippets/live.conf", LOCATION)]);
    let said = folder.json(&["snippets/live.conf"]);
    assert_eq!(said.ends(1).places(), ["WS101", "WS102"].map(|code| format!("snippets/live.conf:4 {code}")));
    let found = said.diagnostics();
    assert_eq!(found[0]["includes"].as_array().unwrap().len(), 1);
    let said_of: Vec<&str> =
        found[0]["related"].as_array().unwrap().iter().filter_map(|it| it["message"].as_str()).collect();
    let holds_not = said_of.iter().filter(|it| it.contains("does not hold")).count();
    assert_eq!(holds_not, 2, "{said_of:?}");
    let whole = folder.json(&["nginx.conf"]);
    assert_eq!(whole.diagnostics(), found, "the whole tree says the same");
}

#[test]
fn a_repository_of_a_container_is_searched_below_its_root() {
    let [good, bad] = with_and_without("/etc/nginx/conf.d/*.conf");
    let folder = Folder::with(&[
        (".git/HEAD", ""),
        ("nginx/nginx.conf", &good),
        ("nginx/conf.d/chat.conf", SITE),
        ("docs/readme.conf", "not nginx at all\n"),
    ]);
    assert_eq!(folder.json(&["nginx/conf.d/chat.conf"]).ends(0).places(), [""; 0]);
    folder.write("nginx/nginx.conf", &bad);
    let said = folder.json(&["nginx/conf.d/chat.conf"]);
    assert_eq!(said.ends(1).codes(), ["WS101", "WS102", "WS103"]);
    // From another folder the same, under the names as seen from there.
    let inside = harness::finish(
        harness::program(&folder.path("nginx/conf.d"), &["chat.conf", "--format", "json"]),
        b"",
    );
    assert_eq!(inside.codes(), said.codes());
    assert!(inside.places()[0].starts_with("chat.conf:4"), "{:?}", inside.places());
    assert!(inside.diagnostics()[0]["includes"][0].as_str().unwrap().ends_with("/nginx/nginx.conf:3"));
}

#[test]
fn a_main_file_beside_the_tree_is_found_in_the_repository() {
    let main = main_file(&format!("{HEADERS}include ../sites/*.conf;\n"));
    let files = [("main/web.conf", main.as_str()), ("sites/chat.conf", SITE)];
    let outside = Folder::with(&files);
    assert_eq!(outside.json(&["sites/chat.conf"]).codes(), ["WS103"], "no repository: nobody searches");
    let folder = Folder::with(&files);
    folder.write(".git/HEAD", "");
    assert_eq!(folder.json(&["sites/chat.conf"]).ends(0).codes(), [""; 0]);
    folder.write(".gitignore", "main/\n");
    assert_eq!(
        folder.json(&["sites/chat.conf"]).codes(),
        ["WS103"],
        "what git ignores is no part of the repository"
    );
}

#[test]
fn the_settings_name_main_files() {
    let [good, bad] = with_and_without("conf.d/*.conf");
    let folder = Folder::with(&[
        (".ngxlint.yaml", "roots: [live/nginx.conf]\n"),
        ("live/nginx.conf", &bad),
        ("live/conf.d/chat.conf", SITE),
        ("old/nginx.conf", &good),
        ("old/orphan.conf", SITE),
    ]);
    let codes = ["WS101", "WS102", "WS103"];
    assert_eq!(folder.json(&["live/conf.d/chat.conf"]).ends(1).codes(), codes);
    assert_eq!(folder.json(&[]).ends(1).places(), codes.map(|it| format!("live/conf.d/chat.conf:4 {it}")));
    assert_eq!(folder.json(&["old/orphan.conf"]).codes(), ["WS103"], "in no tree");
    assert_eq!(folder.json(&["."]).codes().len(), 4, "a path wins");
    let inside = harness::finish(harness::program(&folder.path("old"), &["--format", "json"]), b"");
    assert_eq!(inside.codes(), codes, "paths of the settings count from their folder");
    folder.write(".ngxlint.yaml", "roots: [gone.conf]\n");
    folder.run(&[] as &[&str]).ends(2).complains("gone.conf");
    folder.run(&["live/conf.d/chat.conf"]).ends(2).complains("gone.conf");
}

#[test]
fn the_tree_that_includes_a_snippet_may_be_a_fragment_itself() {
    let site = format!("server {{\n{HEADERS}include snippets/live.conf;\n}}\n");
    let folder =
        Folder::with(&[(".git/HEAD", ""), ("conf.d/chat.conf", &site), ("snippets/live.conf", LOCATION)]);
    assert_eq!(folder.json(&["snippets/live.conf"]).ends(0).codes(), [""; 0]);
    folder.write(
        "conf.d/chat.conf",
        "server {\nproxy_set_header Host $host;\ninclude snippets/live.conf;\n}\n",
    );
    assert_eq!(folder.json(&["snippets/live.conf"]).ends(1).codes(), ["WS101", "WS102"]);
}

#[test]
fn two_main_files_are_both_asked() {
    let [good, bad] = with_and_without("conf.d/*.conf");
    let folder = Folder::with(&[
        (".git/HEAD", ""),
        ("nginx.conf", &good),
        ("nginx.conf.dev", &bad),
        ("conf.d/chat.conf", SITE),
    ]);
    let said = folder.json(&["conf.d/chat.conf"]);
    assert_eq!(said.ends(1).codes(), ["WS101", "WS102", "WS103"]);
    assert!(said.diagnostics()[0]["related"].to_string().contains("does not hold"), "{}", said.out);
}

#[test]
fn an_unsaved_text_is_judged_in_place_of_its_file() {
    let [good, bad] = with_and_without("conf.d/*.conf");
    let folder = Folder::with(&[("nginx.conf", &good), ("conf.d/chat.conf", "# saved\n")]);
    let said = |text: &str| {
        folder.run_with_input(&["-", "--stdin-filename", "conf.d/chat.conf", "--format", "json"], text)
    };
    assert_eq!(said(SITE).ends(0).places(), [""; 0]);
    folder.write("nginx.conf", &bad);
    assert_eq!(said(SITE).ends(1).places()[0], "conf.d/chat.conf:4 WS101");
    assert_eq!(said("# nothing\n").ends(0).places(), [""; 0]);
    let diff = folder.run_with_input(&["-", "--stdin-filename", "conf.d/chat.conf", "--diff"], SITE);
    assert!(diff.out.contains("+        proxy_set_header Upgrade $http_upgrade;"), "{}", diff.out);
}

#[test]
fn fixes_are_written_to_the_named_file() {
    let [_, bad] = with_and_without("conf.d/*.conf");
    let folder = Folder::with(&[
        ("nginx.conf", &bad),
        ("conf.d/chat.conf", SITE),
        ("conf.d/other.conf", &SITE.replace("server {", "server {\n    listen 81;")),
    ]);
    let other = folder.text("conf.d/other.conf");
    folder.run(&["--fix", "conf.d/chat.conf"]).ends(0);
    assert!(folder.text("conf.d/chat.conf").contains("proxy_set_header Upgrade $http_upgrade;"));
    assert_eq!((folder.text("nginx.conf"), folder.text("conf.d/other.conf")), (bad, other));
}

#[test]
fn comments_of_the_named_file_count_there_and_are_not_unused() {
    let [_, bad] = with_and_without("conf.d/*.conf");
    let ignored = SITE.replace("proxy_pass", "# ngxlint: ignore WS -- not today\n        proxy_pass");
    let vain = "# ngxlint: ignore-file WS105 -- never\n";
    let folder =
        Folder::with(&[("nginx.conf", &bad), ("conf.d/chat.conf", &ignored), ("conf.d/vain.conf", vain)]);
    let said = folder.json(&["conf.d/chat.conf"]);
    assert_eq!(said.ends(0).places(), [""; 0]);
    assert_eq!(said.document()["summary"]["suppressed"], 3);
    let said = folder.json(&["conf.d/vain.conf"]);
    assert_eq!(said.ends(1).codes(), ["LT001"]);
    assert_eq!(
        said.document()["summary"]["suppressed"],
        0,
        "what another file's comments suppress is not counted"
    );
}

#[test]
fn a_context_that_is_given_is_not_searched_for() {
    let [_, bad] = with_and_without("conf.d/*.conf");
    let folder = Folder::with(&[("nginx.conf", &bad), ("conf.d/chat.conf", SITE)]);
    assert_eq!(folder.json(&["--context", "http", "conf.d/chat.conf"]).codes(), ["WS103"]);
}

#[test]
fn a_syntax_error_elsewhere_is_not_the_named_files() {
    let folder = Folder::with(&[
        ("nginx.conf", &main_file(&format!("{HEADERS}include conf.d/*.conf;\n"))),
        ("conf.d/broken.conf", "server {\n    listen 80\n}\n"),
        ("conf.d/chat.conf", SITE),
    ]);
    assert_eq!(folder.json(&["conf.d/chat.conf"]).ends(0).places(), [""; 0]);
    assert_eq!(folder.json(&["conf.d/broken.conf"]).ends(1).codes(), ["SY002"]);
    assert_eq!(folder.json(&["nginx.conf"]).ends(1).codes(), ["SY002"]);
}
