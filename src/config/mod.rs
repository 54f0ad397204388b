//! The configuration tree of one main file (or fragment): includes put in place, the origin of every directive kept.
//!
//! An include is textual in nginx: what it brings stands in the including block as if typed there. So a file that five
//! servers include gives five sets of nodes here, all pointing at the same statements of one document.

mod assemble;
mod context;
mod dump;
mod glob;
mod include;
mod library;
mod names;

use crate::catalogue::DirectiveId;
use crate::source::{DocId, Span};
use crate::syntax::StatementId;

pub use assemble::assemble;
pub use context::Context;
pub use dump::{is_dump, refusal, split_dump};
pub use glob::matches as glob_matches;
pub use include::{Base, Paths, Resolution, resolve};
pub use library::{Library, LoadError, Texts};
pub use names::{View, assumed};

/// Number of a directive within its [`Config`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct NodeId(pub u32);

/// Number of a scope within its [`Config`]; scope 0 is the main context.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct ScopeId(pub u32);

impl ScopeId {
    /// The main context.
    pub const MAIN: Self = Self(0);
}

/// Number of an include within its [`Config`]; 0 stands for the main file itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct IncludeId(pub u32);

/// One directive at one place of the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Node {
    /// The text it stands in.
    pub doc: DocId,
    /// The statement there.
    pub statement: StatementId,
    /// What it is; [`DirectiveId::UNKNOWN`] for a name that is not in the catalogue and for entries of a data block.
    pub name: DirectiveId,
    /// The scope it stands in.
    pub scope: ScopeId,
    /// The include that brought it.
    pub include: IncludeId,
    /// The first node after it that does not stand inside it.
    pub next: NodeId,
}

/// The kinds of scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum ScopeKind {
    /// Outside every block.
    #[default]
    Main,
    /// `events`
    Events,
    /// `http`
    Http,
    /// `server` in `http`
    Server,
    /// `location`, named or not
    Location,
    /// `if` in `server`
    IfInServer,
    /// `if` in `location`
    IfInLocation,
    /// `limit_except`
    LimitExcept,
    /// `upstream` in `http`
    Upstream,
    /// `stream`
    Stream,
    /// `server` in `stream`
    StreamServer,
    /// `upstream` in `stream`
    StreamUpstream,
    /// `mail`
    Mail,
    /// `server` in `mail`
    MailServer,
    /// `map`, `geo`, `types`, ...: its children are data, not directives
    Data,
    /// A block that nginx does not know, or not at this place
    Other,
}

impl ScopeKind {
    /// Whether requests are configured here and levels above are inherited: http, server, location, `if`, `limit_except`.
    pub fn is_http_level(self) -> bool {
        matches!(self, Self::Http | Self::Server) || self.is_location_level()
    }

    /// Whether directives of this level reach blocks inside it: the HTTP levels and those of stream and mail.
    pub fn is_level(self) -> bool {
        let other = matches!(self, Self::Stream | Self::StreamServer | Self::Mail | Self::MailServer);
        other || self.is_http_level()
    }

    /// location, `if` in location, `limit_except`: the levels that serve requests.
    pub fn is_location_level(self) -> bool {
        matches!(self, Self::Location | Self::IfInLocation | Self::LimitExcept)
    }
}

/// A block, or the main context.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Scope {
    /// What it is.
    pub kind: ScopeKind,
    /// The directive that opens it; `None` for the main context and for a level that a fragment only assumes.
    pub node: Option<NodeId>,
    /// The enclosing scope; `None` for the main context.
    pub parent: Option<ScopeId>,
    /// The first scope after it that does not stand inside it.
    pub next: ScopeId,
    /// Whether all of its directives were read: false for an assumed level and where an include could not be resolved.
    pub in_sight: bool,
    first: NodeId,
    end: NodeId,
    own: (u32, u32),
}

/// An include that was followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Include {
    /// The include that the directive itself came by.
    pub parent: IncludeId,
    /// The whole `include` statement.
    pub span: Span,
}

/// Why an include brought nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IncludeProblem {
    /// Nothing stands at the path.
    NotFound,
    /// The path is a directory: `pread() failed (21: Is a directory)`.
    Directory,
    /// It stands there and cannot be read; the system's words.
    Unreadable(String),
    /// The file is being included already.
    Cycle,
    /// The includes multiply without end in sight.
    TooMany,
}

/// An include that could not be followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unresolved {
    /// What went wrong.
    pub problem: IncludeProblem,
    /// The path after resolution, for people.
    pub path: String,
    /// The include directive's argument.
    pub span: Span,
    /// The scope that lacks what the file would have brought.
    pub scope: ScopeId,
    /// The include chain up to the directive.
    pub include: IncludeId,
    /// Whether nginx itself would look exactly there: false where the path is absolute and this machine's root is not
    /// known to be the server's, or where a fragment's main file is unknown.
    pub certain: bool,
}

