//! Whom an expression over `Origin` or `Referer` trusts.
//!
//! The expression's own structure gives a few texts that it matches; from their host follow those that an attacker could
//! register: the host with something before, behind or instead of its dots. If one of these matches, too, strangers get
//! in. Whose domain a host is hangs on the last labels of what the expression fixes, not on a list of suffixes.

use std::collections::HashSet;

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, ClassUnicodeRange, Hir, HirKind};

use crate::value::Regex;

/// The header that the expression reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// `https://host:port`
    Origin,
    /// A whole URL.
    Referer,
}

/// Whom an expression lets in.
#[derive(Debug, PartialEq, Eq)]
pub enum Trust {
    /// Whoever sends the header.
    Anybody,
    /// Those that are meant, and such as this.
    Stranger(String),
    /// Those that are meant.
    Own,
}

/// Texts that are tried for one expression.
const MOST_EXAMPLES: usize = 24;

/// Labels that countries keep before their own.
const REGISTRIES: [&str; 11] = ["ac", "co", "com", "edu", "go", "gob", "gov", "ne", "net", "or", "org"];

/// A host that no expression means.
const ELSEWHERE: &str = "stranger.test";

/// Whom a pattern trusts; `None` where it cannot be read, or names no host.
pub fn trust(pattern: &[u8], caseless: bool, whose: Whose) -> Option<Trust> {
    let regex = Regex::new(pattern, caseless).ok()?;
    let matches = |text: &str| regex.captures(text.as_bytes()).ok().flatten().is_some();
    if ["https", "http"].iter().any(|scheme| matches(&url(scheme, ELSEWHERE, whose))) {
        return Some(Trust::Anybody);
    }
    let examples = examples(pattern)?;
    let hosts: Vec<(&str, &str)> = examples.iter().filter_map(|example| host(example)).collect();
    if hosts.is_empty() {
        return None;
    }
    let own: HashSet<String> = hosts.iter().map(|(_, host)| domain(host)).collect();
    let is_foreign = |url: &String| host(url).is_some_and(|(_, host)| !own.contains(&domain(host)));
    let strangers = hosts.iter().flat_map(|&(scheme, host)| strangers(scheme, host, whose));
    Some({ strangers }.find(|it| is_foreign(it) && matches(it)).map_or(Trust::Own, Trust::Stranger))
}

/// What is registered of a host: two labels, or three where the last two are a registry's own (`co.uk`).
fn domain(host: &str) -> String {
    let labels: Vec<&str> = host.trim_end_matches('.').rsplit('.').collect();
    let is_registry =
        matches!(*labels, [top, second, _, ..] if top.len() == 2 && REGISTRIES.contains(&second));
    let mut own: Vec<&str> = labels.into_iter().take(if is_registry { 3 } else { 2 }).collect();
    own.reverse();
    own.join(".")
}

fn url(scheme: &str, host: &str, whose: Whose) -> String {
    format!("{scheme}://{host}{}", if whose == Whose::Referer { "/" } else { "" })
}

/// The scheme and host of an example, which may lack the scheme.
fn host(example: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = example.split_once("://").unwrap_or(("https", example));
    let end = rest.find(['/', ':', '?', '#']).unwrap_or(rest.len());
    let host = rest.get(..end)?.trim_start_matches('.');
    let scheme = if scheme.ends_with("http") { "http" } else { "https" };
    (host.chars().any(char::is_alphanumeric)).then_some((scheme, host))
}

