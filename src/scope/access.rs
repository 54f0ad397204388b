//! Who may reach a block, as far as the directives in force say: addresses, credentials, and whether one of them is
//! enough. The rewrite phase comes before all of it (`ngx_http_core_rewrite_phase`).

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use super::{in_force, is_set_to, single};
use crate::catalogue::{DirectiveId, directive};
use crate::config::{NodeId, ScopeId, View};

/// Kinds of client address, each with its rules of its own in nginx (`ngx_http_access_loc_conf_t`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// IPv4
    V4,
    /// IPv6
    V6,
    /// A UNIX socket.
    Unix,
}

/// The `allow` and `deny` of a level in file order: the first that holds the address decides, and an address that none
/// holds is let in (`ngx_http_access_handler`).
#[derive(Debug, Default)]
pub struct AccessList {
    entries: Vec<Entry>,
    /// The level whose list it is.
    pub level: Option<ScopeId>,
}

#[derive(Debug)]
struct Entry {
    node: NodeId,
    allows: bool,
    range: Vec<u8>,
}

/// The access lists of a tree, each read once however many blocks it is in force at.
#[derive(Debug)]
pub struct AccessLists<'a> {
    view: View<'a>,
    read: RefCell<HashMap<Option<ScopeId>, Rc<AccessList>>>,
}

impl<'a> AccessLists<'a> {
    /// The lists of a tree.
    pub fn of(view: View<'a>) -> Self {
        Self { view, read: RefCell::default() }
    }

    /// The list in force at `block`; an empty one where no level has any.
    pub fn at(&self, block: ScopeId) -> Rc<AccessList> {
        let level = in_force(self.view.config, block, directive::ALLOW).level;
        let mut read = self.read.borrow_mut();
        Rc::clone(read.entry(level).or_insert_with(|| Rc::new(AccessList::of(self.view, level))))
    }

    /// Whether no level that was not read completely could replace or extend the list at `block`.
    pub fn is_in_sight(&self, block: ScopeId) -> bool {
        in_force(self.view.config, block, directive::ALLOW).unseen.is_none()
    }
}

impl AccessList {
    fn of(view: View<'_>, level: Option<ScopeId>) -> Self {
        let config = view.config;
        let own = |name| level.into_iter().flat_map(move |level| config.own(level, name));
        let mut nodes: Vec<NodeId> = own(directive::ALLOW).chain(own(directive::DENY)).collect();
        nodes.sort_unstable();
        let entry = |node| {
            let range = view.arg(node, 0).unwrap_or_default().into_owned();
            Entry { node, allows: config.node(node).name == directive::ALLOW, range }
        };
        Self { entries: nodes.into_iter().map(entry).collect(), level }
    }

    /// The first `allow`.
    pub fn first_allow(&self) -> Option<NodeId> {
        self.entries.iter().find(|entry| entry.allows).map(|entry| entry.node)
    }

    /// The first `deny`.
    pub fn first_deny(&self) -> Option<NodeId> {
        self.entries.iter().find(|entry| !entry.allows).map(|entry| entry.node)
    }

    /// The last entry.
    pub fn last(&self) -> Option<NodeId> {
        self.entries.last().map(|entry| entry.node)
    }

    /// Whether an `allow` lets every address of every family in.
    pub fn allows_everybody(&self) -> bool {
        self.entries.iter().any(|entry| entry.allows && entry.range == b"all")
    }

    /// What the list says of addresses that no narrower entry holds: `None` where nothing covers the whole family.
    pub fn others(&self, family: Family) -> Option<bool> {
        self.entries.iter().find(|entry| covers(&entry.range, family)).map(|entry| entry.allows)
    }
}

/// Whether a range holds every address of a family: `all`, or a prefix of no bits.
fn covers(range: &[u8], family: Family) -> bool {
    let is_v6 = range.contains(&b':');
    range == b"all"
        || match family {
            Family::V4 => range.ends_with(b"/0") && !is_v6,
            Family::V6 => range.ends_with(b"/0") && is_v6,
            Family::Unix => range == b"unix:",
        }
}

/// Whether `satisfy any` is in force: addresses or credentials are enough.
pub fn one_is_enough(view: View<'_>, block: ScopeId) -> bool {
    is_set_to(view, block, directive::SATISFY, b"any")
}

/// The first of `names` in force at a block that asks the client for something: `auth_basic` does so only with a file of
/// users (`ngx_http_auth_basic_handler`), each of them not where it says `off`.
pub fn asks(view: View<'_>, block: ScopeId, names: &[DirectiveId]) -> Option<NodeId> {
    names.iter().find_map(|&name| {
        let node = single(view.config, block, name)?;
        let is_off = view.arg(node, 0).is_some_and(|word| *word == *b"off");
        (!is_off && (name != directive::AUTH_BASIC || has_users(view, block))).then_some(node)
    })
}

/// Whether a file of users is in force, or may be on a level that was not read.
fn has_users(view: View<'_>, block: ScopeId) -> bool {
    let found = in_force(view.config, block, directive::AUTH_BASIC_USER_FILE);
    found.level.is_some() || found.unseen.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(words: &[&str]) -> AccessList {
        let entry = |(index, word): (usize, &&str)| {
            let (verb, range) = word.split_once(' ').unwrap();
            let node = NodeId(u32::try_from(index).unwrap());
            Entry { node, allows: verb == "allow", range: range.into() }
        };
        AccessList { entries: words.iter().enumerate().map(entry).collect(), level: None }
    }

    #[test]
    fn the_first_entry_for_a_whole_family_decides_about_all_others() {
        let closed = list(&["allow 10.0.0.0/8", "deny all", "allow all"]);
        assert_eq!(closed.others(Family::V4), Some(false));
        assert_eq!(closed.others(Family::Unix), Some(false));
        let half = list(&["allow 127.0.0.1", "deny 0.0.0.0/0", "allow ::/0"]);
        assert_eq!(half.others(Family::V4), Some(false));
        assert_eq!(half.others(Family::V6), Some(true));
        assert_eq!(half.others(Family::Unix), None);
    }

    #[test]
    fn single_addresses_say_nothing_of_others() {
        let some = list(&["allow 10.0.0.1", "allow ::1", "deny 192.0.2.0/24"]);
        assert_eq!(some.others(Family::V4), None);
        assert_eq!(some.others(Family::V6), None);
        assert_eq!((some.first_allow(), some.first_deny()), (Some(NodeId(0)), Some(NodeId(2))));
        assert!(!some.allows_everybody() && list(&["allow all"]).allows_everybody());
    }
}
