//! Texts that every match of a PCRE pattern contains: they rule out most subjects without compiling anything.

/// Texts without which a pattern cannot match; empty ones rule nothing out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Literals {
    caseless: bool,
    /// What a subject must begin with.
    start: Vec<u8>,
    /// What it must end with; a newline may follow, as `$` has it.
    end: Vec<u8>,
    /// What it must hold somewhere.
    inside: Vec<u8>,
}

/// One piece of a pattern outside every group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece {
    /// This ASCII character.
    Literal(u8),
    /// `?`, `*` or `{...}`: what stands before may be absent.
    Optional,
    Caret,
    Dollar,
    /// A class, a group, `+`, an assertion, ...: ends a text.
    Break,
}

impl Literals {
    /// Reads a pattern. Nothing is ruled out where it has alternatives outside groups, settings such as `(?i)`, or
    /// escapes that take more than one character.
    pub(super) fn of(pattern: &[u8], caseless: bool) -> Self {
        let mut literals = Self { caseless, ..Self::default() };
        let Some(pieces) = pieces(pattern) else { return literals };
        let (mut text, mut anchored) = (Vec::new(), false);
        for (index, &piece) in pieces.iter().enumerate() {
            match piece {
                Piece::Literal(byte) => {
                    text.push(byte);
                    continue;
                }
                Piece::Optional => drop(text.pop()),
                Piece::Dollar if index + 1 == pieces.len() => literals.end.clone_from(&text),
                Piece::Caret | Piece::Dollar | Piece::Break => {}
            }
            literals.note(std::mem::take(&mut text), anchored);
            anchored = piece == Piece::Caret && index == 0;
        }
        literals.note(text, anchored);
        literals
    }

    fn note(&mut self, text: Vec<u8>, anchored: bool) {
        if anchored {
            self.start = text;
        } else if text.len() > self.inside.len() {
            self.inside = text;
        }
    }

    /// Whether a match in `subject` is possible.
    pub(super) fn allow(&self, subject: &[u8]) -> bool {
        let equal = |part: Option<&[u8]>, text: &[u8]| {
            part.is_some_and(
                |part| if self.caseless { part.eq_ignore_ascii_case(text) } else { part == text },
            )
        };
        let ends = |subject: &[u8], text: &[u8]| {
            subject.len().checked_sub(text.len()).is_some_and(|from| equal(subject.get(from..), text))
        };
        equal(subject.get(..self.start.len()), &self.start)
            && (ends(subject, &self.end) || subject.strip_suffix(b"\n").is_some_and(|it| ends(it, &self.end)))
            && (self.inside.is_empty() || self.holds(subject))
    }

    fn holds(&self, subject: &[u8]) -> bool {
        if self.caseless {
            subject.windows(self.inside.len()).any(|part| part.eq_ignore_ascii_case(&self.inside))
        } else {
            memchr::memmem::find(subject, &self.inside).is_some()
        }
    }
}

/// The pieces of a pattern; `None` where it cannot be read this simply.
fn pieces(pattern: &[u8]) -> Option<Vec<Piece>> {
    let (mut rest, mut depth, mut pieces) = (pattern, 0_usize, Vec::new());
    while let Some((piece, after)) = piece(rest) {
        let piece = piece?;
        match rest.first() {
            Some(b'(') => depth += 1,
            Some(b')') => depth = depth.checked_sub(1)?,
            Some(b'|') if depth == 0 => return None,
            _ => {}
        }
        if depth == 0 {
            pieces.push(piece);
        }
        rest = after;
    }
    (depth == 0).then_some(pieces)
}

/// The first piece of a pattern and what follows it; `None` at its end. The piece is `None` where no text of the pattern
/// can be relied on.
fn piece(pattern: &[u8]) -> Option<(Option<Piece>, &[u8])> {
    let (&first, after) = pattern.split_first()?;
    Some(match first {
        b'\\' => (escape(after.first().copied()), after.get(1..).unwrap_or_default()),
        b'[' => (Some(Piece::Break), after_class(after)),
        b'(' => (is_plain_group(after).then_some(Piece::Break), after),
        b'{' => (Some(Piece::Optional), after_braces(after)),
        b'?' | b'*' => (Some(Piece::Optional), after),
        b'^' => (Some(Piece::Caret), after),
        b'$' => (Some(Piece::Dollar), after),
        b'.' | b'+' | b')' | b'|' | 0x80.. => (Some(Piece::Break), after),
        _ => (Some(Piece::Literal(first)), after),
    })
}

/// What an escaped character is; `None` for those that take what follows into them (`\x41`, `\Q`, `\1`, `\p{L}`, ...).
fn escape(escaped: Option<u8>) -> Option<Piece> {
    match escaped? {
        b'w'
        | b'W'
        | b'd'
        | b'D'
        | b's'
        | b'S'
        | b'b'
        | b'B'
        | b'h'
        | b'H'
        | b'v'
        | b'V'
        | b'R'
        | b'A'
        | b'z'
        | b'Z'
        | b'n'
        | b'r'
        | b't'
        | b'f'
        | b'e'
        | b'a'
        | 0x80.. => Some(Piece::Break),
        byte if byte.is_ascii_alphanumeric() => None,
        byte => Some(Piece::Literal(byte)),
    }
}

