//! What arrives at nginx, and where a pass leads within one configuration: each case was seen on nginx 1.22.1.
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

use harness::Folder;
use serde_json::Value;

const TRIO: &str =
    "proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade;";

/// The trace of a URL through an http block.
fn trace(http: &str, url: &str, options: &[&str]) -> Value {
    let folder = Folder::with_main(format!("events {{}}\nhttp {{\n{http}\n}}\n"));
    let fixed = ["handshake", "nginx.conf", url, "--nginx-version", "1.22.1", "--format", "json"];
    folder.run(&[&fixed[..], options].concat()).document()["traces"][0].clone()
}

#[track_caller]
fn comes_to(http: &str, url: &str, expected: &str) {
    let trace = trace(http, url, &[]);
    let status = trace["status"].as_u64().map_or_else(String::new, |status| format!(" {status}"));
    let found =
        format!("{} {}{status}", trace["verdict"].as_str().unwrap(), trace["reason"].as_str().unwrap());
    assert_eq!(found, expected, "{http}\n{trace:#}");
}

fn backend(extra: &str) -> String {
    format!("server {{ listen 8081; location / {{ {extra} {TRIO} proxy_pass http://10.0.0.1; }} }}")
}

/// Both use the same variables (`ngx_http_subrequest`): what the subrequest sets counts afterwards.
#[test]
fn an_auth_request_shares_its_variables() {
    let server = |set: &str, auth: &str| {
        format!(
            "server {{ listen 80; set $c \"\"; location / {{ {set} auth_request /a; proxy_http_version 1.1; \
             proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $c; proxy_pass http://10.0.0.1; }} \
             location = /a {{ {auth} return 204; }} }}"
        )
    };
    comes_to(&server("set $c upgrade;", ""), "ws://localhost/", "fails no-connection-upgrade");
    comes_to(&server("", "set $c upgrade;"), "ws://localhost/", "works works");
}

#[test]
fn a_unix_socket_of_the_same_configuration_is_followed() {
    let inner = "server { listen unix:/run/inner.sock; location / { return 403; } }";
    let outer =
        |pass: &str| format!("server {{ listen 80; location / {{ {TRIO} proxy_pass {pass}; }} }} {inner}");
    comes_to(&outer("http://unix:/run/inner.sock"), "ws://localhost/", "fails auth");
    comes_to(
        &format!("upstream u {{ server unix:/run/inner.sock; }} {}", outer("http://u")),
        "ws://localhost/",
        "fails auth",
    );
    comes_to(&outer("http://unix:/run/other.sock"), "ws://localhost/", "works works");
}

#[test]
fn an_address_that_a_listen_names_is_this_machine() {
    let inner = |listen: &str| format!("server {{ listen {listen}; return 403; }}");
    let outer = |pass: &str| format!("server {{ listen 80; location / {{ {TRIO} proxy_pass {pass}; }} }}");
    let both = |pass: &str, listen: &str| format!("{} {}", outer(pass), inner(listen));
    comes_to(&both("http://192.0.2.2:8081", "192.0.2.2:8081"), "ws://localhost/", "fails auth");
    comes_to(&both("http://0.0.0.0:8081", "8081"), "ws://localhost/", "fails auth");
    comes_to(&both("http://192.0.2.2:8081", "8081"), "ws://localhost/", "works works");
}

#[test]
fn only_servers_in_use_of_a_group_are_followed() {
    let site = |servers: &str| {
        format!(
            "upstream u {{ {servers} }} server {{ listen 80; location / {{ {TRIO} proxy_pass http://u; }} }} \
             server {{ listen 8081; return 403; }}"
        )
    };
    comes_to(&site("server 127.0.0.1:8081;"), "ws://localhost/", "fails auth");
    comes_to(&site("server 127.0.0.1:8081 down; server 10.0.0.1;"), "ws://localhost/", "works works");
    comes_to(&site("server 127.0.0.1:8081 backup; server 10.0.0.1;"), "ws://localhost/", "works works");
    comes_to(&site("server 10.0.0.1; server 127.0.0.1:8081;"), "ws://localhost/", "depends unknown-value");
}

/// The kernel's source address for all of 127.0.0.0/8.
#[test]
fn a_hop_over_loopback_comes_from_127_0_0_1() {
    let inner = backend("allow 127.0.0.1; deny all;");
    let outer = format!("server {{ listen 80; location / {{ {TRIO} proxy_pass http://127.0.0.2:8081; }} }}");
    comes_to(&format!("{outer} {inner}"), "ws://localhost/", "works works");
}

