//! Expressions that a request has run through, and what they capture.

use std::collections::HashSet;

use super::{Class, Classes, Held, Site, names};
use crate::catalogue::directive;
use crate::config::{Pattern, ScopeId, ScopeKind, pattern};

use crate::value::regex::{Group, Set, Shape};

/// An expression and what it was tried on.
#[derive(Debug, Clone)]
pub(super) struct Tried {
    pattern: Vec<u8>,
    caseless: bool,
    subject: Subject,
    /// Whether the request goes on where it does not match.
    is_negated: bool,
}

/// What an expression is tried on.
#[derive(Debug, Clone)]
pub(super) enum Subject {
    /// The path of a request in this block.
    Path(ScopeId),
    /// The host.
    Host,
    /// A value.
    Value(Site, Vec<u8>),
}

impl Tried {
    pub(super) fn new(pattern: &[u8], caseless: bool, subject: Subject) -> Self {
        Self { pattern: pattern.to_vec(), caseless, subject, is_negated: false }
    }

    /// The same where the request goes on unless it matches.
    pub(super) fn negated(self) -> Self {
        Self { is_negated: true, ..self }
    }
}

impl Classes<'_> {
    /// The expressions of which one has set `$1` to `$9` at a place: the last that ran in the block's rewrite directives,
    /// else the location's, else the server's, else that of its name.
    pub(super) fn tried_before(&self, site: Site) -> Vec<Tried> {
        let config = self.view.config;
        if config.node(site.node).name == directive::REWRITE {
            let pattern = self.view.arg(site.node, 0).unwrap_or_default();
            return vec![Tried::new(&pattern, false, Subject::Path(site.scope))];
        }
        let mut found = Vec::new();
        if let Some(location) = config.enclosing(site.scope, ScopeKind::Location) {
            let (tried, sure) = self.last_tried(location, site);
            found.extend(tried);
            if sure {
                return found;
            }
            if let Some(own) = self.tried_by_location(location) {
                found.push(own);
                return found;
            }
        }
        if let Some(server) = config.enclosing(site.scope, ScopeKind::Server) {
            let (tried, sure) = self.last_tried(server, site);
            found.extend(tried);
            if !sure {
                found.extend(self.tried_by_names(server));
            }
        }
        found
    }

    /// The expressions on the way to a place that have a group called `name`.
    pub(super) fn tried_naming(&self, site: Site, name: &[u8]) -> Vec<Tried> {
        if !self.is_group(name) {
            return Vec::new();
        }
        let config = self.view.config;
        let is_rewrite = config.node(site.node).name == directive::REWRITE;
        let mut all = if is_rewrite { self.tried_before(site) } else { Vec::new() };
        for scope in config.ancestors(site.scope) {
            let own = match config.scope(scope).kind {
                ScopeKind::Location => self.tried_by_location(scope).into_iter().collect(),
                ScopeKind::Server => self.tried_by_names(scope),
                _ => continue,
            };
            all.extend(self.tried_with(scope, site, name));
            all.extend(own);
        }
        all.retain(|tried| self.names(tried, name));
        all
    }

    /// Whether an expression on the way to a place captures into a variable.
    pub fn is_captured(&self, site: Site, name: &[u8]) -> bool {
        let name = name.to_ascii_lowercase();
        self.assigned(site, &name).values.is_none() && !self.tried_naming(site, &name).is_empty()
    }

    /// Whether some expression of the servers has a group called `name`: most variables are none.
    fn is_group(&self, name: &[u8]) -> bool {
        self.groups.get_or_init(|| self.group_names()).contains(name)
    }

    fn group_names(&self) -> HashSet<Vec<u8>> {
        let config = self.view.config;
        let mut names = HashSet::new();
        for scope in config.scope_ids() {
            let tried = match config.scope(scope).kind {
                ScopeKind::Location => {
                    let own = self.tried_by_location(scope);
                    self.everything_tried(scope).into_iter().chain(own).collect()
                }
                ScopeKind::Server => [self.everything_tried(scope), self.tried_by_names(scope)].concat(),
                _ => Vec::new(),
            };
            names.extend(tried.iter().flat_map(|tried| self.names_in(tried)));
        }
        names
    }

    /// The names of an expression's groups, in lower case.
    pub(super) fn names_in(&self, tried: &Tried) -> Vec<Vec<u8>> {
        // Most expressions name nothing.
        if memchr::memmem::find(&tried.pattern, b"(?").is_none() {
            return Vec::new();
        }
        let shape = self.shape(&tried.pattern, tried.caseless);
        shape.iter().flat_map(|it| it.names()).map(|it| it.to_ascii_lowercase().into_bytes()).collect()
    }

    fn names(&self, tried: &Tried, name: &[u8]) -> bool {
        self.shape(&tried.pattern, tried.caseless).is_some_and(|shape| shape.named(name).is_some())
    }

    fn tried_by_location(&self, location: ScopeId) -> Option<Tried> {
        let (expression, caseless) = pattern(self.view, location)?.expression()?;
        Some(Tried::new(&expression, caseless, Subject::Path(location)))
    }

    fn tried_by_names(&self, server: ScopeId) -> Vec<Tried> {
        let nodes = self.view.config.own(server, directive::SERVER_NAME);
        let names = nodes.flat_map(|node| self.view.args(node));
        let tried = names.filter_map(|name| {
            let expression = name.strip_prefix(b"~")?;
            Some(Tried::new(expression, true, Subject::Host))
        });
        tried.collect()
    }

    /// What `$number` can hold after one of these expressions.
    pub(super) fn captured(&self, tried: &[Tried], number: usize) -> Vec<Held> {
        tried.iter().flat_map(|tried| self.group(tried, |shape| shape.group(number))).collect()
    }

    /// What the group called `name` can hold.
    pub(super) fn captured_by_name(&self, tried: &[Tried], name: &[u8]) -> Vec<Held> {
        let of = |tried| self.group(tried, |shape| shape.group(shape.named(name)?));
        tried.iter().flat_map(of).collect()
    }

    fn group(&self, tried: &Tried, of: impl Fn(&Shape) -> Option<Group>) -> Vec<Held> {
        let shape = self.shape(&tried.pattern, tried.caseless).filter(|_| !tried.is_negated);
        let Some(group) = shape.and_then(|shape| of(&shape)).filter(|group| group.is_free) else {
            return Vec::new();
        };
        // A lone line end makes no line.
        let bytes = if group.is_long { group.bytes } else { group.bytes.and(&Set::of(b"\r\n").negated()) };
        let narrowed = self.subject(&tried.subject).into_iter().map(|held| Held {
            bytes: held.bytes.and(&bytes),
            ends_fixed: group.ends_fixed,
            ..held
        });
        narrowed.filter(|held| !held.bytes.is_empty()).collect()
    }

    fn subject(&self, subject: &Subject) -> Vec<Held> {
        let one = |origin: &str, class, bytes| {
            vec![Held { origin: origin.into(), class, bytes, ends_fixed: false }]
        };
        match subject {
            Subject::Path(scope) => {
                self.path(*scope).map_or_else(Vec::new, |bytes| one("uri", Class::Decoded, bytes))
            }
            Subject::Host => one("host", Class::Host, names::host()),
            Subject::Value(site, value) => self.value(*site, value),
        }
    }

    /// The bytes that the path of a request in a block can hold; `None` where it is always the same.
    pub(super) fn path(&self, scope: ScopeId) -> Option<Set> {
        let location = self.view.config.enclosing(scope, ScopeKind::Location);
        if self.is_raw_path(scope) {
            return None;
        }
        let narrow = match location.and_then(|location| pattern(self.view, location)) {
            Some(Pattern::Exact(_)) => return None,
            Some(Pattern::Regex(expression, caseless)) => {
                self.shape(&expression, caseless).and_then(|shape| shape.whole())
            }
            _ => None,
        };
        Some(narrow.map_or_else(names::decoded, |narrow| narrow.and(&names::decoded())))
    }
}
