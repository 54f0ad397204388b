//! What the rules on proxying and routing say of nginx, seen on real servers below and from 1.29.7: the effect is there for
//! the bad fixture (or a configuration written here) and gone for the repaired one.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "the laboratory writes configurations by itself and fails by panicking"
)]

#[cfg(test)]
#[allow(dead_code, reason = "the laboratory holds more than these tests use")]
mod support;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread::JoinHandle;

use support::backend::{Backend, Kind};
use support::head::Head;
use support::listen::Ports;
use support::nginx::{Nginx, Site};
use support::repository;
use support::tree::Tree;
use support::upstream::Upstreams;

/// A variant of a rule's fixture.
fn fixture(path: &str) -> Tree {
    Tree::read(&repository().join("fixtures").join(path))
}

/// A configuration of one server, written here, and files beside it.
fn written(server: &str, files: &[(&str, &str)]) -> Tree {
    whole(&format!("events {{}}\nhttp {{ server {{ listen 8080;\n{server}\n}} }}\n"), files)
}

fn whole(text: &str, files: &[(&str, &str)]) -> Tree {
    let folder = tempfile::TempDir::new().unwrap();
    for (name, text) in [("nginx.conf", text)].iter().chain(files) {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    Tree::read(folder.path())
}

fn serve(nginx: &Nginx, tree: &Tree, backend: u16) -> Site {
    let site = nginx.serve(tree, &Upstreams::of(backend), &mut Ports::default());
    site.unwrap_or_else(|error| panic!("{}: {error}", nginx.name))
}

/// The whole answer to a request; more header lines may follow its path.
fn get(site: &Site, host: &str, request: &str) -> String {
    let (path, headers) = request.split_once('\n').unwrap_or((request, ""));
    let mut stream = TcpStream::connect(site.route(None).address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{headers}\r\n").unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

fn status(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap_or_default()
}

fn header<'a>(answer: &'a str, name: &str) -> Vec<&'a str> {
    let head = answer.split("\r\n\r\n").next().unwrap_or_default();
    let lines = head.split("\r\n").skip(1).filter_map(|line| line.split_once(": "));
    lines.filter(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value).collect()
}

/// What arrives at the backend for one request.
fn arrives(nginx: &Nginx, tree: &Tree, host: &str, path: &str) -> Head {
    let backend = Backend::start(Kind::Plain);
    let site = serve(nginx, tree, backend.port);
    get(&site, host, path);
    let mut records = backend.records();
    assert_eq!(records.len(), 1, "{}: {path}: {}", nginx.name, site.log());
    records.remove(0).head
}

/// A backend that takes one request of a binary protocol and answers nothing.
fn recorder(is_whole: fn(&[u8]) -> bool) -> (u16, JoinHandle<Vec<u8>>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let thread = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let (mut bytes, mut chunk) = (Vec::new(), [0; 4096]);
        while !is_whole(&bytes) {
            let count = stream.read(&mut chunk).unwrap();
            assert!(count > 0, "the request ends early");
            bytes.extend_from_slice(&chunk[..count]);
        }
        bytes
    });
    (port, thread)
}

/// Whether the bytes of a request are all there, and hold a text.
fn sends(nginx: &Nginx, tree: &Tree, path: &str, is_whole: fn(&[u8]) -> bool, text: &str) -> bool {
    let (port, backend) = recorder(is_whole);
    let site = serve(nginx, tree, port);
    get(&site, "app.example.com", path);
    let bytes = backend.join().unwrap();
    memchr::memmem::find(&bytes, text.as_bytes()).is_some()
}

/// The empty record of standard input ends a request (`FCGI_STDIN`).
fn fastcgi(bytes: &[u8]) -> bool {
    bytes.ends_with(&[1, 5, 0, 1, 0, 0, 0, 0])
}

fn uwsgi(bytes: &[u8]) -> bool {
    bytes.len() > 3 && bytes.len() >= 4 + usize::from(u16::from_le_bytes([bytes[1], bytes[2]]))
}

fn scgi(bytes: &[u8]) -> bool {
    bytes.ends_with(b",")
}

