//! Real nginx in front of real WebSocket backends.
//!
//! Every fixture under `fixtures/websocket` is started on nginx below and from 1.29.7, in front of Python `websockets`,
//! Node's `ws` and a strict backend that records what arrives: what is bad fails, what is good gets a 101 and an echo,
//! and a repair brings the same without changing any other header that is sent upstream.
//!
//! # Which handshakes are tried
//!
//! A bad variant and its repair: the path of each location in or above which an `# expect: CODE` comment (or a line of
//! the `expect` file) stands. Otherwise the path of the first location with a `proxy_pass`. Host is the first plain
//! name of that server's `server_name`. Where that is not the right request, `fixtures/<family>/<name>/probe` says it:
//!
//! ```text
//! # a line without a variant is for all of them; the lines of `bad` are also those of `bad.fixed`
//! GET /chat/ host=chat.example.com port=8080
//! bad-2: GET /ws protocol=chat outcome=fails-on-old changes=Host,X-Real-IP header=Cookie: a=b
//! plain 9100 9101
//! mixed 9200
//! bad-idle: GET /ws idle=3 outcome=fails
//! bad-cache: GET /ws first=plain outcome=fails
//! bad-page: POST / as=page behind=ws-pages outcome=fails
//! good-page: GET / as=page behind=pages connections=1
//! good-origin: GET /ws behind=tornado answer=403 header=Origin: http://elsewhere.example
//! good-static: none
//! ```
//!
//! `none` tries nothing but `nginx -t`; `on=old` and `on=new` try a line only below, or only from, 1.29.7. `port` is one
//! of the configuration's own `listen` ports, `outcome` what a bad variant comes to (`fails`: on
//! every release, as is usual unless all that is wrong is the version; `fails-on-old`: only below 1.29.7; `works`: the
//! rule is about something else; `refused`: nginx does not start), `changes` the headers that the repair
//! is about beside Upgrade, Connection, Sec-WebSocket-Key and -Version, `header` one more request header (it takes the
//! rest of the line). `plain` names upstream ports that lead to a backend which answers 200 to everything; all other
//! upstream addresses lead to the WebSocket backend, whatever they are. `mixed` names ports that lead to one which answers
//! handshakes with 101 and everything else with 200. `idle` leaves the connection alone for so many seconds before a second
//! message; `torn=down` waits, on the bad side, for a connection that nginx ends after the 101; `first=plain` asks for the page of the same address before. `as=page` is a request for the page itself, with
//! no wish for an upgrade but what `header` says, and works where it gets 200; `answer` names another status that is right.
//! `behind` tries a line with one backend instead of the real ones: `tornado` (403 where Origin and Host differ),
//! `ws-pages` (Node's `ws` beside pages: what asks for any upgrade goes to `ws`), `pages` (strict: a page for what asks for
//! no upgrade, 400 for `Connection: upgrade` without a handshake). `connections` asks three times, and the backend
//! (`pages`) must see so many connections.
//!
//! Of the rule's YAML two keys count: `nginx` (its bad fixtures are tried on releases in this range) and `nginx-t`
//! (`refuses`: `nginx -t` must refuse them; `needs-module`, `not-checked`: they are not tried). The fixtures of every
//! other family are only given to `nginx -t`, on the releases in the rule's range.
#![allow(
    clippy::disallowed_methods,
    reason = "the laboratory writes configurations and reads logs by itself"
)]

#[cfg(test)]
mod support;

use std::path::Path;
use support::conformance::{Bench, Tally, cases};
use support::fixture::{Fixture, Lab};
use support::made::{Made, PAIR, TRIO};
use support::nginx::Nginx;
use support::repository;

#[test]
#[ignore = "needs the servers that tests/run installs"]
fn the_laboratory_agrees_with_the_published_cases() {
    let bench = Bench::start();
    let mut tally = Tally::default();
    // No backend of the laboratory speaks uwsgi or SCGI.
    let but = ["x08-other-passes"];
    let folders = cases(&repository().join("tests/conformance/websocket/cases"), &but);
    for folder in &folders {
        bench.run(folder, &mut tally);
    }
    println!("{} cases, {} probes; not tried: {but:?}", folders.len(), tally.tried);
    assert!(tally.tried > 400, "only {} probes were tried", tally.tried);
    assert!(tally.disagreements.is_empty(), "{}", tally.disagreements.join("\n"));
}

