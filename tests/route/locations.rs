//! `routing.md` 3.8: the location search.

use crate::site::Site;
use ngxlint::route::{Found, Locations, is_internal};

/// What each path finds: `7` a location by its line, `301:7` a redirect to it, `-` none, `?7` not to be judged.
fn check(lines: &[&str], expected: &[(&str, &str)]) {
    let site = Site::locations(lines);
    let locations = Locations::of(site.view());
    for &(uri, expected) in expected {
        let found = match locations.find(site.at(2), uri.as_bytes()).found {
            Found::Location(location) => site.line(location).to_string(),
            Found::SlashRedirect(location) => format!("301:{}", site.line(location)),
            Found::Nothing => "-".into(),
            Found::Unknown(location) => format!("?{}", site.line(location)),
        };
        assert_eq!(found, expected, "{uri} among {lines:#?}");
    }
}

#[test]
fn exact_before_the_longest_prefix_before_none() {
    let lines =
        ["location / { }", "location /a { }", "location /ab/ { }", "location = /a { }", "location = / { }"];
    check(
        &lines,
        &[("/", "7"), ("/a", "6"), ("/ab", "4"), ("/ab/", "5"), ("/ab/c", "5"), ("/b", "3"), ("/A", "3")],
    );
    check(&["location /a { }"], &[("/", "-"), ("/aa", "3")]);
    check(&["location = /a { }", "location /a/b { }"], &[("/a/b/c", "4"), ("/a/", "-"), ("/a", "3")]);
    check(&["location a { }", "location \"\" { }"], &[("/a", "4")]);
}

#[test]
fn of_two_equal_ones_the_first_counts() {
    check(&["location /a { }", "location ^~ /a { }", "location ~ a { }"], &[("/a", "5")]);
    check(&["location = /a { }", "location = /a { }"], &[("/a", "3")]);
}

#[test]
fn expressions_win_in_file_order_over_prefixes_but_not_over_protected_ones() {
    let lines = [
        "location /a { }",
        "location ^~ /b { }",
        "location ~ b { }",
        "location ~* A { }",
        "location = /ab { }",
    ];
    check(&lines, &[("/a", "6"), ("/ab", "7"), ("/xb", "5"), ("/b/a", "4"), ("/c", "-"), ("/aB", "6")]);
}

#[test]
fn matching_is_bytewise() {
    check(&[r"location ~ ^/\w+$ { }"], &[("/a1_", "3"), ("/é", "-")]);
    check(&["location ~ ^/..$ { }"], &[("/é", "3"), ("/e", "-")]);
    check(&["location /É { }"], &[("/É/x", "3"), ("/é/x", "-")]);
}

#[test]
fn the_innermost_expressions_are_tried_first() {
    let lines = [
        "location /a/ {",
        "location ~ x { }",
        "location /a/b/ {",
        "location ~ y { }",
        "} }",
        "location ~ [xy] { }",
    ];
    check(
        &lines,
        &[("/a/b/y", "6"), ("/a/b/x", "4"), ("/a/y", "8"), ("/a/b/", "5"), ("/a/c", "3"), ("/x", "8")],
    );
}

#[test]
fn a_nested_protected_prefix_does_not_keep_outer_expressions_away() {
    let nested = ["location /a/ {", "location ^~ /a/b/ { }", "location ~ b { }", "}", "location ~ x { }"];
    check(&nested, &[("/a/b/x", "7"), ("/a/b/", "4"), ("/a/xb", "5")]);
    let outer = ["location ^~ /a/ {", "location /a/b/ { }", "location ~ y { }", "}", "location ~ [xy] { }"];
    check(&outer, &[("/a/b/x", "4"), ("/a/b/y", "5"), ("/b/y", "7")]);
}

#[test]
fn only_expressions_count_inside_an_expression() {
    let lines = [
        "location ~ /x {",
        "location ~ y { }",
        "location /x/z { }",
        "location = /x/ { }",
        "}",
        "location /x/ { }",
    ];
    check(&lines, &[("/x/y", "4"), ("/x/z", "3"), ("/x/", "3"), ("/x", "3")]);
    check(
        &["location ~ ^/a {", "location ~ b {", "location ~ c { }", "} }"],
        &[("/abc", "5"), ("/ab", "4"), ("/ac", "3")],
    );
}

