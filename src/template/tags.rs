//! Where the tags of a template are.

use std::collections::HashSet;

use memchr::memmem;

use super::{Hints, code};

/// What a tag does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Does {
    /// It prints something.
    Output,
    /// It prints nothing: an assignment, a comment.
    Silent,
    /// It begins a condition, a loop, a block.
    Open,
    /// It begins what is printed elsewhere, or nowhere: a macro, a comment in several lines.
    Define,
    /// It begins another branch.
    Else,
    /// It ends the innermost block.
    End,
    /// `} if (y) {`: it ends one and begins another.
    EndOpen,
}

/// A tag with its delimiters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tag {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) does: Does,
}

/// A `{{ }}` that is longer than this is none: braces that turn out to be nginx's are looked at once more.
const LONGEST_ACTION: usize = 8192;

/// The tags of a text, in order, not overlapping.
pub(super) fn tags(text: &[u8], hints: Hints) -> Vec<Tag> {
    let mut search = Search {
        text,
        hints,
        has_control: memmem::find(text, b"{%").is_some(),
        missing: HashSet::new(),
        unbraced: None,
    };
    let (mut at, mut found) = (0, Vec::new());
    while let Some(start) = search.next_candidate(at) {
        let tag = search.tag(start);
        at = tag.map_or(start + 1, |tag| tag.end);
        found.extend(tag);
    }
    found
}

struct Search<'t> {
    text: &'t [u8],
    hints: Hints,
    /// Whether `{# #}` may be a comment.
    has_control: bool,
    /// Closings that occur nowhere behind some place: no later search needs to look for them.
    missing: HashSet<&'static [u8]>,
    /// Names of variables in capitals that stand somewhere without braces.
    unbraced: Option<HashSet<&'t [u8]>>,
}

impl<'t> Search<'t> {
    fn next_candidate(&self, from: usize) -> Option<usize> {
        let rest = self.text.get(from..)?;
        let may_begin = |pair: &[u8]| {
            matches!(pair, [b'{', b'{' | b'%' | b'#'] | [b'<', b'%'] | [b'_', b'_'] | [b'$', _])
        };
        rest.windows(2).position(may_begin).map(|at| from + at)
    }

    fn tag(&mut self, start: usize) -> Option<Tag> {
        match self.text.get(start..)? {
            [b'{', b'{', ..] => self.braces(start),
            [b'{', b'%', ..] => self.delimited(start, b"%}", code::control),
            [b'{', b'#', ..] if self.has_control => self.delimited(start, b"#}", |_| Does::Silent),
            // `<%%` is a `<%` that is meant to be printed.
            [b'<', b'%', b'%', ..] => None,
            [b'<', b'%', ..] => {
                let hints = self.hints;
                self.delimited(start, b"%>", |inside| code::embedded(inside, hints.prints_dash))
            }
            [b'_', b'_', ..] => self.word(start),
            [b'$', ..] => self.environment(start),
            _ => None,
        }
    }

    /// A tag from the two bytes at `start` to the next `close`.
    fn delimited(
        &mut self,
        start: usize,
        close: &'static [u8],
        does: impl FnOnce(&[u8]) -> Does,
    ) -> Option<Tag> {
        let end = self.find(start + 2, close)?;
        let inside = self.text.get(start + 2..end)?;
        Some(Tag { start, end: end + close.len(), does: does(inside) })
    }

    fn find(&mut self, from: usize, close: &'static [u8]) -> Option<usize> {
        if self.missing.contains(close) {
            return None;
        }
        let found = memmem::find(self.text.get(from..)?, close);
        if found.is_none() {
            self.missing.insert(close);
        }
        found.map(|at| from + at)
    }

    /// `{{ }}` and `{{{ }}}`. Where the file's name does not say that it is a template, a tag ends on its line; one with
    /// a `;` of its own is two blocks of nginx.
    fn braces(&mut self, start: usize) -> Option<Tag> {
        let triple = self.text.get(start + 2) == Some(&b'{');
        let close: &'static [u8] = if triple { b"}}}" } else { b"}}" };
        let inside = start + close.len();
        let head = code::trimmed(self.text.get(inside..)?.get(..8).unwrap_or_default());
        if head.starts_with(b"/*") {
            let comment = self.find(inside, b"*/")?;
            let end = self.find(comment + 2, b"}}")?;
            return Some(Tag { start, end: end + 2, does: Does::Silent });
        }
        let end = self.find_near(inside, close)?;
        let said = code::trimmed(self.text.get(inside..end)?);
        let is_tag = !said.is_empty() && !code::has_semicolon(said);
        is_tag.then(|| Tag { start, end: end + close.len(), does: code::action(said) })
    }

    fn find_near(&self, from: usize, close: &[u8]) -> Option<usize> {
        let near = self.text.get(from..self.text.len().min(from + LONGEST_ACTION))?;
        let line_end = memchr::memchr(b'\n', near).filter(|_| !self.hints.named);
        memmem::find(near.get(..line_end.unwrap_or(near.len()))?, close).map(|at| from + at)
    }

    /// `__NAME__`.
    fn word(&self, start: usize) -> Option<Tag> {
        let rest = self.text.get(start..)?;
        let run = rest.iter().take_while(|&&byte| is_capital(byte)).count();
        let run = rest.get(..run)?;
        let end = memmem::rfind(run, b"__")? + 2;
        let is_variable = start.checked_sub(1).and_then(|at| self.text.get(at)) == Some(&b'$');
        let is_name = end > 4 && run.get(2).is_some_and(u8::is_ascii_uppercase) && !is_variable;
        is_name.then_some(Tag { start, end: start + end, does: Does::Output })
    }

    /// `${NAME}`, and `$NAME` where the file's name says that a program fills variables of the environment in. A
    /// variable that the text also writes without braces is nginx's.
    fn environment(&mut self, start: usize) -> Option<Tag> {
        let rest = self.text.get(start + 1..)?;
        let braced = rest.strip_prefix(b"{");
        let after = braced.unwrap_or(rest);
        let name = after.get(..after.iter().take_while(|&&byte| is_capital(byte)).count())?;
        if name.len() < 2 || !name.first().is_some_and(u8::is_ascii_uppercase) {
            return None;
        }
        let behind = after.get(name.len()..).unwrap_or_default();
        let end = match braced {
            None if !self.hints.environment || behind.first().is_some_and(u8::is_ascii_lowercase) => {
                return None;
            }
            None => start + 1 + name.len(),
            Some(_) => start + 2 + name.len() + closing(behind)?,
        };
        let is_own = !self.hints.environment && self.unbraced().contains(name);
        (!is_own).then_some(Tag { start, end, does: Does::Output })
    }

    fn unbraced(&mut self) -> &HashSet<&'t [u8]> {
        let text = self.text;
        self.unbraced.get_or_insert_with(|| {
            let names = memchr::memchr_iter(b'$', text).filter_map(|at| text.get(at + 1..));
            names
                .map(|rest| {
                    rest.get(..rest.iter().take_while(|&&it| is_capital(it)).count()).unwrap_or_default()
                })
                .collect()
        })
    }
}

/// The bytes up to and with the `}` behind a name in braces: at once, or after a default (`${NAME:-80}`).
fn closing(behind: &[u8]) -> Option<usize> {
    match behind.first()? {
        b'}' => Some(1),
        b':' | b'-' => {
            let line = behind.get(..memchr::memchr3(b'\n', b';', b'{', behind).unwrap_or(behind.len()))?;
            memchr::memchr(b'}', line).map(|at| at + 1)
        }
        _ => None,
    }
}

fn is_capital(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_'
}
