//! What a word says: its quotes and backslashes taken away as nginx does.

use std::borrow::Cow;

use memchr::memchr;

use super::Word;

impl Word {
    /// The bytes as written, quotes included.
    pub fn raw<'t>(&self, text: &'t [u8]) -> &'t [u8] {
        text.get(self.start as usize..self.end as usize).unwrap_or_default()
    }

    /// The quote the word is written in.
    pub fn quote(&self, text: &[u8]) -> Option<u8> {
        self.raw(text).first().copied().filter(|byte| matches!(byte, b'"' | b'\''))
    }

    /// The bytes between the quotes, backslashes as written; an unclosed quote ends with the word.
    pub fn inner<'t>(&self, text: &'t [u8]) -> &'t [u8] {
        let raw = self.raw(text);
        let Some((&quote @ (b'"' | b'\''), rest)) = raw.split_first() else { return raw };
        rest.strip_suffix(&[quote]).unwrap_or(rest)
    }

    /// The word as nginx hands it to a directive.
    pub fn decoded<'t>(&self, text: &'t [u8]) -> Cow<'t, [u8]> {
        decode(self.inner(text))
    }
}

/// Takes the backslash off `\"`, `\'` and `\\`, turns `\t`, `\r` and `\n` into the control bytes, and leaves every other
/// backslash where it stands, as the end of `ngx_conf_read_token()` does, whether the word is quoted or not.
pub fn decode(inner: &[u8]) -> Cow<'_, [u8]> {
    match first_escape(inner) {
        Some(at) => Cow::Owned(decode_from(inner, at)),
        None => Cow::Borrowed(inner),
    }
}

fn first_escape(inner: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        at += memchr(b'\\', inner.get(at..)?)?;
        if escaped(inner.get(at + 1).copied()?).is_some() {
            return Some(at);
        }
        at += 1;
    }
}

fn decode_from(inner: &[u8], first: usize) -> Vec<u8> {
    let (plain, mut rest) = inner.split_at_checked(first).unwrap_or((inner, &[]));
    let mut decoded = Vec::with_capacity(inner.len());
    decoded.extend_from_slice(plain);
    while let Some((byte, after)) = take_byte(rest) {
        decoded.push(byte);
        rest = after;
    }
    decoded
}

fn take_byte(rest: &[u8]) -> Option<(u8, &[u8])> {
    let (&byte, after) = rest.split_first()?;
    let escape = after.split_first().filter(|_| byte == b'\\');
    let decoded = escape.and_then(|(&next, tail)| Some((escaped(next)?, tail)));
    Some(decoded.unwrap_or((byte, after)))
}

fn escaped(byte: u8) -> Option<u8> {
    match byte {
        b'"' | b'\'' | b'\\' => Some(byte),
        b't' => Some(b'\t'),
        b'r' => Some(b'\r'),
        b'n' => Some(b'\n'),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_seven_escapes_change_anything() {
        let cases: [(&[u8], &[u8]); 6] = [
            (b"a\\\"b", b"a\"b"),
            (b"\\'\\\\", b"'\\"),
            (b"\\t\\r\\n", b"\t\r\n"),
            (b"\\.\\d\\$\\;\\ \\\n", b"\\.\\d\\$\\;\\ \\\n"),
            (b"\\\\n", b"\\n"),
            (b"end\\", b"end\\"),
        ];
        for (raw, wanted) in cases {
            assert_eq!(decode(raw).as_ref(), wanted, "{}", raw.escape_ascii());
        }
    }

    #[test]
    fn a_word_that_changes_nothing_is_borrowed() {
        assert!(matches!(decode(b"\\.(gif|jpg)$"), Cow::Borrowed(_)));
        assert!(matches!(decode(b"plain"), Cow::Borrowed(_)));
        assert!(matches!(decode(b"\\.\\t"), Cow::Owned(_)));
    }

    #[test]
    fn quotes_are_taken_off_once() {
        let inner =
            |text: &[u8]| Word { start: 0, end: u32::try_from(text.len()).unwrap() }.inner(text).to_vec();
        assert_eq!(inner(b"\"a'b\""), b"a'b");
        assert_eq!(inner(b"''"), b"");
        assert_eq!(inner(b"\"open"), b"open");
        assert_eq!(inner(b"'"), b"");
        assert_eq!(inner(b"a\"b"), b"a\"b");
    }
}
