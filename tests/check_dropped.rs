//! What `check` says of lists that are written anew: the versions that can merge them, and nothing where a text that was not
//! read may have a say.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests prepare their files themselves and fail by panicking, and so do their helpers"
)]

#[path = "cli/harness.rs"]
mod harness;

use std::path::Path;

use harness::{Folder, finish, program};

const LISTS: &str = "PX101,PX110,SE107";

/// The findings in `text`, each as `LINE CODE`.
fn findings(text: &str, options: &[&str]) -> Vec<String> {
    let arguments = ["check", "--no-config", "--format", "json", "--select", LISTS, "-"];
    let said = finish(program(Path::new("."), &[&arguments, options].concat()), text.as_bytes());
    let line = |it: &serde_json::Value| format!("{} {}", it["line"], it["code"].as_str().unwrap_or_default());
    said.diagnostics().iter().map(line).collect()
}

/// Three headers at http level, and what a location says to them.
fn location(inside: &str) -> String {
    format!(
        "events {{}}\nhttp {{\nadd_header X-Frame-Options DENY;\nserver {{\nlisten 8080;\n\
         location / {{\n{inside}\n}}\n}}\n}}\n"
    )
}

fn fixed(text: &str, options: &[&str]) -> String {
    let folder = Folder::with_main(text);
    let arguments = ["check", "--no-config", "--select", LISTS, "--fix", "--unsafe-fixes", "nginx.conf"];
    finish(program(&folder.root(), &[&arguments, options].concat()), b"");
    folder.text("nginx.conf")
}

#[test]
fn a_level_that_says_how_it_inherits_is_believed() {
    assert_eq!(findings(&location("add_header X-A a;"), &[]), ["7 SE107"]);
    for word in ["merge", "off"] {
        let said = findings(&location(&format!("add_header_inherit {word}; add_header X-A a;")), &[]);
        assert_eq!(said, [""; 0], "{word}");
    }
    assert_eq!(findings(&location("add_header_inherit on; add_header X-A a;"), &[]), ["7 SE107"]);
}

#[test]
fn lists_are_merged_where_every_version_can() {
    let text = location("add_header X-A a;");
    assert!(
        fixed(&text, &["--nginx-version", "1.30.6"])
            .contains("\nadd_header_inherit merge;\nadd_header X-A a;")
    );
    for version in ["1.29.2", ">=1.24"] {
        let repeated = fixed(&text, &["--nginx-version", version]);
        assert!(repeated.contains("\nadd_header X-Frame-Options DENY;\nadd_header X-A a;"), "{repeated}");
    }
    // The block's own value would be added to the outer one.
    let both = "add_header X-Frame-Options SAMEORIGIN;";
    let text = location(both).replace("DENY;", "DENY; add_header X-B b;");
    assert!(fixed(&text, &["--nginx-version", "1.30.6"]).contains(&format!("\nadd_header X-B b;\n{both}")));
}

#[test]
fn comments_stay_with_their_directive() {
    let repeated = fixed(&location("    # why\n    add_header X-A a; # so"), &[]);
    assert!(
        repeated.contains("\n    add_header X-Frame-Options DENY;\n    # why\n    add_header X-A a; # so\n")
    );
    let one_line = "events {}\nhttp { add_header X-B b; server { location / { add_header X-A a; } } }\n";
    assert!(fixed(one_line, &[]).contains("location / { add_header X-B b; add_header X-A a; }"));
}

#[test]
fn what_was_not_read_may_have_the_lines() {
    let own = "include missing/*.conf; include missing.conf; add_header X-A a;";
    assert_eq!(findings(&location(own), &[]), [""; 0]);
    // The nearest outer list may be another one, and a fragment has none in sight.
    let between = location("add_header X-A a;").replace("listen 8080;", "include missing.conf;");
    assert_eq!(findings(&between, &[]), [""; 0]);
    assert_eq!(findings("location / {\nadd_header X-A a;\n}\n", &[]), [""; 0]);
    // What the outer level is seen to have is lost, whatever else it may have.
    let outer = location("add_header X-A a;").replace("http {", "http { include missing.conf;");
    assert_eq!(findings(&outer, &[]), ["7 SE107"]);
}

#[test]
fn one_list_is_one_finding_however_many_blocks_use_it() {
    let text = "events {}\nhttp {\nproxy_set_header X-A a;\nserver {\nproxy_set_header X-B b;\n\
                location /a { proxy_pass http://127.0.0.1; }\nlocation /b { proxy_pass http://127.0.0.1; }\n}\n}\n";
    assert_eq!(findings(text, &[]), ["5 PX101"]);
    let snippet = "proxy_set_header X-C c;\nproxy_pass http://127.0.0.1;\n";
    let main = "events {}\nhttp {\nproxy_set_header X-A a;\nserver {\nlocation /a { include s; }\nlocation /b { include s; }\n}\n}\n";
    let folder = Folder::with(&[("nginx.conf", main), ("s", snippet)]);
    let arguments = ["check", "--no-config", "--format", "json", "--select", LISTS, "nginx.conf"];
    let said = finish(program(&folder.root(), &arguments), b"");
    assert_eq!(said.diagnostics().len(), 1, "{}", said.out);
}

#[test]
fn what_nginx_sends_by_default_is_not_lost() {
    let text = |line: &str| {
        format!(
            "events {{}}\nhttp {{\nproxy_set_header {line};\nserver {{\nlocation / {{\nproxy_set_header X-A a;\n\
             proxy_pass http://127.0.0.1;\n}}\n}}\n}}\n"
        )
    };
    let connection = text("Connection \"\"");
    assert_eq!(findings(&connection, &["--nginx-version", "1.30.6"]), [""; 0]);
    assert_eq!(findings(&connection, &["--nginx-version", "1.28.0"]), ["6 PX101"]);
    assert_eq!(findings(&text("Connection close"), &["--nginx-version", "1.28.0"]), [""; 0]);
    assert_eq!(findings(&text("Cookie $http_cookie"), &[]), [""; 0]);
    assert_eq!(findings(&text("Host $http_host"), &[]), ["6 PX101"]);
}
