//! Templates of nginx configuration: what an engine (Jinja, Go, ERB, EJS, EPP, Liquid, Mustache, envsubst, `__NAME__`)
//! fills in is read as values that nobody knows.
//!
//! A *reading* has exactly the length and the line breaks of its text, so that every offset, line and column stays that of
//! the file. What prints a value becomes a variable whose name is all underscores (`${____}`); what may bring whole
//! directives becomes a statement of that name; comments and control tags become blanks. Of an alternative the first
//! branch is read, the others are opaque; a loop's body is read once; what a macro defines is not read where it stands.
//! Bodies in Lua are never touched. Nothing here evaluates a template.

mod code;
mod mask;
mod pairs;
mod scan;
mod tags;

use std::sync::Arc;

use memchr::memmem;

/// What nginx's parser gets to read of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// As long as the template.
    pub text: Arc<[u8]>,
    /// The byte ranges that differ from the template, in order.
    pub tags: Vec<(u32, u32)>,
    /// Whether every control tag has its partner.
    pub balanced: bool,
}

impl Reading {
    /// Whether a change of `start..end` would change a tag; an insertion right before or behind one does not.
    pub fn touches(&self, start: u32, end: u32) -> bool {
        let from = self.tags.partition_point(|&(_, to)| to <= start);
        self.tags.get(from).is_some_and(|&(first, _)| first < end.max(start))
    }
}

/// What the name of a text tells about its engine.
#[derive(Debug, Clone, Copy, Default)]
struct Hints {
    /// It is called as templates are.
    named: bool,
    /// `<%- x %>` prints.
    prints_dash: bool,
    /// `$NAME` without braces is filled in, too.
    environment: bool,
}

const ENDINGS: [&str; 13] = [
    "j2", "jinja", "jinja2", "erb", "ejs", "epp", "tmpl", "tpl", "gotmpl", "gtpl", "ctmpl", "sigil",
    "template",
];

/// Whether a file is called as templates are: `site.conf.j2`, `nginx.tmpl`, `nginx.erb.conf`, `nginx.conf.in`.
pub fn has_template_name(name: &str) -> bool {
    endings(name).any(|ending| ENDINGS.contains(&ending) || ending == "in")
}

fn endings(name: &str) -> impl Iterator<Item = &str> {
    let file = name.rsplit('/').next().unwrap_or(name);
    file.rsplit('.').take(2).filter(move |ending| ending.len() < file.len())
}

impl Hints {
    fn of(name: &str) -> Self {
        Self {
            named: has_template_name(name),
            prints_dash: endings(name).any(|ending| ending == "ejs"),
            environment: endings(name).any(|ending| matches!(ending, "template" | "in")),
        }
    }
}

/// The reading of a text, if it is a template.
pub fn read(name: &str, text: &[u8]) -> Option<Reading> {
    let hints = Hints::of(name);
    let may_hold =
        hints.environment || [&b"{{"[..], b"{%", b"<%", b"__", b"${"].iter().any(|it| holds(text, it));
    if !may_hold {
        return None;
    }
    let tags = tags::tags(text, hints);
    if tags.is_empty() { None } else { mask::mask(text, &tags) }
}

fn holds(text: &[u8], opening: &[u8]) -> bool {
    memmem::find(text, opening).is_some()
}

/// Whether a variable of this name, which nginx would not know, stands for what a template fills in.
pub fn is_placeholder(name: &[u8]) -> bool {
    !name.is_empty() && name.iter().all(|&byte| byte == b'_')
}

/// Whether a decoded word holds what a template fills in.
pub fn holds_placeholder(word: &[u8]) -> bool {
    memchr::memchr_iter(b'$', word).any(|at| {
        let rest = word.get(at + 1..).unwrap_or_default();
        let braced = rest.strip_prefix(b"{");
        let name = braced.unwrap_or(rest);
        let length = name.iter().take_while(|&&byte| byte == b'_').count();
        let next = name.get(length);
        length > 0
            && match braced {
                Some(_) => next == Some(&b'}'),
                None => !next.is_some_and(u8::is_ascii_alphanumeric),
            }
    })
}

/// Whether the text up to `end` ends with what a template fills in: it may bring a `;` along.
pub fn ends_with_placeholder(text: &[u8], end: u32) -> bool {
    let before = text.get(..end as usize).unwrap_or_default();
    let name = before.strip_suffix(b"}").unwrap_or(before);
    let length = name.iter().rev().take_while(|&&byte| byte == b'_').count();
    let start = name.get(..name.len() - length).unwrap_or_default();
    length > 0 && (start.ends_with(b"$") || start.ends_with(b"${"))
}

#[cfg(test)]
mod tests;
