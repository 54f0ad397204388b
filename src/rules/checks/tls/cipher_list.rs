//! OpenSSL's cipher lists (`ssl_create_cipher_list`), as far as weak suites are concerned.
//!
//! A list is read from left to right: a name adds suites, `-name` takes them out again, `+name` moves them to the end,
//! `!name` removes them for good, wherever they are named. Names may be joined with `+` (all of them must fit). Which
//! suites a build of OpenSSL knows the configuration does not tell; here every suite with a weakness that any version
//! since 0.9.8 had counts, and only names that ask for weak ones (`RC4`, `ALL`, `DES-CBC3-SHA`) are held to bring them:
//! `HIGH`, `DEFAULT`, `MEDIUM`, `ECDHE` and the like are not, though old versions let them.

/// A part of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token<'l> {
    /// Where it starts.
    pub start: usize,
    /// `!`, `-`, `+`, or nothing.
    sign: Option<u8>,
    /// What it names.
    pub name: &'l str,
}

impl Token<'_> {
    /// Where it ends.
    pub fn end(&self) -> usize {
        self.start + usize::from(self.sign.is_some()) + self.name.len()
    }

    /// Whether it adds suites.
    pub fn is_positive(&self) -> bool {
        self.sign.is_none() && !self.name.starts_with('@')
    }

    /// Whether it stands for whatever OpenSSL has, the strong suites among it.
    pub fn is_everything(&self) -> bool {
        self.name == "ALL"
    }
}

/// A token that brings weak suites which nothing removes, and what is weak about them.
#[derive(Debug, PartialEq, Eq)]
pub struct Weak<'l> {
    /// The token.
    pub token: Token<'l>,
    /// The names, in OpenSSL's words, of what to exclude, in the order of [`WEAK`].
    pub kinds: Vec<&'static str>,
}

/// Parts of a list that are looked at: OpenSSL has about two hundred suites in all.
const MOST_TOKENS: usize = 500;

/// Kinds of weakness by the name that excludes them.
const WEAK: [&str; 11] =
    ["aNULL", "eNULL", "EXPORT", "LOW", "DES", "3DES", "RC2", "RC4", "MD5", "IDEA", "SEED"];

/// Names of whatever OpenSSL has, or what it has beyond its default.
const EVERYTHING: [&str; 3] = ["ALL", "COMPLEMENTOFALL", "COMPLEMENTOFDEFAULT"];

/// Other names of a kind.
const ALIASES: [(&str, &str); 6] = [
    ("NULL", "eNULL"),
    ("EXP", "EXPORT"),
    ("kEECDH", "ECDHE"),
    ("EECDH", "ECDHE"),
    ("kECDHE", "ECDHE"),
    ("SHA", "SHA1"),
];

/// One suite for each way to be weak, by names of OpenSSL and of its older versions.
const SUITES: [&str; 27] = [
    "NULL-MD5",
    "NULL-SHA",
    "ECDHE-RSA-NULL-SHA",
    "AECDH-NULL-SHA",
    "ADH-AES128-SHA",
    "ADH-RC4-MD5",
    "ADH-DES-CBC3-SHA",
    "AECDH-AES128-SHA",
    "AECDH-RC4-SHA",
    "AECDH-DES-CBC3-SHA",
    "EXP-RC4-MD5",
    "EXP-RC2-CBC-MD5",
    "EXP-DES-CBC-SHA",
    "EXP1024-DES-CBC-SHA",
    "DES-CBC-SHA",
    "EDH-RSA-DES-CBC-SHA",
    "DES-CBC3-SHA",
    "EDH-RSA-DES-CBC3-SHA",
    "ECDHE-RSA-DES-CBC3-SHA",
    "ECDHE-ECDSA-DES-CBC3-SHA",
    "RC4-MD5",
    "RC4-SHA",
    "ECDHE-RSA-RC4-SHA",
    "ECDHE-ECDSA-RC4-SHA",
    "IDEA-CBC-SHA",
    "SEED-SHA",
    "DHE-RSA-SEED-SHA",
];

/// The parts of a list. OpenSSL separates them by colons, commas, semicolons and spaces.
pub fn tokens(list: &str) -> impl Iterator<Item = Token<'_>> {
    let is_separator =
        |byte: char| matches!(byte, ':' | ',' | ';' | '"' | '\'' | '\\') || byte.is_ascii_whitespace();
    let parts = list.split(is_separator).filter(|part| !part.is_empty());
    parts.map(move |part| {
        let start = part.as_ptr() as usize - list.as_ptr() as usize;
        let sign = part.bytes().next().filter(|sign| matches!(sign, b'!' | b'-' | b'+'));
        Token { start, sign, name: part.get(usize::from(sign.is_some())..).unwrap_or_default() }
    })
}

