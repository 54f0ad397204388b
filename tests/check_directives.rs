//! What `check` says of directives: all that nginx refuses, for any version, and nothing where a text does not tell.
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

use std::path::Path;

use harness::{finish, program};
use serde_json::Value;

/// The findings about directives in `text`, each as `LINE:COLUMN-END CODE SEVERITY MESSAGE`.
fn findings(text: &str, options: &[&str]) -> Vec<String> {
    let arguments = ["check", "--no-config", "--format", "json", "--select", "directive", "-"];
    let said = finish(program(Path::new("."), &[&arguments, options].concat()), text.as_bytes());
    let word = |it: &Value, key: &str| it[key].as_str().unwrap_or_default().to_owned();
    let line = |it: &Value| {
        let (code, severity, message) = (word(it, "code"), word(it, "severity"), word(it, "message"));
        format!("{}:{}-{} {code} {severity} {message}", it["line"], it["column"], it["end_column"])
    };
    said.diagnostics().iter().map(line).collect()
}

fn http(inside: &str) -> String {
    format!("events {{}}\nhttp {{\n{inside}\n}}\n")
}

fn server(inside: &str) -> String {
    http(&format!("server {{\nlisten 8080;\n{inside}\n}}"))
}

#[test]
fn every_error_of_a_file_is_reported_where_it_stands() {
    let text =
        server("gzip yes;\nsendfil on;\nlocation / { proxy_pass http://127.0.0.1:9; root; }\nserver {}");
    assert_eq!(
        findings(&text, &[]),
        [
            r#"5:6-9 DI004 error invalid value "yes" in "gzip" directive, it must be "on" or "off""#,
            r#"6:1-8 DI001 error unknown directive "sendfil"; did you mean `sendfile`?"#,
            r#"7:45-49 DI003 error invalid number of arguments in "root" directive: it takes 1, here it has 0"#,
            r#"8:1-7 DI002 error "server" directive is not allowed here; it may stand in http, upstream, stream, stream upstream, mail or rtmp"#,
        ]
    );
}

