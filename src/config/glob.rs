//! glob(3) as nginx uses it (`ngx_open_glob`: flags 0, C locale): `*`, `?`, `[...]` and backslash, never across `/`,
//! never a leading dot, results in byte order.

use std::path::{Path, PathBuf};

use crate::files::{FileKind, Files, path_from_bytes};

/// Whether nginx hands this include argument to glob(3) (`ngx_conf_include`: any of `*?[`).
pub fn is_pattern(argument: &[u8]) -> bool {
    memchr::memchr3(b'*', b'?', b'[', argument).is_some()
}

/// The paths that `pattern` (absolute, or relative to the working directory) matches, in byte order. Directories that
/// cannot be read match nothing, as with flags 0.
pub fn expand(files: &dyn Files, pattern: &Path) -> Vec<PathBuf> {
    let text = pattern.as_os_str().as_encoded_bytes();
    let start = if text.first() == Some(&b'/') { PathBuf::from("/") } else { PathBuf::new() };
    let parts: Vec<&[u8]> = text.split(|&byte| byte == b'/').filter(|part| !part.is_empty()).collect();
    let mut found = vec![start];
    for (index, part) in parts.iter().enumerate() {
        let last = index + 1 == parts.len();
        found = found.iter().flat_map(|base| step(files, base, part, last)).collect();
    }
    found.sort_unstable_by(|a, b| a.as_os_str().as_encoded_bytes().cmp(b.as_os_str().as_encoded_bytes()));
    found
}

/// Goes one path component further.
fn step(files: &dyn Files, base: &Path, part: &[u8], last: bool) -> Vec<PathBuf> {
    if !is_pattern(part) {
        let next = base.join(path_from_bytes(&unescape(part)));
        let stands = files.kind(&next).is_ok_and(|kind| last || kind == FileKind::Directory);
        return stands.then_some(next).into_iter().collect();
    }
    let folder = if base.as_os_str().is_empty() { Path::new(".") } else { base };
    let names = files.list(folder).unwrap_or_default();
    (names.iter())
        .filter(|name| matches(part, name.as_encoded_bytes()))
        .map(|name| base.join(name))
        .filter(|path| last || files.kind(path).is_ok_and(|kind| kind == FileKind::Directory))
        .collect()
}

/// The name a component without wildcards stands for: backslashes protect the next byte.
fn unescape(part: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(part.len());
    let mut bytes = part.iter().copied();
    while let Some(byte) = bytes.next() {
        out.push(if byte == b'\\' { bytes.next().unwrap_or(b'\\') } else { byte });
    }
    out
}

/// fnmatch(3) with a leading dot protected. Linear in practice: only the last `*` is retried.
pub fn matches(pattern: &[u8], name: &[u8]) -> bool {
    if name.first() == Some(&b'.') && pattern.first() != Some(&b'.') && pattern.get(..2) != Some(b"\\.") {
        return false;
    }
    let (mut rest, mut left) = (pattern, name);
    let mut retry: Option<(&[u8], &[u8])> = None;
    loop {
        if let [b'*', tail @ ..] = rest {
            retry = Some((tail, left));
            rest = tail;
            continue;
        }
        match (one(rest, left.first().copied()), left) {
            (Some(tail), [_, after @ ..]) => (rest, left) = (tail, after),
            (_, []) if rest.is_empty() => return true,
            _ => match retry {
                Some((tail, [_, after @ ..])) => {
                    retry = Some((tail, after));
                    (rest, left) = (tail, after);
                }
                _ => return false,
            },
        }
    }
}

/// The pattern that remains after its first element has matched `byte`.
fn one(pattern: &[u8], byte: Option<u8>) -> Option<&[u8]> {
    let byte = byte?;
    match pattern {
        [b'?', rest @ ..] => Some(rest),
        [b'\\', escaped, rest @ ..] => (*escaped == byte).then_some(rest),
        [b'[', rest @ ..] => match class(rest, byte) {
            Some((hit, rest)) => hit.then_some(rest),
            None => (byte == b'[').then_some(rest),
        },
        [literal, rest @ ..] => (*literal == byte).then_some(rest),
        [] => None,
    }
}

