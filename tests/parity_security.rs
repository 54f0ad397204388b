//! What the security rules say of nginx, seen on both releases: the effect is there as long as a rule complains, and gone
//! after its repair (or with what its help says, where it repairs nothing).
#![allow(
    clippy::disallowed_methods,
    reason = "the laboratory writes configurations and reads answers by itself"
)]

#[cfg(test)]
#[allow(dead_code, reason = "each crate of tests uses its own part of the laboratory")]
mod support;

use support::backend::{Backend, Kind};
use support::effect::{Case, get, serve, status, values};
use support::nginx::{Nginx, Site};
use support::tree::Tree;

/// Nothing is passed on.
const NOWHERE: u16 = 1;

/// Runs `seen` on each release, with the configuration as it is and after its repair.
fn before_and_after(case: impl Fn() -> Case, seen: impl Fn(&Site) -> bool) {
    for release in Nginx::both() {
        let case = case();
        assert!(seen(&serve(&release, &case.bad(), NOWHERE)), "{}: no effect", release.name);
        assert!(!seen(&serve(&release, &case.repaired(), NOWHERE)), "{}: the same after it", release.name);
    }
}

/// Runs `seen` on each release with a configuration that the rule is content with, or that nobody repairs.
fn on_both(tree: &Tree, seen: impl Fn(&Site)) {
    for release in &Nginx::both() {
        seen(&serve(release, tree, NOWHERE));
    }
}

#[test]
#[ignore = "needs the servers that tests/run installs"]
fn se105_an_open_end_lets_a_stranger_read_answers() {
    let list = || {
        Case::http(
            "SE105",
            r#"map $http_origin $cors { default ""; "~^https://example\.com" $http_origin; }
            server { listen 8080; add_header Access-Control-Allow-Origin $cors; return 200 "x"; }"#,
        )
    };
    let allowed = |site: &Site, origin: &str| {
        let answer = get(site, 8080, "/", &format!("Origin: {origin}\r\n"));
        values(&answer, "Access-Control-Allow-Origin") == [origin]
    };
    before_and_after(list, |site| {
        assert!(allowed(site, "https://example.com"));
        allowed(site, "https://example.com.evil.net")
    });
}

#[test]
#[ignore = "needs the servers that tests/run installs"]
fn se105_a_reflected_origin_is_any_origin() {
    let case = Case::http(
        "SE105",
        "server { listen 8080; add_header Access-Control-Allow-Origin $http_origin;
            add_header Access-Control-Allow-Credentials true; return 200 $http_referrer; }",
    );
    on_both(&case.bad(), |site| {
        let answer = get(site, 8080, "/", "Origin: https://evil.net\r\nReferer: https://a.example/\r\n");
        assert_eq!(values(&answer, "Access-Control-Allow-Origin"), ["https://evil.net"]);
        assert!(!answer.contains("a.example"), "{answer}");
    });
}

#[test]
#[ignore = "needs the servers that tests/run installs"]
fn se106_requests_without_a_page_pass() {
    let text = |words: &str| {
        format!(
            "server {{ listen 8080; server_name example.com; location / {{ valid_referers {words} server_names;
                if ($invalid_referer) {{ return 403; }} return 200 x; }} }}"
        )
    };
    on_both(&Case::http("SE106", &text("none blocked")).bad(), |site| {
        assert_eq!(status(&get(site, 8080, "/", "")), 200);
        assert_eq!(status(&get(site, 8080, "/", "Referer: xx\r\n")), 200);
        assert_eq!(status(&get(site, 8080, "/", "Referer: http://evil.net/\r\n")), 403);
    });
    on_both(&Tree::read(Case::http("SE106", &text("")).folder()), |site| {
        assert_eq!(status(&get(site, 8080, "/", "")), 403);
        assert_eq!(status(&get(site, 8080, "/", "Referer: xx\r\n")), 403);
    });
}

#[test]
#[ignore = "needs the servers that tests/run installs"]
fn se108_a_line_break_in_a_value_makes_another_header() {
    let case = || Case::http("SE108", "server { listen 8080; add_header X-One 'a;\nX-Two: b'; return 204; }");
    before_and_after(case, |site| get(site, 8080, "/", "").contains("X-One: a;\nX-Two: b\r\n"));
}

#[test]
#[ignore = "needs the servers that tests/run installs"]
fn se108_a_certificate_in_a_header_is_many_lines() {
    let backend = Backend::start(Kind::Strict);
    let case = Case::http(
        "SE108",
        "server { listen 8080; location / { proxy_set_header X-Note 'one\\ntwo'; proxy_pass http://app:1234; } }",
    );
    for release in Nginx::both() {
        let site = serve(&release, &Tree::read(case.folder()), backend.port);
        backend.records();
        get(&site, 8080, "/", "");
        let seen = format!("{:?}", backend.records());
        assert!(!seen.contains("one two"), "{}: {seen}", release.name);
    }
    let repaired = case.repaired();
    for release in Nginx::both() {
        let site = serve(&release, &repaired, backend.port);
        backend.records();
        get(&site, 8080, "/", "");
        let seen = format!("{:?}", backend.records());
        assert!(seen.contains("one two"), "{}: {seen}", release.name);
    }
}

