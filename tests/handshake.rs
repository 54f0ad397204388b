//! `ngxlint handshake` on the command line: what people read, what it refuses, what it assumes.
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

#[path = "handshake/words.rs"]
mod words;

use harness::{Folder, Said};

const MAIN: &str = "events {}
http {
    upstream app { server 10.0.0.1:3000; }
    proxy_http_version 1.1;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection \"upgrade\";
    include conf.d/*.conf;
}
";

const CHAT: &str = "server {
    listen 80;
    server_name chat.example.com;
    location /ws/ {
        proxy_pass http://app;
    }
    location ~ ^/ws/(v\\d+)/ {
        include proxy.inc;
        proxy_pass http://app/$1/;
    }
    location /old { return 301 /ws/; }
    location /cookie { proxy_set_header Upgrade $cookie_up; proxy_set_header Connection upgrade; proxy_pass http://app; }
    location /files { root /srv/nowhere; }
}
server { listen 80 default_server; return 444; }
";

fn site() -> Folder {
    let proxy = "proxy_set_header Host $host;\n";
    Folder::with(&[("nginx.conf", MAIN), ("conf.d/chat.conf", CHAT), ("proxy.inc", proxy)])
}

fn handshake(folder: &Folder, arguments: &[&str]) -> Said {
    let fixed = ["handshake", "nginx.conf", "--nginx-version", "1.24"];
    folder.run(&[&fixed[..], arguments].concat())
}

#[test]
fn the_table_has_a_row_for_each_block_that_passes_requests_on() {
    let said = handshake(&site(), &[]);
    said.ends(0);
    insta::assert_snapshot!(said.out);
}

#[test]
fn a_url_that_fails_ends_with_the_finding_and_its_fix() {
    let said = handshake(&site(), &["ws://chat.example.com/ws/v1/x"]);
    said.ends(1);
    insta::assert_snapshot!(said.out);
}

#[test]
fn a_url_that_works_ends_with_the_request_and_101() {
    let said = handshake(&site(), &["ws://chat.example.com/ws/"]);
    said.ends(0);
    insta::assert_snapshot!(said.out);
}

/// Whatever happens, each step says where.
#[test]
fn every_step_has_a_place() {
    for url in [
        "ws://chat.example.com/ws/v1/x",
        "ws://chat.example.com/old",
        "ws://chat.example.com/files/x",
        "ws://chat.example.com/none",
        "ws://other.example/",
        "wss://chat.example.com/",
        "ws://chat.example.com/../x",
    ] {
        let document = handshake(&site(), &[url, "--format", "json"]).document();
        let steps = document["traces"][0]["steps"].as_array().unwrap().clone();
        assert!(!steps.is_empty(), "{url}");
        assert!(
            steps.iter().all(|step| step["file"].is_string() && step["line"].is_u64()),
            "{url}: {steps:#?}"
        );
    }
}

#[test]
fn colour_follows_the_option_and_never_reaches_a_file_by_itself() {
    let (plain, coloured) = (handshake(&site(), &[]), handshake(&site(), &["--color", "always"]));
    assert!(!plain.out.contains('\x1b') && coloured.out.contains('\x1b'));
    let route = handshake(&site(), &["ws://chat.example.com/old", "--color", "always"]);
    assert!(route.out.contains('\x1b'));
}

#[test]
fn what_depends_ends_well_with_a_note_and_names_what_it_hangs_on() {
    let said = handshake(&site(), &["ws://chat.example.com/cookie", "--header", "Cookie: up=websocket"]);
    said.ends(0);
    assert!(said.out.contains("answers 101"), "{}", said.out);
    let said = handshake(&site(), &["ws://chat.example.com/files/x"]);
    said.ends(0);
    assert_eq!(said.err, "", "what was printed needs no repeating");
    assert!(
        said.out.contains("/srv/nowhere is not known: the folder is not here (see --root)"),
        "{}",
        said.out
    );
}

#[test]
fn a_client_may_be_changed() {
    let folder = site();
    let fails = |arguments: &[&str], reason: &str| {
        let all = [&["ws://chat.example.com/ws/", "--format", "json"], arguments].concat();
        let said = handshake(&folder, &all);
        said.ends(1);
        assert_eq!(said.document()["traces"][0]["reason"], reason, "{arguments:?}");
    };
    fails(&["--method", "POST"], "method");
    fails(&["--header", "Upgrade:"], "no-upgrade-header");
    fails(&["--http", "2"], "protocol");
    fails(&["--header", "Host: other.example"], "not-proxied");
    let said = handshake(&folder, &["ws://chat.example.com/ws/", "--origin", "https://evil.example"]);
    assert!(said.out.contains("Origin: https://evil.example"), "{}", said.out);
}

#[test]
fn bad_arguments_are_refused() {
    let folder = site();
    for (arguments, words) in [
        (["ftp://chat.example.com/"].as_slice(), "is no URL of the schemes ws, wss, http or https"),
        (&["chat.example.com/ws"], "is no URL of the schemes ws, wss, http or https"),
        (&["ws:///ws"], "names no host"),
        (&["ws://chat.example.com:99999/"], "the port is not a number from 1 to 65535"),
        (&["--nginx-version", "one"], "one"),
        (&["ws://chat.example.com/", "--http", "3"], "[possible values: 1.0, 1.1, 2]"),
        (&["ws://chat.example.com/", "--remote-addr", "me"], "not an IP address"),
        (&["ws://chat.example.com/", "--header", "Cookie"], "`Name: value`"),
        (&["--format", "xml"], "[possible values: text, json]"),
    ] {
        let said = folder.run(&[&["handshake", "nginx.conf"], arguments].concat());
        said.ends(2).complains(words);
        assert_eq!(said.out, "", "{arguments:?}");
    }
    folder.run(&["handshake", "none.conf"]).ends(2).complains("none.conf");
}

#[test]
fn a_configuration_that_does_not_parse_has_no_answer() {
    let folder = Folder::with(&[("nginx.conf", "http {\n include a.conf;\n}\n"), ("a.conf", "server {\n")]);
    let said = folder.run(&["handshake", "nginx.conf", "ws://a/"]);
    said.ends(2).complains("a.conf does not parse");
}

#[test]
fn a_fragment_is_judged_with_its_assumption_named() {
    let folder = site();
    let said =
        folder.run(&["handshake", "conf.d/chat.conf", "ws://chat.example.com/ws/", "--format", "json"]);
    said.ends(0).complains("is a fragment: taken to be included in http");
    assert_eq!(said.document()["traces"][0]["verdict"], "depends");
    let said = folder.run(&["handshake", "proxy.inc", "ws://chat.example.com/"]);
    said.ends(2).complains("is a fragment without servers");
    folder.run(&["handshake", "conf.d/chat.conf"]).ends(0).complains("is a fragment");
}

/// What an include that was not read holds may change everything around it.
#[test]
fn an_include_that_was_not_read_leaves_the_answer_open() {
    let server = |extra: &str| {
        format!(
            "events {{}}\nhttp {{\nserver {{\nlisten 80;\nserver_name a.example;\n{extra}location / {{\n\
             proxy_http_version 1.1;\nproxy_set_header Upgrade $http_upgrade;\nproxy_set_header Connection upgrade;\n\
             proxy_pass http://127.0.0.1:3000;\n}}\n}}\n}}\n"
        )
    };
    let verdict = |text: String, url: &str| {
        let folder = Folder::with_main(text);
        handshake(&folder, &[url, "--format", "json"]).document()["traces"][0]["verdict"].clone()
    };
    assert_eq!(verdict(server(""), "ws://a.example/"), "works");
    assert_eq!(verdict(server("include snippets/gone.conf;\n"), "ws://a.example/"), "depends");
    let http = server("").replace("http {\n", "http {\ninclude servers/gone.conf;\n");
    assert_eq!(verdict(http.clone(), "ws://a.example/"), "works");
    assert_eq!(verdict(http.clone(), "ws://b.example/"), "depends");
    assert_eq!(verdict(http, "ws://a.example:8080/"), "depends");
}

/// A pass that leads back to its own server never reaches a backend.
#[test]
fn a_pass_in_a_circle_fails() {
    let folder = Folder::with_main(
        "events {}\nhttp {\nserver {\nlisten 8080;\nlocation / { proxy_pass http://127.0.0.1:8080; }\n}\n}\n",
    );
    let said = handshake(&folder, &["ws://localhost:8080/", "--format", "json"]);
    said.ends(1);
    assert_eq!(said.document()["traces"][0]["reason"], "not-proxied");
    assert_eq!(said.document()["traces"][0]["steps"].as_array().unwrap().last().unwrap()["line"], 5);
}

/// What one hop lacks, the next one adds: only what the backend sees counts.
#[test]
fn a_later_hop_repairs_what_an_earlier_one_sends() {
    let folder = Folder::with_main(
        "events {}\nhttp {\nserver {\nlisten 80;\nproxy_set_header Upgrade $http_upgrade;\nlocation / { proxy_pass http://127.0.0.1:8080; }\n}\n\
         server {\nlisten 8080;\nlocation / {\nproxy_http_version 1.1;\nproxy_set_header Upgrade $http_upgrade;\nproxy_set_header Connection upgrade;\nproxy_pass http://127.0.0.1:3000;\n}\n}\n}\n",
    );
    let document = handshake(&folder, &["ws://localhost/", "--format", "json"]).document();
    assert_eq!(document["traces"][0]["verdict"], "works", "{document:#}");
    assert_eq!(document["traces"][0]["hops"].as_array().map(Vec::len), Some(1));
}

/// What the engine does not take, or gives up on, is never guessed.
#[test]
fn an_expression_that_cannot_be_judged_is_named_with_the_reason() {
    let folder = Folder::with_main(
        "events {}\nhttp {\nserver {\nlisten 80;\nlocation ~ ^/(?<n>a)(?(n)b|c)(*SKIP)$ { return 204; }\nlocation / { return 404; }\n\
         location = /if { if ($uri ~ (*COMMIT)x) { return 204; } }\n}\n}\n",
    );
    for (url, line) in [("ws://localhost/a", 5), ("ws://localhost/if", 7)] {
        let document = handshake(&folder, &[url, "--format", "json"]).document();
        let trace = &document["traces"][0];
        let step = trace["steps"].as_array().unwrap().last().unwrap();
        assert_eq!(trace["verdict"], "depends", "{document:#}");
        assert_eq!(step["line"], line, "{document:#}");
        let text = step["text"].as_str().unwrap();
        assert!(text.contains("is not known: "), "{text}");
    }
}

/// `$proxy_host` leaves the scheme's own port out; a header may be made of it.
#[test]
fn proxy_host_and_port_are_known() {
    let folder = Folder::with_main(
        "events {}\nhttp {\nserver {\nlisten 80;\nlocation / {\nproxy_set_header Host $proxy_host:$proxy_port;\nproxy_pass http://app:80/x;\n}\n}\n}\n",
    );
    let said = handshake(&folder, &["ws://localhost/", "--format", "json"]);
    assert_eq!(said.document()["traces"][0]["upstream"]["host"], "app:80");
    assert_eq!(said.document()["blocks"][0]["upstream"]["host"], "app:80");
}

/// The cost of a URL does not grow with the servers that it does not concern.
#[test]
fn following_a_url_costs_the_same_among_many_servers() {
    let servers = |count: usize| {
        let server = |n| {
            format!(
                "server {{ listen 80; server_name s{n}.example; location ~ ^/x(.*)$ {{ return 204; }} location / {{ proxy_pass http://10.0.0.1; }} }}\n"
            )
        };
        format!("events {{}}\nhttp {{\n{}}}\n", (0..count).map(server).collect::<String>())
    };
    let (few, many) = (Folder::with_main(servers(10)), Folder::with_main(servers(1_000)));
    let cost = |folder: &Folder| {
        let urls: Vec<String> = (0..400).map(|n| format!("ws://s{}.example/x{n}", n % 10)).collect();
        let urls: Vec<&str> = urls.iter().map(String::as_str).collect();
        let run = |urls: &[&str]| {
            let start = std::time::Instant::now();
            handshake(folder, urls);
            start.elapsed()
        };
        // What reading the configuration takes is taken off.
        let best = |urls: &[&str]| (0..5).map(|_| run(urls)).min().unwrap();
        best(&urls).saturating_sub(best(&urls[..1]))
    };
    let (few, many) = (cost(&few), cost(&many));
    assert!(many < few * 4, "400 URLs take {few:?} among 10 servers, {many:?} among 1,000");
}
