//! What the rewrite phase of a block does to a handshake: `set`, `return`, `rewrite`, `if`, in order
//! (`ngx_http_rewrite_handler`).

use super::paths::{Paths, Replaced};
use crate::catalogue::directive;
use crate::config::{NodeId, ScopeId, ScopeKind};
use crate::route::{Returned, redirects_with, returned};
use crate::value::{Directive, Environment, Outcome, steps};

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
    let mut run = Run::at(environment);
    run.whole();
    run.phase
}

/// Whether a request that is in the environment's block stays there: nothing ends the phase, and no `if` takes over.
pub fn stays(environment: &Environment<'_>) -> bool {
    let mut run = Run { alone: true, ..Run::at(environment) };
    run.whole();
    run.phase.ending.is_none() && run.phase.in_force == environment.block
}

struct Run<'a> {
    now: Environment<'a>,
    paths: Paths,
    moved: bool,
    /// Whether it is over when another `if` takes over.
    alone: bool,
    phase: Phase,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    On,
    Stop,
}

impl<'a> Run<'a> {
    fn at(environment: &Environment<'a>) -> Self {
        let block = environment.block;
        Self {
            now: environment.before(),
            paths: Paths::of(environment.view, block),
            moved: false,
            alone: false,
            phase: Phase { ending: None, in_force: block, by: None, earlier_pass: None },
        }
    }

    /// Runs all that may end the phase of the environment's block, or take over in it.
    fn whole(&mut self) {
        let scope = self.now.view.config.scope(self.now.block);
        match (scope.kind, scope.parent, scope.node) {
            (ScopeKind::IfInLocation, Some(location), Some(node)) => self.after(location, node),
            _ => self.block(self.now.block),
        }
    }

    fn block(&mut self, block: ScopeId) {
        let steps = steps(self.now.view.config, block);
        self.steps(steps);
    }

    /// The `if` at `node`, and what stands after it.
    fn after(&mut self, location: ScopeId, node: NodeId) {
        let view = self.now.view;
        let course = self.now.course();
        if let Some(behind) = course.as_ref().and_then(|course| course.behind(view, self.now.block)) {
            return self.steps(behind);
        }
        let all = steps(view.config, location);
        self.steps(all.into_iter().filter(|&(step, _)| step >= node));
    }

    fn steps(&mut self, steps: impl IntoIterator<Item = Directive>) {
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
            if self.alone && self.phase.in_force != self.now.block {
                return Step::Stop;
            }
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

/// Whether a handshake certainly does not enter an `if`: its condition is false, or the phase is over before it.
pub fn is_left_out(environment: &Environment<'_>) -> bool {
    let course = environment.course();
    let outcome = course.as_ref().and_then(|course| Some((course, course.stage(environment.block)?.outcome)));
    outcome
        .is_some_and(|(course, outcome)| outcome == Outcome::False || course.stops_before(environment.block))
}