#[test]
fn a_suggestion_fits_the_place() {
    let said =
        findings(&server("location / { porxy_pass http://127.0.0.1:9; sever_name a; satisfy ani; }"), &[]);
    assert!(said[0].ends_with("did you mean `proxy_pass`?"), "{said:?}");
    assert!(said[1].ends_with("did you mean `server_name`?"), "{said:?}");
    assert!(said[2].ends_with("did you mean `any`?"), "{said:?}");
    let said = findings(&server("frobnicate on;"), &[]);
    assert_eq!(said, [r#"5:1-11 DI001 error unknown directive "frobnicate""#]);
}

#[test]
fn a_duplicate_shows_the_first_one() {
    let text = server("root /a;\nroot /b;");
    let arguments = ["check", "--no-config", "--format", "json", "--select", "DI005", "-"];
    let said = finish(program(Path::new("."), &arguments), text.as_bytes());
    let found = &said.diagnostics()[0];
    assert_eq!((&found["line"], &found["related"][0]["line"]), (&6.into(), &5.into()));
}

#[test]
fn a_version_that_does_not_know_a_directive_is_told() {
    let text = server("http2 on;");
    assert!(findings(&text, &[]).is_empty());
    assert!(findings(&text, &["--nginx-version", "1.26"]).is_empty());
    let old = findings(&text, &["--nginx-version", "1.18"]);
    assert_eq!(old, [r#"5:1-6 DI008 error `http2 on` needs nginx 1.25.1: unknown directive "http2""#]);
    let range = findings(&text, &["--nginx-version", ">=1.24"]);
    assert_eq!(range, ["5:1-9 DI008 warning `http2 on` needs nginx 1.25.1, and nginx >=1.24 begins earlier"]);
}

#[test]
fn what_was_removed_is_told() {
    let text = server("ssl on;");
    let new = findings(&text, &["--nginx-version", "1.26"]);
    assert_eq!(
        new,
        [r#"5:1-4 DI008 error `ssl on` no longer works since nginx 1.25.1: unknown directive "ssl""#]
    );
    let both = findings(&text, &["--nginx-version", ">=1.24"]);
    assert!(both.iter().any(|it| it.contains("DI008 warning")), "{both:?}");
    assert!(both.iter().any(|it| it.contains("DI009 warning")), "{both:?}");
    assert!(findings(&text, &[]).iter().all(|it| it.contains("DI009")));
}

#[test]
fn parameters_have_versions_too() {
    let text = server("listen 8443 quic;");
    assert!(findings(&text, &[]).is_empty());
    let old = findings(&text, &["--nginx-version", "1.22"]);
    assert_eq!(
        old,
        [r#"5:13-17 DI008 error `listen 8443 quic` needs nginx 1.25.0: invalid parameter "quic""#]
    );
}

#[test]
fn http2_of_listen_is_deprecated_where_http2_on_is_known() {
    let text = http(
        "server {\n    listen 8443 ssl http2;\n    listen 8444 http2 ssl; # two\n    ssl_certificate a.pem;\n}",
    );
    for silent in [&[][..], &["--nginx-version", "1.24"]] {
        assert!(findings(&text, silent).is_empty(), "{silent:?}");
    }
    let said = findings(&text, &["--nginx-version", "1.26"]);
    assert_eq!(said.len(), 2, "{said:?}");
    assert_eq!(
        said[0],
        r#"4:21-26 DI009 warning the "listen ... http2" directive is deprecated, use the "http2" directive instead"#
    );
}

#[test]
fn deprecated_directives_are_replaced() {
    let fixed = |text: &str, version: &str| {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("nginx.conf"), text).unwrap();
        let arguments =
            ["check", "--no-config", "--select", "DI009", "--fix", "--unsafe-fixes", "nginx.conf"];
        finish(program(folder.path(), &[&arguments[..], &["--nginx-version", version]].concat()), b"");
        std::fs::read_to_string(folder.path().join("nginx.conf")).unwrap()
    };
    let text =
        http("server {\n    listen 8443 ssl http2;\n    listen 8444 http2 ssl; # two\n    root /a;\n}");
    let wanted =
        http("server {\n    listen 8443 ssl;\n    listen 8444 ssl; # two\n    http2 on;\n    root /a;\n}");
    assert_eq!(fixed(&text, "1.26"), wanted);
    assert_eq!(fixed(&text, "1.24"), text);
    let text = http("server {\n    listen 8443;\n    ssl on;\n    root /a;\n}");
    assert_eq!(fixed(&text, "1.22"), http("server {\n    listen 8443 ssl;\n    root /a;\n}"));
}

#[test]
fn unknown_variables_only_where_everything_was_read() {
    let used = server("return 200 \"a $nothing b\";");
    assert_eq!(findings(&used, &[]), [r#"5:15-23 DI006 error unknown "nothing" variable"#]);
    for open in [
        http("include /etc/app/maps.conf;\nserver { listen 8080; return 200 $nothing; }"),
        format!("load_module modules/ngx_http_unknown_module.so;\n{used}"),
        "server { listen 8080; return 200 $nothing; }".to_owned(),
        server("return 200 $nothing;\nfrobnicate on;"),
        server("return 200 ${DOMAIN};"),
    ] {
        let said = findings(&open, &[]);
        assert!(!said.iter().any(|it| it.contains("DI006")), "{open}: {said:?}");
    }
}

#[test]
fn an_undefined_variable_is_found_near_others() {
    let text = http("map $uri $kind { default 0; }\nserver { listen 8080; return 200 $knd$remote_adr; }");
    let said = findings(&text, &[]);
    assert!(said[0].ends_with("did you mean `$kind`?"), "{said:?}");
    assert!(said[1].ends_with("did you mean `$remote_addr`?"), "{said:?}");
}

#[test]
fn directives_of_other_modules_are_known() {
    let text = http(
        "lua_package_path \"/srv/?.lua;;\";\nserver {\nlisten 8080;\nlocation / {\n\
         content_by_lua_block { ngx.say(\"{\") }\n}\nlocation /b { more_set_headers \"X: y\"; brotli on; }\n}",
    );
    assert!(findings(&text, &[]).is_empty(), "{:?}", findings(&text, &[]));
}

#[test]
fn a_module_that_nobody_knows_may_bring_directives() {
    let text =
        format!("load_module modules/ngx_http_unknown_module.so;\n{}", server("frobnicate on;\nsendfil on;"));
    assert_eq!(
        findings(&text, &[]),
        [r#"7:1-8 DI001 error unknown directive "sendfil"; did you mean `sendfile`?"#]
    );
}

#[test]
fn what_an_unknown_block_holds_is_not_judged() {
    let said = findings(&server("frobnicate {\nanything goes here;\nlisten;\n}"), &[]);
    assert_eq!(said, [r#"5:1-11 DI001 error unknown directive "frobnicate""#]);
}

#[test]
fn a_fragment_may_stand_in_any_block_that_takes_it() {
    for fragment in [
        "proxy_set_header Host $host;\nproxy_read_timeout 90s;\nroot /srv/www;\n",
        "server 10.0.0.1:80 weight=2;\nkeepalive 16;\n",
        "server {\nlisten 53 udp;\nproxy_pass dns;\n}\n",
        "server {\nlisten 143;\nprotocol imap;\n}\n",
        "~*bot 1;\n~*spider 1;\ndefault 0;\n",
        "10.0.0.0/8 internal;\n192.168.0.0/16 internal;\n",
    ] {
        assert!(findings(fragment, &[]).is_empty(), "{fragment}: {:?}", findings(fragment, &[]));
    }
    let misplaced = "proxy_pass http://127.0.0.1:9;\n";
    assert!(findings(misplaced, &[]).is_empty());
    let said = findings(misplaced, &["--context", "server"]);
    assert!(said[0].contains("DI002"), "{said:?}");
}

#[test]
fn gaps_of_templates_are_not_judged() {
    for text in [
        server("listen 8081 ${LISTEN_OPTIONS};\ngzip ${GZIP};\nserver_name $SERVER_NAME;"),
        server("listen __PORT__;\nclient_max_body_size @MAX_SIZE@;"),
        server("{{ extra }}\nlocation / { root {{ root }}; frobnicate; }"),
        server("<% if x %>\nsendfil on;\n<% end %>"),
        server("...\nlocation / { ... }"),
    ] {
        assert!(findings(&text, &[]).is_empty(), "{text}: {:?}", findings(&text, &[]));
    }
}

#[test]
fn a_better_rule_says_it_alone() {
    let said = |text: &str| {
        let arguments = ["check", "--no-config", "--format", "json", "-"];
        let said = finish(program(Path::new("."), &arguments), text.as_bytes());
        let found = said.diagnostics();
        found.iter().map(|it| it["code"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let scheme = said(&server("location /ws/ { proxy_pass ws://127.0.0.1:9; gzip yes; }"));
    assert!(scheme.contains(&"WS125".to_owned()), "{scheme:?}");
    assert_eq!(scheme.iter().filter(|code| *code == "DI004").count(), 1, "{scheme:?}");
    let map = said(&server(
        "location /ws/ {\nproxy_pass http://127.0.0.1:9;\nproxy_http_version 1.1;\n\
         proxy_set_header Upgrade $http_upgrade;\nproxy_set_header Connection $connection_upgrade;\n}",
    ));
    assert!(map.contains(&"WS112".to_owned()) && !map.contains(&"DI006".to_owned()), "{map:?}");
}

#[test]
fn directives_that_the_settings_describe_are_known() {
    let folder = tempfile::tempdir().unwrap();
    let settings = "modules: {directives: {frobnicate: {contexts: [server], args: 1}}}\n";
    std::fs::write(folder.path().join(".ngxlint.yaml"), settings).unwrap();
    let check = |inside: &str| {
        std::fs::write(folder.path().join("nginx.conf"), server(inside)).unwrap();
        let arguments = ["check", "--format", "json", "--select", "directive", "nginx.conf"];
        finish(program(folder.path(), &arguments), b"").diagnostics().len()
    };
    assert_eq!(check("frobnicate on;"), 0);
    assert_eq!(check("frobnicate on off;"), 1);
    assert_eq!(check("location / { frobnicate on; }"), 1);
}
