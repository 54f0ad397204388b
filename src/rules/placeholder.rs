//! Texts that become nginx configuration only when something else has filled them in: Jinja, ERB, Go and envsubst
//! templates. What stands in their gaps is not known.

use memchr::memmem;

use crate::source::Document;
use crate::template::holds_placeholder;

/// What templates begin their gaps with, so that braces are none of nginx's.
const GAPS: [&[u8]; 4] = [b"{{", b"{%", b"<%", b"{#"];

/// Whether the text has gaps that change its statements.
pub fn is_template(document: &Document) -> bool {
    GAPS.iter().any(|gap| memmem::find(document.bytes(), gap).is_some())
}

/// Whether a word has a gap: `${DOMAIN}`, `$PORT`, `__NAME__`, `%%NAME%%`, `@NAME@`, `#{name}`, `<name>`, `...`.
pub fn has_gap(word: &[u8]) -> bool {
    if matches!(word, b"..." | b"\xe2\x80\xa6") {
        return true;
    }
    if !word.iter().any(|byte| b"$_%@#<".contains(byte)) {
        return false;
    }
    holds_placeholder(word)
        || has_environment_variable(word)
        || [&b"__"[..], b"%%", b"@"].iter().any(|mark| is_enclosed(word, mark))
        || memmem::find(word, b"#{").is_some()
        || has_brackets(word)
}

/// Whether `<name>` stands in the word, no group of a regular expression (`(?<name>`).
fn has_brackets(word: &[u8]) -> bool {
    memchr::memchr_iter(b'<', word).any(|at| {
        let before = word.get(..at).unwrap_or_default();
        let is_group = before.ends_with(b"?") || before.ends_with(b"?P");
        !is_group && word.get(at + 2..).is_some_and(|rest| rest.contains(&b'>'))
    })
}

/// Whether `envsubst` finds a name in upper case: nginx's variables are written in lower case.
pub fn has_environment_variable(word: &[u8]) -> bool {
    memchr::memchr_iter(b'$', word).any(|at| {
        let rest = word.get(at + 1..).unwrap_or_default();
        is_upper(rest.strip_prefix(b"{").unwrap_or(rest))
    })
}

/// Whether a name of two or more upper-case letters starts the text and goes on with nothing else.
fn is_upper(text: &[u8]) -> bool {
    let name = text.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
    let name = text.get(..name).unwrap_or_default();
    name.len() > 1
        && name.first().is_some_and(u8::is_ascii_uppercase)
        && !name.iter().any(u8::is_ascii_lowercase)
}

/// Whether an upper-case name stands between two marks.
fn is_enclosed(word: &[u8], mark: &[u8]) -> bool {
    let starts = memmem::find_iter(word, mark).filter_map(|at| word.get(at + mark.len()..));
    { starts }.any(|rest| {
        let end = memmem::find(rest, mark).unwrap_or(0);
        let name = rest.get(..end).unwrap_or_default();
        name.len() > 1 && is_upper(name) && name.iter().all(|it| it.is_ascii_alphanumeric() || *it == b'_')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_told_from_variables() {
        for gap in [
            "${DOMAIN}",
            "https://$HOST_NAME/x",
            "__PORT__",
            "%%ROOT%%",
            "@SERVER_NAME@",
            "#{name}",
            "<name>",
            "<ip>:<port>",
        ] {
            assert!(has_gap(gap.as_bytes()), "{gap}");
        }
        for plain in [
            "$host",
            "${uri}x",
            "@named",
            "a__b",
            "%d",
            "/a#b",
            "$Host",
            "user@example.com",
            "$1",
            "<",
            "^(?<name>x)",
            "a<b",
        ] {
            assert!(!has_gap(plain.as_bytes()), "{plain}");
        }
    }
}
