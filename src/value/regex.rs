//! nginx's regular expressions: PCRE over bytes, without UTF unless the pattern asks for it. Pattern and subject are
//! compared as Latin-1 characters, so that a byte is a character.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use fancy_regex::RegexBuilder;

/// Work after which a match is given up: an expression that explodes must not stop a run.
const MOST_BACKTRACKING: usize = 200_000;

/// Compiled expressions that a thread keeps: the blocks of one configuration ask the same few again and again.
const MOST_COMPILED: usize = 1024;

type Compiled = HashMap<(Vec<u8>, bool), Result<Regex, RegexError>>;

thread_local! {
    static COMPILED: RefCell<Compiled> = RefCell::default();
}

/// A compiled expression.
#[derive(Debug, Clone)]
pub struct Regex {
    inner: Arc<fancy_regex::Regex>,
}

/// Why the answer of an expression is not known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RegexError {
    /// The engine does not take the pattern.
    #[error("the regular expression cannot be compiled here: {0}")]
    Compile(String),
    /// Matching took too long.
    #[error("the regular expression takes too long")]
    TooLong,
}

/// Numbered and named captures of one match.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Captures {
    /// `$0`, `$1`, ...; a group that took no part is empty.
    pub numbered: Vec<Vec<u8>>,
    /// Named groups in their order.
    pub named: Vec<(String, Vec<u8>)>,
}

impl Regex {
    /// The compiled pattern; `caseless` for `~*`.
    ///
    /// # Errors
    /// Where the engine refuses it, which does not mean that PCRE would.
    pub fn new(pattern: &[u8], caseless: bool) -> Result<Self, RegexError> {
        let key = (pattern.to_vec(), caseless);
        if let Some(known) = COMPILED.with_borrow(|compiled| compiled.get(&key).cloned()) {
            return known;
        }
        let regex = Self::compile(pattern, caseless);
        COMPILED.with_borrow_mut(|compiled| {
            if compiled.len() >= MOST_COMPILED {
                compiled.clear();
            }
            compiled.insert(key, regex.clone());
        });
        regex
    }

    fn compile(pattern: &[u8], caseless: bool) -> Result<Self, RegexError> {
        RegexBuilder::new(&ascii_classes(pattern))
            .case_insensitive(caseless)
            .backtrack_limit(MOST_BACKTRACKING)
            .build()
            .map(|inner| Self { inner: Arc::new(inner) })
            .map_err(|error| RegexError::Compile(error.to_string()))
    }

    /// Whether it matches somewhere in `subject`.
    ///
    /// # Errors
    /// Where matching takes too long.
    pub fn is_match(&self, subject: &[u8]) -> Result<bool, RegexError> {
        self.inner.is_match(&*latin1(subject)).map_err(|_| RegexError::TooLong)
    }

    /// The captures of the first match.
    ///
    /// # Errors
    /// Where matching takes too long.
    pub fn captures(&self, subject: &[u8]) -> Result<Option<Captures>, RegexError> {
        let subject = latin1(subject);
        let Some(found) = self.inner.captures(&*subject).map_err(|_| RegexError::TooLong)? else {
            return Ok(None);
        };
        let text =
            |group: Option<fancy_regex::Match<'_>>| group.map(|it| bytes(it.as_str())).unwrap_or_default();
        let numbered = (0..found.len()).map(|index| text(found.get(index))).collect();
        let groups = self.inner.capture_names().flatten();
        let named = groups.map(|name| (name.to_owned(), text(found.name(name)))).collect();
        Ok(Some(Captures { numbered, named }))
    }

    /// The names of its groups.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.inner.capture_names().flatten()
    }
}

/// Each byte as the character of the same number.
fn latin1(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) if text.is_ascii() => Cow::Borrowed(text),
        _ => Cow::Owned(bytes.iter().map(|&byte| char::from(byte)).collect()),
    }
}

