//! `ngxlint show`: what is in force at a block, and where it comes from.
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

use harness::{Folder, Said};
use serde_json::Value;

const SITE: &str = "error_log /var/log/main.log;
events {}
http {
    proxy_set_header Host $host;
    proxy_set_header X-Real-IP $remote_addr;
    add_header X-Level http;
    proxy_read_timeout 1h;
    allow 10.0.0.0/8;
    map $http_upgrade $connection_upgrade { default upgrade; '' close; }
    server {
        server_name chat.example.com;
        rewrite ^/old /new;
        deny all;
        if ($host = x) { return 403; }
        location /ws/ {
            proxy_pass http://app;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header \"Connection\" \"up\\\"grade\";
            if ($arg_x) { set $y 1; }
            limit_except GET { deny 10.1.1.1; }
        }
        location / { proxy_pass http://app; }
        location /static/ { root /srv; }
    }
}
stream {
    proxy_timeout 1h;
    server { listen 9000; proxy_pass app:1; }
}
";

/// `NAME ARGS @ FILE:LINE LEVEL` of everything in force at the blocks of a document that are called `label`.
fn in_force(said: &Said, label: &str) -> Vec<String> {
    let document = said.ends(0).document();
    let blocks = document["blocks"].as_array().expect("blocks");
    let block = blocks.iter().find(|block| block["label"] == label);
    let block = block.unwrap_or_else(|| panic!("no {label} in {document:#}"));
    block["directives"].as_array().expect("directives").iter().map(line).collect()
}

fn line(directive: &Value) -> String {
    let args: Vec<&str> =
        directive["args"].as_array().unwrap().iter().map(|arg| arg.as_str().unwrap()).collect();
    let what = format!("{} {}", directive["name"].as_str().unwrap(), args.join("|"));
    if directive["default"] == true {
        assert!(directive["level"].is_null() && directive["file"].is_null() && directive["line"].is_null());
        return format!("{} @ default", what.trim_end());
    }
    let level = directive["level"]["label"].as_str().unwrap();
    let place = format!("{}:{}", directive["file"].as_str().unwrap(), directive["line"]);
    format!("{} @ {place} {level}", what.trim_end())
}

fn site() -> Folder {
    Folder::with_main(SITE)
}

#[test]
fn a_level_with_headers_of_its_own_inherits_none() {
    let said = site().json(&["show", "nginx.conf", "nginx.conf:15", "--nginx-version", "1.24"]);
    let expected = [
        "proxy_pass http://app @ nginx.conf:16 location /ws/",
        "proxy_set_header Upgrade|$http_upgrade @ nginx.conf:17 location /ws/",
        "proxy_set_header Connection|up\"grade @ nginx.conf:18 location /ws/",
        "deny all @ nginx.conf:13 server chat.example.com",
        "add_header X-Level|http @ nginx.conf:6 http",
        "proxy_read_timeout 1h @ nginx.conf:7 http",
        "error_log /var/log/main.log @ nginx.conf:1 main",
        "proxy_http_version 1.0 @ default",
        "proxy_send_timeout 60s @ default",
        "proxy_set_header Host|$proxy_host @ default",
    ];
    assert_eq!(in_force(&said, "location /ws/"), expected);
}

#[test]
fn lists_come_whole_and_defaults_follow_the_version() {
    let of = |version: &str| {
        let said = site().json(&["show", "nginx.conf", "nginx.conf:22", "--nginx-version", version]);
        in_force(&said, "location /")
    };
    let old = of("1.29.6");
    assert!(old.contains(&"proxy_set_header Host|$host @ nginx.conf:4 http".to_owned()), "{old:#?}");
    assert!(old.contains(&"proxy_set_header X-Real-IP|$remote_addr @ nginx.conf:5 http".to_owned()));
    assert!(old.contains(&"proxy_http_version 1.0 @ default".to_owned()), "{old:#?}");
    assert!(old.contains(&"proxy_set_header Connection|close @ default".to_owned()), "{old:#?}");
    assert!(old.contains(&"proxy_set_header Upgrade| @ default".to_owned()), "{old:#?}");
    let new = of("1.29.7");
    assert!(new.contains(&"proxy_http_version 1.1 @ default".to_owned()), "{new:#?}");
    assert!(new.contains(&"proxy_set_header Connection| @ default".to_owned()), "{new:#?}");
}

const MERGED: &str = "events {}
http {
    add_header X-Level http;
    add_trailer X-End http;
    add_header_inherit merge;
    server {
        server_name a;
        add_header X-Level server;
        add_trailer X-End server;
        location /merged/ { add_header X-Level location; }
        location /cut/ { add_header_inherit off; add_trailer_inherit off; }
        location /usual/ {
            add_header_inherit on;
            add_header X-Level usual;
            location /usual/inner/ { add_header_inherit merge; add_header X-Level inner; }
        }
    }
}
";

#[test]
fn added_headers_are_inherited_as_their_own_directive_says() {
    let said = Folder::with_main(MERGED).json(&["show", "nginx.conf", "--nginx-version", "1.30.0"]);
    let of = |label: &str| -> Vec<String> {
        let lines = in_force(&said, label).into_iter().filter(|line| line.starts_with("add_header X"));
        lines.map(|line| line.split(' ').nth(1).unwrap().replace("X-Level|", "")).collect()
    };
    assert_eq!(of("server a"), ["server", "http"]);
    assert_eq!(of("location /merged/"), ["location", "server", "http"]);
    assert_eq!(of("location /cut/"), [""; 0]);
    assert_eq!(of("location /usual/"), ["usual"]);
    assert_eq!(of("location /usual/inner/"), ["inner", "usual"]);
    let trailers = |label: &str| -> Vec<String> {
        in_force(&said, label).into_iter().filter(|line| line.starts_with("add_trailer X")).collect()
    };
    assert_eq!(trailers("location /merged/"), ["add_trailer X-End|server @ nginx.conf:9 server a"]);
    assert!(trailers("location /cut/").is_empty());
}

#[test]
fn what_is_not_inherited_stays_in_its_block() {
    let said = site().json(&["show", "nginx.conf"]);
    let files = in_force(&said, "location /static/");
    assert!(!files.iter().any(|line| line.contains("rewrite") || line.contains("server_name")), "{files:#?}");
    assert!(!files.iter().any(|line| line.contains("default")), "no proxy, no defaults of one: {files:#?}");
    let server = in_force(&said, "server chat.example.com");
    assert!(server.contains(&"rewrite ^/old|/new @ nginx.conf:12 server chat.example.com".to_owned()));
    assert!(!server.iter().any(|line| line.starts_with("allow")), "deny fills the same list: {server:#?}");
}

#[test]
fn branches_have_their_locations_handler_and_values() {
    let said = site().json(&["show", "nginx.conf"]);
    let branch = in_force(&said, "if ($arg_x)");
    assert_eq!(branch[0], "set $y|1 @ nginx.conf:19 if ($arg_x)");
    assert_eq!(branch[1], "proxy_pass http://app @ nginx.conf:16 location /ws/");
    let limited = in_force(&said, "limit_except GET");
    assert_eq!(limited[0], "deny 10.1.1.1 @ nginx.conf:20 limit_except GET");
    assert!(limited.contains(&"proxy_pass http://app @ nginx.conf:16 location /ws/".to_owned()));
    assert!(!limited.iter().any(|line| line.starts_with("deny all")), "{limited:#?}");
    let in_server = in_force(&said, "if ($host = x)");
    assert_eq!(
        in_server[..2],
        ["return 403 @ nginx.conf:14 if ($host = x)", "deny all @ nginx.conf:13 server chat.example.com"]
    );
}

#[test]
fn every_serving_block_is_listed_in_order() {
    let document = site().json(&["show", "nginx.conf"]).ends(0).document();
    assert_eq!((&document["version"], &document["nginx_version"]), (&1.into(), &"1.18.0".into()));
    let blocks = document["blocks"].as_array().unwrap();
    let listed: Vec<String> = blocks
        .iter()
        .map(|it| format!("{}:{} {}", it["file"].as_str().unwrap(), it["line"], it["kind"].as_str().unwrap()))
        .collect();
    let expected = [
        "nginx.conf:10 server",
        "nginx.conf:14 if",
        "nginx.conf:15 location",
        "nginx.conf:19 if",
        "nginx.conf:20 limit_except",
        "nginx.conf:22 location",
        "nginx.conf:23 location",
        "nginx.conf:28 server",
    ];
    assert_eq!(listed, expected);
    let stream = line(&blocks[7]["directives"][2]);
    assert_eq!(stream, "proxy_timeout 1h @ nginx.conf:27 stream");
}

#[test]
fn a_line_inside_shows_the_block_around_it() {
    let folder = site();
    let head = |place: &str| {
        let said = folder.run(&["show", "nginx.conf", place]);
        said.ends(0).out.lines().next().unwrap().to_owned()
    };
    assert_eq!(head("nginx.conf:17"), "location /ws/  (nginx.conf:15)");
    assert_eq!(head("nginx.conf:7"), "http  (nginx.conf:3)");
    assert_eq!(head("nginx.conf:9"), "map $http_upgrade $connection_upgrade  (nginx.conf:9)");
    assert_eq!(head("./nginx.conf:11"), "server chat.example.com  (nginx.conf:10)");
}

#[test]
fn text_is_aligned() {
    let said = site().run(&["show", "nginx.conf", "nginx.conf:23"]);
    let expected = "location /static/  (nginx.conf:23)
  root                /srv                     nginx.conf:23  location /static/
  deny                all                      nginx.conf:13  server chat.example.com
  proxy_set_header    Host $host               nginx.conf:4   http
  proxy_set_header    X-Real-IP $remote_addr   nginx.conf:5   http
  add_header          X-Level http             nginx.conf:6   http
  proxy_read_timeout  1h                       nginx.conf:7   http
  error_log           /var/log/main.log        nginx.conf:1   main
";
    let squeezed = |text: &str| {
        text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect::<Vec<_>>()
    };
    assert_eq!(squeezed(&said.ends(0).out), squeezed(expected));
    let places: Vec<usize> = said.out.lines().skip(1).map(|line| line.find("nginx.conf:").unwrap()).collect();
    assert!(places.windows(2).all(|pair| pair[0] == pair[1]), "{}", said.out);
}

#[test]
fn a_snippet_is_shown_for_every_place_that_includes_it() {
    let main = "events {}\nhttp {\n  server { server_name a; include ws.inc; }\n  server { server_name b; proxy_http_version 1.1; include ws.inc; }\n}\n";
    let folder = Folder::with(&[
        ("conf/nginx.conf", main),
        ("conf/ws.inc", "types { text/x x; }\nlocation /ws {\n  proxy_pass http://a;\n}\n"),
    ]);
    let document = folder.json(&["show", "conf/nginx.conf", "ws.inc:2"]).ends(0).document();
    let blocks = document["blocks"].as_array().unwrap();
    let versions: Vec<String> = blocks
        .iter()
        .map(|block| {
            let all = block["directives"].as_array().unwrap();
            line(all.iter().find(|it| it["name"] == "proxy_http_version").unwrap())
        })
        .collect();
    assert_eq!(
        versions,
        ["proxy_http_version 1.0 @ default", "proxy_http_version 1.1 @ nginx.conf:4 server b"]
    );
    assert_eq!(blocks[0]["directives"][1]["body"], "text/x x;");
    let by_path = folder.json(&["show", "conf/nginx.conf", "conf/ws.inc:2"]).ends(0).document();
    assert_eq!(by_path, document);
    let around = folder.json(&["show", "conf/nginx.conf", "ws.inc:1"]).ends(0).document();
    assert_eq!(around["blocks"].as_array().unwrap().len(), 2, "{around:#}");
}

#[test]
fn what_cannot_be_shown_is_an_error() {
    let folder = site();
    folder.write("broken.conf", "http { server {\n");
    let cases: [(&[&str], &str); 8] = [
        (&["no.conf"], "no.conf: no such file"),
        (&["broken.conf"], "broken.conf does not parse"),
        (
            &["nginx.conf", "nginx.conf:2000"],
            "no block at nginx.conf:2000: the nearest is `server` at nginx.conf:28",
        ),
        (
            &["nginx.conf", "nginx.conf:1"],
            "no block at nginx.conf:1: the nearest is `events` at nginx.conf:2",
        ),
        (&["nginx.conf", "other.conf:1"], "other.conf is no part of the configuration of nginx.conf"),
        (&["nginx.conf", "nginx.conf"], "`nginx.conf` is no FILE:LINE"),
        (&["nginx.conf", "nginx.conf:0"], "no FILE:LINE"),
        (&["nginx.conf", "--format", "xml"], "[possible values: text, json]"),
    ];
    for (arguments, words) in cases {
        let said = folder.run(&[&["show"], arguments].concat());
        assert_eq!(said.ends(2).complains(words).out, "", "{arguments:?}");
    }
}

#[test]
fn an_include_that_is_missing_is_mentioned() {
    let folder = Folder::with_main(
        "events {}\nhttp { include proxy.inc; server { location / { proxy_pass http://a; } } }\n",
    );
    let said = folder.run(&["show", "nginx.conf"]);
    said.ends(0).complains("nginx.conf:2: what proxy.inc sets is not shown");
    assert!(!said.out.contains("default"), "it may well be set there: {}", said.out);
    folder.write("ws.conf", "location /ws { proxy_pass http://a; }\n");
    let fragment = folder.run(&["show", "ws.conf"]);
    fragment.ends(0).complains(
        "ws.conf is a fragment: taken to be included in http > server, whose own directives are not known",
    );
    assert!(!fragment.out.contains("default"), "{}", fragment.out);
}
