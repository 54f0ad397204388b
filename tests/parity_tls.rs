//! What the TLS rules say of nginx, seen on both releases: the effect is there as long as a rule complains, and gone
//! after its repair.
#![allow(
    clippy::disallowed_methods,
    reason = "the laboratory writes configurations and reads answers by itself"
)]

#[cfg(test)]
#[allow(dead_code, reason = "each crate of tests uses its own part of the laboratory")]
mod support;

use support::effect::{Case, request, serve, tls};
use support::nginx::Nginx;
use support::tree::Tree;
use support::upstream::Upstreams;

const PAIR: &str = "ssl_certificate cert.pem; ssl_certificate_key key.pem;";

/// Whether a handshake with these options of OpenSSL's client succeeds on each release, as it is and after the repair.
fn handshakes(case: &Case, options: &[&str]) -> [[bool; 2]; 2] {
    let tried = |tree: &Tree| {
        Nginx::both().map(|release| {
            let said = tls(&serve(&release, tree, 1), 8443, options, &request("/", ""));
            said.contains("HTTP/1.1 200")
        })
    };
    let before = tried(&case.bad());
    [before, tried(&case.repaired())]
}

#[test]
#[ignore = "needs the servers that tests/run installs"]
fn tl101_an_old_version_is_spoken_where_it_is_named() {
    let case = Case::http(
        "TL101",
        &format!(
            "server {{ listen 8443 ssl; {PAIR} ssl_protocols TLSv1.1 TLSv1.2; ssl_ciphers DEFAULT@SECLEVEL=0; return 200 x; }}"
        ),
    );
    let options = ["-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0"];
    assert_eq!(handshakes(&case, &options), [[true; 2], [false; 2]]);
}

#[test]
#[ignore = "needs the servers that tests/run installs"]
fn tl102_an_anonymous_suite_needs_no_certificate() {
    let case = Case::http(
        "TL102",
        &format!("server {{ listen 8443 ssl; {PAIR} ssl_ciphers ALL:@SECLEVEL=0; return 200 x; }}"),
    );
    let options = ["-tls1_2", "-cipher", "aNULL:@SECLEVEL=0"];
    assert_eq!(handshakes(&case, &options), [[true; 2], [false; 2]]);
}

#[test]
#[ignore = "needs the servers that tests/run installs"]
fn tl102_a_list_without_any_suite_is_refused_and_never_made() {
    let list = |ciphers: &str| {
        Case::http(
            "TL102",
            &format!("server {{ listen 8443 ssl; {PAIR} ssl_ciphers {ciphers}; return 200 x; }}"),
        )
    };
    let upstreams = Upstreams::of(1);
    for release in Nginx::both() {
        let refused = release.refuses(&list("RC2:EXPORT").bad(), &upstreams).expect("a refusal");
        assert!(refused.contains("no cipher match"), "{refused}");
        for ciphers in ["RC2:EXPORT", "RC4-SHA:!aNULL", "aNULL", "COMPLEMENTOFALL"] {
            assert_eq!(release.refuses(&list(ciphers).repaired(), &upstreams), None, "{ciphers}");
        }
    }
}

#[test]
#[ignore = "needs the servers that tests/run installs"]
fn tl103_an_old_openssl_refuses_the_whole_list() {
    let list = |groups: &str| {
        Case::http(
            "TL103",
            &format!("server {{ listen 8443 ssl; {PAIR} ssl_ecdh_curve {groups}; return 200 x; }}"),
        )
    };
    let [old, new] = Nginx::both();
    let bad = list("X25519MLKEM768:X25519").bad();
    assert!(old.refuses(&bad, &Upstreams::of(1)).is_some_and(|said| said.contains("X25519MLKEM768")));
    assert_eq!(new.refuses(&bad, &Upstreams::of(1)), None);
    let optional = Tree::read(list("?X25519MLKEM768:X25519").folder());
    assert!(old.refuses(&optional, &Upstreams::of(1)).is_some());
    assert_eq!(new.refuses(&optional, &Upstreams::of(1)), None);
}