/// The tokens that bring weak suites which the rest of the list does not remove.
pub fn weak(list: &str) -> Vec<Weak<'_>> {
    let tokens: Vec<Token<'_>> = tokens(list).take(MOST_TOKENS).collect();
    let concrete = tokens.iter().filter(|token| is_suite(token.name)).map(|token| token.name);
    let suites: Vec<Suite<'_>> = SUITES.into_iter().chain(concrete).map(Suite::of).collect();
    let brought: Vec<Option<usize>> = suites.iter().map(|suite| brought_by(suite, &tokens)).collect();
    let mut found = Vec::new();
    for (index, &token) in tokens.iter().enumerate() {
        let own = suites.iter().zip(&brought).filter(|&(_, by)| *by == Some(index));
        let own: Vec<&Suite<'_>> = own.map(|(suite, _)| suite).collect();
        let kinds: Vec<&'static str> =
            WEAK.into_iter().filter(|kind| own.iter().any(|suite| suite.traits.contains(kind))).collect();
        if !kinds.is_empty() {
            found.push(Weak { token, kinds });
        }
    }
    found
}

/// The token by which a suite is in the list at its end.
fn brought_by(suite: &Suite<'_>, tokens: &[Token<'_>]) -> Option<usize> {
    let mut by = None;
    for (index, token) in tokens.iter().enumerate() {
        match token.sign {
            Some(b'!') if suite.fits(token.name) => return None,
            Some(b'-') if suite.fits(token.name) => by = None,
            None if by.is_none() && asks_for_weak(token.name) && suite.fits(token.name) => by = Some(index),
            _ => {}
        }
    }
    by
}

/// Whether a name is meant to bring what is weak: everything, a kind of weakness alone or joined, or one suite.
fn asks_for_weak(name: &str) -> bool {
    let is_kind = |part: &str| {
        let part = canonical(part);
        WEAK.contains(&part) || matches!(part, "ADH" | "AECDH" | "EXPORT40" | "EXPORT56")
    };
    EVERYTHING.contains(&name) || is_suite(name) || name.split('+').any(is_kind)
}

/// Whether a name is that of one suite: all of OpenSSL's have a hyphen, the standard ones an underscore. TLS 1.3's are
/// no part of such a list.
fn is_suite(name: &str) -> bool {
    name.contains('-') || (name.starts_with("TLS_") && name.contains("_WITH_"))
}

fn canonical(name: &str) -> &str {
    ALIASES.iter().find(|(alias, _)| *alias == name).map_or(name, |(_, known)| known)
}

/// A suite and what is known of it by its name.
struct Suite<'l> {
    name: &'l str,
    traits: Vec<&'static str>,
}

impl<'l> Suite<'l> {
    fn of(name: &'l str) -> Self {
        let words: Vec<&str> = name.split(['-', '_']).collect();
        let has = |wanted: &str| words.iter().any(|word| word.eq_ignore_ascii_case(wanted));
        let is_triple = has("CBC3") || has("3DES");
        let is_export = has("EXP") || has("EXPORT") || has("EXPORT40") || has("EXP1024");
        let is_single = has("DES") && !is_triple;
        let is_anonymous = has("ADH") || has("AECDH") || has("anon");
        let is_medium = is_triple || has("RC4") || has("RC2") || has("IDEA") || has("SEED");
        let by_ecdhe = has("ECDHE") || has("AECDH") || has("EECDH");
        let by_dhe = has("DHE") || has("EDH") || has("ADH");
        let traits = [
            (is_anonymous, "aNULL"),
            (has("NULL"), "eNULL"),
            (is_export, "EXPORT"),
            (is_export && !has("EXP1024"), "EXPORT40"),
            (has("EXP1024"), "EXPORT56"),
            (is_single && !is_export, "LOW"),
            (is_single, "DES"),
            (is_triple, "3DES"),
            (has("RC2"), "RC2"),
            (has("RC4"), "RC4"),
            (has("MD5"), "MD5"),
            (has("IDEA"), "IDEA"),
            (has("SEED"), "SEED"),
            (is_medium && !is_export, "MEDIUM"),
            (has("ADH"), "ADH"),
            (has("AECDH"), "AECDH"),
            (by_ecdhe, "ECDHE"),
            (by_dhe, "DHE"),
            (by_dhe, "EDH"),
            (by_dhe, "kEDH"),
            (by_dhe, "kDHE"),
            (!by_dhe && !by_ecdhe, "kRSA"),
            (!is_anonymous && !has("ECDSA"), "aRSA"),
            (!is_anonymous && !by_dhe && !by_ecdhe, "RSA"),
            (has("ECDSA"), "ECDSA"),
            (has("ECDSA"), "aECDSA"),
            (!has("MD5"), "SHA1"),
            (true, "SSLv3"),
        ];
        Self { name, traits: traits.into_iter().filter(|(holds, _)| *holds).map(|(_, name)| name).collect() }
    }

