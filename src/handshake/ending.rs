//! What the rewrite phase of a block does to a handshake: `set`, `return`, `rewrite`, `if`, in order
//! (`ngx_http_rewrite_handler`).

use super::paths::{Paths, Replaced};
use crate::catalogue::directive;
use crate::config::{NodeId, ScopeId, ScopeKind};
use crate::route::{Returned, redirects_with, returned};
use crate::value::{Environment, Outcome, condition, steps};

/// How the phase ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// `return`.
    Return(Returned),
    /// A redirect by `rewrite`.
    Redirect,
    /// On to the location for these paths: one where it is known, several where any of them may be it.
    Moved(Vec<Vec<u8>>),
    /// On to a location, but nobody can tell to which.
    MovedSomewhere,
}

/// A rewrite phase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phase {
    /// How it ends; `None` where the request stays.
    pub ending: Option<Ending>,
    /// The block in force afterwards: the last `if` that was entered, else the block itself.
    pub in_force: ScopeId,
    /// The directive that ends it; `None` where it ends by itself.
    pub by: Option<NodeId>,
    /// The pass of an `if` that was entered before the last one: its handler stays though the block in force changes.
    pub earlier_pass: Option<NodeId>,
}

/// Runs the rewrite phase of the environment's block; an `if` is entered where its condition is certainly true. What is
/// not certain is taken not to happen. For an `if` in a location, which is taken to be entered, what follows in its
/// location runs as well.
pub fn run(environment: &Environment<'_>) -> Phase {
    let config = environment.view.config;
    let block = environment.block;
    let mut run = Run {
        now: environment.before(),
        paths: Paths::of(environment.view, block),
        moved: false,
        phase: Phase { ending: None, in_force: block, by: None, earlier_pass: None },
    };
    let scope = config.scope(block);
    match (scope.kind, scope.parent, scope.node) {
        (ScopeKind::IfInLocation, Some(location), Some(node)) => run.after(location, node),
        _ => run.block(block),
    }
    run.phase
}

struct Run<'a> {
    now: Environment<'a>,
    paths: Paths,
    moved: bool,
    phase: Phase,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    On,
    Stop,
}

impl Run<'_> {
    fn block(&mut self, block: ScopeId) {
        let steps = steps(self.now.view.config, block);
        self.steps(steps);
    }

    /// The `if` at `node`, and what stands after it.
    fn after(&mut self, location: ScopeId, node: NodeId) {
        let mut steps = steps(self.now.view.config, location);
        steps.retain(|&(step, _)| step >= node);
        self.steps(steps);
    }

    fn steps(&mut self, steps: Vec<(NodeId, Option<ScopeId>)>) {
        for (node, branch) in steps {
            let step = match branch {
                Some(branch) => self.branch(node, branch),
                None => self.directive(node),
            };
            if step == Step::Stop {
                return;
            }
        }
        if self.moved {
            self.phase.ending = Some(self.paths.ending());
        }
    }

    fn branch(&mut self, node: NodeId, branch: ScopeId) -> Step {
        if self.now.ask_at(node, branch) != Outcome::True {
            return Step::On;
        }
        let config = self.now.view.config;
        if config.scope(branch).kind == ScopeKind::IfInLocation {
            self.take_over(branch);
        }
        let steps = steps(config, branch);
        let mut ends = steps.into_iter().map(|(node, _)| self.directive(node));
        if ends.any(|step| step == Step::Stop) { Step::Stop } else { Step::On }
    }

    fn take_over(&mut self, branch: ScopeId) {
        let config = self.now.view.config;
        let before = self.phase.in_force;
        if before != branch && config.scope(before).kind == ScopeKind::IfInLocation {
            let mut own = config.directives(before);
            let pass = own.find(|&node| config.node(node).name.handler().is_some());
            self.phase.earlier_pass = self.phase.earlier_pass.or(pass);
        }
        self.phase.in_force = branch;
    }

    fn directive(&mut self, node: NodeId) -> Step {
        match self.now.view.config.node(node).name {
            directive::SET => {
                self.now.assign(node);
                Step::On
            }
            directive::RETURN => self.end(node, Ending::Return(returned(self.now.view, node))),
            directive::REWRITE => self.rewrite(node),
            directive::BREAK => {
                self.moved = false;
                Step::Stop
            }
            _ => Step::On,
        }
    }

    fn end(&mut self, by: NodeId, ending: Ending) -> Step {
        self.phase.by = Some(by);
        self.phase.ending = Some(ending);
        Step::Stop
    }

    fn rewrite(&mut self, node: NodeId) -> Step {
        let view = self.now.view;
        let (Some(regex), Some(replacement)) = (view.arg(node, 0), view.arg(node, 1)) else {
            return Step::On;
        };
        let replaced = self.paths.replaced(&self.now, &regex, &replacement);
        self.now.lose_captures();
        let Replaced::By(paths) = replaced else { return Step::On };
        let flag = view.arg(node, 2);
        if redirects_with(&replacement, flag.as_deref()).is_some() {
            return self.end(node, Ending::Redirect);
        }
        match flag.as_deref() {
            Some(b"break") => Step::Stop,
            Some(b"last") => self.end(node, paths.ending()),
            _ => {
                (self.moved, self.paths) = (true, paths);
                Step::On
            }
        }
    }
}

/// Whether the condition of an `if` is certainly false when a handshake comes to it.
pub fn is_left_out(environment: &Environment<'_>, branch: ScopeId) -> bool {
    let Some(node) = environment.view.config.scope(branch).node else { return false };
    debug_assert_eq!(environment.view.config.opened_by(node), Some(branch));
    condition(&environment.before(), node) == Outcome::False
}
