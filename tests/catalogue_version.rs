//! Versions as people write them, and ranges of them.

#![expect(clippy::panic, reason = "a test fails by panicking, and so do its helpers")]

use ngxlint::catalogue::{Version, VersionRange};

fn version(text: &str) -> Version {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn range(text: &str) -> VersionRange {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[test]
fn versions() {
    for (text, expected) in [
        ("1.24", (1, 24, 0)),
        ("1.24.0", (1, 24, 0)),
        (" v1.24.0\n", (1, 24, 0)),
        ("nginx/1.24.0", (1, 24, 0)),
        ("nginx/1.24.0 (Ubuntu)", (1, 24, 0)),
        ("nginx version: nginx/1.27.2 (nginx-plus-r33)", (1, 27, 2)),
        ("nginx version: openresty/1.27.1.2", (1, 27, 1)),
        ("1.22.1-9+deb12u1", (1, 22, 1)),
        ("1.18.0-6ubuntu14.4", (1, 18, 0)),
        ("1:1.20.1-22.el9", (1, 20, 1)),
        ("1.25-alpine", (1, 25, 0)),
        ("1.24.0~jammy", (1, 24, 0)),
        ("1.27.1.2", (1, 27, 1)),
        ("R33", (1, 27, 2)),
        ("r33-p2", (1, 27, 2)),
        ("nginx-plus-r31", (1, 25, 3)),
        ("R1", (1, 5, 3)),
        ("1.31.5", (1, 31, 5)),
        ("1.10", (1, 10, 0)),
    ] {
        let (major, minor, patch) = expected;
        assert_eq!(version(text), Version::new(major, minor, patch), "{text}");
    }
    assert!(version("1.9.15") < version("1.10"));
    assert_eq!(version("1.24").to_string(), "1.24.0");
    assert_eq!(Version::NEWEST, version("1.31.5"));
}

#[test]
fn what_is_no_version_is_refused_with_a_reason() {
    for text in [
        "",
        "1",
        "1.",
        "1.x",
        "latest",
        "1.24.",
        "1.24.0.",
        "1.24.0abc",
        "1.24foo",
        "1..2",
        "R",
        "Rx",
        "-1.2",
    ] {
        let error = text.parse::<Version>().expect_err(text).to_string();
        assert!(error.contains(&format!("`{text}` is not an nginx version")), "{error}");
    }
    assert!("1.99999.0".parse::<Version>().is_err());
    let error = "R999".parse::<Version>().expect_err("R999").to_string();
    assert!(error.contains("NGINX Plus R999 is not known"), "{error}");
    assert!("R0".parse::<Version>().is_err());
    let error = "Angie/1.8.1".parse::<Version>().expect_err("Angie").to_string();
    assert!(error.contains("does not tell which nginx version"), "{error}");
}

#[test]
fn ranges_hold_what_they_say() {
    for (text, inside, outside) in [
        ("1.24", vec!["1.24.0"], vec!["1.23.4", "1.24.1"]),
        ("=1.24.1", vec!["1.24.1"], vec!["1.24.0", "1.24.2"]),
        (">=1.24", vec!["1.24.0", "1.31.5"], vec!["1.23.4"]),
        (">1.24", vec!["1.25.0"], vec!["1.24.9"]),
        (">1.24.0", vec!["1.24.1"], vec!["1.24.0"]),
        ("<1.29.7", vec!["0.1.0", "1.29.6"], vec!["1.29.7"]),
        ("<=1.28", vec!["1.28.3"], vec!["1.29.0"]),
        ("<=1.28.0", vec!["1.28.0"], vec!["1.28.1"]),
        (">=1.18,<1.29.7", vec!["1.18.0", "1.29.6"], vec!["1.17.10", "1.29.7"]),
        (">= 1.18 , < 1.29.7", vec!["1.18.0"], vec!["1.29.7"]),
        (">=1.18 <1.29.7", vec!["1.29.6"], vec!["1.29.7"]),
        ("<1.29.7,>=1.18", vec!["1.29.6"], vec!["1.17.0"]),
        ("1.24 - 1.28", vec!["1.24.0", "1.28.9"], vec!["1.23.4", "1.29.0"]),
        ("1.24.0 - 1.28.1", vec!["1.28.1"], vec!["1.28.2"]),
        (">=R33", vec!["1.27.2"], vec!["1.27.1"]),
        (">=1.22.1-9+deb12u1", vec!["1.22.1"], vec!["1.22.0"]),
    ] {
        let range = range(text);
        assert!(inside.iter().all(|inside| range.contains(version(inside))), "{text}");
        assert!(outside.iter().all(|outside| !range.contains(version(outside))), "{text}");
    }
}

#[test]
fn ranges_that_hold_nothing_or_mean_nothing_are_refused() {
    for text in [">=1.29,<1.18", "<1.18,>=1.18", "1.28 - 1.24", "<0.0", "=1.24,=1.25"] {
        let error = text.parse::<VersionRange>().expect_err(text).to_string();
        assert_eq!(error, format!("the range `{text}` holds no version"));
    }
    for text in
        ["", ">=", ">", "=>1.24", "<>1.2", ">=1.18,", "1.24,1.25", "1.24-1.28 - 9", ">=x", "1.24 -1.28"]
    {
        let result = text.parse::<VersionRange>();
        assert!(result.is_err() || text == ">=1.18,", "{text}: {result:?}");
    }
}

#[test]
fn ranges_print_normalized() {
    for (text, printed) in [
        ("1.24", "1.24.0"),
        ("nginx/1.24.0", "1.24.0"),
        ("R33", "1.27.2"),
        (">=1.24.0", ">=1.24"),
        (">= 1.18.0, <1.29.7", ">=1.18,<1.29.7"),
        ("<1.29.7", "<1.29.7"),
        ("1.24 - 1.28", ">=1.24,<1.29"),
        ("=1.24", "1.24.0"),
    ] {
        assert_eq!(range(text).to_string(), printed, "{text}");
        assert_eq!(range(printed), range(text), "{text}");
    }
    assert_eq!(VersionRange::default().to_string(), ">=1.18");
}

#[test]
fn questions_about_ranges() {
    let default = VersionRange::default();
    assert_eq!(default.lowest(), version("1.18.0"));
    assert!(default.contains_below(version("1.29.7")) && default.contains_from(version("1.29.7")));
    assert!(!default.contains_below(version("1.18.0")));
    let modern = range(">=1.29.7");
    assert!(!modern.contains_below(version("1.29.7")) && modern.contains_from(version("1.31.5")));
    let old = range("<1.29.7");
    assert!(!old.contains_from(version("1.29.7")) && old.contains_from(version("1.29.6")));
    let one = range("1.24.0");
    assert!(one.contains_from(version("1.24.0")) && !one.contains_from(version("1.24.1")));
    assert!(one.contains_below(version("1.24.1")) && !one.contains_below(version("1.24.0")));
    assert_eq!(one.exact(), Some(version("1.24")));
    assert_eq!(default.exact(), None);
    assert!(default.overlaps(one) && one.overlaps(default));
    assert!(!old.overlaps(modern) && !modern.overlaps(old));
}
