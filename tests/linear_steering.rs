//! Whether the cost of what steers a request (true `if`s, `rewrite`), of headers above blocks and of includes within
//! includes grows in step with what there is of it. The method is that of `tests/linear.rs`.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::format_collect,
    clippy::print_stdout,
    reason = "tests prepare their files themselves and fail by panicking, and so do their helpers"
)]

#[path = "cli/growth.rs"]
mod growth;
#[path = "cli/harness.rs"]
mod harness;
#[path = "cli/valgrind.rs"]
mod valgrind;

use growth::{CHECK, in_http, linear, lines, one_file};

const PASS: &str = "proxy_pass http://127.0.0.1:1; proxy_set_header Upgrade $http_upgrade;";

fn in_location(inner: &str) -> String {
    in_http(&format!("server {{ listen 80; location /ws {{ {PASS}\n{inner} }} }}\n"))
}

#[test]
#[ignore = "takes minutes under valgrind; tests/run --all runs it"]
fn slow_ifs_that_are_all_true() {
    one_file("true ifs", 60, |count| {
        in_location(&lines(count, |it| format!("if ($request_method = GET) {{ set $v{it} a; }}\n")))
    });
    one_file("true ifs with a pass", 60, |count| {
        in_location(&lines(count, |_| "if ($http_upgrade) { proxy_pass http://127.0.0.1:2; }\n".to_owned()))
    });
    one_file("rewrites", 60, |count| {
        in_location(&lines(count, |it| format!("rewrite ^/ws/(.*)$ /ws/{it}/$1;\n")))
    });
}

#[test]
#[ignore = "takes minutes under valgrind; tests/run --all runs it"]
fn slow_includes_within_includes() {
    linear("includes within includes", 40, CHECK, |folder, count| {
        for number in 0..count {
            let next =
                if number + 1 < count { format!("include {}.inc;\n", number + 1) } else { String::new() };
            folder.write(&format!("{number}.inc"), format!("location /{number} {{ {PASS} }}\n{next}"));
        }
        folder.write("nginx.conf", in_http("server { listen 80; include 0.inc; }\n"));
    });
}

#[test]
#[ignore = "takes minutes under valgrind; tests/run --all runs it"]
fn slow_headers_and_blocks() {
    let tree = |headers: usize, blocks: usize, header: &dyn Fn(usize) -> String| {
        let headers = lines(headers, header);
        let locations =
            lines(blocks, |it| format!("location /ws/{it}/ {{ proxy_pass http://127.0.0.1:1; }}\n"));
        in_http(&format!("{headers}server {{ listen 80; {locations} }}\n"))
    };
    let plain = |it: usize| format!("proxy_set_header X-H{it} $http_x{it};\n");
    let misspelt = |it: usize| format!("proxy_set_header Upgrad{it} $http_upgrade;\n");
    one_file("headers and blocks, each doubled by a half", 30, |count| {
        let side = (200 * count).isqrt();
        tree(side, side, &plain)
    });
    one_file("names that are nearly those of the handshake", 40, |count| tree(count, 40, &misspelt));
}

#[test]
#[ignore = "takes minutes under valgrind; tests/run --all runs it"]
fn slow_ways_that_fork_and_join() {
    one_file("locations that are rewritten to one another", 30, |count| {
        let locations = lines(count, |it| {
            format!("location ~ ^/{it}(?=/)(?!x).+$ {{ rewrite ^/(.*)$ /{}/$1 last; }}\n", it + 1)
        });
        in_http(&format!("server {{ listen 80; {locations} location / {{ {PASS} }} }}\n"))
    });
}
