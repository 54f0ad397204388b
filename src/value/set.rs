//! What the rewrite directives have assigned when a request reaches a block: those of its server, then those of its
//! location, in order; an outer location's never run (`ngx_http_rewrite_handler`).
//!
//! An `if` is entered where its condition is known to be true. What one assigns that may or may not be entered is not
//! known afterwards.

use std::collections::HashMap;
use std::rc::Rc;

use super::history::Moment;
use super::regex::Captures;
use super::{Environment, Outcome, Value, condition};
use crate::catalogue::{DirectiveId, directive};
use crate::config::{Config, NodeId, ScopeId, ScopeKind};

/// The variables and captures of a request in its rewrite phase.
#[derive(Debug, Clone, Default)]
pub struct Assigned {
    /// What the server's directives have assigned.
    outer: Option<Rc<Assigned>>,
    /// What a run through the location has assigned up to one of its directives.
    past: Option<Moment>,
    values: HashMap<Vec<u8>, Value>,
    /// The variables that were assigned since somebody asked.
    log: Vec<Vec<u8>>,
    /// `$0`, `$1`, ... of the last expression; `None` where they are not known, as after a location's or a rewrite's.
    captures: Option<Rc<[Vec<u8>]>>,
}

impl Assigned {
    fn inside(outer: Rc<Self>) -> Self {
        Self { outer: Some(outer), ..Self::default() }
    }

    /// What has been assigned to a variable, its name in lower case.
    pub fn get(&self, name: &[u8]) -> Option<&Value> {
        let past = || self.past.as_ref()?.get(name);
        self.values.get(name).or_else(past).or_else(|| self.outer.as_ref()?.get(name))
    }

    /// What the last expression has captured; `None` where that is not known.
    pub fn capture(&self, number: u8) -> Option<Vec<u8>> {
        let captures = self.captures.as_ref()?;
        Some(captures.get(usize::from(number)).cloned().unwrap_or_default())
    }

    /// Assigns a variable.
    pub fn set(&mut self, name: &[u8], value: Value) {
        let name = name.to_ascii_lowercase();
        self.log.push(name.clone());
        self.values.insert(name, value);
    }

    /// An expression has been tried: one that does not match empties the captures.
    pub fn tried(&mut self, captures: Option<Captures>) {
        let Captures { numbered, named } = captures.unwrap_or_default();
        for (name, value) in named {
            self.set(name.as_bytes(), Value::Known(value));
        }
        self.captures = Some(numbered.into());
    }

    /// The same when no more than `moment` has been assigned to what the server's directives have.
    pub(super) fn then(&self, moment: Moment) -> Self {
        Self { past: Some(moment), ..self.bare() }
    }

    /// Its captures, and what the server's directives have assigned.
    pub(super) fn bare(&self) -> Self {
        Self { outer: self.outer.clone(), captures: self.captures.clone(), ..Self::default() }
    }

    /// The variables that were assigned since the last time, with their values.
    pub(super) fn changes(&mut self) -> Vec<(Vec<u8>, Value)> {
        let names = std::mem::take(&mut self.log).into_iter();
        names.filter_map(|name| self.values.get(&name).cloned().map(|value| (name, value))).collect()
    }

    /// Takes the captures of another state.
    pub(super) fn take_captures(&mut self, of: &Self) {
        self.captures.clone_from(&of.captures);
    }

    /// An expression has been tried on what is not known.
    pub fn lost_captures(&mut self) {
        self.captures = None;
    }
}

/// Whether a phase goes on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    On,
    Stop,
}

/// What is assigned when the environment's block answers.
pub fn assignments(environment: &Environment<'_>) -> Assigned {
    let config = environment.view.config;
    let kind = config.scope(environment.block).kind;
    match environment.course().filter(|_| kind != ScopeKind::LimitExcept) {
        Some(course) if kind == ScopeKind::IfInLocation => course.entering(environment),
        Some(course) => course.end(),
        None => on_entering(environment),
    }
}

/// What is assigned when the rewrite directives of the environment's block begin to run: by the server's, and for an
/// `if` by those that stand before it in its location.
pub fn before(environment: &Environment<'_>) -> Assigned {
    let is_if = environment.view.config.scope(environment.block).kind == ScopeKind::IfInLocation;
    let course = environment.course().filter(|_| is_if);
    let stage = course.as_ref().and_then(|course| course.stage(environment.block));
    stage.map_or_else(|| on_entering(environment), super::course::Stage::before)
}

