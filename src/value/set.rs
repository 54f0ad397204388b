//! The `set` directives that have run when a request reaches a block: those of its server, then those of its location,
//! in order; an outer location's never run. An `if` is entered where its condition is known to be true.

use std::collections::HashMap;

use super::{Environment, Outcome, Value, condition};
use crate::catalogue::directive;
use crate::config::{NodeId, ScopeId, ScopeKind};
use crate::scope::location_of;

type Assigned = HashMap<Vec<u8>, Value>;

/// What is assigned at the environment's block.
pub fn assignments(environment: &Environment<'_>) -> Assigned {
    let config = environment.view.config;
    let mut assigned = Assigned::new();
    if let Some(server) = config.enclosing(environment.block, ScopeKind::Server) {
        assigned = run(environment, server, assigned);
    }
    let location = location_of(config, environment.block);
    let skipped = config.scope(environment.block).kind == ScopeKind::LimitExcept;
    if config.scope(location).kind == ScopeKind::Location && !skipped {
        assigned = run(environment, location, assigned);
    }
    assigned
}

/// Runs the `set` directives of one block and of the `if`s in it.
fn run(environment: &Environment<'_>, scope: ScopeId, assigned: Assigned) -> Assigned {
    let config = environment.view.config;
    let sets = config.own(scope, directive::SET).map(|node| (node, None));
    let branches = config.children(scope).filter_map(|branch| {
        let kind = config.scope(branch).kind;
        let is_if = matches!(kind, ScopeKind::IfInServer | ScopeKind::IfInLocation);
        config.scope(branch).node.filter(|_| is_if).map(|node| (node, Some(branch)))
    });
    let mut steps: Vec<(NodeId, Option<ScopeId>)> = sets.chain(branches).collect();
    steps.sort_unstable();
    steps.into_iter().fold(assigned, |assigned, (node, branch)| match branch {
        None => assign(environment, node, assigned),
        Some(branch) => enter(environment, node, branch, assigned),
    })
}

fn assign(environment: &Environment<'_>, node: NodeId, assigned: Assigned) -> Assigned {
    let view = environment.view;
    let (Some(name), Some(value)) = (view.arg(node, 0), view.arg(node, 1)) else { return assigned };
    let now = environment.during(assigned);
    let value = now.evaluate(&value);
    let mut assigned = now.into_assigned();
    assigned.insert(name.strip_prefix(b"$").unwrap_or(&name).to_ascii_lowercase(), value);
    assigned
}

/// Runs a branch that is certainly taken; what a branch assigns that may or may not be taken is not known afterwards.
fn enter(environment: &Environment<'_>, node: NodeId, branch: ScopeId, assigned: Assigned) -> Assigned {
    let now = environment.during(assigned);
    let taken = if branch == environment.block { Outcome::True } else { condition(&now, node) };
    let mut assigned = now.into_assigned();
    let config = environment.view.config;
    match taken {
        Outcome::False => assigned,
        Outcome::True => {
            config.own(branch, directive::SET).fold(assigned, |it, set| assign(environment, set, it))
        }
        Outcome::Unknown => {
            for set in config.own(branch, directive::SET) {
                let Some(name) = environment.view.arg(set, 0) else { continue };
                let name = name.strip_prefix(b"$").unwrap_or(&name).to_ascii_lowercase();
                let shown = String::from_utf8_lossy(&name).into_owned();
                assigned.insert(name, Value::Unknown(shown));
            }
            assigned
        }
    }
}
