//! Configurations that are small and mean a lot: what they stand for must not be worked out in full.
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

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use harness::Folder;

const LOCATION: &str = "proxy_pass http://a; proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade;";

fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).map(line).collect()
}

/// What is found in a tree whose http block holds `inner`, and that it is found soon.
#[track_caller]
fn codes(inner: &str) -> Vec<String> {
    let folder = Folder::with_main(format!("events {{}}\nhttp {{\n{inner}}}\n"));
    let start = Instant::now();
    let said = folder.json(&["nginx.conf"]);
    assert!(start.elapsed() < Duration::from_mins(1), "took {:?}", start.elapsed());
    assert!(said.code() < 2, "{}", said.err);
    said.codes()
}

fn server(before: &str, connection: &str) -> String {
    format!("server {{\n{before}location / {{ {LOCATION} proxy_set_header Connection {connection}; }}\n}}\n")
}

#[test]
fn a_value_that_doubles_sixty_times_is_not_known() {
    let doubling = lines(60, |n| format!("set $v{} $v{n}$v{n};\n", n + 1));
    assert_eq!(codes(&server(&format!("set $v0 close;\n{doubling}"), "$v60")), [""; 0]);
    assert_eq!(codes(&server(&format!("set $v0 close;\n{doubling}"), "$v1")), ["WS102"]);
}

#[test]
fn maps_that_use_others_twice_are_evaluated_once_each() {
    let doubling = lines(30, |n| format!("map $uri $m{n} {{ default $m{0}$m{0}; }}\n", n + 1));
    let last = "map $http_upgrade $m30 { default ''; }\n";
    assert_eq!(codes(&format!("{doubling}{last}{}", server("", "$m0"))), ["WS112"]);
}

#[test]
fn maps_keyed_on_maps_are_evaluated_once_each() {
    let chain = lines(10_000, |n| format!("map $m{0} $m{n} {{ default $m{0}; }}\n", n + 1));
    let many = lines(100, |n| format!("location /{n} {{ {LOCATION} proxy_set_header Connection $m0; }}\n"));
    assert_eq!(
        codes(&format!("{chain}map $cookie_a $m10000 {{ default upgrade; }}\nserver {{\n{many}}}\n")),
        [""; 0]
    );
    let circle = "map $b $a { default $b; }\nmap $a $b { default $a; }\n";
    assert_eq!(codes(&format!("{circle}{}", server("", "$a"))), [""; 0]);
}

#[test]
fn sets_that_use_the_next_one_are_run_once() {
    let sets = lines(10_000, |n| format!("set $v{n} $v{};\n", n + 1));
    let last = "set $v10000 '';\n";
    assert_eq!(codes(&server(&format!("{sets}{last}"), "$v0")), ["WS102"]);
}

#[test]
fn expressions_that_backtrack_without_end_are_given_up() {
    let map = "map $http_upgrade $c { '~*^(w+)+(e+)+(b+)+$' close; '~*^((a|w|e|b|s|o|c|k|t)*)*x$' close; default upgrade; }\n";
    codes(&format!(
        "{map}{}",
        server("if ($http_upgrade ~* \"^(([a-z])+.)+[A-Z]([a-z])+$\") { set $z 1; }\n", "$c")
    ));
}

#[test]
fn thousands_of_blocks_of_every_kind() {
    let n = 3_000;
    let many = |inner: &dyn Fn(usize) -> String| format!("server {{\n{}}}\n", lines(n, inner));
    let half = "proxy_pass http://a; proxy_set_header Upgrade $http_upgrade;";
    let wanted = [vec!["WS102"; n], vec!["WS103"; n]].concat();
    let sorted = |mut codes: Vec<String>| {
        codes.sort();
        codes
    };
    assert_eq!(sorted(codes(&many(&|n| format!("location /{n} {{ {half} }}\n")))), wanted);
    assert_eq!(sorted(codes(&many(&|n| format!("location /{n} {{ {half} }} ")))), wanted, "on one line");
    let upstreams = lines(n, |n| format!("upstream u{n} {{ server a; }}\n"));
    let to_each = many(&|n| format!("location /{n} {{ {} }}\n", half.replace("//a", &format!("//u{n}"))));
    assert_eq!(sorted(codes(&format!("{upstreams}{to_each}"))), wanted);
    let ifs = lines(n, |n| format!("if ($arg_x = {n}) {{ proxy_pass http://a; }}\n"));
    assert_eq!(codes(&format!("server {{ location / {{ {half}\n{ifs} }} }}\n")).len(), 2 * (n + 1));
}

#[test]
fn includes_that_double_thirty_times_end_quickly() {
    let folder = Folder::with_main("events {}\nhttp {\n    include 0.inc;\n}\n");
    for level in 0..30 {
        folder.write(&format!("{level}.inc"), format!("include {0}.inc;\ninclude {0}.inc;\n", level + 1));
    }
    folder.write("30.inc", "server { listen 80; }\n");
    let said = folder.run(&["nginx.conf", "--format", "concise"]);
    let lines: Vec<&str> = said.ends(1).out.lines().collect();
    assert!((1..=60).contains(&lines.len()), "{} findings", lines.len());
    let message = "is not read: includes that each lead to several others multiply without end [DI007]";
    assert!(lines.iter().all(|line| line.ends_with(message)), "{}", said.out);
}

#[test]
fn ten_thousand_includes() {
    let mut main = String::from("events {}\nhttp {\n    include conf.d/*.conf;\n");
    let folder = Folder::new();
    for number in 0..10_000 {
        folder.write(
            &format!("conf.d/{number:05}.conf"),
            format!("server {{ listen 80; server_name s{number}; }}\n"),
        );
        writeln!(main, "    include conf.d/{number:05}.conf;").expect("a string");
    }
    folder.write("nginx.conf", main + "}\n");
    let said = folder.json(&["."]);
    assert_eq!(said.ends(0).document()["summary"]["files"], 10_001);
}
