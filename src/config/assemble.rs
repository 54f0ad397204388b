//! Puts the includes of a main file or fragment in place, with an explicit stack: neither blocks nor includes recurse.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::include::{self, Resolution};
use super::{
    Base, Config, Context, Include, IncludeId, IncludeProblem, Library, LoadError, Node, NodeId, Paths,
    Scope, ScopeId, ScopeKind, Unresolved,
};
use crate::catalogue::{DirectiveId, directive};
use crate::source::{DocId, Span};
use crate::syntax::{Statement, StatementId, StatementKind};
use crate::template::holds_placeholder;

/// Includes that each bring two more multiply without end; no real tree comes near this many directives beyond what its
/// files hold.
const MOST_REPEATED_NODES: usize = 2_000_000;

/// Directives whose first argument says what they are about.
const KEYED: [DirectiveId; 4] = [
    directive::PROXY_SET_HEADER,
    directive::PROXY_HIDE_HEADER,
    directive::PROXY_PASS_HEADER,
    directive::ADD_HEADER,
];

/// Builds the tree that starts with `root`.
pub fn assemble(
    library: &mut Library<'_>,
    root: DocId,
    context: &Context,
    base: &Base,
    paths: &Paths,
) -> Config {
    let config = Config {
        root,
        complete: context.is_main(),
        certain: context.is_certain(),
        includes: vec![Include::default()],
        ..Config::default()
    };
    let mut assembly = Assembly {
        library,
        config,
        base,
        paths,
        frames: Vec::new(),
        open: HashSet::new(),
        seen: HashSet::new(),
    };
    let scope = assembly.assume(context);
    assembly.enter_file(root, scope, IncludeId(0));
    assembly.run();
    assembly.finish()
}

/// Statements still to be placed.
enum Frame {
    /// The statements `at..end` of a text or block.
    Statements { doc: DocId, at: u32, end: u32, scope: ScopeId, include: IncludeId, closes: Closes },
    /// A file that an include names.
    File { path: PathBuf, site: Site },
}

/// What ends with a frame.
#[derive(Clone, Copy)]
enum Closes {
    File,
    Scope(NodeId),
}

/// An include directive at its place.
#[derive(Clone, Copy)]
struct Site {
    argument: Span,
    statement: Span,
    scope: ScopeId,
    include: IncludeId,
    certain: bool,
    neutral: bool,
}

struct Assembly<'a, 'f> {
    library: &'a mut Library<'f>,
    config: Config,
    base: &'a Base,
    paths: &'a Paths,
    frames: Vec<Frame>,
    /// Files that are being read right now: including one of them again would be a cycle.
    open: HashSet<DocId>,
    seen: HashSet<DocId>,
}

impl Assembly<'_, '_> {
    /// Opens the levels that the context takes for granted and returns the innermost.
    fn assume(&mut self, context: &Context) -> ScopeId {
        let mut scope = ScopeId::MAIN;
        for (depth, &kind) in context.levels().iter().enumerate() {
            let parent = (depth > 0).then_some(scope);
            scope = self.add_scope(Scope { kind, parent, in_sight: context.is_main(), ..Scope::default() });
        }
        scope
    }

    fn add_scope(&mut self, scope: Scope) -> ScopeId {
        let id = ScopeId(number(self.config.scopes.len()));
        self.config.scopes.push(Scope { first: self.next_node(), ..scope });
        id
    }

    fn next_node(&self) -> NodeId {
        NodeId(number(self.config.nodes.len()))
    }

    fn enter_file(&mut self, doc: DocId, scope: ScopeId, include: IncludeId) {
        self.open.insert(doc);
        if self.seen.insert(doc) {
            self.config.documents.push(doc);
        }
        let end = number(self.library.texts.tree(doc).statements.len());
        self.frames.push(Frame::Statements { doc, at: 0, end, scope, include, closes: Closes::File });
    }

    fn run(&mut self) {
        while let Some(frame) = self.frames.pop() {
            match frame {
                Frame::File { path, site } => self.open_file(&path, site),
                Frame::Statements { doc, at, end, closes, scope, .. } if at >= end => {
                    self.close(doc, scope, closes);
                }
                Frame::Statements { doc, at, end, scope, include, closes } => {
                    let statement = self.library.texts.statement(doc, StatementId(at));
                    let after = statement.next.max(at + 1);
                    self.frames.push(Frame::Statements { doc, at: after, end, scope, include, closes });
                    self.place(doc, StatementId(at), statement, scope, include);
                }
            }
        }
    }