/// What the server's directives assign, before any location's.
pub fn on_entering(environment: &Environment<'_>) -> Assigned {
    let config = environment.view.config;
    let Some(server) = config.enclosing(environment.block, ScopeKind::Server) else {
        return Assigned::default();
    };
    if server == environment.block {
        return Assigned::default();
    }
    let known = environment.definitions.entered.get_or(environment.client, server, || {
        let mut now = environment.at(server).with(Assigned::default());
        run(&mut now, steps(config, server));
        now.into_assigned()
    });
    Assigned::inside(known)
}

/// The rewrite directives of a block in order, with the scope of each `if`.
pub fn steps(config: &Config, block: ScopeId) -> Vec<(NodeId, Option<ScopeId>)> {
    const SIMPLE: [DirectiveId; 4] =
        [directive::SET, directive::BREAK, directive::RETURN, directive::REWRITE];
    let simple = SIMPLE.iter().flat_map(|&name| config.own(block, name)).map(|node| (node, None));
    let branches = config.own(block, directive::IF).map(|node| (node, config.opened_by(node)));
    let mut steps: Vec<_> = simple.chain(branches).collect();
    steps.sort_unstable();
    steps
}

/// Runs rewrite directives and those of the `if`s among them.
pub(super) fn run(now: &mut Environment<'_>, steps: impl IntoIterator<Item = (NodeId, Option<ScopeId>)>) {
    for (node, branch) in steps {
        let step = match branch {
            Some(branch) => enter(now, node, branch).1,
            None => simple(now, node),
        };
        if step == Step::Stop {
            return;
        }
    }
}

pub(super) fn simple(now: &mut Environment<'_>, node: NodeId) -> Step {
    match now.view.config.node(node).name {
        directive::SET => {
            now.assign(node);
            Step::On
        }
        directive::REWRITE => {
            now.lose_captures();
            Step::On
        }
        _ => Step::Stop,
    }
}

/// Asks the condition of an `if`, and runs it where it is certainly entered.
pub(super) fn enter(now: &mut Environment<'_>, node: NodeId, branch: ScopeId) -> (Outcome, Step) {
    let taken = now.ask_at(node, branch);
    let config = now.view.config;
    let step = match taken {
        Outcome::False => Step::On,
        Outcome::True => {
            let mut ended = steps(config, branch).into_iter().map(|(node, _)| simple(now, node));
            if ended.any(|step| step == Step::Stop) { Step::Stop } else { Step::On }
        }
        Outcome::Unknown => {
            for set in config.own(branch, directive::SET) {
                now.forget(set);
            }
            Step::On
        }
    };
    (taken, step)
}

impl Environment<'_> {
    /// Runs a `set`.
    pub fn assign(&mut self, node: NodeId) {
        let view = self.view;
        if let (Some(name), Some(value)) = (view.arg(node, 0), view.arg(node, 1)) {
            let name = name.strip_prefix(b"$").unwrap_or(&name);
            // nginx reads a size out of it and gives back its bytes (`ngx_http_variable_set_limit_rate`).
            let value = if name.eq_ignore_ascii_case(b"limit_rate") {
                Value::Unknown("limit_rate".into())
            } else {
                self.evaluate(&value)
            };
            self.change(|assigned| assigned.set(name, value));
        }
    }

    /// A `set` may have run or not.
    fn forget(&mut self, node: NodeId) {
        if let Some(name) = self.view.arg(node, 0) {
            let name = name.strip_prefix(b"$").unwrap_or(&name);
            let unknown = Value::Unknown(String::from_utf8_lossy(name).into_owned());
            self.change(|assigned| assigned.set(name, unknown));
        }
    }

    /// A `rewrite` has run: its captures depend on the path.
    pub fn lose_captures(&mut self) {
        self.change(Assigned::lost_captures);
    }

    /// Asks the condition of the `if` that opens `branch`. The environment's own block is taken to be entered, whatever
    /// its condition says of this client.
    pub fn ask_at(&mut self, node: NodeId, branch: ScopeId) -> Outcome {
        let asked = self.ask(node);
        if branch != self.block {
            return asked;
        }
        if asked != Outcome::True {
            self.lose_captures();
        }
        Outcome::True
    }

    /// Asks the condition of an `if`, whose expression leaves its captures.
    fn ask(&mut self, node: NodeId) -> Outcome {
        let (outcome, captures) = condition::asked(self, node);
        match captures {
            condition::Tried::Nothing => {}
            condition::Tried::Expression(captures) => self.change(|it| it.tried(captures)),
            condition::Tried::Unknown => self.change(Assigned::lost_captures),
        }
        outcome
    }
}