#[test]
#[ignore = "needs the servers that tests/run installs"]
fn se109_without_a_deny_everybody_is_let_in() {
    let case = || {
        Case::http("SE109", "server { listen 8080; root www; location / {\n allow 10.0.0.0/8;\n } }")
            .with("www/a.txt", "for the office")
    };
    before_and_after(case, |site| status(&get(site, 8080, "/a.txt", "")) == 200);
}

#[test]
#[ignore = "needs the servers that tests/run installs"]
fn se110_return_answers_before_access_is_checked() {
    let case = Case::http(
        "SE110",
        r#"server { listen 8080;
            location /denied { deny all; return 200 "seen"; }
            location /asked { auth_basic x; auth_basic_user_file htpasswd; return 200 "seen"; }
            location /if { deny all; if ($arg_a) { return 200 "seen"; } }
            location /inside { deny all; try_files /none @text; }
            location @text { return 200 "seen"; } }"#,
    );
    on_both(&case.with("htpasswd", "").bad(), |site| {
        for path in ["/denied", "/asked", "/if?a=1"] {
            assert!(get(site, 8080, path, "").ends_with("seen"), "{path}");
        }
        // What the rule's help says to do instead.
        assert_eq!(status(&get(site, 8080, "/inside", "")), 403);
    });
}

#[test]
#[ignore = "needs the servers that tests/run installs"]
fn se111_the_version_is_named() {
    let case = || Case::http("SE111", "server { listen 8080; return 404; }");
    before_and_after(case, |site| {
        let answer = get(site, 8080, "/", "");
        let named = values(&answer, "Server").iter().any(|server| server.starts_with("nginx/"));
        assert_eq!(named, answer.contains("<center>nginx/"), "{answer}");
        named
    });
}

#[test]
#[ignore = "needs the servers that tests/run installs"]
fn se113_the_repaired_status_page_is_read_from_here_only() {
    let case = Case::http(
        "SE113",
        "server { listen 8080; location / {\n stub_status;\n }\n set_real_ip_from 127.0.0.1; }",
    );
    let outside = "X-Real-IP: 192.0.2.1\r\n";
    on_both(&case.bad(), |site| assert_eq!(status(&get(site, 8080, "/", outside)), 200));
    on_both(&case.repaired(), |site| {
        assert_eq!(status(&get(site, 8080, "/", outside)), 403);
        assert_eq!(status(&get(site, 8080, "/", "")), 200);
    });
}

#[test]
#[ignore = "needs the servers that tests/run installs"]
fn se114_files_of_the_whole_machine_are_pages() {
    let case = Case::http(
        "SE114",
        "server { listen 8080; root /; }
        server { listen 8081; location /files/ { alias /; } }
        server { listen 8082; location / { internal; root /; } }
        server { listen 8083; location /srv/ { root /; } }",
    );
    on_both(&case.bad(), |site| {
        for (port, path) in [(8080, "/etc/hostname"), (8081, "/files/etc/hostname")] {
            assert_eq!(status(&get(site, port, path, "")), 200, "{path}");
        }
        for port in [8082, 8083] {
            assert_eq!(status(&get(site, port, "/etc/hostname", "")), 404, "{port}");
        }
    });
}

#[test]
#[ignore = "needs the servers that tests/run installs"]
fn se117_off_is_the_name_of_a_file() {
    for release in Nginx::both() {
        let case = Case::new("SE117", "error_log off;\nevents {}\n");
        let makes_file = || {
            let output = release.command(case.folder()).arg("-t").output().expect("nginx -t");
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            case.folder().join("off").exists()
        };
        case.bad();
        assert!(makes_file(), "{}", release.name);
        std::fs::remove_file(case.folder().join("off")).expect("the file goes");
        case.repaired();
        assert!(!makes_file(), "{}", release.name);
    }
}

#[test]
#[ignore = "needs the servers that tests/run installs"]
fn se118_there_are_two_types() {
    let case = || {
        Case::http(
            "SE118",
            r#"server { listen 8080; root www;
                location = /text { add_header Content-Type text/plain; return 200 "x"; }
                location = /a.json { add_header Content-Type application/json; return 200 "{}"; }
                location /feed/ { add_header Content-Type application/rss+xml; } }"#,
        )
        .with("www/feed/a.html", "x")
    };
    let meant =
        [("/text", "text/plain"), ("/a.json", "application/json"), ("/feed/a.html", "application/rss+xml")];
    before_and_after(case, |site| {
        let counts = meant.map(|(path, wanted)| {
            let answer = get(site, 8080, path, "");
            let types = values(&answer, "Content-Type");
            assert!(types.contains(&wanted), "{path}: {answer}");
            types.len()
        });
        assert!(counts == [2; 3] || counts == [1; 3], "{counts:?}");
        counts == [2; 3]
    });
}
