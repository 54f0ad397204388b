//! nginx in Markdown and in Kubernetes' YAML.
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

const BLOCK: &str = "location /chat {\n    proxy_pass http://app;\n    proxy_set_header Upgrade $http_upgrade;\n    proxy_http_version 1.1;\n}\n";

fn markdown() -> String {
    format!(
        "# Chat\n\n```sh\nnginx {{\n```\n\n```nginx\n{BLOCK}```\n\n- more\n\n  ~~~nginx\n  server {{\n      root /srv\n  }}\n  ~~~\n"
    )
}

/// `BLOCK` in a `ConfigMap` and an Ingress that Helm would fill in.
fn yaml() -> String {
    let indented = |by: &str, text: &str| text.lines().flat_map(|line| [by, line, "\n"]).collect::<String>();
    format!(
        "{{{{- if .Values.chat }}}}\nkind: ConfigMap\ndata:\n  default.conf: |\n    server {{\n        listen {{{{ .Values.port }}}};\n{}    }}\n  notes.txt: |\n    Nothing here; really.\n---\nkind: Ingress\nmetadata:\n  annotations:\n    nginx.ingress.kubernetes.io/configuration-snippet: |-\n      proxy_set_header Upgrade $http_upgrade\n      proxy_http_version 1.1;\n{{{{- end }}}}\n",
        indented("        ", BLOCK)
    )
}

#[test]
fn code_blocks_are_linted_at_their_lines() {
    let folder = Folder::with(&[("README.md", &markdown())]);
    assert_eq!(folder.json(&["README.md"]).places(), ["README.md:9 WS102", "README.md:19 SY002"]);
}

#[test]
fn yaml_is_linted_at_its_lines() {
    let folder = Folder::with(&[("templates/deploy.yaml", &yaml())]);
    let found = folder.json(&["templates/deploy.yaml"]);
    assert_eq!(found.places(), ["templates/deploy.yaml:8 WS102", "templates/deploy.yaml:20 SY002"]);
    assert_eq!(found.diagnostics()[0]["column"], 13);
}

#[test]
fn fixes_are_shown_only() {
    let folder = Folder::with(&[("README.md", &markdown())]);
    let found = folder.json(&["README.md"]).diagnostics();
    assert!(found.iter().all(|it| it["fix"].is_null() || it["fix"]["safety"] == "shown"), "{found:?}");
    folder.run(&["--fix", "--unsafe-fixes", "README.md"]).ends(1).complains("is a part of another file");
    assert_eq!(folder.text("README.md"), markdown());
}

#[test]
fn folders_are_searched_only_on_request() {
    let folder = Folder::with(&[
        ("README.md", &markdown()),
        ("a/x.yml", &yaml()),
        ("nginx.conf", GOOD),
        ("b.yaml", "a: 1\n"),
    ]);
    assert_eq!(folder.json(&["."]).places(), [] as [&str; 0]);
    folder.write(".ngxlint.yaml", "embedded: true\n");
    let places = folder.json(&["."]).places();
    assert_eq!(places.len(), 4, "{places:?}");
}

#[test]
fn a_named_file_without_nginx_was_not_linted() {
    let folder = Folder::with(&[("README.md", "# Nothing\n"), ("a.yaml", "a: |\n  b\n")]);
    folder.run(&["README.md"]).ends(2).complains("no nginx configuration was found in it");
    folder.run(&["a.yaml"]).ends(2);
    folder.write("nginx.conf", GOOD);
    folder.run(&["README.md", "nginx.conf"]).ends(0);
    folder.run(&["--allow-empty", "README.md"]).ends(0);
    folder.run(&["--force-exclude", "README.md", "a.yaml"]).ends(0);
}

#[test]
fn what_an_example_leaves_out_is_a_note() {
    let folder = Folder::with(&[("a.md", "```nginx\nserver {\n    ...\n}\n```\n")]);
    let found = folder.json(&["a.md"]).diagnostics();
    assert_eq!((found.len(), &found[0]["severity"]), (1, &serde_json::json!("note")));
}

#[test]
fn an_editor_may_pipe_markdown() {
    let folder = Folder::new();
    let said = folder.run_with_input(&["-", "--stdin-filename", "a.md", "--format", "json"], markdown());
    assert_eq!(said.places(), ["a.md:9 WS102", "a.md:19 SY002"]);
}

#[test]
fn comments_suppress_inside_a_block() {
    let text = "```nginx\n# ngxlint: ignore SY001 -- an example\nroot /srv\n```\n";
    assert_eq!(Folder::with(&[("a.md", text)]).json(&["a.md"]).places(), [] as [&str; 0]);
}
