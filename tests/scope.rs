//! What is in force at a block, as the catalogue's `inherit`, `shares` and `inherited-by` say.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking, and so do its helpers")]

#[path = "route/site.rs"]
mod site;

use ngxlint::catalogue::lookup;
use ngxlint::scope::{contributing, entries, in_force, list, single};
use site::Site;

/// The line of the level that decides about `name` at the block on a line.
fn decides(site: &Site, block: u32, name: &str) -> Option<u32> {
    in_force(site.view().config, site.at(block), lookup(name.as_bytes())).level.map(|level| site.line(level))
}

#[test]
fn values_and_lists_come_from_the_nearest_level() {
    let site = Site::locations(&[
        "proxy_read_timeout 1s; proxy_set_header A a;",
        "location /a { proxy_set_header B b; }",
        "location /b { proxy_read_timeout 2s; }",
    ]);
    assert_eq!([4, 5].map(|block| decides(&site, block, "proxy_read_timeout")), [Some(2), Some(5)]);
    assert_eq!([4, 5].map(|block| decides(&site, block, "proxy_set_header")), [Some(4), Some(2)]);
}

#[test]
fn servers_have_nothing_of_each_other() {
    let site = Site::servers(&["gzip on;", "gzip_vary on;"]);
    assert_eq!([2, 3].map(|block| decides(&site, block, "gzip")), [Some(2), None]);
}

#[test]
fn what_is_not_inherited_counts_where_it_stands() {
    let site = Site::locations(&[
        "try_files $uri =404; rewrite ^ /x; return 204;",
        "location /a {",
        "proxy_pass http://a; set $x 1;",
        "if ($x) {",
        "}",
        "limit_except GET {",
        "}",
        "location /a/b {",
        "}",
        "}",
    ]);
    for name in ["try_files", "rewrite", "return"] {
        assert_eq!(decides(&site, 2, name), Some(2), "{name}");
        assert_eq!(decides(&site, 4, name), None, "{name}");
    }
    assert_eq!([4, 6, 8, 10].map(|block| decides(&site, block, "set")), [Some(4), None, None, None]);
    // A handler is its location's in `if` and `limit_except`, and no nested location's.
    let pass = [4, 6, 8, 10].map(|block| decides(&site, block, "proxy_pass"));
    assert_eq!(pass, [Some(4), Some(4), Some(4), None]);
}

#[test]
fn either_of_two_that_share_a_value_cuts_off_both() {
    let site = Site::locations(&[
        "allow 10.0.0.0/8; root /srv;",
        "location /a { deny all; alias /x; }",
        "location /b { }",
    ]);
    let (config, a, b) = (site.view().config, site.at(4), site.at(5));
    for name in ["allow", "root"] {
        assert_eq!([4, 5].map(|block| decides(&site, block, name)), [Some(4), Some(2)], "{name}");
        assert!(list(config, a, lookup(name.as_bytes())).is_empty(), "{name}");
        assert!(single(config, b, lookup(name.as_bytes())).is_some(), "{name}");
    }
}

#[test]
fn another_directive_may_rule_how_a_list_is_inherited() {
    let site = Site::locations(&[
        "add_header A a; add_header B b; add_header_inherit merge;",
        "location /merged { add_header C c; }",
        "location /empty { }",
        "location /cut { add_header_inherit off; }",
        "location /own { add_header_inherit off; add_header D d; }",
        "location /usual { add_header_inherit on; add_header E e; }",
    ]);
    let name = lookup(b"add_header");
    let of = |block| contributing(site.view(), site.at(block), name).into_iter().map(|it| site.line(it));
    let levels = [4, 5, 6, 7, 8].map(|block| of(block).collect::<Vec<_>>());
    assert_eq!(levels, [vec![4, 2], vec![2], vec![], vec![7], vec![8]]);
    let first = |block| {
        let nodes = entries(site.view(), site.at(block), name).into_iter();
        nodes.map(|node| site.view().arg(node, 0).unwrap().into_owned()).collect::<Vec<_>>()
    };
    assert_eq!(first(4), [b"C", b"A", b"B"]);
    assert_eq!(first(5), [b"A", b"B"]);
}