/// Runs a check on both releases.
fn on_both(check: impl Fn(&Nginx)) {
    Nginx::both().iter().for_each(check);
}

#[test]
#[ignore = "needs the servers that tests/run installs"]
fn own_request_headers_switch_off_those_of_the_server() {
    const RULE: &str = "proxy/request-headers-dropped";
    on_both(|nginx| {
        let sent = |variant: &str| {
            arrives(nginx, &fixture(&format!("{RULE}/{variant}")), "shop.example.com", "/reports/")
        };
        let (bad, fixed) = (sent("bad"), sent("bad.fixed"));
        assert_eq!(bad.values("X-Report"), ["yes"]);
        assert!(bad.values("X-Real-IP").is_empty() && bad.values("Host") != ["shop.example.com"], "{bad:?}");
        assert_eq!(fixed.values("X-Real-IP"), ["127.0.0.1"]);
        assert_eq!((fixed.values("Host"), fixed.values("X-Report")), (vec!["shop.example.com"], vec!["yes"]));
    });
}

#[test]
#[ignore = "needs the servers that tests/run installs"]
fn own_parameters_switch_off_those_of_an_outer_level() {
    const RULE: &str = "proxy/request-headers-dropped";
    on_both(|nginx| {
        for (path, variant, is_whole, text) in [
            ("/", "bad-fastcgi", fastcgi as fn(&[u8]) -> bool, "REQUEST_METHOD"),
            ("/", "bad-fastcgi", fastcgi, "APP_ENV"),
            ("/whole/", "bad-fastcgi", fastcgi, "APP_ENV"),
            ("/uwsgi/", "bad-other-families", uwsgi, "UWSGI_SCHEME"),
            ("/scgi/", "bad-other-families", scgi, "SCGI\0"),
        ] {
            let is_sent =
                |variant: &str| sends(nginx, &fixture(&format!("{RULE}/{variant}")), path, is_whole, text);
            assert!(!is_sent(variant), "{}: {variant} {path} {text}", nginx.name);
            assert!(is_sent(&format!("{variant}.fixed")), "{}: {variant}.fixed {path} {text}", nginx.name);
        }
    });
}

#[test]
#[ignore = "needs the servers that tests/run installs"]
fn own_response_headers_switch_off_those_of_the_server() {
    const RULE: &str = "security/response-headers-dropped";
    on_both(|nginx| {
        let answer = |variant: &str, path: &str| {
            get(&serve(nginx, &fixture(&format!("{RULE}/{variant}")), 1), "www.example.com", path)
        };
        let (bad, fixed) = (answer("bad", "/health"), answer("bad.fixed", "/health"));
        assert_eq!((status(&bad), header(&bad, "Content-Type").len()), ("200", 2), "{bad}");
        assert!(header(&bad, "X-Frame-Options").is_empty(), "{bad}");
        assert_eq!(header(&fixed, "X-Frame-Options"), ["DENY"]);
        // An error carries what is added to it always, and nothing else.
        let (bad, fixed) = (answer("bad", "/old/"), answer("bad.fixed", "/old/"));
        assert_eq!((status(&bad), header(&bad, "Strict-Transport-Security").len()), ("410", 0));
        assert_eq!(header(&fixed, "Strict-Transport-Security").len(), 1);
        assert!(header(&fixed, "X-Frame-Options").is_empty(), "{fixed}");
        let good = answer("good", "/gone/");
        assert_eq!(
            (status(&good), header(&good, "X-Gone"), header(&good, "X-Frame-Options").len()),
            ("410", vec!["yes"], 0)
        );
    });
}

#[test]
#[ignore = "needs the servers that tests/run installs"]
fn an_if_is_a_level_of_its_own_for_response_headers() {
    let server = "add_header X-Outer yes;
        location / { if ($arg_a) { add_header X-Inner yes; } return 200 ok; }";
    on_both(|nginx| {
        let site = serve(nginx, &written(server, &[]), 1);
        let (plain, inner) = (get(&site, "a", "/"), get(&site, "a", "/?a=1"));
        assert_eq!(header(&plain, "X-Outer"), ["yes"]);
        assert_eq!((header(&inner, "X-Outer").len(), header(&inner, "X-Inner")), (0, vec!["yes"]), "{inner}");
    });
}