fn bytes(text: &str) -> Vec<u8> {
    text.chars().map(|character| u8::try_from(u32::from(character)).unwrap_or(b'?')).collect()
}

/// PCRE's `\w`, `\d`, `\s` mean ASCII (its default tables); the engine's mean Unicode. A `$` there also matches before a
/// final newline.
fn ascii_classes(pattern: &[u8]) -> String {
    let mut out = String::with_capacity(pattern.len() + 16);
    let mut in_class = false;
    let mut characters = pattern.iter().map(|&byte| char::from(byte)).peekable();
    while let Some(character) = characters.next() {
        match character {
            '\\' => escape(&mut out, characters.next(), in_class),
            '[' if !in_class => {
                in_class = true;
                out.push('[');
                for first in ['^', ']'] {
                    if characters.next_if_eq(&first).is_some() {
                        out.push_str(if first == ']' { "\\]" } else { "^" });
                    }
                }
            }
            '[' if characters.peek() != Some(&':') => out.push_str("\\["),
            ']' => {
                in_class = false;
                out.push(']');
            }
            '&' | '~' if in_class => out.extend(['\\', character]),
            '$' if !in_class => out.push_str("(?=\\n?\\z)"),
            other => out.push(other),
        }
    }
    out
}

/// Writes the escape `\x` so that it means what PCRE means by it.
fn escape(out: &mut String, escaped: Option<char>, in_class: bool) {
    let class = match escaped {
        Some('w') => "0-9A-Za-z_",
        Some('d') => "0-9",
        Some('s') => "\\t\\n\\x0b\\x0c\\r ",
        Some('W') if !in_class => return out.push_str("[^0-9A-Za-z_]"),
        Some('D') if !in_class => return out.push_str("[^0-9]"),
        Some('S') if !in_class => return out.push_str("[^\\t\\n\\x0b\\x0c\\r ]"),
        Some(
            '/' | '"' | '\'' | '@' | '#' | '%' | '=' | ':' | ',' | ';' | '!' | '<' | '>' | '_' | '`' | ' ',
        ) if !in_class => {
            return out.extend(escaped.filter(|&it| it != '<' && it != '>'));
        }
        other => {
            out.push('\\');
            return out.extend(other);
        }
    };
    if in_class { out.push_str(class) } else { out.extend(["[", class, "]"]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, subject: &[u8]) -> bool {
        Regex::new(pattern.as_bytes(), false).unwrap().is_match(subject).unwrap()
    }

    #[test]
    fn classes_are_ascii_and_bytes_are_characters() {
        assert!(matches(r"^\w+$", b"abc_1"));
        assert!(!matches(r"^\w+$", b"\xe9"));
        assert!(matches(r"^.$", b"\xe9"));
        assert!(matches(r"^[^a]$", b"\xff"));
        assert!(matches(r"^[\w-]+$", b"a-b"));
        assert!(matches(r"^/ws\/", b"/ws/x"));
        assert!(matches(r"a$", b"a\n"));
        assert!(!matches(r"a$", b"a\nb"));
        assert!(matches(r"^[]a]+$", b"]a"));
        assert!(matches(r"\<x\>", b"<x>"));
    }

    #[test]
    fn captures_are_numbered_and_named() {
        let found =
            Regex::new(b"^/(?<app>\\w+)/(.*)$", false).unwrap().captures(b"/chat/a/b").unwrap().unwrap();
        assert_eq!(found.numbered.get(2).unwrap(), b"a/b");
        assert_eq!(found.named, [("app".to_owned(), b"chat".to_vec())]);
    }

    #[test]
    fn an_expression_that_explodes_is_given_up() {
        let regex = Regex::new(b"(?=(a+)+$)b", false).unwrap();
        let subject = [vec![b'a'; 40], b"!".to_vec()].concat();
        assert!(matches!(regex.is_match(&subject), Ok(false) | Err(RegexError::TooLong)));
    }
}
