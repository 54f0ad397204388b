//! nginx's regular expressions: PCRE over bytes, without UTF unless the pattern asks for it. Pattern and subject are
//! compared as Latin-1 characters, so that a byte is a character.

mod pcre;

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
        let pattern = pcre::translated(pattern, caseless).map_err(RegexError::Compile)?;
        RegexBuilder::new(&pattern)
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
    fn letters_alone_have_cases() {
        let caseless =
            |pattern: &[u8], subject: &[u8]| Regex::new(pattern, true).unwrap().is_match(subject).unwrap();
        assert!(caseless(b"^a[b]$", b"AB"));
        assert!(!caseless(b"\xe9", b"\xc9"));
        assert!(!caseless(b"[\xe9]", b"\xc9"));
        assert!(caseless(b"[^\xe9]", b"\xc9"));
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
