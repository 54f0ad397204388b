//! A configuration as the generator makes it and the shrinker takes it apart: files of directives.
//!
//! Addresses are written as `__P0__` (a listening port), `__B__` (the backend) and `__A__` (the backend that always
//! answers 200), so that the same seed gives the same configuration whichever ports are free.

use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The file that nginx is started with.
pub(crate) const MAIN: &str = "nginx.conf";

/// The file with what the laboratory itself needs, log formats above all.
pub(crate) const FRAME: &str = "lab-frame";

/// One directive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Item {
    /// Without a block: its text without the semicolon.
    Simple(String),
    /// With a block: the text before the brace, and what is in it.
    Block(String, Vec<Item>),
}

/// A directive without a block.
pub(crate) fn simple(text: impl Into<String>) -> Item {
    Item::Simple(text.into())
}

/// A directive with a block.
pub(crate) fn block(head: impl Into<String>, body: Vec<Item>) -> Item {
    Item::Block(head.into(), body)
}

/// A configuration of several files, by path relative to its folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Conf {
    /// The directives of each file.
    pub(crate) files: BTreeMap<String, Vec<Item>>,
}

/// Where a directive stands: its file and the index on each level.
pub(crate) type Path = (String, Vec<usize>);

impl Conf {
    /// The paths of all directives, an outer one before those in it.
    pub(crate) fn paths(&self) -> Vec<Path> {
        let mut paths = Vec::new();
        for (file, items) in &self.files {
            collect(items, &mut Vec::new(), &mut |at| paths.push((file.clone(), at.to_vec())));
        }
        paths
    }

    /// The configuration without one directive; `None` where there is none.
    pub(crate) fn without(&self, path: &Path) -> Option<Self> {
        let mut rest = self.clone();
        let (last, outer) = path.1.split_last()?;
        let level = descend(rest.files.get_mut(&path.0)?, outer)?;
        (*last < level.len()).then(|| level.remove(*last))?;
        Some(rest)
    }

    /// The configuration with what is in a block in place of the block; `None` where there is no block.
    pub(crate) fn unwrapped(&self, path: &Path) -> Option<Self> {
        let mut rest = self.clone();
        let (last, outer) = path.1.split_last()?;
        let level = descend(rest.files.get_mut(&path.0)?, outer)?;
        let Some(Item::Block(_, body)) = level.get(*last).cloned() else { return None };
        level.splice(last..=last, body);
        Some(rest)
    }

    /// The configuration with what an `include` names in place of the `include`.
    pub(crate) fn inlined(&self, path: &Path) -> Option<Self> {
        let mut rest = self.clone();
        let (last, outer) = path.1.split_last()?;
        let level = descend(rest.files.get_mut(&path.0)?, outer)?;
        let Some(Item::Simple(text)) = level.get(*last).cloned() else { return None };
        let body = self.included(&text)?.into_iter().flat_map(|(_, items)| items.iter().cloned());
        level.splice(last..=last, body.collect::<Vec<_>>());
        Some(rest)
    }

    /// The files that an `include` names, in order; `None` for another directive.
    pub(crate) fn included<'a>(&'a self, text: &str) -> Option<Vec<(&'a String, &'a Vec<Item>)>> {
        let pattern = text.strip_prefix("include ")?;
        Some(self.files.iter().filter(|(name, _)| matches(pattern, name)).collect())
    }
}

fn matches(pattern: &str, name: &str) -> bool {
    let Some((before, after)) = pattern.split_once('*') else { return pattern == name };
    let middle = name.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
    middle.is_some_and(|middle| !middle.contains('/'))
}

fn collect(items: &[Item], at: &mut Vec<usize>, found: &mut dyn FnMut(&[usize])) {
    for (index, item) in items.iter().enumerate() {
        at.push(index);
        found(at);
        if let Item::Block(_, body) = item {
            collect(body, at, found);
        }
        at.pop();
    }
}

