//! `map` blocks (`ngx_http_map_find`).

use std::collections::HashMap;

use super::regex::Regex;
use super::{Environment, Value};
use crate::catalogue::directive;
use crate::config::{NodeId, ScopeId, View};

/// One entry of a map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The line in the map.
    pub node: NodeId,
    /// The key, decoded; without the backslash that protects a special word.
    pub key: Key,
    /// The value, decoded, variables not yet looked up.
    pub value: Vec<u8>,
}

/// What an entry matches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    /// Whatever nothing else matches.
    Default,
    /// This string, without case.
    Exact(Vec<u8>),
    /// This expression; the flag says without case.
    Regex(Vec<u8>, bool),
}

/// A `map` block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MapInfo {
    /// The `map` directive.
    pub node: NodeId,
    /// Its first argument, decoded.
    pub source: Vec<u8>,
    /// Its entries in reading order, flags left out.
    pub entries: Vec<Entry>,
    /// Whether keys may be host name wildcards.
    pub hostnames: bool,
    /// Whether its value is worked out anew each time it is asked for.
    pub volatile: bool,
    /// Whether all of it was read.
    pub in_sight: bool,
    index: Index,
}

/// The entries by what they match, as numbers into [`MapInfo::entries`]: maps of a hundred thousand lines are common.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Index {
    exact: HashMap<Vec<u8>, usize>,
    regexes: Vec<usize>,
    default: Option<usize>,
}

impl Index {
    fn of(entries: &[Entry]) -> Self {
        let mut index = Self::default();
        for (number, entry) in entries.iter().enumerate() {
            match &entry.key {
                Key::Exact(key) => drop(index.exact.entry(key.to_ascii_lowercase()).or_insert(number)),
                Key::Regex(..) => index.regexes.push(number),
                Key::Default => index.default = Some(number),
            }
        }
        index
    }
}

/// Reads a `map` block.
pub fn maps_of(view: View<'_>, scope: ScopeId) -> Option<MapInfo> {
    let opened = view.config.scope(scope);
    let node = opened.node.filter(|&node| view.config.node(node).name == directive::MAP)?;
    let mut info = MapInfo {
        node,
        source: view.arg(node, 0)?.into_owned(),
        entries: Vec::new(),
        hostnames: false,
        volatile: false,
        in_sight: opened.in_sight,
        index: Index::default(),
    };
    for entry in view.config.directives(scope) {
        match (view.arg(entry, 0), &*view.name(entry)) {
            (None, b"hostnames") => info.hostnames = true,
            (None, b"volatile") => info.volatile = true,
            (None, _) | (Some(_), b"include") => {}
            (Some(value), word) => {
                info.entries.push(Entry { node: entry, key: key(word), value: value.into_owned() });
            }
        }
    }
    info.index = Index::of(&info.entries);
    Some(info)
}

fn key(word: &[u8]) -> Key {
    match word {
        b"default" => Key::Default,
        [b'~', b'*', pattern @ ..] => Key::Regex(pattern.to_vec(), true),
        [b'~', pattern @ ..] => Key::Regex(pattern.to_vec(), false),
        [b'\\', rest @ ..] => Key::Exact(rest.to_vec()),
        word => Key::Exact(word.to_vec()),
    }
}

/// What an entry lookup gives.
enum Found<'m> {
    Entry(&'m Entry),
    Nothing,
    Unknown,
}

impl MapInfo {
    /// The map's value for a request.
    pub fn evaluate(&self, environment: &Environment<'_>) -> Value {
        let source = match environment.evaluate(&self.source) {
            Value::Known(source) => source,
            unknown @ Value::Unknown(_) => return self.constant(environment).unwrap_or(unknown),
        };
        match self.find(&source) {
            Found::Entry(entry) if environment.in_flight().is_some() => {
                in_flight(environment, entry, &source)
            }
            Found::Entry(entry) => match &entry.key {
                Key::Regex(pattern, caseless) => {
                    let found = Regex::new(pattern, *caseless).and_then(|regex| regex.captures(&source));
                    environment.fill(&entry.value, found.ok().flatten().as_ref())
                }
                _ if has_captures(&entry.value) => Value::Unknown(self.variable(environment.view)),
                _ => environment.evaluate(&entry.value),
            },
            Found::Nothing => Value::EMPTY,
            Found::Unknown => Value::Unknown(self.variable(environment.view)),
        }
    }

