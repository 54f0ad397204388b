//! `parse --strict` against what `nginx -t` says of directives that it compares with others: in one block, in blocks
//! around them, in other servers.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests write configurations by themselves and fail by panicking"
)]

#[cfg(test)]
#[allow(dead_code, reason = "each crate of tests uses its own part of the laboratory")]
mod support;

use std::path::Path;

use ngxlint::catalogue::Version;
use ngxlint::files::Disk;
use ngxlint::parse::{Options, run};
use serde_json::Value;
use support::nginx::Nginx;

/// What stands in `http`, from line 4 on, and nginx's message with its line, 0 for none.
const CASES: [(&str, Option<(&str, u64)>); 38] = [
    ("geo $a {\nproxy_recursive;\nproxy 10.0.0.0/8;\n}", None),
    (
        "server {\nlocation /a/ {\nsecure_link_secret s;\nlocation = /a/b {\nsecure_link $arg_a;\nsecure_link_md5 s;\n}\n}\n}",
        None,
    ),
    (
        "server {\nlisten 127.0.0.1:45981;\nlisten 127.0.0.1:45981;\n}",
        Some(("a duplicate listen 127.0.0.1:45981", 6)),
    ),
    ("server {\nlisten 45981;\nlisten *:45981;\n}", Some(("a duplicate listen 0.0.0.0:45981", 6))),
    (
        "server {\nlisten 127.0.0.1:45981-45983;\nlisten 127.0.0.1:45982;\n}",
        Some(("a duplicate listen 127.0.0.1:45982", 6)),
    ),
    (
        "server {\nlisten [::1]:45981 default;\n}\nserver {\nlisten [0::1]:45981 default_server;\n}",
        Some(("a duplicate default server for [::1]:45981", 8)),
    ),
    (
        "server {\nlisten 127.0.0.1:45981 bind;\n}\nserver {\nlisten 127.0.0.1:45981 backlog=9;\n}",
        Some(("duplicate listen options for 127.0.0.1:45981", 8)),
    ),
    (
        "server {\nlisten 45981 proxy_protocol;\nserver_name a;\n}\nserver {\nlisten 45981;\nserver_name b;\n}",
        None,
    ),
    ("server { listen 45981; listen [::]:45981; }", None),
    (
        "server {\nlisten 45981;\nserver_name a*b;\n}\nserver {\nlisten 45981;\nserver_name c;\n}",
        Some((r#"invalid server name or wildcard "a*b" on 0.0.0.0:45981"#, 0)),
    ),
    ("server {\nlisten 45981;\nserver_name a*b;\n}", None),
    (
        "server { listen 45981; server_name aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa; }\nserver { listen 45981; server_name b; }",
        Some(("could not build server_names_hash, you should increase server_names_hash_bucket_size: 64", 0)),
    ),
    (
        "server { listen 45981; server_name aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa; }\nserver { listen 45981; server_name b; }",
        None,
    ),
    (
        "server { listen 45981; location / {\nproxy_buffer_size 128k;\n} }",
        Some((
            r#""proxy_busy_buffers_size" must be less than the size of all "proxy_buffers" minus one buffer"#,
            7,
        )),
    ),
    ("proxy_buffer_size 128k;", None),
    ("proxy_buffer_size 128k;\nserver { listen 45981; proxy_buffer_size 4k; }", None),
    (
        "fastcgi_buffers 1 8k;\nserver { listen 45981; }",
        Some((r#"there must be at least 2 "fastcgi_buffers""#, 6)),
    ),
    (
        "server { listen 45981; uwsgi_temp_file_write_size 1k; }",
        Some((
            r#""uwsgi_temp_file_write_size" must be equal to or greater than the maximum of the value of "uwsgi_buffer_size" and one of the "uwsgi_buffers""#,
            5,
        )),
    ),
    (
        "server { listen 45981; connection_pool_size 16k; }",
        Some((
            r#"the "large_client_header_buffers" size must be equal to or greater than "connection_pool_size""#,
            5,
        )),
    ),
    (
        "gzip_types application/vnd.openxmlformats-officedocument.wordprocessingml.document;\nserver { listen 45981; }",
        Some(("could not build test_types_hash, you should increase test_types_hash_bucket_size: 64", 0)),
    ),
    (
        "map $uri $a {\naaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa 1;\n}",
        Some(("could not build map_hash, you should increase map_hash_bucket_size: 64", 0)),
    ),
    (
        "map $uri $a { a 1; }\nmap_hash_bucket_size 128;",
        Some((r#""map_hash_bucket_size" directive is duplicate"#, 5)),
    ),
    ("split_clients $uri $a {\n* a;\n1% b;\n}", Some(("percent total is greater than 100%", 7))),
    ("upstream u {\nserver 127.0.0.1 backup;\n}", Some((r#"no servers in upstream "u""#, 4))),
    (
        "upstream u {\nip_hash;\nserver 127.0.0.1 backup;\n}",
        Some((r#"balancing method does not support parameter "backup""#, 6)),
    ),
    ("upstream u {\nserver 127.0.0.1;\nserver 127.0.0.2 backup;\nip_hash;\n}", None),
    (
        "upstream u { server 127.0.0.1; }\nupstream U { server 127.0.0.1; }",
        Some((r#"duplicate upstream "U""#, 5)),
    ),
    (
        "server { listen 45981; location / {\nproxy_pass http://u:80;\n} }\nupstream u { server 127.0.0.1; }",
        Some((r#"upstream "u" may not have port 80"#, 5)),
    ),
    (
        "limit_conn_zone $uri zone=a:1m;\nlimit_req_zone $uri zone=a:1m rate=1r/s;",
        Some((r#"the shared memory zone "a" is already declared for a different use"#, 5)),
    ),
    (
        "limit_conn_zone $uri zone=a:1m;\nlimit_conn_zone $host zone=a:1m;",
        Some((r#"limit_conn_zone "a" is already bound to key "$uri""#, 5)),
    ),
    (
        "limit_conn_zone $uri zone=a:1m;\nserver { listen 45981; limit_conn a 1;\nlimit_conn a 2; }",
        Some((r#""limit_conn" directive is duplicate"#, 6)),
    ),
    ("log_format x a;\nlog_format x b;", Some((r#"duplicate "log_format" name "x""#, 5))),
    (
        "server { listen 45981; location / {\nproxy_ssl_verify on;\nproxy_pass https://127.0.0.1;\n} }",
        Some(("no proxy_ssl_trusted_certificate for proxy_ssl_verify", 0)),
    ),
    ("proxy_ssl_verify on;\nserver { listen 45981; location / { proxy_pass http://127.0.0.1; } }", None),
    (
        "server {\nlisten 45981 ssl;\n}",
        Some((r#"no "ssl_certificate" is defined for the "listen ... ssl" directive"#, 4)),
    ),
    (
        "server { listen 45981; valid_referers a.b;\nvalid_referers A.B/x; }",
        Some((r#"conflicting parameter "a.b""#, 5)),
    ),
    ("server { listen 45981; index a \"\"; }", Some((r#"index "a" in "index" directive is invalid"#, 4))),
    ("charset_map a A { }", Some((r#""charset_map" between the same charsets "a" and "A""#, 4))),
];

/// What one of the two says: nothing, or the message and the line.
type Answer = Option<(String, u64)>;

/// The blocks around a case; the folders of temporary files must be writable.
fn text(inside: &str, folder: &Path) -> String {
    let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
    let paths = temporary.map(|it| format!("{it}_temp_path {}/{it};", folder.display()));
    format!("events {{}}\nhttp {{ access_log off;\n{}\n{inside}\n}}\n", paths.join(" "))
}

fn strict(folder: &Path, version: Version) -> Answer {
    let options = Options { strict: true, nginx_version: Some(version), ..Options::default() };
    let mut out = Vec::new();
    run(&Disk, folder, &["nginx.conf".into()], &mut std::io::empty(), &options, &mut out).unwrap();
    let document: Value = serde_json::from_slice(&out).unwrap();
    let error = document["errors"].get(0)?;
    Some((error["error"].as_str().unwrap().to_owned(), error["line"].as_u64().unwrap_or(0)))
}

fn differing(mut ask: impl FnMut(&Path) -> Answer) -> Vec<String> {
    let mut wrong = Vec::new();
    for (inside, wanted) in CASES {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("nginx.conf"), text(inside, folder.path())).unwrap();
        let wanted = wanted.map(|(message, line)| (message.to_owned(), line));
        let said = ask(folder.path());
        if said != wanted {
            wrong.push(format!("{inside}\n    is {said:?}\n    wanted {wanted:?}"));
        }
    }
    wrong
}

#[test]
fn directives_are_compared_as_nginx_compares_them() {
    let wrong = differing(|folder| strict(folder, Version::new(1, 22, 1)));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The table is nginx's own: of 1.22.1, which in one case words it otherwise than 1.30.6.
#[test]
#[ignore = "needs the servers that tests/run installs"]
fn nginx_says_what_the_table_says() {
    let [old, _] = Nginx::both();
    let wrong = differing(|folder| {
        let output = old.command(folder).arg("-t").output().expect("nginx -t");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let line = said.lines().find(|line| line.contains("[emerg]"))?;
        let message = line.split_once("] ").map_or(line, |(_, rest)| rest);
        let place = format!(" in {}:", folder.join("nginx.conf").display());
        Some(match message.split_once(&place) {
            Some((message, line)) => (message.to_owned(), line.parse().unwrap()),
            None => (message.to_owned(), 0),
        })
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
