//! `routing.md` 3.6: paths decoded and resolved, and escaped again.

use ngxlint::catalogue::Version;
use ngxlint::route::{BadRequest, escape_args, escape_uri, target};
use proptest::prelude::*;

/// `$uri?$args`, or `400`.
fn read(raw: &[u8], merge_slashes: bool) -> Vec<u8> {
    match target(raw, merge_slashes) {
        Ok(target) => [target.path, b"?".to_vec(), target.args].concat(),
        Err(_) => b"400".to_vec(),
    }
}

#[test]
fn paths_are_decoded_once_and_resolved() {
    for (raw, expected) in [
        ("/", "/?"),
        ("/a?b=%41&c?d", "/a?b=%41&c?d"),
        ("/a?b#c", "/a?b"),
        ("/a#b?c", "/a?"),
        ("/%41%2fb", "/A/b?"),
        ("/%2541", "/%41?"),
        ("/a%3Fb%23c", "/a?b#c?"),
        ("/a//b///c", "/a/b/c?"),
        ("/a%2F%2fb", "/a/b?"),
        ("/a/./b/.", "/a/b/?"),
        ("/a/../b", "/b?"),
        ("/a/b/..", "/a/?"),
        ("/a/b/..?c", "/a/?c"),
        ("/a/%2e%2E/b", "/b?"),
        ("/a/..%2fb", "/b?"),
        ("/a/...", "/a/...?"),
        ("/.a/..b", "/.a/..b?"),
        ("/a/.%3f", "/a/.??"),
        ("/..%3f", "/..??"),
        ("/a+b", "/a+b?"),
        ("/a%0a%20", "/a\n ?"),
        ("/\\../x", "/\\../x?"),
    ] {
        assert_eq!(read(raw.as_bytes(), true), expected.as_bytes(), "{raw}");
    }
    assert_eq!(read(b"/\xe9%e9", true), b"/\xe9\xe9?");
}

#[test]
fn slashes_stay_where_merging_is_off() {
    for (raw, expected) in [
        ("//a//b", "//a//b?"),
        ("/a//../b", "/a/b?"),
        ("/a/.//b", "/a//b?"),
        ("//..", "/?"),
        ("/a%2f%2f", "/a//?"),
    ] {
        assert_eq!(read(raw.as_bytes(), false), expected.as_bytes(), "{raw}");
    }
}

#[test]
fn what_cannot_be_read_is_400() {
    for raw in [
        "",
        "a",
        "*",
        "http://a/",
        "/%",
        "/%4",
        "/%zz",
        "/%4g",
        "/%00",
        "/a%",
        "/..",
        "/../a",
        "/a/../..",
        "/%2e%2e/",
        "/a b",
        "/a?b c",
        "/a\tb",
        "/a\u{7f}",
        "/\u{1}",
    ] {
        assert_eq!(target(raw.as_bytes(), true), Err(BadRequest::RequestLine), "{raw:?}");
    }
    assert_eq!(read(b"/a?%zz", true), b"/a?%zz");
}

#[test]
fn escapes_and_plus_signs_of_the_path_are_noted() {
    let flags = |raw: &[u8]| target(raw, true).map(|it| (it.quoted, it.plus)).unwrap();
    assert_eq!(flags(b"/a?%41+"), (false, false));
    assert_eq!(flags(b"/%41"), (true, false));
    assert_eq!(flags(b"/a+"), (false, true));
    assert_eq!(flags(b"/%2B"), (true, true));
    assert_eq!(flags(b"/a//b/./"), (false, false));
    assert_eq!(target(b"/a//%41?b#c", true).unwrap().raw, b"/a//%41?b#c");
}

#[test]
fn escaping_follows_the_tables_of_ngx_escape_uri() {
    let all: Vec<u8> = (0..=255).collect();
    let kept = |escaped: &[u8]| {
        let kept = all.iter().filter(|&&byte| escape_one(escaped, byte) == [byte]).copied();
        String::from_utf8(kept.collect()).unwrap()
    };
    let new = escape_uri(&all, Version::NEWEST);
    assert_eq!(
        kept(&new),
        "!$&'()*+,-./0123456789:;=@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]_abcdefghijklmnopqrstuvwxyz~"
    );
    let old = escape_uri(b"\"<>\\^`{|} #%?", Version::new(1, 21, 0));
    assert_eq!(old, b"\"<>\\^`{|}%20%23%25%3F");
    assert_eq!(escape_args(b"a&b;c+d=/?#% \"\xe9", Version::NEWEST), b"a%26b%3Bc%2Bd=/%3F%23%25%20%22%E9");
}

/// The piece of `escaped`, made from all bytes in order, that stands for `byte`.
fn escape_one(escaped: &[u8], byte: u8) -> Vec<u8> {
    let mut rest = escaped;
    for at in 0..=255_u8 {
        let length = if rest.first() == Some(&b'%') { 3 } else { 1 };
        let (piece, after) = rest.split_at(length);
        if at == byte {
            return piece.to_vec();
        }
        rest = after;
    }
    unreachable!("all bytes are there")
}

proptest! {
    /// Whatever can be read gives a path without dot segments, and its escaped form leads to the same path.
    #[test]
    fn escaped_paths_lead_back(raw in prop::collection::vec(prop::sample::select(
        vec![&b"/"[..], b"/", b".", b"..", b"%2e", b"%2F", b"%25", b"%3f", b"%20", b"a", b"+", b"?", b"#", b"\xff", b"%zz"]), 0..12)
    ) {
        let raw = [&b"/"[..], &raw.concat()].concat();
        if let Ok(read) = target(&raw, true) {
            prop_assert!(read.path.starts_with(b"/"));
            prop_assert!(!read.path.split(|&byte| byte == b'/').any(|segment| segment == b"." || segment == b".."));
            prop_assert!(!read.path.windows(2).any(|pair| pair == b"//"));
            prop_assert_eq!(target(&escape_uri(&read.path, Version::NEWEST), true).unwrap().path, read.path);
        }
    }

    #[test]
    fn any_bytes_are_read(raw in prop::collection::vec(any::<u8>(), 0..40), merge in any::<bool>()) {
        let _ = target(&raw, merge);
        let _ = target(&[b"/", raw.as_slice()].concat(), merge);
    }
}