#[test]
#[ignore = "needs the servers that tests/run installs"]
fn tl105_stapling_is_ignored_without_a_responder() {
    let case = Case::http(
        "TL105",
        "server { listen 8443 ssl; ssl_certificate /etc/letsencrypt/live/x/fullchain.pem;
            ssl_certificate_key /etc/letsencrypt/live/x/privkey.pem;\nssl_stapling on;\nreturn 200 x; }",
    );
    let ignored = |tree: &Tree| {
        Nginx::both().map(|release| serve(&release, tree, 1).log().contains("\"ssl_stapling\" ignored"))
    };
    assert_eq!(ignored(&case.bad()), [true; 2]);
    assert_eq!(ignored(&case.repaired()), [false; 2]);
}

#[test]
#[ignore = "needs the servers that tests/run installs"]
fn tl107_a_foreign_host_gets_the_default_server() {
    let text = |lines: &str| {
        format!(
            "server {{ listen 8443 ssl default_server; ssl_reject_handshake on; {lines} root www; }}
            server {{ listen 8443 ssl; server_name one.example.com; {PAIR} return 204; }}"
        )
    };
    let asked = |release: &Nginx, tree: &Tree, name: &str| {
        tls(&serve(release, tree, 1), 8443, &["-servername", name], &request("/a.txt", "Host: other\r\n"))
    };
    let bad = Case::http("TL107", &text("")).with("www/a.txt", "hidden page").bad();
    let good = Case::http("TL107", &text("return 421;")).with("www/a.txt", "hidden page");
    for release in Nginx::both() {
        assert!(asked(&release, &bad, "one.example.com").contains("hidden page"), "{}", release.name);
        assert!(!asked(&release, &bad, "other").contains("HTTP/1.1"), "{}", release.name);
        let said = asked(&release, &Tree::read(good.folder()), "one.example.com");
        assert!(said.contains("HTTP/1.1 421") && !said.contains("hidden page"), "{}", release.name);
    }
}

#[test]
#[ignore = "needs the servers that tests/run installs"]
fn tl109_nginx_says_what_is_missing() {
    let mail = |lines: &str| {
        let server = format!("mail {{ auth_http 127.0.0.1:9000; server {{ protocol imap; {lines} }} }}");
        Case::new("TL109", &format!("load_module modules/ngx_mail_module.so;\nevents {{}}\n{server}\n"))
    };
    let stream = "events {}\nstream { server { listen 8443 ssl; return x; } }\n";
    let cases = [
        (
            Case::http("TL109", "server { listen 8443 ssl; }"),
            "no \"ssl_certificate\" is defined for the \"listen ... ssl\" directive in",
        ),
        (
            Case::http("TL109", "server { listen 8443 ssl; ssl_certificate a.pem; }"),
            "no \"ssl_certificate_key\" is defined for ",
        ),
        (
            Case::http("TL109", "server { listen 8080; ssl_certificate a.pem; }"),
            "no \"ssl_certificate_key\" is defined for ",
        ),
        (
            Case::new("TL109", stream),
            "no \"ssl_certificate\" is defined for the \"listen ... ssl\" directive in",
        ),
    ];
    let cases = cases.into_iter().chain([
        (
            mail("listen 8143 ssl;"),
            "no \"ssl_certificate\" is defined for the \"listen ... ssl\" directive in",
        ),
        (
            mail("listen 8143; starttls on;"),
            "no \"ssl_certificate\" is defined for the \"starttls\" directive in",
        ),
        (mail("listen 8143 ssl; ssl_certificate a.pem;"), "no \"ssl_certificate_key\" is defined for "),
    ]);
    let cases: Vec<(Case, &str)> = cases.collect();
    for release in Nginx::both() {
        for (case, wanted) in &cases {
            let said = release.refuses(&case.bad(), &Upstreams::of(1)).unwrap_or_default();
            assert!(said.contains(wanted), "{}: {said}", release.name);
        }
    }
}

#[test]
#[ignore = "needs the servers that tests/run installs"]
fn tl109_other_servers_borrow_the_certificate_of_the_default_one() {
    let case = Case::http(
        "TL109",
        &format!(
            "server {{ listen 8443 ssl; {PAIR} return 204; }}
            server {{ listen 8443 ssl; server_name two.example.com; return 200 x; }}"
        ),
    );
    let bad = case.bad();
    for release in Nginx::both() {
        let said = tls(
            &serve(&release, &bad, 1),
            8443,
            &["-servername", "two.example.com"],
            &request("/", "Host: two.example.com\r\n"),
        );
        assert!(
            said.contains("HTTP/1.1 200") && said.contains("BEGIN CERTIFICATE"),
            "{}: {said}",
            release.name
        );
    }
}