#[test]
fn a_real_ip_counts_for_access() {
    let site = "server { listen 80; set_real_ip_from 127.0.0.1; real_ip_header X-Forwarded-For; allow 10.0.0.0/8; deny all; return 204; location / { return 204; } }";
    let site = site.replace("return 204; location", "location").replace(
        "location / { return 204; }",
        &format!("location / {{ {TRIO} proxy_pass http://10.0.0.1; }}"),
    );
    assert_eq!(trace(&site, "ws://localhost/", &[])["status"], 403);
    let told = trace(&site, "ws://localhost/", &["--header", "X-Forwarded-For: 192.0.2.1, 10.0.0.1"]);
    assert_eq!(told["verdict"], "works", "{told:#}");
}

#[test]
fn a_listener_speaks_its_own_protocol() {
    let site = |listen: &str, extra: &str| {
        format!("server {{ listen {listen}; {extra} location / {{ {TRIO} proxy_pass http://10.0.0.1; }} }}")
    };
    comes_to(&site("80 http2", ""), "ws://localhost/", "fails protocol");
    comes_to(&site("80 proxy_protocol", ""), "ws://localhost/", "works works");
    comes_to(&site("443 ssl", "ssl_reject_handshake on;"), "wss://localhost/", "fails not-proxied");
    comes_to(&site("443 ssl", "ssl_verify_client on;"), "wss://localhost/", "fails auth 400");
    let hop = format!(
        "{} server {{ listen 81; location / {{ {TRIO} proxy_pass http://127.0.0.1:80; }} }}",
        site("80 proxy_protocol", "")
    );
    comes_to(&hop, "ws://localhost:81/", "fails not-proxied");
}

/// nginx chooses the server first and asks its `error_page`.
#[test]
fn error_page_takes_refusals_before_any_location() {
    let tls = |extra: &str| format!("server {{ listen 443 ssl; {extra} location / {{ return 204; }} }}");
    comes_to(&tls(""), "http://localhost:443/", "fails not-proxied 400");
    comes_to(
        &tls("error_page 497 =307 https://$host$request_uri;"),
        "http://localhost:443/",
        "fails redirect 307",
    );
    let named = format!(
        "server {{ listen 80; error_page 400 = @w; location @w {{ {TRIO} proxy_set_header Host x; proxy_pass http://10.0.0.1; }} }}"
    );
    let without = trace(&named, "ws://localhost/", &["--header", "Host:"]);
    assert_eq!(without["verdict"], "works", "{without:#}");
}

#[test]
fn what_programs_decide_is_left_open() {
    for line in
        ["access_by_lua_file auth.lua;", "auth_jwt \"members\";", "more_set_input_headers 'Upgrade: x';"]
    {
        comes_to(&backend(line), "ws://localhost:8081/", "depends auth");
    }
    comes_to(&backend("auth_jwt off;"), "ws://localhost:8081/", "works works");
}

#[test]
fn an_outer_hop_may_replace_an_inner_answer() {
    let site = |extra: &str, inner: &str| {
        format!(
            "server {{ listen 80; {extra} location / {{ {TRIO} proxy_pass http://127.0.0.1:8081; }} location @w {{ {TRIO} proxy_pass http://10.0.0.1; }} }} \
             server {{ listen 8081; location / {{ {inner} }} }}"
        )
    };
    comes_to(&site("", "return 403;"), "ws://localhost/", "fails auth");
    comes_to(
        &site("proxy_intercept_errors on; error_page 403 = @w;", "return 403;"),
        "ws://localhost/",
        "depends unknown-value",
    );
    comes_to(&site("error_page 502 = @w;", "return 444;"), "ws://localhost/", "depends unknown-value");
    comes_to(
        &site("", "add_header X-Accel-Redirect /w; return 200;"),
        "ws://localhost/",
        "depends unknown-value",
    );
}

#[test]
fn a_stream_server_is_named() {
    let folder = Folder::with_main(
        "events {}\nstream { server { listen 9000; proxy_pass 10.0.0.1:1; } }\nhttp {\n}\n",
    );
    let said = folder.run(&["handshake", "nginx.conf", "ws://localhost:9000/", "--format", "json"]);
    let trace = said.ends(0).document()["traces"][0].clone();
    assert_eq!((&trace["verdict"], &trace["steps"][0]["line"]), (&"depends".into(), &2.into()), "{trace:#}");
}
