//! What the rewrite phase of a block does to a handshake: `return`, `rewrite`, `if`, in order
//! (`ngx_http_rewrite_handler`).

use crate::catalogue::directive;
use crate::config::{NodeId, ScopeId, ScopeKind};
use crate::route::pattern;
use crate::value::{Environment, Outcome, Regex, Value, condition};

/// How the phase ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// `return` with a code; the flag says that a text or address comes with it, which `error_page` cannot replace.
    Return(u16, bool),
    /// A redirect by `rewrite`.
    Redirect,
    /// On to the location for this path.
    Moved(Vec<u8>),
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
    /// The pass of an `if` that was entered before the last one: its handler stays though the block in force changes.
    pub earlier_pass: Option<NodeId>,
}

/// Runs the rewrite phase of `block`; an `if` is entered where its condition is certainly true. What is not certain is
/// taken not to happen.
pub fn run(environment: &Environment<'_>, block: ScopeId) -> Phase {
    let mut run = Run { environment, path: path(environment, block), moved: false, phase: stay(block) };
    run.block(block);
    run.phase
}

fn stay(block: ScopeId) -> Phase {
    Phase { ending: None, in_force: block, earlier_pass: None }
}

/// A path that surely leads to the block: the location's own name.
fn path(environment: &Environment<'_>, block: ScopeId) -> Option<Vec<u8>> {
    let location = crate::scope::location_of(environment.view.config, block);
    Some(pattern(environment.view, location)?.path()?.to_vec())
}

struct Run<'e, 'a> {
    environment: &'e Environment<'a>,
    path: Option<Vec<u8>>,
    moved: bool,
    phase: Phase,
}

enum Step {
    On,
    Stop,
}

impl Run<'_, '_> {
    fn block(&mut self, block: ScopeId) {
        for (node, branch) in steps(self.environment, block) {
            let step = match branch {
                Some(branch) => self.branch(node, branch),
                None => self.directive(node),
            };
            if matches!(step, Step::Stop) {
                return;
            }
        }
        if let Some(path) = self.path.take().filter(|_| self.moved) {
            self.phase.ending = Some(Ending::Moved(path));
        }
    }

    fn branch(&mut self, node: NodeId, branch: ScopeId) -> Step {
        if condition(self.environment, node) != Outcome::True {
            return Step::On;
        }
        let config = self.environment.view.config;
        if config.scope(branch).kind == ScopeKind::IfInLocation {
            let pass = config
                .directives(self.phase.in_force)
                .find(|&node| config.node(node).name.handler().is_some());
            if config.scope(self.phase.in_force).kind == ScopeKind::IfInLocation {
                self.phase.earlier_pass = self.phase.earlier_pass.or(pass);
            }
            self.phase.in_force = branch;
        }
        for (node, _) in steps(self.environment, branch) {
            if matches!(self.directive(node), Step::Stop) {
                return Step::Stop;
            }
        }
        Step::On
    }

    fn directive(&mut self, node: NodeId) -> Step {
        match self.environment.view.config.node(node).name {
            directive::RETURN => self.end(returned(self.environment, node)),
            directive::REWRITE => self.rewrite(node),
            directive::BREAK => {
                self.moved = false;
                Step::Stop
            }
            _ => Step::On,
        }
    }

    fn end(&mut self, ending: Ending) -> Step {
        self.phase.ending = Some(ending);
        Step::Stop
    }

    fn rewrite(&mut self, node: NodeId) -> Step {
        let view = self.environment.view;
        let (Some(regex), Some(replacement)) = (view.arg(node, 0), view.arg(node, 1)) else {
            return Step::On;
        };
        let Some(matched) = self.matched(&regex) else { return Step::On };
        let flag = view.arg(node, 2);
        let absolute =
            [&b"http://"[..], b"https://", b"$scheme"].iter().any(|start| replacement.starts_with(start));
        if absolute || matches!(flag.as_deref(), Some(b"redirect" | b"permanent")) {
            return self.end(Ending::Redirect);
        }
        let path = expand(self.environment, &replacement, matched.as_deref());
        match (flag.as_deref(), path) {
            (Some(b"break"), _) => Step::Stop,
            (Some(b"last"), Some(path)) => self.end(Ending::Moved(path)),
            (Some(b"last"), None) => self.end(Ending::MovedSomewhere),
            (_, path) => {
                (self.moved, self.path) = (path.is_some(), path);
                Step::On
            }
        }
    }