/// What others could register, as a browser would send it.
fn strangers(scheme: &str, host: &str, whose: Whose) -> Vec<String> {
    let labels: Vec<&str> = host.split('.').collect();
    let mut hosts =
        vec![format!("{host}.{ELSEWHERE}"), format!("{}.{ELSEWHERE}", host.trim_end_matches('.'))];
    // `notexample.com`: a name that ends like the host. A single label has no such neighbour.
    hosts.extend(
        (0..labels.len().saturating_sub(1))
            .filter_map(|from| Some(format!("not{}", labels.get(from..)?.join(".")))),
    );
    // `wwwxexample.com`: a letter for each dot but the last.
    for index in 1..labels.len().saturating_sub(1) {
        let (before, behind) = labels.split_at(index);
        hosts.push(format!("{}x{}", before.join("."), behind.join(".")));
    }
    // `example.stranger.test`: another end behind the first labels.
    hosts.extend(
        (1..labels.len()).filter_map(|to| Some(format!("{}.{ELSEWHERE}", labels.get(..to)?.join(".")))),
    );
    let mut urls: Vec<String> = hosts.iter().map(|host| url(scheme, host, whose)).collect();
    if whose == Whose::Referer {
        urls.push(format!("https://{ELSEWHERE}/{scheme}://{host}/"));
    }
    urls
}

/// The pattern with its dots escaped and both ends fixed, if it trusts nobody else then and still its own.
pub fn repaired(pattern: &str, caseless: bool, whose: Whose) -> Option<String> {
    let mut better = String::with_capacity(pattern.len() + 8);
    let (mut escaped, mut in_class) = (false, false);
    let mut chars = pattern.chars().peekable();
    while let Some(char) = chars.next() {
        let is_plain_dot =
            char == '.' && !escaped && !in_class && !matches!(chars.peek(), Some('*' | '+' | '?' | '{'));
        if is_plain_dot {
            better.push('\\');
        }
        better.push(char);
        in_class = !escaped && (char == '[' || (in_class && char != ']'));
        escaped = !escaped && char == '\\';
    }
    if !better.starts_with('^') && better.starts_with("http") {
        better.insert(0, '^');
    }
    if !better.ends_with('$') {
        better.push_str(if whose == Whose::Referer { "(/|$)" } else { "$" });
    }
    let regex = Regex::new(better.as_bytes(), caseless).ok()?;
    let keeps = examples(pattern.as_bytes())?
        .iter()
        .all(|example| regex.captures(example.as_bytes()).ok().flatten().is_some());
    (better != pattern && keeps && trust(better.as_bytes(), caseless, whose)? == Trust::Own).then_some(better)
}

/// Some texts that a pattern matches, optional parts left out and put in.
fn examples(pattern: &[u8]) -> Option<Vec<String>> {
    let pattern = std::str::from_utf8(pattern).ok()?;
    let hir = ParserBuilder::new().unicode(false).utf8(false).build().parse(pattern).ok()?;
    Some(texts(&hir))
}

fn texts(hir: &Hir) -> Vec<String> {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => vec![String::new()],
        HirKind::Literal(literal) => vec![String::from_utf8_lossy(&literal.0).into_owned()],
        // A dot by itself was meant as one.
        HirKind::Class(class) if has(class, '.') && has(class, '/') => vec![".".to_owned()],
        HirKind::Class(class) => vec![letter(class).to_string()],
        HirKind::Capture(group) => texts(&group.sub),
        HirKind::Alternation(branches) => limited(branches.iter().flat_map(texts)),
        HirKind::Repetition(repetition) => {
            let once = match repetition.sub.kind() {
                HirKind::Class(class) => vec![letter(class).to_string()],
                _ => texts(&repetition.sub),
            };
            let some = once.iter().map(|text| text.repeat(repetition.min.clamp(1, 64) as usize));
            let none = (repetition.min == 0).then(String::new);
            limited(none.into_iter().chain(some))
        }
        HirKind::Concat(parts) => parts.iter().fold(vec![String::new()], |so_far, part| {
            let next = texts(part);
            limited(so_far.iter().flat_map(|start| next.iter().map(move |end| format!("{start}{end}"))))
        }),
    }
}

fn limited(texts: impl Iterator<Item = String>) -> Vec<String> {
    texts.take(MOST_EXAMPLES).collect()
}