    fn close(&mut self, doc: DocId, scope: ScopeId, closes: Closes) {
        let (next_node, next_scope) = (self.next_node(), ScopeId(number(self.config.scopes.len())));
        match closes {
            Closes::File => {
                self.open.remove(&doc);
            }
            Closes::Scope(node) => {
                if let Some(node) = self.config.nodes.get_mut(node.0 as usize) {
                    node.next = next_node;
                }
                if let Some(scope) = self.config.scopes.get_mut(scope.0 as usize) {
                    (scope.end, scope.next) = (next_node, next_scope);
                }
            }
        }
    }

    /// Adds one directive and, where it is a block or an include, what it leads to.
    fn place(
        &mut self,
        doc: DocId,
        id: StatementId,
        statement: Statement,
        scope: ScopeId,
        include: IncludeId,
    ) {
        let within = self.config.scope(scope).kind;
        let is_include = statement.name == directive::INCLUDE && self.takes_includes(scope);
        let name =
            if within == ScopeKind::Data && !is_include { DirectiveId::UNKNOWN } else { statement.name };
        let node = self.next_node();
        self.config.nodes.push(Node { doc, statement: id, name, scope, include, next: NodeId(node.0 + 1) });
        if self.may_bring_anything(doc, id, name) {
            self.out_of_sight(scope);
        }
        match statement.kind {
            StatementKind::Simple if is_include && statement.word_count == 2 => {
                self.follow(doc, id, scope, include);
            }
            StatementKind::Block => {
                let kind = scope_kind(within, name);
                let inner = self.add_scope(Scope {
                    kind,
                    node: Some(node),
                    parent: Some(scope),
                    in_sight: true,
                    ..Scope::default()
                });
                let closes = Closes::Scope(node);
                self.frames.push(Frame::Statements {
                    doc,
                    at: id.0 + 1,
                    end: statement.next,
                    scope: inner,
                    include,
                    closes,
                });
            }
            StatementKind::Simple | StatementKind::Raw => {}
        }
    }

    /// `include` is a directive everywhere and an entry of `map`, `geo` and `types`; `split_clients` and `charset_map`
    /// take the word as data.
    fn takes_includes(&self, scope: ScopeId) -> bool {
        let scope = self.config.scope(scope);
        scope.kind != ScopeKind::Data
            || scope.node.is_some_and(|node| {
                let name = self.config.node(node).name;
                name != directive::SPLIT_CLIENTS && name != directive::CHARSET_MAP
            })
    }

    fn follow(&mut self, doc: DocId, id: StatementId, scope: ScopeId, include: IncludeId) {
        let Some(&word) = self.library.texts.words(doc, id).get(1) else { return };
        let argument = self.library.texts.decoded(doc, word).into_owned();
        if holds_placeholder(&argument) {
            return self.out_of_sight(scope);
        }
        let found = include::resolve(self.library.files, &argument, self.base, self.paths);
        let site = Site {
            argument: Span::new(doc, word.start, word.end),
            statement: self.library.texts.span(doc, id),
            scope,
            include,
            certain: found.certain,
            neutral: include::is_neutral(&argument),
        };
        self.queue(found, site);
    }

    fn queue(&mut self, found: Resolution, site: Site) {
        let Resolution { files, shown, pattern, certain } = found;
        // What nginx's packages ship may be left out of a repository: it stands beside the real main file.
        let shipped = site.neutral && !self.paths.is_given();
        if files.is_empty() && !pattern && !shipped {
            self.unresolved(IncludeProblem::NotFound, &shown, site);
        } else if files.is_empty() && !certain {
            self.lose_sight(site);
        }
        self.library.read_ahead(&files);
        self.frames.extend(files.into_iter().rev().map(|path| Frame::File { path, site }));
    }

    fn open_file(&mut self, path: &Path, site: Site) {
        let problem = match self.library.open(path) {
            Ok(doc) if self.open.contains(&doc) => IncludeProblem::Cycle,
            Ok(_) if self.repeats_too_much() => IncludeProblem::TooMany,
            Ok(doc) => {
                let include = IncludeId(number(self.config.includes.len()));
                self.config.includes.push(Include { parent: site.include, span: site.statement });
                self.config.included.push(doc);
                return self.enter_file(doc, site.scope, include);
            }
            Err(LoadError::NotFound) => IncludeProblem::NotFound,
            Err(LoadError::Directory) => IncludeProblem::Directory,
            Err(error) => IncludeProblem::Unreadable(error.to_string()),
        };
        self.unresolved(problem, path, site);
    }