/// The tree of one main file or fragment.
#[derive(Debug, Default)]
pub struct Config {
    /// The text that the tree starts from.
    pub root: DocId,
    /// Whether it starts in the main context, as nginx's main file does.
    pub complete: bool,
    /// Whether the context it starts in is more than a guess.
    pub certain: bool,
    /// All directives; what a block holds comes right after it.
    pub nodes: Vec<Node>,
    /// All scopes; what a scope holds comes right after it.
    pub scopes: Vec<Scope>,
    /// Includes that were followed; number 0 stands for the main file.
    pub includes: Vec<Include>,
    /// Includes that could not be followed, in reading order.
    pub unresolved: Vec<Unresolved>,
    /// Documents that the tree is made of, in order of first opening.
    pub documents: Vec<DocId>,
    /// The document of every include that was followed: one that five servers include stands here five times.
    pub included: Vec<DocId>,
    own: Vec<(DirectiveId, NodeId)>,
}

impl Config {
    /// Whether it starts with a main file and lacks nothing: what is not in it is not there at all.
    pub fn is_whole(&self) -> bool {
        self.complete && self.unresolved.is_empty() && self.scopes.iter().all(|scope| scope.in_sight)
    }

    /// The node `id`; a number that was never given out reads as an empty node.
    pub fn node(&self, id: NodeId) -> Node {
        self.nodes.get(id.0 as usize).copied().unwrap_or_default()
    }

    /// The scope `id`; a number that was never given out reads as an empty scope.
    pub fn scope(&self, id: ScopeId) -> Scope {
        self.scopes.get(id.0 as usize).copied().unwrap_or_default()
    }

    /// All scopes with their numbers.
    pub fn scope_ids(&self) -> impl Iterator<Item = ScopeId> + use<> {
        (0..u32::try_from(self.scopes.len()).unwrap_or(u32::MAX)).map(ScopeId)
    }

    /// The directives of a scope itself, blocks included, in reading order with includes in place.
    pub fn directives(&self, scope: ScopeId) -> impl Iterator<Item = NodeId> + '_ {
        let Scope { first, end, .. } = self.scope(scope);
        let mut at = first;
        std::iter::from_fn(move || {
            let id = at;
            (id < end).then(|| at = self.node(id).next.max(NodeId(id.0 + 1))).map(|()| id)
        })
    }

    /// The directives called `name` of a scope itself, in reading order.
    pub fn own(&self, scope: ScopeId, name: DirectiveId) -> impl DoubleEndedIterator<Item = NodeId> + '_ {
        let (start, end) = self.scope(scope).own;
        let slice = self.own.get(start as usize..end as usize).unwrap_or_default();
        let from = slice.partition_point(|&(other, _)| other < name);
        let to = slice.partition_point(|&(other, _)| other <= name);
        slice.get(from..to).unwrap_or_default().iter().map(|&(_, node)| node)
    }

    /// The last directive called `name` of a scope itself.
    pub fn own_last(&self, scope: ScopeId, name: DirectiveId) -> Option<NodeId> {
        self.own(scope, name).next_back()
    }

    /// The scope that a directive opens.
    pub fn opened_by(&self, node: NodeId) -> Option<ScopeId> {
        let index = self.scopes.partition_point(|scope| scope.node < Some(node));
        let is_opened = self.scopes.get(index).is_some_and(|scope| scope.node == Some(node));
        Some(ScopeId(u32::try_from(index).ok().filter(|_| is_opened)?))
    }

    /// The scopes directly inside `scope`.
    pub fn children(&self, scope: ScopeId) -> impl Iterator<Item = ScopeId> + '_ {
        let end = self.scope(scope).next;
        let mut at = ScopeId(scope.0 + 1);
        std::iter::from_fn(move || {
            let id = at;
            (id < end).then(|| at = self.scope(id).next.max(ScopeId(id.0 + 1))).map(|()| id)
        })
    }

    /// `scope` and all scopes around it, innermost first.
    pub fn ancestors(&self, scope: ScopeId) -> impl Iterator<Item = ScopeId> + '_ {
        std::iter::successors(Some(scope), |&id| self.scope(id).parent)
    }

    /// The scopes anywhere inside `scope`.
    pub fn descendants(&self, scope: ScopeId) -> impl Iterator<Item = ScopeId> + use<> {
        (scope.0 + 1..self.scope(scope).next.0).map(ScopeId)
    }

    /// The nearest scope of `kind` that is `scope` or holds it.
    pub fn enclosing(&self, scope: ScopeId, kind: ScopeKind) -> Option<ScopeId> {
        self.ancestors(scope).find(|&id| self.scope(id).kind == kind)
    }

    /// The include directives that lead to a node, outermost first.
    pub fn include_chain(&self, include: IncludeId) -> Vec<Span> {
        let path = self.include_path(include).take_while(|id| id.0 != 0);
        let mut chain: Vec<Span> =
            path.filter_map(|id| self.include(id).map(|include| include.span)).collect();
        chain.reverse();
        chain
    }

    /// An include and those that led to it, the main file's number 0 last.
    pub fn include_path(&self, include: IncludeId) -> impl Iterator<Item = IncludeId> + '_ {
        std::iter::successors(Some(include), |&id| {
            self.include(id).filter(|_| id.0 != 0).map(|include| include.parent)
        })
    }

    /// The text that an include brought; the main file for number 0.
    pub fn included_document(&self, include: IncludeId) -> DocId {
        let index = include.0.checked_sub(1);
        index.and_then(|index| self.included.get(index as usize)).copied().unwrap_or(self.root)
    }

    /// The include `id`; number 0 is no include.
    pub fn include(&self, id: IncludeId) -> Option<Include> {
        self.includes.get(id.0 as usize).copied()
    }
}
