//! The context a text starts in. A main file starts outside every block; most files of a repository are fragments that
//! some other file includes inside `http`, `server` or `location`.

use super::ScopeKind;
use crate::catalogue::{Context as Place, Contexts, directive};
use crate::comments::commands;
use crate::source::Document;
use crate::syntax::{StatementId, StatementKind, Tree};

impl ScopeKind {
    /// The catalogue's name for what directives stand in; nothing where directives are data or the block is not known.
    pub fn place(self) -> Option<Place> {
        Some(match self {
            Self::Main => Place::Main,
            Self::Events => Place::Events,
            Self::Http => Place::Http,
            Self::Server => Place::Server,
            Self::Location => Place::Location,
            Self::IfInServer => Place::IfInServer,
            Self::IfInLocation => Place::IfInLocation,
            Self::LimitExcept => Place::LimitExcept,
            Self::Upstream => Place::Upstream,
            Self::Stream => Place::Stream,
            Self::StreamServer => Place::StreamServer,
            Self::StreamUpstream => Place::StreamUpstream,
            Self::Mail => Place::Mail,
            Self::MailServer => Place::MailServer,
            Self::Data | Self::Other => return None,
        })
    }
}

/// The blocks around a text, outermost first, always beginning with the main context.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    levels: Vec<ScopeKind>,
    /// Whether it is more than a guess.
    certain: bool,
}

/// The words for contexts and the levels they stand for.
const NAMED: [(&str, &[ScopeKind]); 9] = [
    ("main", &[ScopeKind::Main]),
    ("http", &[ScopeKind::Main, ScopeKind::Http]),
    ("server", &[ScopeKind::Main, ScopeKind::Http, ScopeKind::Server]),
    ("location", &[ScopeKind::Main, ScopeKind::Http, ScopeKind::Server, ScopeKind::Location]),
    ("upstream", &[ScopeKind::Main, ScopeKind::Http, ScopeKind::Upstream]),
    ("stream", &[ScopeKind::Main, ScopeKind::Stream]),
    ("stream server", &[ScopeKind::Main, ScopeKind::Stream, ScopeKind::StreamServer]),
    ("events", &[ScopeKind::Main, ScopeKind::Events]),
    ("mail", &[ScopeKind::Main, ScopeKind::Mail]),
];

impl Context {
    /// The main context.
    pub fn main() -> Self {
        Self { levels: vec![ScopeKind::Main], certain: true }
    }

    /// Whether somebody says so, or the text holds what can stand nowhere else; else it is a guess.
    pub fn is_certain(&self) -> bool {
        self.certain
    }

    /// Whether the text is a main file.
    pub fn is_main(&self) -> bool {
        self.levels.len() == 1
    }

    /// The levels, outermost first.
    pub fn levels(&self) -> &[ScopeKind] {
        &self.levels
    }

    /// The context called `name`: one of `main`, `http`, `server`, `location`, `upstream`, `stream`, or a chain such as
    /// `http > server`.
    pub fn from_name(name: &str) -> Option<Self> {
        let parts: Vec<&str> = name.split('>').map(str::trim).collect();
        let joined = match parts.as_slice() {
            ["stream", .., "server"] => "stream server",
            [.., last] => last,
            [] => return None,
        };
        NAMED
            .iter()
            .find(|(word, _)| *word == joined)
            .map(|(_, levels)| Self { levels: levels.to_vec(), certain: true })
    }

    /// The context of a text: what a `# ngxlint: context` comment says, else what its directives allow.
    pub fn of(document: &Document, tree: &Tree) -> Self {
        declared(document, tree).unwrap_or_else(|| guess(tree))
    }
}

/// The comment `# ngxlint: context http > server`.
fn declared(document: &Document, tree: &Tree) -> Option<Context> {
    let said = commands(document, tree).filter(|command| command.word == "context");
    { said }.find_map(|command| Context::from_name(command.rest))
}

/// Contexts by how often fragments have them: of several that fit, the first is taken.
const LIKELY: [(Place, &str); 9] = [
    (Place::Main, "main"),
    (Place::Http, "http"),
    (Place::Server, "server"),
    (Place::Location, "location"),
    (Place::Upstream, "upstream"),
    (Place::Stream, "stream"),
    (Place::StreamServer, "stream server"),
    (Place::Events, "events"),
    (Place::Mail, "mail"),
];

/// The first likely context in which most of the text's top directives may stand. A text without any directive that is
/// known is a main file.
fn guess(tree: &Tree) -> Context {
    let places: Vec<Contexts> =
        tree.children(None).map(|id| contexts(tree, id)).filter(|it| *it != Contexts::NONE).collect();
    let fits = |place: Place| places.iter().filter(|contexts| contexts.contains(place)).count();
    let best = LIKELY.iter().map(|&(place, _)| fits(place)).max().unwrap_or(0);
    let named = LIKELY.iter().find(|&&(place, _)| fits(place) == best).map_or("main", |&(_, name)| name);
    let guessed = Context::from_name(named).unwrap_or_else(Context::main);
    let certain = guessed.is_main() && places.contains(&Contexts::of(&[Place::Main]));
    Context { certain, ..guessed }
}

/// Where a statement may stand; nothing for one that says nothing (`include`) or is unknown. A `server` block that
/// passes requests on by itself can only be a stream's.
fn contexts(tree: &Tree, id: StatementId) -> Contexts {
    let statement = tree.statement(id);
    match statement.name {
        directive::INCLUDE => Contexts::NONE,
        directive::SERVER => server_contexts(tree, id),
        name => name.contexts(),
    }
}

fn server_contexts(tree: &Tree, id: StatementId) -> Contexts {
    let statement = tree.statement(id);
    if statement.kind != StatementKind::Block {
        return Contexts::of(&[Place::Upstream]);
    }
    let passes = tree.children(Some(id)).any(|inner| tree.statement(inner).name == directive::PROXY_PASS);
    Contexts::of(if passes { &[Place::Stream] } else { &[Place::Http] })
}
