//! `routing.md` 3.4: which Host lines nginx takes.

use ngxlint::catalogue::Version;
use ngxlint::route::{BadRequest, host};
use proptest::prelude::*;

const OLD: Version = Version::new(1, 29, 3);
const NEW: Version = Version::new(1, 29, 4);

/// The name, or `400`.
fn read(value: &str, version: Version) -> String {
    host(value.as_bytes(), version).map_or("400".into(), |host| String::from_utf8(host.name).unwrap())
}

#[test]
fn the_name_is_in_lower_case_without_port_and_final_dot() {
    for version in [OLD, NEW] {
        for (value, name) in [
            ("a.test", "a.test"),
            ("A.Test", "a.test"),
            ("a.test.", "a.test"),
            ("a.test:8443", "a.test"),
            ("a.test.:80", "a.test"),
            ("a:", "a"),
            (".a", ".a"),
            ("-", "-"),
            ("a_b~!$&'()*+,;=%zz", "a_b~!$&'()*+,;=%zz"),
            ("[::1]", "[::1]"),
            ("[::1]:80", "[::1]"),
            ("[FE80::1]", "[fe80::1]"),
            ("a:00000080", "a"),
        ] {
            assert_eq!(read(value, version), name, "{value} on {version}");
        }
    }
}

#[test]
fn what_every_version_refuses() {
    for version in [OLD, NEW] {
        for value in ["", ".", "..", "a..b", "a/b", "a b", "a\tb", "a\u{7f}", ":80", ".:80", "a..", "a:/"] {
            assert_eq!(read(value, version), "400", "{value:?} on {version}");
        }
    }
}

#[test]
fn the_characters_and_the_port_are_looked_at_from_1_29_4_on() {
    for (value, name) in [
        ("a:99999", "a"),
        ("a:x", "a"),
        ("a:80:90", "a"),
        ("a@b", "a@b"),
        ("a\"<>\\^`{|}", "a\"<>\\^`{|}"),
        ("a[b", "a[b"),
        ("a]b", "a]b"),
        ("[::1]x", "[::1]"),
        ("[::1].", "[::1]"),
        ("[::1", "[::1"),
        ("[::1%25eth0]", "[::1%25eth0]"),
    ] {
        assert_eq!(read(value, OLD), name, "{value}");
        assert_eq!(read(value, NEW), "400", "{value}");
    }
    assert_eq!(read("a:65535", NEW), "a");
    assert_eq!(read("a:65536", NEW), "400");
}

#[test]
fn the_port_had_a_say_in_the_final_dot() {
    assert_eq!(read("a.:8.0", OLD), "a.");
    assert_eq!(read("a:1..2", OLD), "400");
    assert_eq!(read("a.:8.0", NEW), "400");
}

#[test]
fn spaces_were_taken_before_1_21_1() {
    let before = Version::new(1, 21, 0);
    assert_eq!(read("a b", before), "a b");
    assert_eq!(read("a\0b", before), "400");
    assert_eq!(read("a b", Version::new(1, 21, 1)), "400");
}

#[test]
fn the_port_is_kept_as_spelt() {
    assert_eq!(host(b"a:0080", NEW).unwrap().port, b"0080");
    assert_eq!(host(b"[::1]:8080", OLD).unwrap().port, b"8080");
    assert_eq!(host(b"a", NEW).unwrap().port, b"");
    assert_eq!(host(b"", NEW), Err(BadRequest::Host));
}

proptest! {
    /// A name has no capital, no final dot unless nginx looked elsewhere, and what the strict versions take the lenient
    /// ones take too, with the same name.
    #[test]
    fn strict_versions_take_less(value in "[aB.:\\[\\]80/%@ -]{0,8}") {
        if let Ok(strict) = host(value.as_bytes(), NEW) {
            prop_assert_eq!(&host(value.as_bytes(), OLD).unwrap(), &strict);
            prop_assert!(!strict.name.is_empty() && !strict.name.ends_with(b"."));
        }
    }

    #[test]
    fn any_bytes_are_read(value in prop::collection::vec(any::<u8>(), 0..20)) {
        for version in [OLD, NEW] {
            if let Ok(host) = host(&value, version) {
                prop_assert!(!host.name.iter().any(|byte| byte.is_ascii_uppercase() || *byte <= b' '));
            }
        }
    }
}
