//! The second grammar inside values (`ngx_http_script_compile`): text, `$name`, `${name}`, `$1`.

/// A piece of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part<'a> {
    /// Bytes as they are.
    Text(&'a [u8]),
    /// A variable, without `$` and braces.
    Variable(&'a [u8]),
    /// `$1` to `$9`.
    Capture(u8),
    /// A `$` that nginx refuses: no name follows, or a brace is not closed.
    Invalid(&'a [u8]),
}

/// The pieces of a decoded value. `$10` is `$1` and the text `0`; `$0` is a variable of that name.
pub fn parts(value: &[u8]) -> impl Iterator<Item = Part<'_>> {
    let mut rest = value;
    std::iter::from_fn(move || {
        let (part, after) = next(rest)?;
        rest = after;
        Some(part)
    })
}

fn next(value: &[u8]) -> Option<(Part<'_>, &[u8])> {
    let (&first, after) = value.split_first()?;
    if first != b'$' {
        let (text, rest) = value.split_at(memchr::memchr(b'$', value).unwrap_or(value.len()));
        return Some((Part::Text(text), rest));
    }
    Some(match after {
        [digit @ b'1'..=b'9', rest @ ..] => (Part::Capture(digit - b'0'), rest),
        [b'{', inner @ ..] => braced(inner).unwrap_or((Part::Invalid(value), &[])),
        _ => plain(after).unwrap_or((Part::Invalid(b"$"), after)),
    })
}

/// The rest after `${`.
fn braced(inner: &[u8]) -> Option<(Part<'_>, &[u8])> {
    let (name, rest) = split_name(inner);
    let rest = rest.strip_prefix(b"}")?;
    match name {
        [] => None,
        [digit @ b'1'..=b'9'] => Some((Part::Capture(digit - b'0'), rest)),
        name => Some((Part::Variable(name), rest)),
    }
}

fn plain(after: &[u8]) -> Option<(Part<'_>, &[u8])> {
    let (name, rest) = split_name(after);
    (!name.is_empty()).then_some((Part::Variable(name), rest))
}

fn split_name(text: &[u8]) -> (&[u8], &[u8]) {
    let end =
        text.iter().position(|&byte| !byte.is_ascii_alphanumeric() && byte != b'_').unwrap_or(text.len());
    text.split_at(end)
}

/// The names of the variables in a decoded value, captures left out.
pub fn variables(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    parts(value).filter_map(|part| match part {
        Part::Variable(name) => Some(name),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_fall_into_pieces_as_nginx_reads_them() {
        let read = |value: &'static str| parts(value.as_bytes()).collect::<Vec<_>>();
        assert_eq!(
            read("a$b-${c}d"),
            [
                Part::Text(b"a"),
                Part::Variable(b"b"),
                Part::Text(b"-"),
                Part::Variable(b"c"),
                Part::Text(b"d")
            ]
        );
        assert_eq!(read("$10"), [Part::Capture(1), Part::Text(b"0")]);
        assert_eq!(read("$0"), [Part::Variable(b"0")]);
        assert_eq!(read("$"), [Part::Invalid(b"$")]);
        assert_eq!(read("$ x"), [Part::Invalid(b"$"), Part::Text(b" x")]);
        assert_eq!(read("${x"), [Part::Invalid(b"${x")]);
    }
}