#[test]
fn the_automatic_redirect_comes_before_every_expression() {
    let pass = "location /x/ { proxy_pass http://b; }";
    check(&[pass, "location ~ x { }"], &[("/x", "301:3"), ("/x/", "4"), ("/x/y", "4")]);
    check(&[pass, "location ~ x { }", "location /x { }"], &[("/x", "4")]);
    check(&[pass, "location = /x { }"], &[("/x", "4")]);
    check(&[pass, "location / { }"], &[("/x", "301:3"), ("/xy", "4")]);
    check(&["location / {", pass, "}"], &[("/x", "301:4")]);
    check(&["location ^~ / {", pass, "}", "location ~ x { }"], &[("/x", "301:4")]);
}

#[test]
fn either_one_of_the_pair_redirects_to_the_exact_one() {
    let pair = |exact: &str, prefix: &str, expected| {
        let lines = [format!("location /x/ {{ {prefix} }}"), format!("location = /x/ {{ {exact} }}")];
        check(&lines.each_ref().map(String::as_str), &[("/x", expected), ("/x/", "4"), ("/x/y", "3")]);
    };
    pair("proxy_pass http://b;", "", "301:4");
    pair("", "proxy_pass http://b;", "301:4");
    pair("", "", "-");
    check(&["location = /x/ { proxy_pass http://b; }"], &[("/x", "301:3"), ("/x/y", "-")]);
}

#[test]
fn only_an_own_pass_redirects() {
    for (body, redirects) in [
        ("proxy_pass $b;", true),
        ("fastcgi_pass b;", true),
        ("grpc_pass grpc://b;", true),
        ("uwsgi_pass b;", true),
        ("return 200;", false),
        ("if ($a) { proxy_pass http://b; }", false),
        ("location /x/y { proxy_pass http://b; }", false),
    ] {
        let expected = if redirects { "301:3" } else { "-" };
        check(&[&format!("location /x/ {{ {body} }}")], &[("/x", expected)]);
    }
}

#[test]
fn captures_and_the_prefix_that_lost_are_handed_out() {
    let site = Site::locations(&[
        "location /a/ { }",
        r"location ~ ^/a/(?<id>\d+)/(.*)$ {",
        r"location ~ /(w) { }",
        "}",
    ]);
    let locations = Locations::of(site.view());
    let choice = locations.find(site.at(2), b"/a/17/x");
    let captures = choice.captures.unwrap();
    assert_eq!(captures.numbered, [&b"/a/17/x"[..], b"17", b"x"]);
    assert_eq!(captures.named, [("id".to_owned(), b"17".to_vec())]);
    assert_eq!(choice.over, Some(site.at(3)));
    let inner = locations.find(site.at(2), b"/a/17/w");
    assert_eq!((inner.found, inner.captures.unwrap().numbered.len()), (Found::Location(site.at(5)), 2));
    let none = locations.find(site.at(2), b"/a/b");
    assert_eq!((none.captures, none.over), (None, None));
}

#[test]
fn an_expression_that_cannot_be_judged_leaves_the_answer_open() {
    let lines = ["location / { }", "location ~ ^/a { }", "location ~ (?(1)a|b)( { }", "location = /b { }"];
    check(&lines, &[("/a", "4"), ("/b", "6"), ("/c", "?5")]);
}

#[test]
fn named_locations_are_found_by_name_only() {
    let site = Site::locations(&["location @a { }", "location @b { }", "location @a { }"]);
    let locations = Locations::of(site.view());
    assert_eq!(locations.named(site.at(2), b"@a"), Some(site.at(3)));
    assert_eq!(locations.named(site.at(2), b"@c"), None);
    assert_eq!(locations.find(site.at(2), b"@a").found, Found::Nothing);
}

#[test]
fn internal_is_inherited_by_nested_locations() {
    let site = Site::locations(&[
        "location /a/ { internal;",
        "location /a/b/ {",
        "if ($x) { }",
        "} }",
        "location /c { }",
    ]);
    let internal = [3, 4, 5, 7].map(|line| is_internal(site.view(), site.at(line)));
    assert_eq!(internal, [true, true, true, false]);
}
