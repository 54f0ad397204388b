//! `ngxlint handshake` where a verdict hangs on the small print of nginx: what `set` changes, which header lines and
//! cookies count, which keys a map compares, what an expression means.
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

use harness::Folder;

/// The trace of `url` through a configuration whose `http` block holds `http`.
fn trace(http: &str, version: &str, url: &str, arguments: &[&str]) -> serde_json::Value {
    let folder = Folder::with_main(format!("events {{}}\nhttp {{\n{http}\n}}\n"));
    let fixed = ["handshake", "nginx.conf", "--nginx-version", version, url, "--format", "json"];
    folder.run(&[&fixed[..], arguments].concat()).document()["traces"][0].clone()
}

fn reason(http: &str, version: &str, url: &str, arguments: &[&str]) -> String {
    trace(http, version, url, arguments)["reason"].as_str().unwrap().to_owned()
}

/// A server with a location that passes a handshake on, whose Upgrade is `upgrade`.
fn passes(upgrade: &str, rewrite: &str) -> String {
    format!(
        "server {{ listen 80; location / {{ {rewrite} proxy_http_version 1.1; proxy_set_header Upgrade {upgrade};
         proxy_set_header Connection upgrade; proxy_pass http://10.0.0.1; }} }}"
    )
}

const URL: &str = "ws://localhost/x?a=b";

#[test]
fn set_args_changes_the_arguments_of_the_request() {
    for upgrade in ["$arg_up", "$arg_UP"] {
        let http = passes(upgrade, "set $args \"up=websocket\";");
        assert_eq!(reason(&http, "1.24", URL, &[]), "works", "{upgrade}");
    }
    for (rewrite, target) in [
        ("", "/x?a=b"),
        ("set $args \"up=websocket\";", "/x?up=websocket"),
        ("set $args \"\";", "/x"),
        ("set $args \"c&$args\"; set $args \"$query_string&d\";", "/x?c&a=b&d"),
    ] {
        let main = format!("events {{}}\nhttp {{\n{}\n}}\n", passes("$http_upgrade", rewrite));
        let folder = Folder::with_main(main);
        let said = folder.run(&["handshake", "nginx.conf", "--nginx-version", "1.24", URL]);
        assert!(said.out.contains(&format!("GET {target} HTTP/1.1")), "{rewrite}: {}", said.out);
    }
}

#[test]
fn the_value_of_limit_rate_is_not_what_was_written() {
    let http = passes("$up", "set $limit_rate 4k; if ($limit_rate = 4k) { set $up websocket; }");
    assert_eq!(reason(&http, "1.24", URL, &[]), "unknown-value");
}

#[test]
fn a_volatile_map_is_looked_up_each_time() {
    let rewrite = "set $first $up; set $key yes;";
    let map = |flag: &str| format!("map $key $up {{ {flag} default \"\"; yes websocket; }}\n");
    let http = |flag| map(flag) + &passes("$up", rewrite);
    assert_eq!(reason(&http("volatile;"), "1.24", URL, &[]), "works");
    assert_eq!(reason(&http(""), "1.24", URL, &[]), "no-upgrade-header");
}

/// Each level asks twice for the next one.
#[test]
fn volatile_maps_of_volatile_maps_end() {
    let level = |n: u32| format!("map \"$m{0}$m{0}\" $m{n} {{ volatile; default x; }}\n", n + 1);
    let http = (0..40).map(level).collect::<String>() + &passes("$m0", "");
    assert!(["no-upgrade-header", "unknown-value"].contains(&reason(&http, "1.24", URL, &[]).as_str()));
}

#[test]
fn error_page_takes_a_return_with_an_empty_text() {
    let page = "location @ws { proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade; proxy_pass http://10.0.0.1; }";
    let http = |text: &str| {
        format!("server {{ listen 80; {page} location / {{ error_page 418 = @ws; return 418 {text}; }} }}")
    };
    for (text, expected) in
        [("", "works"), ("\"\"", "works"), ("x", "not-proxied"), ("$arg_none", "not-proxied")]
    {
        assert_eq!(reason(&http(text), "1.24", URL, &[]), expected, "{text}");
    }
}

#[test]
fn header_names_that_nginx_drops_are_no_variables() {
    let http = passes("$http_x_up", "");
    let asked =
        |settings: &str, line: &str| reason(&format!("{settings}{http}"), "1.24", URL, &["--header", line]);
    assert_eq!(asked("", "X-Up: websocket"), "works");
    assert_eq!(asked("", "X_Up: websocket"), "no-upgrade-header");
    assert_eq!(asked("underscores_in_headers on;", "X_Up: websocket"), "works");
    assert_eq!(asked("ignore_invalid_headers off;", "X_Up: websocket"), "works");
}

