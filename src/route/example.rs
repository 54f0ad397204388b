//! A path that a location's regular expression matches, made from the expression itself.

use crate::value::Regex;

/// A path that `expression` matches, every repetition taken once and every choice its first way; `None` where none is
/// found so. The expression itself has the last word.
pub fn example(expression: &[u8], caseless: bool) -> Option<Vec<u8>> {
    let mut maker = Maker { rest: expression, path: Vec::new() };
    maker.sequence()?;
    let mut path = maker.path;
    if path.first() != Some(&b'/') {
        path.insert(0, b'/');
    }
    let matches = Regex::new(expression, caseless).ok()?.is_match(&path).ok()?;
    matches.then_some(path)
}

struct Maker<'a> {
    rest: &'a [u8],
    path: Vec<u8>,
}

impl Maker<'_> {
    fn take(&mut self) -> Option<u8> {
        let (&first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(first)
    }

    /// Everything up to the end: brackets are counted, not entered, so that nothing recurses.
    fn sequence(&mut self) -> Option<()> {
        while let Some(byte) = self.take() {
            match byte {
                b'^' | b'$' | b')' | b'+' | b'*' | b'?' => {}
                b'{' => self.skip_to(b'}')?,
                b'(' => self.open()?,
                b'|' => self.skip_alternatives(),
                b'[' => self.class()?,
                b'\\' => self.escape()?,
                b'.' => self.path.push(b'x'),
                other => self.path.push(other),
            }
        }
        Some(())
    }

    fn skip_to(&mut self, end: u8) -> Option<()> {
        let at = memchr::memchr(end, self.rest)?;
        self.rest = self.rest.get(at + 1..)?;
        Some(())
    }

    /// `(`, `(?:` or `(?<name>`; looking around and flags are given up.
    fn open(&mut self) -> Option<()> {
        match self.rest {
            [b'?', b':', rest @ ..] => self.rest = rest,
            [b'?', b'<', b'!' | b'=', ..] => return None,
            [b'?', b'<' | b'P', ..] => self.skip_to(b'>')?,
            [b'?' | b'*', ..] => return None,
            _ => {}
        }
        Some(())
    }

    /// The other ways of a choice, up to the end of the group.
    fn skip_alternatives(&mut self) {
        let (mut depth, mut escaped) = (0_u32, false);
        let end = self.rest.iter().position(|&byte| {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'(' => depth += 1,
                b')' if depth == 0 => return true,
                b')' => depth -= 1,
                _ => {}
            }
            false
        });
        self.rest = end.and_then(|end| self.rest.get(end..)).unwrap_or_default();
    }

    /// A member of `[...]`: the first one, or of a negated class some letter or digit.
    fn class(&mut self) -> Option<()> {
        let first = self.take()?;
        let member = match first {
            b'^' => b'x',
            b'\\' => escaped(self.take()?)?,
            other => other,
        };
        self.path.push(member);
        if first == b'^' && self.rest.first() == Some(&b']') {
            self.take();
        }
        self.skip_to(b']')
    }

    fn escape(&mut self) -> Option<()> {
        let byte = self.take()?;
        if !matches!(byte, b'b' | b'A' | b'z' | b'Z') {
            self.path.push(escaped(byte)?);
        }
        Some(())
    }
}

fn escaped(byte: u8) -> Option<u8> {
    match byte {
        b'd' => Some(b'1'),
        b'w' | b'S' | b'D' => Some(b'x'),
        byte if byte.is_ascii_alphanumeric() => None,
        byte => Some(byte),
    }
}

#[cfg(test)]
mod tests {
    use super::example;

    #[test]
    fn an_example_is_made_from_the_expression() {
        let made =
            |expression: &str| example(expression.as_bytes(), false).map(|it| String::from_utf8(it).unwrap());
        assert_eq!(made("^/ws/(.*)$").as_deref(), Some("/ws/x"));
        assert_eq!(made("^/(ws|chat)(/|$)").as_deref(), Some("/ws/"));
        assert_eq!(made(r"\.php$").as_deref(), Some("/.php"));
        assert_eq!(made(r"^/(?<app>[a-z]+)/v\d{1,2}/[^/]+$").as_deref(), Some("/a/v1/x"));
        assert_eq!(made("^/(?!ws)"), None);
        assert_eq!(made("^(?i)/ws"), None);
    }
}