    /// The captures where the expression matches for certain: on the block's own path, or on any path.
    #[expect(
        clippy::option_option,
        reason = "no match, a match on an unknown path, a match with its captures"
    )]
    fn matched(&self, regex: &[u8]) -> Option<Option<Vec<Vec<u8>>>> {
        match &self.path {
            Some(path) => {
                let captures = Regex::new(regex, false).and_then(|regex| regex.captures(path)).ok()??;
                let exact = is_certain(self.environment, regex);
                exact.then_some(Some(captures.numbered))
            }
            None => matches_everything(regex).then_some(None),
        }
    }
}

/// Whether an expression that matches a location's own path matches every path that leads there: where the location
/// takes just this path, and where the expression asks for nothing that a longer path lacks.
fn is_certain(environment: &Environment<'_>, regex: &[u8]) -> bool {
    if matches_everything(regex) {
        return true;
    }
    let location = crate::scope::location_of(environment.view.config, environment.block);
    match pattern(environment.view, location) {
        Some(crate::route::Pattern::Exact(_)) => true,
        Some(crate::route::Pattern::Prefix(path, _)) => {
            let longer = [path.as_slice(), b"/ngxlint/x"].concat();
            Regex::new(regex, false).and_then(|regex| regex.is_match(&longer)).unwrap_or(false)
        }
        _ => false,
    }
}

/// Expressions that match every path there is.
fn matches_everything(regex: &[u8]) -> bool {
    [&b"/"[..], b"/a", b"/a/b.c", b"/A//-_%"]
        .iter()
        .all(|path| Regex::new(regex, false).and_then(|regex| regex.is_match(path)).unwrap_or(false))
}

fn returned(environment: &Environment<'_>, node: NodeId) -> Ending {
    let first = environment.view.arg(node, 0).unwrap_or_default();
    let code = std::str::from_utf8(&first).ok().and_then(|code| code.parse().ok());
    // `return URL` is a 302.
    Ending::Return(code.unwrap_or(302), environment.view.arg_count(node) > 1)
}

/// The path of a replacement, its query left out, with the captures, where they are known, filled in; `None` where a
/// part is not known.
fn expand(
    environment: &Environment<'_>,
    replacement: &[u8],
    captures: Option<&[Vec<u8>]>,
) -> Option<Vec<u8>> {
    use crate::value::{Part, parts};
    let path = replacement.split(|&byte| byte == b'?').next().unwrap_or_default();
    let mut out = Vec::new();
    for part in parts(path) {
        match part {
            Part::Text(text) => out.extend_from_slice(text),
            Part::Capture(number) => out.extend(captures?.get(usize::from(number)).into_iter().flatten()),
            Part::Variable(name) => match environment.variable(name) {
                Value::Known(bytes) => out.extend(bytes),
                Value::Unknown(_) => return None,
            },
            Part::Invalid(_) => return None,
        }
    }
    Some(out)
}

/// The directives of a block that matter here, in order, with the scope of each `if`.
fn steps(environment: &Environment<'_>, block: ScopeId) -> Vec<(NodeId, Option<ScopeId>)> {
    let config = environment.view.config;
    let names = [directive::RETURN, directive::REWRITE, directive::BREAK];
    let mut steps: Vec<_> =
        names.iter().flat_map(|&name| config.own(block, name)).map(|node| (node, None)).collect();
    if config.own(block, directive::IF).next().is_some() {
        let branches = config
            .children(block)
            .filter(|&id| matches!(config.scope(id).kind, ScopeKind::IfInServer | ScopeKind::IfInLocation));
        steps.extend(branches.filter_map(|id| Some((config.scope(id).node?, Some(id)))));
    }
    steps.sort_unstable();
    steps
}