    /// The one value that a map gives whatever its source holds.
    fn constant(&self, environment: &Environment<'_>) -> Option<Value> {
        let default = self.entries.iter().find(|entry| entry.key == Key::Default)?;
        let same = self.in_sight && self.entries.iter().all(|entry| entry.value == default.value);
        same.then(|| environment.evaluate(&default.value))
    }

    fn variable(&self, view: View<'_>) -> String {
        let name = view.arg(self.node, 1).unwrap_or_default();
        String::from_utf8_lossy(name.strip_prefix(b"$").unwrap_or(&name)).into_owned()
    }

    /// The entry that decides for a source value; `None` where none does, or where that is not known.
    pub fn entry_for(&self, source: &[u8]) -> Option<&Entry> {
        match self.find(source) {
            Found::Entry(entry) => Some(entry),
            Found::Nothing | Found::Unknown => None,
        }
    }

    /// Exact keys first, then expressions in their order, which an empty value never reaches, then the default. With
    /// `hostnames` the keys see no final dot, the expressions do.
    fn find(&self, source: &[u8]) -> Found<'_> {
        let numbered = |number: usize| self.entries.get(number).map_or(Found::Nothing, Found::Entry);
        let name = source.strip_suffix(b".").filter(|_| self.hostnames).unwrap_or(source);
        if let Some(number) = self.exact(&name.to_ascii_lowercase()) {
            return numbered(number);
        }
        if !self.in_sight {
            return Found::Unknown;
        }
        for &number in self.index.regexes.iter().filter(|_| !name.is_empty()) {
            let Some(Entry { key: Key::Regex(pattern, caseless), .. }) = self.entries.get(number) else {
                continue;
            };
            match Regex::new(pattern, *caseless).and_then(|regex| regex.is_match(source)) {
                Ok(true) => return numbered(number),
                Ok(false) => {}
                Err(_) => return Found::Unknown,
            }
        }
        self.index.default.map_or(Found::Nothing, numbered)
    }

    /// The entry with this key, for a source in lower case.
    fn exact(&self, source: &[u8]) -> Option<usize> {
        let found = self.index.exact.get(source).copied();
        found.or_else(|| if self.hostnames { self.wildcard(source) } else { None })
    }

    /// With `hostnames`, the longest `*.x` or `.x`, then the longest `x.*` (`ngx_hash_find_combined`).
    fn wildcard(&self, host: &[u8]) -> Option<usize> {
        let of = |key: &[u8]| self.index.exact.get(key).copied();
        let dots: Vec<usize> = memchr::memchr_iter(b'.', host).collect();
        let head = |&at: &usize| {
            let suffix = host.get(at..).unwrap_or_default();
            of(&[b"*", suffix].concat()).or_else(|| of(suffix))
        };
        let tail = |&at: &usize| of(&[host.get(..=at).unwrap_or_default(), b"*"].concat());
        let whole = || of(&[b".", host].concat());
        whole().or_else(|| dots.iter().find_map(head)).or_else(|| dots.iter().rev().find_map(tail))
    }
}

/// The value of an entry for a request on its way: an expression's captures replace the request's.
fn in_flight(environment: &Environment<'_>, entry: &Entry, source: &[u8]) -> Value {
    if let (Key::Regex(pattern, caseless), Some(request)) = (&entry.key, environment.in_flight()) {
        let found = Regex::new(pattern, *caseless).and_then(|regex| regex.captures(source));
        found.ok().flatten().into_iter().for_each(|captures| request.matched(captures));
    }
    environment.evaluate(&entry.value)
}

fn has_captures(value: &[u8]) -> bool {
    super::parts(value).any(|part| matches!(part, super::Part::Capture(_)))
}
