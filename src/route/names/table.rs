//! The names of the servers of one socket (`ngx_hash_add_key`, `ngx_hash_find_combined`).

use std::collections::{HashMap, HashSet};

/// A `server_name` that is no expression, read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind<'a> {
    Exact(&'a [u8]),
    /// `*.x`, or `.x` which also means `x` itself.
    Leading(&'a [u8], bool),
    /// `x.*`
    Trailing(&'a [u8]),
}

/// Which way a name was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Exact,
    Leading,
    Trailing,
}

/// Names with a number each. A name that is taken already stays with who took it.
#[derive(Debug, Default)]
pub(super) struct Table {
    exact: HashMap<Vec<u8>, u32>,
    /// With whether the name itself is meant too.
    leading: HashMap<Vec<u8>, (u32, bool)>,
    trailing: HashMap<Vec<u8>, u32>,
    /// What no exact name may be any more: the exact names, and `x` of every `.x`, dropped or not.
    taken: HashSet<Vec<u8>>,
    /// Length of the longest wildcard, in bytes.
    longest: usize,
}

impl Table {
    /// Adds a name, in lower case; false where it is taken, or where nginx refuses it.
    pub(super) fn add(&mut self, name: &[u8], number: u32) -> bool {
        match kind(name) {
            Some(Kind::Exact(name)) => {
                self.taken.insert(name.to_vec()) && self.exact.insert(name.to_vec(), number).is_none()
            }
            Some(Kind::Leading(rest, itself)) => {
                (!itself || self.taken.insert(rest.to_vec())) && {
                    self.longest = self.longest.max(rest.len());
                    add(&mut self.leading, rest, (number, itself))
                }
            }
            Some(Kind::Trailing(rest)) => {
                self.longest = self.longest.max(rest.len());
                add(&mut self.trailing, rest, number)
            }
            None => false,
        }
    }

    /// The number of the name that a host, in lower case, has: exact, else the longest leading wildcard, else the
    /// longest trailing one.
    pub(super) fn find(&self, host: &[u8]) -> Option<(u32, Way)> {
        let exact = self.exact.get(host).map(|&number| (number, Way::Exact));
        let leading = || self.find_leading(host).map(|number| (number, Way::Leading));
        let trailing = || self.find_trailing(host).map(|number| (number, Way::Trailing));
        exact.or_else(leading).or_else(trailing)
    }

    fn find_leading(&self, host: &[u8]) -> Option<u32> {
        let itself = self.leading.get(host).filter(|(_, itself)| *itself);
        let ends = || dots(host).filter_map(|dot| host.get(dot + 1..));
        let mut longest_first = ends().filter(|end| end.len() <= self.longest);
        itself.or_else(|| longest_first.find_map(|end| self.leading.get(end))).map(|&(number, _)| number)
    }

    fn find_trailing(&self, host: &[u8]) -> Option<u32> {
        let starts = dots(host).rev().filter_map(|dot| host.get(..dot));
        let mut longest_first = starts.filter(|start| start.len() <= self.longest);
        longest_first.find_map(|start| self.trailing.get(start)).copied()
    }
}

fn add<T>(map: &mut HashMap<Vec<u8>, T>, name: &[u8], value: T) -> bool {
    let free = !map.contains_key(name);
    if free {
        map.insert(name.to_vec(), value);
    }
    free
}

fn dots(host: &[u8]) -> impl DoubleEndedIterator<Item = usize> {
    host.iter().enumerate().filter(|&(_, &byte)| byte == b'.').map(|(at, _)| at)
}

/// Reads a name; `None` for what nginx refuses as `invalid server name or wildcard`.
fn kind(name: &[u8]) -> Option<Kind<'_>> {
    let stars = memchr::memchr_iter(b'*', name).count();
    if stars > 1 || name.contains(&0) || name.windows(2).any(|pair| pair == b"..") {
        return None;
    }
    Some(match name {
        [b'.', rest @ ..] if !rest.is_empty() => Kind::Leading(rest, true),
        [b'*', b'.', rest @ ..] if !rest.is_empty() => Kind::Leading(rest, false),
        [rest @ .., b'.', b'*'] if !rest.is_empty() => Kind::Trailing(rest),
        _ if stars > 0 => return None,
        _ => Kind::Exact(name),
    })
}
