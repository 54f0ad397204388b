//! nginx's judgement of every directive of a tree: what `nginx -t` would say, and all of it.

use std::borrow::Cow;
use std::collections::HashMap;

use super::checks::is_slip;
use super::placeholder::{has_environment_variable, has_gap, is_template};
use super::preferences::Preferences;
use crate::catalogue::{
    Contexts, DirectiveId, Origin, OwnDirective, VersionRange, directive, foreign_module,
};
use crate::config::{NodeId, View};
use crate::directive::{Fault, Inside, Next, Problem, Refusal, State, Stated};
use crate::source::DocId;
use crate::syntax::{StatementKind, SyntaxErrorKind};
use crate::template::holds_placeholder;

/// What nginx refuses, in the order of the tree.
#[derive(Debug, Default)]
pub struct Judgement {
    /// Everything that is certain.
    pub found: Vec<Found>,
    /// Directives that nginx takes.
    pub taken: Vec<Taken>,
    /// The variables that the tree defines, in lower case.
    pub defined: Vec<Vec<u8>>,
    /// Whether a module was loaded about which nothing is known.
    pub has_unknown_module: bool,
}

/// Something that nginx refuses.
#[derive(Debug)]
pub struct Found {
    /// The directive.
    pub node: NodeId,
    /// What it offends against.
    pub fault: Fault,
    /// The word that is to blame, the name being 0.
    pub word: usize,
    /// nginx's message.
    pub message: String,
    /// Of a duplicate the first.
    pub first: Option<NodeId>,
    /// Where the directive may be taken to stand.
    pub contexts: Contexts,
}

/// A directive that nginx takes in one of these contexts.
#[derive(Debug, Clone, Copy)]
pub struct Taken {
    /// The directive.
    pub node: NodeId,
    /// Where it may be taken to stand.
    pub contexts: Contexts,
}

impl Judgement {
    /// Judges a tree for the versions of `target`.
    pub fn of(view: View<'_>, target: VersionRange, preferences: &Preferences) -> Self {
        let mut walk = Walk::new(view, target, preferences);
        let count = u32::try_from(view.config.nodes.len()).unwrap_or(u32::MAX);
        (0..count).map(NodeId).for_each(|node| walk.node(node));
        walk.finish()
    }
}

/// How sure one can be of what a text says.
#[derive(Debug, Clone, Copy)]
struct Trust {
    /// Its statements are what nginx reads.
    statements: bool,
    /// Its blocks begin and end where they seem to.
    blocks: bool,
}

struct Walk<'a> {
    view: View<'a>,
    preferences: &'a Preferences,
    state: State<NodeId>,
    judgement: Judgement,
    /// The first node behind each open block.
    ends: Vec<NodeId>,
    trust: HashMap<DocId, Trust>,
    /// Whether a variable may be defined where nobody looks.
    open_names: bool,
    guesses: usize,
    has_events: bool,
}

/// Unknown names that are compared with all others to see whether they are slips of the pen.
const MOST_GUESSES: usize = 50;

impl<'a> Walk<'a> {
    fn new(view: View<'a>, target: VersionRange, preferences: &'a Preferences) -> Self {
        let trust: HashMap<DocId, Trust> = {
            let documents = view.config.documents.iter();
            documents.map(|&doc| (doc, trust(view, doc))).collect()
        };
        let whole = view.config.is_whole() && view.config.certain;
        let open_names = !whole || trust.values().any(|trust| !trust.statements || !trust.blocks);
        let mut state = State::new(levels(view), target).or_plus();
        if is_data(view) {
            state.open(Inside::Anything, NodeId(0));
        }
        Self {
            view,
            preferences,
            state,
            judgement: Judgement::default(),
            ends: Vec::new(),
            trust,
            open_names,
            guesses: 0,
            has_events: false,
        }
    }

    fn node(&mut self, id: NodeId) {
        while self.ends.last().is_some_and(|&end| end <= id) {
            self.ends.pop();
            self.close();
        }
        let view = self.view;
        let node = view.config.node(id);
        let statement = view.texts.statement(node.doc, node.statement);
        let words: Vec<Cow<'_, [u8]>> = std::iter::once(view.name(id)).chain(view.args(id)).collect();
        let stated = Stated { id: statement.name, kind: statement.kind, words: &words, place: id };
        self.learn(&stated);
        let contexts = match self.state.inside() {
            Some(Inside::Directives(contexts)) => *contexts,
            _ => Contexts::NONE,
        };
        let inside = match self.state.read(&stated) {
            Ok(next) => {
                self.judgement.taken.push(Taken { node: id, contexts });
                match next {
                    Next::Block(inside) => inside,
                    Next::Statement | Next::Include => Inside::Anything,
                }
            }
            Err(problem) => {
                let inside = self.state.opened_anyway(&stated);
                self.note(problem, contexts);
                inside
            }
        };
        if statement.kind == StatementKind::Block {
            self.ends.push(node.next);
            self.state.open(inside, id);
        }
    }

