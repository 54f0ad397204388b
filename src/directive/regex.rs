//! Regular expressions that no PCRE2 compiles (`ngx_regex_compile`). Only what is certain without compiling is judged:
//! brackets and parentheses without a partner, and a quantifier with nothing before it.

use super::script::Names;
use super::{Checked, quoted};

impl<P: Copy> Names<P> {
    /// Reads a regular expression: its named groups are variables.
    pub(super) fn expression(&mut self, regex: &[u8]) -> Checked {
        self.defines_groups(regex);
        // What a template fills in may close what seems open.
        let is_known = !crate::template::holds_placeholder(regex);
        match fault(regex).filter(|_| is_known) {
            Some(fault) => Err(quoted(&format!("pcre2_compile() failed: {fault} in \""), regex, "\"")),
            None => Ok(()),
        }
    }
}

const OPEN: &str = "missing closing parenthesis";
const CLOSE: &str = "unmatched closing parenthesis";
const CLASS: &str = "missing terminating ] for character class";
const COMMENT: &str = "missing ) after (?# comment";
const BACKSLASH: &str = "\\ at end of pattern";
const QUANTIFIER: &str = "quantifier does not follow a repeatable item";

/// What PCRE2 says of the expression, where that is certain.
fn fault(regex: &[u8]) -> Option<&'static str> {
    // Verbs, and white space with comments in it, have a grammar of their own.
    let is_of_its_own = regex.starts_with(b"(*") || options(regex).any(|it| it.contains(&b'x'));
    if is_of_its_own { None } else { Reader { rest: regex, open: 0 }.read() }
}

/// The letters of `(?i)` and its like.
fn options(regex: &[u8]) -> impl Iterator<Item = &[u8]> {
    memchr::memmem::find_iter(regex, b"(?").map(move |at| {
        let rest = regex.get(at + 2..).unwrap_or_default();
        let is_letter = |byte: &u8| byte.is_ascii_alphabetic() || matches!(byte, b'^' | b'-');
        rest.split(|byte| !is_letter(byte)).next().unwrap_or_default()
    })
}

struct Reader<'r> {
    rest: &'r [u8],
    /// How many groups are open.
    open: usize,
}

/// What was found on the way: nothing, or a fault.
type Read = Result<(), &'static str>;

impl Reader<'_> {
    fn read(mut self) -> Option<&'static str> {
        let mut is_start = true;
        while let Some((&first, rest)) = self.rest.split_first() {
            self.rest = rest;
            let read = match first {
                b'*' | b'+' | b'?' if is_start => Err(QUANTIFIER),
                b'\\' => self.escape(),
                b'[' => self.class(),
                b'(' => self.group(),
                b')' => self.close(),
                _ => Ok(()),
            };
            if let Err(fault) = read {
                return Some(fault);
            }
            is_start = first == b'|';
        }
        (self.open > 0).then_some(OPEN)
    }

    /// Behind a backslash: `\Q` takes everything up to `\E` as it is.
    fn escape(&mut self) -> Read {
        let Some((&escaped, rest)) = self.rest.split_first() else { return Err(BACKSLASH) };
        self.rest = rest;
        if escaped == b'Q' {
            self.skip_behind(b"\\E");
        }
        Ok(())
    }

    /// Behind a `[`: a `]` right at the start is one of the characters.
    fn class(&mut self) -> Read {
        self.rest = self.rest.strip_prefix(b"^").unwrap_or(self.rest);
        self.rest = self.rest.strip_prefix(b"]").unwrap_or(self.rest);
        while let Some((&first, rest)) = self.rest.split_first() {
            self.rest = rest;
            match first {
                b']' => return Ok(()),
                b'\\' => self.escape()?,
                b'[' if rest.starts_with(b":") => self.named_class(),
                _ => {}
            }
        }
        Err(CLASS)
    }

    /// `[:alpha:]`
    fn named_class(&mut self) {
        let letters =
            self.rest.iter().skip(1).take_while(|it| it.is_ascii_lowercase() || **it == b'^').count();
        let behind = self.rest.get(letters + 1..).unwrap_or_default();
        self.rest = behind.strip_prefix(b":]").unwrap_or(self.rest);
    }

    /// Behind a `(`.
    fn group(&mut self) -> Read {
        if self.rest.starts_with(b"?#") {
            let is_closed = memchr::memchr(b')', self.rest).is_some();
            self.skip_behind(b")");
            return if is_closed { Ok(()) } else { Err(COMMENT) };
        }
        self.open += 1;
        self.rest = self.rest.strip_prefix(b"?").unwrap_or(self.rest);
        Ok(())
    }

    fn close(&mut self) -> Read {
        self.open = self.open.checked_sub(1).ok_or(CLOSE)?;
        Ok(())
    }

    fn skip_behind(&mut self, end: &[u8]) {
        let at = memchr::memmem::find(self.rest, end).map_or(self.rest.len(), |at| at + end.len());
        self.rest = self.rest.get(at..).unwrap_or_default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_pcre2_refuses() {
        for (regex, says) in [
            ("^/(a$", OPEN),
            ("^/(?!x", OPEN),
            ("a)", CLOSE),
            ("(a))b", CLOSE),
            ("[a", CLASS),
            ("[]", CLASS),
            ("[^]", CLASS),
            ("[[:alpha:]", CLASS),
            ("[a\\]", CLASS),
            ("*.php", QUANTIFIER),
            ("a|*b", QUANTIFIER),
            ("?a", QUANTIFIER),
            ("a\\", BACKSLASH),
            ("(?#c", COMMENT),
        ] {
            assert_eq!(fault(regex.as_bytes()), Some(says), "{regex}");
        }
    }

    #[test]
    fn what_pcre2_takes_or_nobody_knows_is_taken() {
        for regex in [
            "",
            "^/(a|b)$",
            "[]]",
            "[^]a]",
            "[)(]",
            "\\(",
            "\\Q(\\E",
            "\\Q(",
            "(?:a)",
            "(?<n>a)",
            "(?i)a",
            "(?#c)a*",
            "[[:^alpha:](]",
            "[\\]]",
            "a++",
            "(?x) ( # )\n )",
            "(*UTF)*",
            "^*",
            "(a)?",
            "[a-z]*",
            "|",
            "a|",
        ] {
            assert_eq!(fault(regex.as_bytes()), None, "{regex}");
        }
    }
}
