use crate::value::Regex;

/// A pattern, what it matches and what it does not.
type Answer = (&'static str, &'static [&'static [u8]], &'static [&'static [u8]]);

/// What nginx 1.22.1 (PCRE2 10.42) and 1.30.6 (PCRE2 10.49) answer.
#[test]
fn expressions_mean_what_nginx_means_by_them() {
    let answers: [Answer; 22] = [
        (r"^[[:alnum:]$]+x", &[b"$x", b"a$x"], &[b"x", b"-x"]),
        (r"^\h$", &[b"\t", b" ", b"\xa0"], &[b"a", b"\n"]),
        (r"^\H$", &[b"a", b"\n"], &[b" ", b"\xa0"]),
        (r"^\v$", &[b"\n", b"\x0b", b"\x85"], &[b" ", b"v"]),
        (r"^[\v]$", &[b"\n", b"\r"], &[b"v"]),
        (r"\bx", &[b"\xe9x", b" x"], &[b"ax"]),
        (r"\Bx", &[b"ax"], &[b"\xe9x"]),
        (r"^[\W]$", &[b"\xe9", b"-"], &[b"a"]),
        (r"^[^\W]$", &[b"a", b"_"], &[b"\xe9"]),
        (r"^[^\S]$", &[b" ", b"\t"], &[b"\x85", b"\xa0"]),
        (r"(?i)^\xe9A$", &[b"\xe9a"], &[b"\xc9a"]),
        (r"^[+--]$", &[b"+", b",", b"-"], &[b"."]),
        (r"\<a", &[b"<a"], &[b"a"]),
        (r"^\Qa.b\E$", &[b"a.b"], &[b"axb"]),
        (r"^[\101]$", &[b"A"], &[b"1"]),
        (r"^\07$", &[b"\x07"], &[b"7"]),
        (r"^\x4$", &[b"\x04"], &[b"x4"]),
        (r"(?m)a$", &[b"a\nb", b"a"], &[b"ab"]),
        (r"^a\Z", &[b"a", b"a\n"], &[b"a\n\n"]),
        (r"a{x}", &[b"a{x}"], &[b"a", b"ax"]),
        (r"a(?i)b|c", &[b"aB", b"C"], &[b"AB"]),
        (r"^[[:^alpha:]]$", &[b"\xe9", b"1"], &[b"a"]),
    ];
    for (pattern, yes, no) in answers {
        let regex = Regex::new(pattern.as_bytes(), false).unwrap();
        for subject in yes {
            assert_eq!(regex.is_match(subject), Ok(true), "{pattern} on {subject:?}");
        }
        for subject in no {
            assert_eq!(regex.is_match(subject), Ok(false), "{pattern} on {subject:?}");
        }
    }
}

#[test]
fn what_releases_of_pcre_read_differently_is_not_known() {
    for pattern in
        ["a{,3}", "a{ 1,2}", r"\x", r"(*UCP)\w", "(?x) a", "(?R)", r"\18", r"\b{start}a", "[[:<:]]a"]
    {
        assert!(Regex::new(pattern.as_bytes(), false).is_err(), "{pattern}");
    }
}
