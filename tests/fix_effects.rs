//! What `--fix` writes where other blocks are near: what they send stays as it is.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test reads its data by itself and fails by panicking"
)]

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

/// Runs `ngxlint check --fix` over `files`, of which the first is the main file, twice, and returns the first one's text.
#[expect(clippy::disallowed_methods, reason = "the test writes its configurations by itself")]
fn fixed(files: &[(&str, &str)]) -> Vec<String> {
    let folder = TempDir::new().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    fix(folder.path(), files[0].0);
    let read =
        || files.iter().map(|(name, _)| fs::read_to_string(folder.path().join(name)).unwrap()).collect();
    let once: Vec<String> = read();
    fix(folder.path(), files[0].0);
    let twice: Vec<String> = read();
    assert_eq!(once, twice, "a second --fix changes something");
    once
}

fn fix(folder: &Path, main: &str) {
    let output = Command::new(env!("CARGO_BIN_EXE_ngxlint"))
        .args(["check", "--fix", main])
        .current_dir(folder)
        .output();
    assert!(output.unwrap().status.code().is_some_and(|code| code < 2));
}

fn wrapped(server: &str) -> String {
    format!("events {{}}\nhttp {{\n  server {{\n    listen 80;\n{server}  }}\n}}\n")
}

fn fixed_server(server: &str) -> String {
    let text = fixed(&[("nginx.conf", &wrapped(server))]).remove(0);
    let text = text.strip_prefix("events {}\nhttp {\n  server {\n    listen 80;\n").unwrap();
    text.strip_suffix("  }\n}\n").unwrap().to_owned()
}

const TRIO: &str = "proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection \"upgrade\";";

#[test]
fn a_location_whose_inner_one_would_inherit_the_headers_is_left_alone() {
    let server = "    location /ws/ {\n      proxy_pass http://a;\n      location /ws/health { proxy_pass http://b; }\n    }\n";
    assert_eq!(fixed_server(server), server);
}

#[test]
fn an_inner_location_with_headers_and_version_of_its_own_is_no_obstacle() {
    let inner =
        "      location /ws/health { proxy_http_version 1.0; proxy_set_header A b; proxy_pass http://b; }\n";
    let server = format!("    location /ws/ {{\n      proxy_pass http://a;\n{inner}    }}\n");
    let trio = "      proxy_http_version 1.1;\n      proxy_set_header Upgrade $http_upgrade;\n      proxy_set_header Connection \"upgrade\";\n";
    assert_eq!(
        fixed_server(&server),
        format!("    location /ws/ {{\n      proxy_pass http://a;\n{trio}{inner}    }}\n")
    );
}

#[test]
fn a_level_is_changed_only_where_the_change_is_as_safe_for_every_block() {
    // A mixed endpoint is not repaired without being asked, so neither is what it inherits from.
    let server = "    proxy_set_header Host $host;\n    proxy_http_version 1.1;\n    location /ws/ { proxy_pass http://a; }\n    location /socket.io/ { proxy_pass http://b; }\n";
    let ws = format!("location /ws/ {{ proxy_pass http://a; proxy_set_header Host $host; {TRIO} }}");
    assert_eq!(fixed_server(server), server.replace("location /ws/ { proxy_pass http://a; }", &ws));
}

#[test]
fn a_snippet_is_changed_only_where_every_level_that_includes_it_agrees() {
    let main = "events {}\nhttp {\n  proxy_http_version 1.1;\n  server { server_name a; include h.inc; location /ws/ { proxy_pass http://a; } location /ws2/ { proxy_pass http://a; } }\n  server { server_name b; include h.inc; location /ws/ { set $x y; proxy_pass http://a; proxy_set_header Upgrade \"\"; } # ngxlint: not-websocket\n    location / { proxy_pass http://a; } }\n}\n";
    let snippet = "proxy_set_header Upgrade http_upgrade;\nproxy_set_header Connection upgrade;\n";
    let texts = fixed(&[("nginx.conf", main), ("h.inc", snippet)]);
    assert_eq!(texts[1], snippet);
}

#[test]
fn two_blocks_of_one_place_do_not_speak_for_the_other_place_of_a_snippet() {
    // The location and its `if` want the same lines, but the other server's headers would be repeated with them.
    let main = "events {}\n# ngxlint: websocket\nhttp {\n  server { server_name a; include ws.inc; }\n  server { server_name b; proxy_set_header X-Real-IP $remote_addr; include ws.inc; }\n}\n";
    let snippet = "location /live/ {\n  proxy_http_version 1.1;\n  proxy_pass http://a;\n  if ($arg_v) {\n    proxy_pass http://b;\n  }\n}\n";
    let texts = fixed(&[("nginx.conf", main), ("ws.inc", snippet)]);
    assert_eq!(texts[1], snippet);
}

#[test]
fn repeated_lines_are_written_on_one_line() {
    let main = "events {}\nhttp {\n  proxy_http_version 1.1;\n  proxy_set_header\n    Upgrade  $http_upgrade; # up\n  proxy_set_header \"Connection\" upgrade;\n  server { location /ws/ { proxy_set_header Host $host; proxy_pass http://a; } }\n}\n";
    let texts = fixed(&[("nginx.conf", main)]);
    let wanted = "location /ws/ { proxy_set_header Host $host; proxy_set_header Upgrade $http_upgrade; proxy_set_header \"Connection\" upgrade; proxy_pass http://a; }";
    assert!(texts[0].contains(wanted), "{}", texts[0]);
}

#[test]
fn a_block_is_declared_by_its_upstream() {
    let main = "events {}\nhttp {\n  # ngxlint: websocket\n  upstream chat { server a; }\n  upstream app { server b; }\n  server {\n    location /c { proxy_pass http://chat; }\n    location /p { proxy_pass http://app; }\n  }\n}\n";
    let text = fixed(&[("nginx.conf", main)]).remove(0);
    assert!(
        text.contains(&format!("location /c {{ proxy_pass http://chat; proxy_http_version 1.1; {TRIO} }}")),
        "{text}"
    );
    assert!(text.contains("location /p { proxy_pass http://app; }"), "{text}");
}

#[test]
fn a_sibling_with_the_headers_for_the_same_upstream_raises_what_a_path_says() {
    let sibling = "    location /live/ { proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection \"upgrade\"; proxy_pass http://a; }\n";
    let server = format!(
        "{sibling}    location / {{ proxy_pass http://a; }}\n    location /socket.io/ {{ proxy_pass http://a; }}\n"
    );
    let wanted = format!("location /socket.io/ {{ proxy_pass http://a; proxy_http_version 1.1; {TRIO} }}");
    assert_eq!(
        fixed_server(&server),
        server.replace("location /socket.io/ { proxy_pass http://a; }", &wanted)
    );
}

/// `${name}` is a value like any other: the line that repeats it needs its `;`.
#[test]
fn a_repeated_value_that_ends_with_a_brace_is_a_directive() {
    let server = "    proxy_http_version 1.1; proxy_set_header Upgrade ${http_upgrade}; proxy_set_header Connection \"upgrade\";\n    \
                  location /ws/ {\n      proxy_pass http://a;\n      proxy_set_header X-Real-IP $remote_addr;\n    }\n";
    let fixed = fixed_server(server);
    assert!(fixed.contains("\n      proxy_set_header Upgrade ${http_upgrade};\n"), "{fixed}");
}