    /// Whether modules that are not nginx's own may bring directives or variables.
    fn learn(&mut self, stated: &Stated<'_, NodeId>) {
        let foreign = |id: DirectiveId| {
            id.entry().is_some_and(|entry| entry.variants.iter().all(|it| it.origin != Origin::Nginx))
        };
        if stated.id == directive::LOAD_MODULE {
            let module = stated.words.get(1).map_or(&[][..], |path| stem(path));
            let origin = crate::catalogue::origin_of(module);
            self.open_names |= origin != Some(Origin::Nginx);
            self.judgement.has_unknown_module |= origin.is_none();
        }
        self.open_names |= foreign(stated.id);
    }

    /// What the end of a block shows; a block with an include that was not read may hold what seems to be missing.
    fn close(&mut self) {
        let config = self.view.config;
        let mut problems = self.state.close(None);
        problems.retain(|problem| {
            let block = problem.cause.and_then(|node| config.opened_by(node));
            block.is_none_or(|block| config.scope(block).in_sight)
        });
        self.note_all(problems);
    }

    fn note_all(&mut self, problems: Vec<Problem<NodeId>>) {
        for problem in problems {
            self.note(problem, Contexts::NONE);
        }
    }

    fn note(&mut self, problem: Problem<NodeId>, contexts: Contexts) {
        let Some(node) = problem.cause else { return };
        let mut refusal = problem.refusal;
        if let Some(own) = self.own(node).filter(|_| refusal.fault == Fault::Unknown) {
            self.open_names = true;
            let Some(better) = self.described(own, node, contexts) else { return };
            refusal = better;
        }
        if refusal.fault == Fault::Unknown && foreign_module(&self.view.name(node)).is_some() {
            self.open_names = true;
            return;
        }
        if !self.is_certain(node, refusal.fault) {
            self.open_names |= refusal.fault == Fault::Unknown;
            return;
        }
        if refusal.fault == Fault::Unknown && !self.open_names {
            self.guesses += 1;
            let slip =
                self.guesses < MOST_GUESSES && is_slip(&String::from_utf8_lossy(&self.view.name(node)));
            self.open_names |= !slip;
        }
        let message = String::from_utf8_lossy(&refusal.message).into_owned();
        self.judgement.found.push(Found {
            node,
            fault: refusal.fault,
            word: blamed(self.view, node, refusal.fault, refusal.word, &refusal.message),
            message,
            first: problem.first,
            contexts,
        });
    }

    fn own(&self, node: NodeId) -> Option<OwnDirective> {
        self.preferences.directives.own(&self.view.name(node)).copied()
    }

    /// What nginx would say of a directive that the user has described.
    fn described(&self, own: OwnDirective, node: NodeId, contexts: Contexts) -> Option<Refusal> {
        let name = String::from_utf8_lossy(&self.view.name(node)).into_owned();
        let refused = |fault, message: String| Some(Refusal { fault, word: 0, message: message.into() });
        if own.contexts.intersection(contexts).is_empty() {
            return refused(Fault::Context, format!("\"{name}\" directive is not allowed here"));
        }
        let place = self.view.config.node(node);
        match (own.block, self.view.texts.statement(place.doc, place.statement).kind) {
            (true, StatementKind::Simple) => {
                return refused(Fault::Ending, format!("directive \"{name}\" has no opening \"{{\""));
            }
            (false, StatementKind::Block | StatementKind::Raw) => {
                return refused(Fault::Ending, format!("directive \"{name}\" is not terminated by \";\""));
            }
            _ => {}
        }
        if own.args.accepts(self.view.arg_count(node)) {
            return None;
        }
        refused(Fault::Count, format!("invalid number of arguments in \"{name}\" directive"))
    }