fn descend<'a>(items: &'a mut Vec<Item>, path: &[usize]) -> Option<&'a mut Vec<Item>> {
    let Some((first, rest)) = path.split_first() else { return Some(items) };
    match items.get_mut(*first)? {
        Item::Block(_, body) => descend(body, rest),
        Item::Simple(_) => None,
    }
}

/// What a block that writes its own log is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `server`.
    Server,
    /// `location`, named ones included.
    Location,
    /// `if` in a location, or `limit_except`.
    Inner,
}

/// The kind of a block that may hold `access_log`; an `if` in a server may not.
pub(crate) fn kind(head: &str, outer: Option<Kind>) -> Option<Kind> {
    match head.split(' ').next().unwrap_or_default() {
        "server" if outer.is_none() => Some(Kind::Server),
        "location" => Some(Kind::Location),
        "limit_except" => Some(Kind::Inner),
        "if" if outer.is_some_and(|outer| outer != Kind::Server) => Some(Kind::Inner),
        _ => None,
    }
}

/// `FILE:LINE` of a block's first line.
pub(crate) type Place = (String, u64);

/// The text of one file, with the line numbers of its directives.
#[derive(Debug, Default)]
pub(crate) struct Text {
    /// What is written.
    pub(crate) text: String,
    /// The line of each directive, in the order of [`Conf::paths`].
    pub(crate) lines: BTreeMap<Vec<usize>, u64>,
}

/// Writes a file, one directive to a line; `log` gives the words that stand behind a block's brace.
pub(crate) fn write(items: &[Item], log: &mut dyn FnMut(&[usize]) -> Option<String>) -> Text {
    let mut text = Text::default();
    write_level(items, &mut Vec::new(), log, &mut text);
    text
}

fn write_level(
    items: &[Item],
    at: &mut Vec<usize>,
    log: &mut dyn FnMut(&[usize]) -> Option<String>,
    out: &mut Text,
) {
    let indent = "    ".repeat(at.len());
    for (index, item) in items.iter().enumerate() {
        at.push(index);
        let line = out.text.matches('\n').count() + 1;
        out.lines.insert(at.clone(), u64::try_from(line).expect("a line"));
        match item {
            Item::Simple(text) => writeln!(out.text, "{indent}{text};").expect("memory"),
            Item::Block(head, body) => {
                let words = log(at).map(|words| format!(" {words}")).unwrap_or_default();
                writeln!(out.text, "{indent}{head} {{{words}").expect("memory");
                write_level(body, at, log, out);
                writeln!(out.text, "{indent}}}").expect("memory");
            }
        }
        at.pop();
    }
}

#[test]
fn takes_a_configuration_apart() {
    let server = block("server", vec![simple("listen 1"), block("location /", vec![simple("internal")])]);
    let conf = Conf {
        files: [
            (MAIN.into(), vec![block("http", vec![simple("include d/*.conf")])]),
            ("d/a.conf".into(), vec![server.clone()]),
            ("d/x/b.conf".into(), vec![]),
        ]
        .into(),
    };
    assert_eq!(conf.paths().len(), 6);
    let path = |file: &str, at: &[usize]| (file.to_owned(), at.to_vec());
    let inlined = conf.inlined(&path(MAIN, &[0, 0])).unwrap();
    assert_eq!(inlined.files[MAIN], [block("http", vec![server])]);
    let unwrapped = conf.unwrapped(&path("d/a.conf", &[0, 1])).unwrap();
    assert_eq!(unwrapped.files["d/a.conf"], [block("server", vec![simple("listen 1"), simple("internal")])]);
    let without = conf.without(&path("d/a.conf", &[0, 1, 0])).unwrap();
    assert_eq!(without.paths().len(), 5);
    assert_eq!(conf.without(&path("d/a.conf", &[0, 7])), None);
    let text = write(&conf.files["d/a.conf"], &mut |at| (at.len() == 2).then(|| "access_log x;".into()));
    assert_eq!(
        text.text,
        "server {\n    listen 1;\n    location / { access_log x;\n        internal;\n    }\n}\n"
    );
    assert_eq!(text.lines[&vec![0, 1]], 3);
}
