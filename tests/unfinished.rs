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
    assert_eq!(severities(&folder, "docs/example.conf"), ["DI007 note"]);
    assert_eq!(severities(&folder, "etc/nginx.conf"), ["DI007 error"]);
    folder.write("generated.conf", "");
    assert_eq!(severities(&folder, "."), ["DI007 error"]);
}

#[test]
fn a_main_file_of_another_name_that_is_named_alone_is_judged_by_what_is_beside_it() {
    let main = "events {}\nhttp {\n    include generated.conf;\n    include sites/a.conf;\n}\n";
    let folder = Folder::with(&[("etc/web.conf", main)]);
    let found = || severities(&folder, "etc/web.conf");
    assert_eq!(found(), ["DI007 note", "DI007 note"], "nothing is beside it");
    folder.write("etc/generated.conf", "");
    assert_eq!(found(), ["DI007 note"], "its folder is here, that of the other file is not");
    folder.write("etc/sites/b.conf", "");
    assert_eq!(found(), ["DI007 error"], "both folders are here, and the file is not");
    let told = Folder::with(&[("etc/web.conf", main)]);
    for place in [["--prefix", "etc"], ["--root", "."], ["--path-map", "/srv=etc"]] {
        let said = told.json(&[&place[..], &["etc/web.conf"]].concat());
        assert_eq!(said.ends(1).codes(), ["DI007", "DI007"], "{place:?}: {}", said.out);
    }
    told.write(".ngxlint.yaml", "roots: [etc/web.conf]\n");
    assert_eq!(
        severities(&told, "etc/web.conf"),
        ["DI007 error", "DI007 error"],
        "the settings call it main"
    );
    let nginx = told.run(&["parse", "--strict", "etc/web.conf"]);
    nginx.ends(1);
    assert!(nginx.out.contains("No such file"), "nginx's own verdict: {}", nginx.out);
}

#[test]
fn a_fragment_that_is_named_alone_finds_its_files_in_the_folders_above() {
    let folder = Folder::with(&[
        ("h5bp/basic.conf", "include h5bp/security/frames.conf;\ninclude h5bp/none.conf;\n"),
        ("h5bp/security/frames.conf", "add_header X-Frame-Options DENY;\n"),
    ]);
    assert_eq!(severities(&folder, "h5bp/basic.conf"), ["DI007 note"]);
}

#[test]
fn a_walk_leaves_out_a_document_of_terraform_around_a_configuration() {
    let inside = "user nginx;\nevents {\n}\nhttp {\n    server {\n        listen 80;\n        server_name a;\n    }\n}\n";
    let resource = format!(
        "resource \"azurerm_nginx_configuration\" \"main\" {{\n  root_file = \"/etc/nginx/nginx.conf\"\n\n  config_file {{\n    content = base64encode(<<-EOT\n{inside}EOT\n    )\n  }}\n}}\n"
    );
    let locals = format!("# names\nlocals {{\n  name = \"a\"\n  text = <<EOF\n{inside}EOF\n}}\n");
    let folder = Folder::with(&[
        ("main.conf", resource.as_str()),
        ("locals.conf", &locals),
        ("other.conf", inside),
        ("nginx.conf", GOOD),
    ]);
    assert_eq!(folder.run(&["--show-files", "."]).ends(0).err, "nginx.conf\nother.conf\n");
    // What is named is read.
    assert_ne!(severities(&folder, "main.conf"), [""; 0]);
    // A block of a module that is not known is nginx's all the same.
    folder.write("module.conf", format!("my_module {{\n    color = red;\n}}\n{inside}").replace(" = ", " "));
    assert_eq!(folder.run(&["--show-files", "."]).err.lines().count(), 3);
}