/// The lines behind Host are read with the settings of the server that it names.
#[test]
fn the_server_that_host_names_decides_about_later_header_names() {
    let named = passes("$http_x_up", "")
        .replace("listen 80;", "listen 80; server_name b; underscores_in_headers on;");
    let http = format!("server {{ listen 80 default_server; return 404; }}\n{named}");
    let asked = |arguments: &[&str]| reason(&http, "1.24", "ws://b/", arguments);
    assert_eq!(asked(&["--header", "X_Up: websocket"]), "works");
}

/// What a hop sends is read by the next one as a client's.
#[test]
fn the_next_hop_drops_header_names_too() {
    let first = "server { listen 80; proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade;
        proxy_set_header NAME websocket; location / { proxy_pass http://127.0.0.1:8080; } }\n";
    let second = passes("$http_x_up", "").replace("listen 80", "listen 8080");
    let asked = |name: &str| reason(&format!("{}{second}", first.replace("NAME", name)), "1.24", URL, &[]);
    assert_eq!(asked("X-Up"), "works");
    assert_eq!(asked("X_Up"), "no-upgrade-header");
    assert_eq!(asked("X.Up"), "no-upgrade-header");
}

/// Below 1.23.0 the first line counts.
#[test]
fn repeated_lines_of_a_header_are_joined_from_1_23_on() {
    let first = |lines: &str| {
        format!(
            "server {{ listen 80; proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade;
             {lines} location / {{ proxy_pass http://127.0.0.1:8080; }} }}\n"
        )
    };
    let second = |upgrade: &str| passes(upgrade, "").replace("listen 80", "listen 8080");
    let twice = "proxy_set_header X-Up h2c; proxy_set_header X-Up websocket;";
    let http = first(twice) + &second("$http_x_up");
    assert_eq!(reason(&http, "1.22.1", URL, &[]), "no-upgrade-header");
    assert_eq!(reason(&http, "1.23.0", URL, &[]), "works");
    let cookies = "proxy_set_header Cookie a=1; proxy_set_header Cookie up=websocket;";
    let http = first(cookies) + &second("$cookie_up");
    assert_eq!(reason(&http, "1.22.1", URL, &[]), "works");
    assert_eq!(reason(&http, "1.23.0", URL, &[]), "works");
    let http = passes("$cookie_up", "");
    let comma = ["--header", "Cookie: a=1, up=websocket; b=2"];
    assert_eq!(reason(&http, "1.22.1", URL, &comma), "works");
    assert_eq!(reason(&http, "1.23.0", URL, &comma), "no-upgrade-header");
}

#[test]
fn a_second_host_line_is_refused() {
    let first = "server { listen 80; proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade;
        proxy_set_header Host a; proxy_set_header Host b; location / { proxy_pass http://127.0.0.1:8080; } }\n";
    let http = first.to_owned() + &passes("$http_upgrade", "").replace("listen 80", "listen 8080");
    for version in ["1.22.1", "1.30.0"] {
        let trace = trace(&http, version, URL, &[]);
        assert_ne!(trace["verdict"], "works", "{version}: {trace:#}");
        let steps = trace["steps"].as_array().unwrap();
        assert!(
            steps.iter().any(|step| step["text"].as_str().unwrap().contains("Host is sent twice: 400")),
            "{version}: {trace:#}"
        );
    }
}

/// Keys are compared without the final dot of the source, expressions with it.
#[test]
fn a_map_of_hostnames_ignores_a_final_dot() {
    let map = "map $arg_h $up { hostnames; default \"\"; *.example.com websocket; a.org websocket; ~^b\\.org\\.$ websocket; }\n";
    let http = map.to_owned() + &passes("$up", "");
    let asked = |host: &str| reason(&http, "1.24", &format!("ws://localhost/?h={host}"), &[]);
    for host in ["a.org", "a.org.", "x.example.com.", "b.org."] {
        assert_eq!(asked(host), "works", "{host}");
    }
    for host in ["a.org..", "b.org", "."] {
        assert_eq!(asked(host), "no-upgrade-header", "{host}");
    }
}

/// nginx compiles expressions without UTF and without Unicode properties; PCRE2 reads `{,3}` as text below 10.43.
#[test]
fn an_expression_means_what_pcre_means_by_it() {
    let asked = |pattern: &str, path: &str| {
        let inner = "proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade; proxy_pass http://10.0.0.1;";
        let http = format!(
            "server {{ listen 80; location ~* \"{pattern}\" {{ {inner} }} location / {{ return 404; }} }}"
        );
        reason(&http, "1.24", &format!("ws://localhost{path}"), &[])
    };
    assert_eq!(asked(r"^/[[:alnum:]$]+x", "/$x"), "works");
    assert_eq!(asked(r"^/a\hb", "/a%20b"), "works");
    assert_eq!(asked(r"^/a\hb", "/aab"), "not-proxied");
    assert_eq!(asked(r"^/\xe9$", "/%C9"), "not-proxied");
    assert_eq!(asked(r"\bx$", "/%E9x"), "works");
    assert_eq!(asked(r"^/a{,3}$", "/aa"), "unknown-value");
}