    /// Whether a name, or all of several that are joined, is about the suite.
    fn fits(&self, name: &str) -> bool {
        let is = |part: &str| match part {
            "ALL" => !self.traits.contains(&"eNULL"),
            "COMPLEMENTOFALL" => self.traits.contains(&"eNULL"),
            "COMPLEMENTOFDEFAULT" => self.traits.contains(&"aNULL"),
            _ => self.name == part || self.traits.contains(&canonical(part)),
        };
        name.split('+').all(is)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(list: &str) -> Vec<(String, Vec<&'static str>)> {
        weak(list).into_iter().map(|it| (it.token.name.to_owned(), it.kinds)).collect()
    }

    fn names(list: &str) -> Vec<String> {
        found(list).into_iter().map(|(name, _)| name).collect()
    }

    #[test]
    fn usual_lists_bring_nothing_weak() {
        for list in [
            "HIGH:!aNULL:!MD5",
            "HIGH:!aNULL:!MD5:!RC4",
            "DEFAULT",
            "PROFILE=SYSTEM",
            "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES128-GCM-SHA256",
            "EECDH+AESGCM:EDH+AESGCM:AES256+EECDH:AES256+EDH",
            "TLS_AES_128_GCM_SHA256:ECDHE-RSA-CHACHA20-POLY1305",
            "ECDHE+AESGCM:DHE:@STRENGTH:!DES:!3DES",
            "",
        ] {
            assert_eq!(found(list), [], "{list}");
        }
    }

    #[test]
    fn exclusions_hold_wherever_they_stand() {
        assert_eq!(names("!RC4:RC4:AES128-SHA"), [""; 0]);
        assert_eq!(names("RC4:!RC4"), [""; 0]);
        assert_eq!(names("RC4:-RC4:HIGH"), [""; 0]);
        assert_eq!(names("-RC4:RC4"), ["RC4"]);
        assert_eq!(names("+RC4:HIGH"), [""; 0]);
        assert_eq!(names("RC4:+RC4"), ["RC4"]);
        assert_eq!(names("DES-CBC3-SHA:!3DES"), [""; 0]);
        assert_eq!(names("ECDHE-RSA-DES-CBC3-SHA:!DES-CBC3-SHA"), ["ECDHE-RSA-DES-CBC3-SHA"]);
        assert_eq!(names("EECDH+RC4:!ECDHE"), [""; 0]);
    }

    #[test]
    fn what_is_weak_is_named() {
        assert_eq!(found("RC4-SHA:HIGH"), [("RC4-SHA".into(), vec!["RC4"])]);
        assert_eq!(found("HIGH:RC4+RSA:!MD5"), [("RC4+RSA".into(), vec!["RC4"])]);
        assert_eq!(
            found("TLS_RSA_WITH_3DES_EDE_CBC_SHA"),
            [("TLS_RSA_WITH_3DES_EDE_CBC_SHA".into(), vec!["3DES"])]
        );
        assert_eq!(found("ADH:!RC4:!3DES:!MD5"), [("ADH".into(), vec!["aNULL"])]);
        assert_eq!(found("EXP:!MD5:!RC2"), [("EXP".into(), vec!["EXPORT", "DES"])]);
        assert_eq!(found("NULL-SHA256"), [("NULL-SHA256".into(), vec!["eNULL"])]);
        assert_eq!(names("HIGH:LOW:SEED:!aNULL"), ["LOW", "SEED"]);
    }

    #[test]
    fn everything_brings_what_nothing_removes() {
        assert_eq!(found("ALL:!RC4:!3DES:!EXP:!LOW:!MD5:!IDEA:!SEED:!RC2"), [("ALL".into(), vec!["aNULL"])]);
        assert_eq!(names("ALL:!aNULL:!EXPORT:!LOW:!MEDIUM:!MD5"), [""; 0]);
        assert_eq!(found("ALL:!aNULL:!EXPORT:!LOW:!MEDIUM:!MD5:NULL"), [("NULL".into(), vec!["eNULL"])]);
    }

    #[test]
    fn tokens_know_their_places() {
        let list = "\"HIGH: !aNULL,RC4-SHA\"";
        let places: Vec<&str> = tokens(list).map(|it| &list[it.start..it.end()]).collect();
        assert_eq!(places, ["HIGH", "!aNULL", "RC4-SHA"]);
    }
}