/// Reads a bracket expression after its `[`: whether `byte` is in it, and what follows. `None` where it never closes, in
/// which case `[` stands for itself.
fn class(pattern: &[u8], byte: u8) -> Option<(bool, &[u8])> {
    let (negated, mut rest) = match pattern {
        [b'!' | b'^', rest @ ..] => (true, rest),
        rest => (false, rest),
    };
    let mut hit = false;
    let mut first = true;
    loop {
        match rest {
            [b']', after @ ..] if !first => return Some((hit != negated, after)),
            [b'[', b':', after @ ..] => {
                let end = after.windows(2).position(|pair| pair == b":]")?;
                hit |= named_class(after.get(..end)?, byte);
                rest = after.get(end + 2..)?;
            }
            _ => {
                let (low, after) = member(rest)?;
                let (high, after) = match after {
                    [b'-', next @ ..] if next.first().is_some_and(|&byte| byte != b']') => member(next)?,
                    _ => (low, after),
                };
                hit |= (low..=high).contains(&byte);
                rest = after;
            }
        }
        first = false;
    }
}

fn member(pattern: &[u8]) -> Option<(u8, &[u8])> {
    match pattern {
        [b'\\', byte, rest @ ..] | [byte, rest @ ..] => Some((*byte, rest)),
        [] => None,
    }
}

fn named_class(name: &[u8], byte: u8) -> bool {
    match name {
        b"alnum" => byte.is_ascii_alphanumeric(),
        b"alpha" => byte.is_ascii_alphabetic(),
        b"blank" => matches!(byte, b' ' | b'\t'),
        b"cntrl" => byte.is_ascii_control(),
        b"digit" => byte.is_ascii_digit(),
        b"graph" => byte.is_ascii_graphic(),
        b"lower" => byte.is_ascii_lowercase(),
        b"print" => byte.is_ascii_graphic() || byte == b' ',
        b"punct" => byte.is_ascii_punctuation(),
        b"space" => byte.is_ascii_whitespace() || byte == 0x0b,
        b"upper" => byte.is_ascii_uppercase(),
        b"xdigit" => byte.is_ascii_hexdigit(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::Memory;

    #[test]
    fn wildcards_match_as_fnmatch_does() {
        for (pattern, name, expected) in [
            ("*.conf", "a.conf", true),
            ("*.conf", ".a.conf", false),
            (".*.conf", ".a.conf", true),
            ("*", "", true),
            ("a*b*c", "a_b_b_c", true),
            ("a*b*c", "a_b_b", false),
            ("[ab].conf", "b.conf", true),
            ("[!ab].conf", "c.conf", true),
            ("[^ab].conf", "a.conf", false),
            ("[a-c]x", "bx", true),
            ("[]a]x", "]x", true),
            ("[a-]x", "-x", true),
            ("[[:digit:]]*", "10-site", true),
            ("\\*.conf", "*.conf", true),
            ("\\*.conf", "a.conf", false),
            ("[a", "[a", true),
            ("?", "ab", false),
        ] {
            assert_eq!(matches(pattern.as_bytes(), name.as_bytes()), expected, "{pattern} on {name}");
        }
    }

    #[test]
    fn results_are_in_byte_order_over_directories() {
        let mut files = Memory::default();
        for name in
            ["/c/9.conf", "/c/10.conf", "/c/B.conf", "/c/_.conf", "/c/a.conf", "/d/x.conf", "/c/.h.conf"]
        {
            files.add(name, "");
        }
        let found = expand(&files, Path::new("/[cd]/*.conf"));
        let names: Vec<_> = found.iter().map(|path| path.to_string_lossy().into_owned()).collect();
        assert_eq!(names, ["/c/10.conf", "/c/9.conf", "/c/B.conf", "/c/_.conf", "/c/a.conf", "/d/x.conf"]);
    }
}