fn has(class: &Class, wanted: char) -> bool {
    match class {
        Class::Unicode(class) => class.iter().any(|range| (range.start()..=range.end()).contains(&wanted)),
        Class::Bytes(class) => {
            let wanted = u8::try_from(u32::from(wanted)).unwrap_or(0);
            class.iter().any(|range| (range.start()..=range.end()).contains(&wanted))
        }
    }
}

/// A letter of a class, else a digit, else what it has.
fn letter(class: &Class) -> char {
    let first = || match class {
        Class::Unicode(class) => class.iter().next().map(ClassUnicodeRange::start),
        Class::Bytes(class) => class.iter().next().map(|range| char::from(range.start())),
    };
    ['a', 'A', '0'].into_iter().find(|&wanted| has(class, wanted)).or_else(first).unwrap_or('a')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(pattern: &str) -> Option<Trust> {
        trust(pattern.as_bytes(), false, Whose::Origin)
    }

    fn referer(pattern: &str) -> Option<Trust> {
        trust(pattern.as_bytes(), false, Whose::Referer)
    }

    #[test]
    fn fixed_hosts_are_trusted_alone() {
        for pattern in [
            r"^https://example\.com$",
            r"^https?://(www\.)?example\.com(:[0-9]+)?$",
            r"^https?://([a-z0-9-]+\.)*example\.com$",
            r"^https?://(.*\.)?example\.(com|org)$",
            r"^https?://localhost(:\d+)?$",
            r"\.example\.com$",
            r"^https://(a|b)\.example\.co\.uk$",
            r"^https://example.com$",
            r"https?://example\.com$",
            r"(https?://(.+\.)?(one|two)\.(?:me|co|com)$)",
        ] {
            assert_eq!(origin(pattern), Some(Trust::Own), "{pattern}");
        }
        for pattern in [r"^https?://([^/]+\.)?example\.com/", r"^https://example\.com(/|$)"] {
            assert_eq!(referer(pattern), Some(Trust::Own), "{pattern}");
        }
    }

    #[test]
    fn strangers_get_through_open_ends_and_dots() {
        let stranger = |pattern, example: &str| {
            assert_eq!(origin(pattern), Some(Trust::Stranger(example.into())), "{pattern}");
        };
        stranger("^https://example.com", "https://example.com.stranger.test");
        stranger(r"example\.com$", "https://notexample.com");
        stranger(r"^https://.*example\.com$", "https://notexample.com");
        stranger(r"^https://www.example\.com$", "https://wwwxexample.com");
        stranger(r"^https?://localhost", "http://localhost.stranger.test");
        stranger(
            r"^https://example\.[a-z.]+$",
            "https://example.com.stranger.test".replace("com", "a").as_str(),
        );
        assert!(matches!(referer(r"^https://example\.com"), Some(Trust::Stranger(_))));
        assert!(matches!(referer(r"https://example\.com/"), Some(Trust::Stranger(_))));
    }

    #[test]
    fn what_fits_everybody_or_names_no_host_is_told_apart() {
        assert_eq!(origin("."), Some(Trust::Anybody));
        assert_eq!(origin("^https?://"), Some(Trust::Anybody));
        assert_eq!(origin("^null$"), Some(Trust::Own));
        assert_eq!(origin("^$"), None);
        assert_eq!(origin("(?=x)y"), None);
    }

    #[test]
    fn repairs_fix_dots_and_ends() {
        let fixed = |pattern| repaired(pattern, false, Whose::Origin);
        assert_eq!(fixed("^https://example.com").as_deref(), Some(r"^https://example\.com$"));
        assert_eq!(
            fixed(r"https://(www|app).example\.com").as_deref(),
            Some(r"^https://(www|app)\.example\.com$")
        );
        assert_eq!(fixed(r"example\.com$"), None);
        assert_eq!(
            repaired(r"^https://example\.com", false, Whose::Referer).as_deref(),
            Some(r"^https://example\.com(/|$)")
        );
    }
}