#[test]
#[ignore = "needs the servers that tests/run installs"]
fn merge_adds_the_headers_of_the_server() {
    let server = "add_header X-Outer yes;
        location / { add_header_inherit merge; add_header X-Inner yes; return 200 ok; }";
    let [_, new] = Nginx::both();
    let answer = get(&serve(&new, &written(server, &[]), 1), "a", "/");
    assert_eq!((header(&answer, "X-Outer"), header(&answer, "X-Inner")), (vec!["yes"], vec!["yes"]));
}

#[test]
#[ignore = "needs the servers that tests/run installs"]
fn other_lists_are_replaced_whole() {
    let server = "error_page 404 /404; error_page 410 /410; proxy_hide_header X-Lab-Backend;
        location = /404 { return 200 not-here; }
        location = /410 { return 200 gone; }
        location /own/ { error_page 410 /410; return 404; }
        location /all/ { return 404; }
        location /hidden/ { proxy_pass http://127.0.0.1:9101; }
        location /shown/ { proxy_pass http://127.0.0.1:9101; proxy_hide_header X-Other; }";
    on_both(|nginx| {
        let backend = Backend::start(Kind::Plain);
        let site = serve(nginx, &written(server, &[]), backend.port);
        assert!(get(&site, "a", "/all/").ends_with("not-here"));
        assert!(!get(&site, "a", "/own/").contains("not-here"));
        assert!(header(&get(&site, "a", "/hidden/"), "X-Lab-Backend").is_empty());
        assert_eq!(header(&get(&site, "a", "/shown/"), "X-Lab-Backend").len(), 1);
    });
}

#[test]
#[ignore = "needs the servers that tests/run installs"]
fn a_limit_is_replaced_with_its_list() {
    let limits = "events {} http {
        limit_req_zone all zone=all:1m rate=1r/m; limit_req_zone $arg_none zone=none:1m rate=1r/m;
        server { listen 8080; limit_req zone=all;
            location /all/ { proxy_pass http://127.0.0.1:9101; }
            location /own/ { limit_req zone=none; proxy_pass http://127.0.0.1:9101; } } }";
    on_both(|nginx| {
        let backend = Backend::start(Kind::Plain);
        let site = serve(nginx, &whole(limits, &[]), backend.port);
        let statuses = |path: &str| [0; 2].map(|_| status(&get(&site, "a", path)).to_owned());
        assert_eq!(statuses("/all/"), ["200", "503"]);
        assert_eq!(statuses("/own/"), ["200", "200"]);
    });
}

#[test]
#[ignore = "needs the servers that tests/run installs"]
fn the_host_of_a_backend_is_the_name_of_its_group() {
    on_both(|nginx| {
        for (rule, name) in [("upstream-name-as-host", "my_app"), ("host-header-missing", "app")] {
            let host = |variant: &str| {
                let head =
                    arrives(nginx, &fixture(&format!("proxy/{rule}/{variant}")), "www.example.com", "/x");
                head.values("Host").join(",")
            };
            assert_eq!(
                (host("bad").as_str(), host("bad.fixed").as_str()),
                (name, "www.example.com"),
                "{}",
                nginx.name
            );
        }
    });
}

#[test]
#[ignore = "needs the servers that tests/run installs"]
fn a_slash_too_few_glues_and_one_too_many_doubles() {
    on_both(|nginx| {
        let target = |rule: &str, variant: &str, path: &str| {
            arrives(nginx, &fixture(&format!("proxy/{rule}/{variant}")), "www.example.com", path).target
        };
        let slash = |variant: &str, path: &str| target("proxy-pass-slash-mismatch", variant, path);
        assert_eq!((slash("bad", "/api/x"), slash("bad.fixed", "/api/x")), ("/v1x".into(), "/v1/x".into()));
        assert_eq!(
            (slash("bad", "/files/x"), slash("bad.fixed", "/files/x")),
            ("/store//x".into(), "/store/x".into())
        );
        assert_eq!(
            (slash("bad", "/files../x"), slash("bad.fixed", "/files../x")),
            ("/store/../x".into(), "/store../x".into())
        );
        let double = |variant: &str| target("proxy-pass-double-slash", variant, "/api/x");
        assert_eq!((double("bad"), double("bad.fixed")), ("//x".into(), "/x".into()));
    });
}

#[test]
#[ignore = "needs the servers that tests/run installs"]
fn a_group_keeps_no_connection_that_requests_close() {
    on_both(|nginx| {
        let connections = |tree: &Tree| {
            let backend = Backend::start(Kind::Pages);
            let site = serve(nginx, tree, backend.port);
            (0..5).for_each(|_| assert_eq!(status(&get(&site, "www.example.com", "/")), "200"));
            let mut used: Vec<_> = backend.records().iter().map(|record| record.connection).collect();
            assert_eq!(used.len(), 5);
            used.dedup();
            used.len()
        };
        let by_default = if nginx.is_old() { 5 } else { 1 };
        assert_eq!(connections(&fixture("proxy/keepalive-not-used/bad")), by_default, "{}", nginx.name);
        assert_eq!(connections(&fixture("proxy/keepalive-not-used/bad.fixed")), 1, "{}", nginx.name);
        // What is no `close` is no harm: only the token counts.
        let kept = whole(
            "events {} http { upstream app { server 127.0.0.1:9101; keepalive 2; }
                server { listen 8080; location / { proxy_pass http://app; proxy_http_version 1.1;
                proxy_set_header Connection keep-alive; } } }",
            &[],
        );
        assert_eq!(connections(&kept), 1, "{}", nginx.name);
    });
}

#[test]
#[ignore = "needs the servers that tests/run installs"]
fn files_that_try_files_finds_are_passed_on() {
    let files = [("www/page.html", "from the disk")];
    let bad = "root www; location / { try_files $uri @app; proxy_pass http://127.0.0.1:9101; }
        location @app { proxy_pass http://127.0.0.1:9101/fallback; }";
    let good =
        "root www; location / { try_files $uri @app; } location @app { proxy_pass http://127.0.0.1:9101; }";
    on_both(|nginx| {
        let backend = Backend::start(Kind::Plain);
        let bad = bad.replace("9101/fallback", "9101");
        let asked = |server: &str| {
            let site = serve(nginx, &written(server, &files), backend.port);
            let answer = get(&site, "a", "/page.html");
            (answer.contains("from the disk"), backend.records().len())
        };
        assert_eq!((asked(&bad), asked(good)), ((false, 1), (true, 0)), "{}", nginx.name);
    });
}

#[test]
#[ignore = "needs the servers that tests/run installs"]
fn locations_that_no_request_reaches() {
    let server = r"location / { return 200 prefix; }
        location = /exact { return 200 exact; }
        location ^~ /kept/ { return 200 kept; }
        location /nested/ { location ~ \.css$ { return 200 nested; } }
        location ~ \.php$ { return 200 first; }
        location ~ \.php$ { return 200 second; }
        location admin/ { return 200 slashless; }
        location ~ ^/(.*)$ { return 200 everything; }
        location ~ \.png$ { return 200 late; }";
    on_both(|nginx| {
        let site = serve(nginx, &written(server, &[]), 1);
        for (path, body) in [
            ("/", "everything"),
            ("/x", "everything"),
            ("/exact", "exact"),
            ("/kept/x", "kept"),
            ("/nested/x.css", "nested"),
            ("/x.php", "first"),
            ("/admin/", "everything"),
            ("/x.png", "everything"),
        ] {
            assert!(get(&site, "a", path).ends_with(body), "{}: {path}", nginx.name);
        }
    });
}

#[test]
#[ignore = "needs the servers that tests/run installs"]
fn patterns_without_a_tilde_match_nothing() {
    on_both(|nginx| {
        let status = |variant: &str, path: &str| {
            let tree = fixture(&format!("routing/regex-as-prefix/{variant}"));
            status(&get(&serve(nginx, &tree, 1), "www.example.com", path)).to_owned()
        };
        // The backend of `/servlets/` is not there: whatever gets to it is answered with 502.
        for (path, meant) in [("/api/x", "403"), ("/servlets/x", "502"), ("/x.html", "204")] {
            assert_eq!(
                (status("bad", path).as_str(), status("bad.fixed", path).as_str()),
                ("404", meant),
                "{path}"
            );
        }
    });
}

#[test]
#[ignore = "needs the servers that tests/run installs"]
fn an_if_switches_off_what_stands_beside_it() {
    let server = "root www;
        location / { try_files $uri /index.html; if ($arg_set) { set $a 1; } if ($arg_stop) { break; } if ($arg_empty) { } }
        location /headers/ { if ($arg_a) { add_header X-A yes; } if ($arg_b) { add_header X-B yes; } return 200 ok; }
        location /pass/ { if ($arg_a) { proxy_pass http://127.0.0.1:9101; } if ($arg_b) { set $b 1; } }
        location /other/ { proxy_pass http://127.0.0.1:9101/; proxy_set_header X-Way location;
            if ($arg_a) { proxy_pass http://127.0.0.1:1; } if ($arg_b) { set $b 1; } }
        location /flagless/ { try_files $uri /index.html; if ($arg_a) { rewrite ^ /headers/; } }";
    on_both(|nginx| {
        let backend = Backend::start(Kind::Plain);
        let site = serve(nginx, &written(server, &[("www/index.html", "index")]), backend.port);
        let status = |path: &str| status(&get(&site, "a", path)).to_owned();
        assert_eq!(status("/none"), "200");
        for query in ["set", "stop", "empty"] {
            assert_eq!(status(&format!("/none?{query}=1")), "404", "{}: {query}", nginx.name);
        }
        let both = get(&site, "a", "/headers/?a=1&b=1");
        assert_eq!((header(&both, "X-A").len(), header(&both, "X-B").len()), (0, 1), "{both}");
        assert_eq!((status("/pass/?a=1"), status("/pass/?a=1&b=1")), ("200".into(), "500".into()));
        // With a pass of the location's own it is that one which is asked.
        assert_eq!((status("/other/?a=1"), status("/other/?a=1&b=1")), ("502".into(), "200".into()));
        // A rewrite without a flag looks the request up anew.
        assert_eq!(status("/flagless/?a=1"), "200");
    });
}

#[test]
#[ignore = "needs the servers that tests/run installs"]
fn the_first_of_two_servers_with_a_name_answers() {
    on_both(|nginx| {
        let text = "events {} http {
            server { listen 8080; server_name first.example.com www.example.com; return 200 first; }
            server { listen 8080; server_name second.example.com WWW.example.com; return 200 second; } }";
        let site = serve(nginx, &whole(text, &[]), 1);
        assert!(get(&site, "www.example.com", "/").ends_with("first"));
        assert!(get(&site, "second.example.com", "/").ends_with("second"));
        // Without `default_server` the first one also answers what fits no name.
        assert!(get(&site, "unknown.example.com", "/").ends_with("first"));
        assert!(site.log().contains("conflicting server name \"www.example.com\""), "{}", site.log());
    });
}

#[test]
#[ignore = "needs the servers that tests/run installs"]
fn names_of_variables_are_without_case() {
    on_both(|nginx| {
        let site =
            serve(nginx, &written("set $Letter a; location / { return 200 \"$letter $URI\"; }", &[]), 1);
        assert!(get(&site, "a", "/x").ends_with("a /x"));
    });
}

#[test]
fn the_ends_of_requests_are_seen() {
    assert!(fastcgi(&[0, 1, 5, 0, 1, 0, 0, 0, 0]) && !fastcgi(&[1, 5, 0, 1]));
    assert!(uwsgi(&[0, 2, 0, 0, 9, 9]) && !uwsgi(&[0, 2, 0, 0, 9]));
    assert!(scgi(b"3:a\0b,") && !scgi(b"3:a\0b"));
}
