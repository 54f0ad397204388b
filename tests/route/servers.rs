//! `routing.md` 3.5: names within a socket.

use crate::site::Site;
use ngxlint::route::{Chosen, Connection, How, Names, Sockets, first_name};

/// What a Host chooses, with the line of the server, among servers that all listen on port 80.
fn choose(names: &[&str], host: &str) -> (u32, Chosen) {
    let body = |name: &&str| if name.is_empty() { String::new() } else { format!("server_name {name};") };
    let bodies: Vec<_> = names.iter().map(body).collect();
    let site = Site::servers(&bodies.iter().map(String::as_str).collect::<Vec<_>>());
    let sockets = Sockets::of(site.view());
    let Connection::One(socket) = sockets.connect(None, 80) else { panic!("one socket") };
    let chosen = Names::of(site.view(), &sockets).find(socket, host.as_bytes()).unwrap();
    (site.line(chosen.server), chosen)
}

/// The line of the server that each Host chooses.
fn check(names: &[&str], expected: &[(&str, u32)]) {
    for &(host, line) in expected {
        assert_eq!(choose(names, host).0, line, "{host} among {names:?}");
    }
}

#[test]
fn exact_before_leading_before_trailing_before_expressions() {
    let names = ["_", "~^w", "www.*", "*.test", "www.a.test", "*.a.test"];
    check(
        &names,
        &[
            ("www.a.test", 6),
            ("www.b.test", 5),
            ("www.a.org", 4),
            ("w.org", 3),
            ("x.org", 2),
            ("b.a.test", 7),
        ],
    );
    let ways = [
        ("www.a.test", How::Exact),
        ("www.b.test", How::Leading),
        ("www.a.org", How::Trailing),
        ("x.org", How::Default),
    ];
    for (host, how) in ways {
        assert_eq!(choose(&names, host).1.how, how, "{host}");
    }
}

#[test]
fn the_longest_wildcard_wins_and_covers_several_labels_but_not_the_bare_name() {
    let names = ["_", "*.test", "*.a.test", "www.*", "www.x.*"];
    check(
        &names,
        &[("a.test", 3), ("b.a.test", 4), ("c.b.a.test", 4), ("test", 2), ("www.x.org", 6), ("www.y.x", 5)],
    );
    check(&names, &[("www.x", 5), ("www", 2), (".a.test", 4), (".test", 3), ("xa.test", 3)]);
}

#[test]
fn a_name_with_a_dot_in_front_is_the_name_and_what_is_below() {
    check(&["_", ".a.test"], &[("a.test", 3), ("x.a.test", 3), ("xa.test", 2)]);
    check(&["_", ".a.test", "*.test"], &[("a.test", 3), ("b.test", 4)]);
}

#[test]
fn a_name_that_is_taken_stays_with_the_first() {
    check(&["_", "a.test", "a.test b.test"], &[("a.test", 3), ("b.test", 4)]);
    check(&["_", "*.a.test", "*.a.test"], &[("x.a.test", 3)]);
    check(&["_", "www.*", "www.*"], &[("www.x", 3)]);
    check(&["x", "A.Test", "a.test"], &[("a.test", 3)]);
}

#[test]
fn a_dotted_name_is_dropped_as_a_whole_when_the_bare_one_is_taken() {
    check(&["_", "b.test", ".b.test"], &[("b.test", 3), ("x.b.test", 2)]);
    check(&["_", ".b.test", "b.test", "*.b.test"], &[("b.test", 3), ("x.b.test", 3)]);
}

#[test]
fn a_dotted_name_dropped_for_its_wildcard_still_bars_the_bare_one() {
    check(&["_", "*.b.test", ".b.test", "b.test"], &[("x.b.test", 3), ("b.test", 2)]);
}

#[test]
fn a_missing_name_is_the_empty_one_and_underscore_is_nothing_special() {
    check(&["a.test", ""], &[("", 3)]);
    check(&["a.test", "\"\""], &[("", 3), ("x", 2)]);
    check(&["a.test", "_"], &[("", 2), ("_", 3), ("x", 2)]);
    check(&["~.*", "b.test", "~^$"], &[("", 2)]);
    assert_eq!(choose(&["~.", "b.test"], "").1.how, How::Default);
}

#[test]
fn the_first_expression_in_file_order_wins_with_its_captures() {
    let names = ["_", "~^(?<app>\\w+)\\.(test)$ ~^b", "~^a"];
    check(&names, &[("a.test", 3), ("a.org", 4), ("b.org", 3)]);
    let How::Regex(captures) = choose(&names, "a.test").1.how else { panic!("no expression") };
    assert_eq!(captures.numbered, [&b"a.test"[..], b"a", b"test"]);
    assert_eq!(captures.named, [("app".to_owned(), b"a".to_vec())]);
}

#[test]
fn expressions_with_capitals_are_without_case() {
    check(&["_", "~^[A-C]\\.TEST$"], &[("b.test", 3), ("d.test", 2)]);
}

#[test]
fn a_single_server_is_searched_only_if_its_last_expression_captures() {
    let captured = |names: &str| match choose(&[names], "a.test").1.how {
        How::Regex(captures) => captures.numbered.len(),
        other => panic!("{other:?}"),
    };
    assert_eq!(captured("~^(a)"), 2);
    assert_eq!(captured("~^(a) ~^b"), 0);
    assert_eq!(captured("~^(a) ~(?:b)"), 0);
    assert_eq!(captured("~^(a) ~^(?<b>b)"), 2);
}

#[test]
fn what_cannot_be_judged_is_said() {
    let hostname = ["_", "$hostname", "a.test"];
    assert_eq!(choose(&hostname, "a.test").1.unknown, None);
    assert_eq!(choose(&hostname, "127.0.0.1").1.unknown, None);
    assert_eq!(choose(&hostname, "").1.unknown, None);
    let unknown = choose(&hostname, "web1").1.unknown.unwrap();
    assert_eq!(unknown.error, None);
    let (line, chosen) = choose(&["_", "~^(?(1)a|b)(", "~b"], "b.test");
    assert_eq!(line, 4);
    assert!(chosen.unknown.is_some_and(|unknown| unknown.error.is_some()));
    assert_eq!(choose(&["_", "~b", "~^(?(1)a|b)("], "b.test").1.unknown, None);
}

#[test]
fn sockets_do_not_share_names() {
    let site = Site::servers(&[
        "listen 80; server_name a;",
        "listen 81; server_name b;",
        "listen 80; server_name c;",
    ]);
    let sockets = Sockets::of(site.view());
    let names = Names::of(site.view(), &sockets);
    let line = |port, host: &str| {
        let Connection::One(socket) = sockets.connect(None, port) else { panic!("one socket") };
        site.line(names.find(socket, host.as_bytes()).unwrap().server)
    };
    assert_eq!([line(80, "b"), line(80, "c"), line(81, "b"), line(81, "a")], [2, 4, 3, 3]);
}

#[test]
fn the_first_name_is_the_server_name() {
    let names = ["A.Test b", ".c.test", "*.d.test", "~^E", "", "\"\" f", "$hostname"];
    let bodies =
        names.map(|name| if name.is_empty() { String::new() } else { format!("server_name {name};") });
    let site = Site::servers(&bodies.each_ref().map(String::as_str));
    let expected = [Some("a.test"), Some("c.test"), Some("*.d.test"), Some("~^E"), Some(""), Some(""), None];
    for (line, expected) in (2..).zip(expected) {
        let name = first_name(site.view(), site.at(line));
        assert_eq!(name.as_deref(), expected.map(str::as_bytes), "line {line}");
    }
}