/// `(`, `(?:`, `(?<name>`, `(?P<name>`, `(?'name'`: no setting, assertion, condition or verb.
fn is_plain_group(after: &[u8]) -> bool {
    match after {
        [b'?', b':', ..] => true,
        [b'?', ..] => is_capturing(after),
        _ => after.first() != Some(&b'*'),
    }
}

/// Whether what stands after `(` makes it a capturing group.
fn is_capturing(after: &[u8]) -> bool {
    match after {
        [b'?', b'<', next, ..] => !matches!(next, b'=' | b'!' | b'*'),
        [b'?', b'P', b'<', ..] | [b'?', b'\'', ..] => true,
        _ => !matches!(after.first(), Some(b'?' | b'*')),
    }
}

fn after_class(inside: &[u8]) -> &[u8] {
    let inside = inside.strip_prefix(b"^").unwrap_or(inside);
    let mut rest = inside.strip_prefix(b"]").unwrap_or(inside);
    while let Some((&first, after)) = rest.split_first() {
        rest = match (first, after.first()) {
            (b']', _) => return after,
            (b'\\', _) => after.get(1..).unwrap_or_default(),
            (b'[', Some(b':')) => after_named_class(after),
            _ => after,
        };
    }
    rest
}

/// After `[:alpha:]`; after the `:` where that is not what it is.
fn after_named_class(inside: &[u8]) -> &[u8] {
    let end = memchr::memmem::find(inside, b":]").map(|at| at + 2);
    let is_word = |word: &&[u8]| word.iter().all(|byte| byte.is_ascii_alphabetic() || b"^:]".contains(byte));
    match end.and_then(|end| Some((inside.get(..end)?, inside.get(end..)?))) {
        Some((word, after)) if is_word(&word) => after,
        _ => inside,
    }
}

/// After the `}` of a count, or right here where none follows.
fn after_braces(inside: &[u8]) -> &[u8] {
    memchr::memchr(b'}', inside).and_then(|at| inside.get(at + 1..)).unwrap_or(inside)
}

/// Whether a pattern has a group that captures.
pub(super) fn has_group(pattern: &[u8]) -> bool {
    let mut rest = pattern;
    while let Some((_, after)) = piece(rest) {
        if rest.first() == Some(&b'(') && is_capturing(after) {
            return true;
        }
        rest = after;
    }
    false
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::value::Regex;

    /// Start, end and inside.
    fn literals(pattern: &str) -> [String; 3] {
        let literals = Literals::of(pattern.as_bytes(), false);
        [literals.start, literals.end, literals.inside].map(|text| String::from_utf8(text).unwrap())
    }

    #[test]
    fn needed_texts_are_found() {
        assert_eq!(literals(r"\.php$"), ["", ".php", ".php"]);
        assert_eq!(literals(r"^/app/(\w+)/x$"), ["/app/", "/x", "/x"]);
        assert_eq!(literals(r"^/ab?c*d+e{2}f"), ["/a", "", "d"]);
        assert_eq!(literals(r"a[b]cd[]x]ef[^]y[:alpha:]z]g"), ["", "", "cd"]);
        assert_eq!(literals(r"(a|b)cd(?:e)?(?<n>f)"), ["", "", "cd"]);
        assert_eq!(literals("a.b^c$d"), ["", "", "a"]);
    }

    #[test]
    fn nothing_is_relied_on_where_it_cannot_be() {
        for pattern in [
            "a|b",
            "^/a|/b$",
            "(?i)abc",
            r"\x41bc",
            r"\Qa.b\E",
            r"(a)\1bc",
            "(*UTF8)abc",
            "(?=a)bc",
            "(abc",
            "abc)",
        ] {
            assert_eq!(literals(pattern), ["", "", ""], "{pattern}");
        }
    }

    #[test]
    fn capturing_groups_are_told_from_others() {
        let yes = ["(a)", "a(?<n>b)", "(?P<n>b)", "(?:a(b))", r"\\(a)", "[(](a)"];
        let no = ["a", r"\(a\)", "(?:a)", "(?=a)", "(?<=a)", "(?<!a)", "[(a)]", "[](a)]", "[[:alpha:](]"];
        assert!(yes.iter().all(|pattern| has_group(pattern.as_bytes())));
        assert!(no.iter().all(|pattern| !has_group(pattern.as_bytes())));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn what_is_ruled_out_does_not_match(
            pattern in prop::collection::vec(prop::sample::select(vec![
                "a", "b", "a", "B", ".", "\\.", "?", "*", "+", "{2}", "^", "$", "(", ")", "(?:", "[ab]", "[^a]", "|", "\\w", "/",
            ]), 0..8),
            subject in "[abB./\n]{0,6}",
            caseless in any::<bool>(),
        ) {
            let pattern = pattern.concat();
            if let Ok(regex) = Regex::new(pattern.as_bytes(), caseless) {
                let allowed = Literals::of(pattern.as_bytes(), caseless).allow(subject.as_bytes());
                prop_assert!(allowed || regex.is_match(subject.as_bytes()) == Ok(false), "{pattern} on {subject:?}");
            }
        }
    }
}