#[test]
#[ignore = "needs the servers that tests/run installs"]
fn bad_fixtures_fail_and_good_and_fixed_ones_work() {
    let root = repository();
    let folders = folders(&root.join("fixtures/websocket"));
    if folders.is_empty() {
        println!("there is no folder in fixtures/websocket");
        return;
    }
    let lab = Lab::start();
    let problems: Vec<String> = folders.iter().flat_map(|name| fixture_problems(&root, name, &lab)).collect();
    println!("{} fixture folders", folders.len());
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
#[ignore = "needs the servers that tests/run installs"]
fn nginx_tests_the_fixtures_of_every_other_family_as_their_rules_say() {
    let root = repository();
    let releases = Nginx::both();
    let mut problems = Vec::new();
    let mut count = 0;
    for family in folders(&root.join("fixtures")).iter().filter(|family| *family != "websocket") {
        for name in folders(&root.join("fixtures").join(family)) {
            let Some(fixture) = read_fixture(&root, family, &name).transpose() else { continue };
            count += 1;
            problems.extend(fixture.map_or_else(|error| vec![error], |fixture| fixture.refusals(&releases)));
        }
    }
    println!("{count} fixture folders");
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// The names of the folders in a folder, in order; none where it does not exist.
fn folders(root: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(root).into_iter().flatten().filter_map(Result::ok);
    let folders = entries.filter(|entry| entry.path().is_dir());
    let mut names: Vec<String> =
        folders.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

fn fixture_problems(root: &Path, name: &str, lab: &Lab) -> Vec<String> {
    match read_fixture(root, "websocket", name) {
        Ok(Some(fixture)) => fixture.problems(lab),
        Ok(None) => vec![format!("fixtures/websocket/{name} has no bad and no good variant")],
        Err(error) => vec![error],
    }
}

/// A rule's fixtures; none for a folder without variants.
fn read_fixture(root: &Path, family: &str, name: &str) -> Result<Option<Fixture>, String> {
    let folder = root.join("fixtures").join(family).join(name);
    if !folders(&folder).iter().any(|variant| variant.starts_with("bad") || variant.starts_with("good")) {
        return Ok(None);
    }
    let path = root.join("rules").join(family).join(format!("{name}.yaml"));
    let rule = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    Fixture::read(&folder, &rule).map(Some).map_err(|error| format!("{}: {error}", folder.display()))
}

#[test]
#[ignore = "needs the servers that tests/run installs"]
fn the_laboratory_tells_what_is_right_from_what_is_not() {
    let lab = Lab::start();
    let host = format!("{TRIO} proxy_set_header Host $host;");
    let right = Made::new(&[
        ("bad", ""),
        ("bad.fixed", TRIO),
        ("bad-old", PAIR),
        ("good", TRIO),
        ("good-fragment", TRIO),
    ]);
    assert_eq!(right.problems("", &lab), [""; 0]);

    let problems =
        |variants: &[(&str, &str)], rule: &str| Made::new(variants).problems(rule, &lab).join("\n");
    assert!(problems(&[("bad", TRIO), ("good", TRIO)], "").contains("works with every backend"));
    assert!(
        problems(&[("bad", ""), ("good", "")], "").contains("/good on nginx-new: /chat/ with ws: status 426")
    );
    assert!(
        problems(&[("bad", ""), ("bad.fixed", PAIR)], "")
            .contains("nginx-old: after the repair: /chat/ with web")
    );
    assert!(problems(&[("bad", ""), ("bad.fixed", &host)], "").contains("the repair changed host"));
    assert!(problems(&[("bad", "x y;"), ("good", TRIO)], "").contains("nginx -t refuses"));
    assert!(problems(&[("bad", ""), ("good", TRIO)], "nginx-t: refuses").contains("accepts it"));
    assert_eq!(problems(&[("bad", "x y;"), ("good", TRIO)], "nginx-t: refuses"), "");
    assert_eq!(problems(&[("bad", TRIO), ("good", TRIO)], "nginx: \"<1.0.0\""), "");

    let broken = Made::new(&[("bad", "x y;"), ("bad.fixed", "z;"), ("good", TRIO)]);
    let refusals = |rule| broken.refusals(rule).join("\n");
    assert!(
        refusals("").contains("/bad on nginx-old: nginx -t refuses")
            && refusals("").contains("/bad.fixed on")
    );
    let refused = refusals("nginx-t: refuses\n");
    assert!(
        refused.contains("/bad.fixed on nginx-new")
            && !refused.contains("/bad on")
            && !refused.contains("/good")
    );
}

#[test]
#[ignore = "needs the servers that tests/run installs"]
fn the_laboratory_tells_answers_and_connections_apart() {
    let lab = Lab::start();
    let variants = [("bad", ""), ("good", TRIO)];
    let problems = |probe: &str| {
        let probe = format!("bad: none\ngood: {probe} port=443 host=chat.example.com");
        Made::with_probe(&variants, &probe).problems("", &lab).join("\n")
    };
    assert_eq!(problems("GET /chat/ as=page behind=ws-pages"), "");
    assert_eq!(problems("POST /chat/ as=page behind=pages answer=400"), "");
    assert_eq!(problems("GET /chat/ behind=pages"), "");
    assert!(problems("GET /chat/ as=page").contains("/chat/ with ws: status 426"));
    assert!(problems("GET /chat/ as=page behind=pages").contains("/chat/ with pages: status 400"));
    assert!(problems("GET /chat/ behind=tornado").contains("/chat/ with tornado: status 403"));
    assert!(problems("GET /chat/ behind=tornado answer=200").contains("with tornado: status 403"));
    assert!(problems("GET /chat/ behind=pages connections=1").contains("3 requests on 3 connections"));
    assert!(problems("GET /chat/ behind=nobody").contains("no backend is called nobody"));
}