    fn repeats_too_much(&self) -> bool {
        let distinct = || -> usize {
            self.config.documents.iter().map(|&doc| self.library.texts.tree(doc).statements.len()).sum()
        };
        self.config.nodes.len() > MOST_REPEATED_NODES
            && self.config.nodes.len() > MOST_REPEATED_NODES + distinct()
    }

    fn unresolved(&mut self, problem: IncludeProblem, path: &Path, site: Site) {
        let path = self.library.name(path);
        let Site { argument: span, scope, include, certain, .. } = site;
        self.config.unresolved.push(Unresolved { problem, path, span, scope, include, certain });
        self.lose_sight(site);
    }

    fn lose_sight(&mut self, site: Site) {
        if !site.neutral {
            self.out_of_sight(site.scope);
        }
    }

    fn out_of_sight(&mut self, scope: ScopeId) {
        if let Some(scope) = self.config.scopes.get_mut(scope.0 as usize) {
            scope.in_sight = false;
        }
    }

    /// Whether a template decides which directive, or which header, a statement is.
    fn may_bring_anything(&self, doc: DocId, id: StatementId, name: DirectiveId) -> bool {
        let texts = &self.library.texts;
        if texts.sources.get(doc).reading().is_none() {
            return false;
        }
        let deciding = if KEYED.contains(&name) { 2 } else { 1 };
        let words = texts.words(doc, id).iter().take(deciding);
        { words }.any(|&word| holds_placeholder(&texts.decoded(doc, word)))
    }

    fn finish(mut self) -> Config {
        let (end, next) = (self.next_node(), ScopeId(number(self.config.scopes.len())));
        for scope in self.config.scopes.iter_mut().filter(|scope| scope.node.is_none()) {
            (scope.end, scope.next) = (end, next);
        }
        index(&mut self.config);
        self.config
    }
}

/// Sorts the directives of each scope by name, so that a look-up is a binary search: first by scope (counted, since
/// scopes are numbered), then the few of one scope by name.
fn index(config: &mut Config) {
    let mut at = 0;
    let mut starts: Vec<u32> = vec![0; config.scopes.len()];
    for node in &config.nodes {
        if let Some(count) = starts.get_mut(node.scope.0 as usize) {
            *count += 1;
        }
    }
    for (scope, start) in config.scopes.iter_mut().zip(&mut starts) {
        scope.own = (at, at + *start);
        (*start, at) = (at, scope.own.1);
    }
    config.own = vec![Default::default(); config.nodes.len()];
    for (number, node) in (0u32..).zip(&config.nodes) {
        let Some(slot) = starts.get_mut(node.scope.0 as usize) else { continue };
        if let Some(entry) = config.own.get_mut(*slot as usize) {
            *entry = (node.name, NodeId(number));
        }
        *slot += 1;
    }
    for scope in &config.scopes {
        let (start, end) = scope.own;
        config.own.get_mut(start as usize..end as usize).unwrap_or_default().sort_unstable();
    }
}

/// What a block is, by its name and the scope it stands in. A block at a place where nginx refuses it still counts as
/// what it is called, so that the rest of a broken file is understood.
fn scope_kind(within: ScopeKind, name: DirectiveId) -> ScopeKind {
    match name {
        directive::HTTP => ScopeKind::Http,
        directive::EVENTS => ScopeKind::Events,
        directive::STREAM => ScopeKind::Stream,
        directive::MAIL => ScopeKind::Mail,
        directive::LOCATION => ScopeKind::Location,
        directive::LIMIT_EXCEPT => ScopeKind::LimitExcept,
        directive::SERVER if within == ScopeKind::Stream => ScopeKind::StreamServer,
        directive::SERVER if within == ScopeKind::Mail => ScopeKind::MailServer,
        directive::SERVER => ScopeKind::Server,
        directive::UPSTREAM if within == ScopeKind::Stream => ScopeKind::StreamUpstream,
        directive::UPSTREAM => ScopeKind::Upstream,
        directive::IF if within.is_location_level() => ScopeKind::IfInLocation,
        directive::IF => ScopeKind::IfInServer,
        name if name.is_data_block() => ScopeKind::Data,
        _ => ScopeKind::Other,
    }
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