    /// Whether a refusal is nginx's, and not due to something that is not seen here.
    fn is_certain(&self, node: NodeId, fault: Fault) -> bool {
        let view = self.view;
        let (doc, id) = (view.config.node(node).doc, view.config.node(node).statement);
        let trust = self.trust.get(&doc).copied();
        let Some(trust) = trust.filter(|trust| trust.statements) else { return false };
        let complete = view.texts.statement(doc, id).complete;
        let gap = || std::iter::once(view.name(node)).chain(view.args(node)).any(|word| has_gap(&word));
        // A byte order mark is a finding of its own.
        let name_gap = || has_gap(&view.name(node)) || view.name(node).starts_with(b"\xef\xbb\xbf");
        let complete = complete && !has_syntax_error(view, node);
        match fault {
            // Dots stand for what an example leaves out.
            Fault::Unknown => !name_gap() && !view.name(node).iter().all(|&byte| byte == b'.'),
            Fault::Context => trust.blocks && !name_gap(),
            Fault::Ending => trust.blocks && complete && !name_gap(),
            Fault::Duplicate | Fault::Ignored => trust.blocks && !gap(),
            Fault::Count | Fault::Value | Fault::Missing => complete && !gap(),
            Fault::Variable => {
                !view.args(node).any(|word| has_environment_variable(&word) || holds_placeholder(&word))
            }
        }
    }

    fn finish(mut self) -> Judgement {
        self.has_events = self.state.has_seen(directive::EVENTS);
        for _ in 0..=self.ends.len() {
            self.close();
        }
        let problems = self.state.finish();
        self.note_all(problems);
        self.judgement.defined = self.state.defined().to_vec();
        // Without an `events` block it is a part of a configuration, whatever its outermost block is.
        let whole = self.has_events;
        self.judgement.found.retain(|found| whole || found.fault != Fault::Missing);
        if self.open_names {
            let certain = |found: &Found| !matches!(found.fault, Fault::Variable | Fault::Missing);
            self.judgement.found.retain(certain);
        }
        self.judgement.found.sort_by_key(|found| found.node);
        self.judgement
    }
}

/// Whether the tokenizer refuses something in the words of a directive.
fn has_syntax_error(view: View<'_>, node: NodeId) -> bool {
    let node = view.config.node(node);
    let (errors, head) = (&view.texts.tree(node.doc).errors, view.texts.head(node.doc, node.statement));
    let end = view.texts.statement(node.doc, node.statement).terminator;
    errors
        .get(errors.partition_point(|error| error.start < head.start)..)
        .is_some_and(|rest| rest.first().is_some_and(|error| error.start <= end))
}

fn trust(view: View<'_>, doc: DocId) -> Trust {
    let moves = |kind: SyntaxErrorKind| {
        !matches!(kind, SyntaxErrorKind::MissingSemicolon | SyntaxErrorKind::LoneSemicolon)
    };
    Trust {
        statements: !is_template(view.texts.sources.get(doc)),
        blocks: !view.texts.tree(doc).errors.iter().any(|error| moves(error.kind)),
    }
}

/// The contexts around the tree; where they are a guess, all that there are.
fn levels(view: View<'_>) -> Vec<Contexts> {
    if !view.config.certain {
        return vec![Contexts::ANY];
    }
    let assumed = view.config.scopes.iter().take_while(|scope| scope.node.is_none());
    assumed.filter_map(|scope| scope.kind.place()).map(|place| Contexts::of(&[place])).collect()
}

/// Whether a fragment holds the entries of a data block, so that most of its names are no directives.
fn is_data(view: View<'_>) -> bool {
    let innermost = view.config.scopes.iter().rposition(|scope| scope.node.is_none());
    let Some(scope) = innermost.and_then(|it| u32::try_from(it).ok()).filter(|_| !view.config.certain) else {
        return false;
    };
    let (known, unknown): (Vec<NodeId>, Vec<NodeId>) =
        (view.config.directives(crate::config::ScopeId(scope)))
            .partition(|&node| view.config.node(node).name != DirectiveId::UNKNOWN);
    known.len() <= unknown.len()
}

/// `modules/ngx_http_geoip_module.so` without folder and ending.
fn stem(path: &[u8]) -> &[u8] {
    let name = path.rsplit(|&byte| byte == b'/').next().unwrap_or_default();
    name.strip_suffix(b".so").unwrap_or(name)
}

/// The word that a message is about: the one it quotes, where it quotes one, else the one that the setter blames.
fn blamed(view: View<'_>, node: NodeId, fault: Fault, hint: usize, message: &[u8]) -> usize {
    if !matches!(fault, Fault::Value | Fault::Missing | Fault::Variable) {
        return hint;
    }
    let quoted = |word: &[u8]| {
        !word.is_empty() && memchr::memmem::find(message, &[b"\"", word, b"\""].concat()).is_some()
    };
    let words: Vec<Cow<'_, [u8]>> = std::iter::once(view.name(node)).chain(view.args(node)).collect();
    if words.get(hint).is_some_and(|word| hint > 0 && quoted(word)) {
        return hint;
    }
    let found = words.iter().skip(1).position(|word| quoted(word)).map(|index| index + 1);
    found.unwrap_or(hint.min(words.len().saturating_sub(1)))
}
