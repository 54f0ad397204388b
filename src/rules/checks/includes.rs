//! Includes that lead nowhere, or in a circle.

use crate::config::{IncludeProblem, Unresolved};
use crate::rules::facts::Facts;
use crate::rules::hit::{Hit, Repair, Words};
use crate::rules::model::Rule;

/// An include that nginx could not follow, or that cannot be followed here.
pub fn not_found(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let other = facts.view.config.unresolved.iter().filter(|it| it.problem != IncludeProblem::Cycle);
    other.map(|unresolved| hit(rule, unresolved, named(unresolved))).collect()
}

/// An include of a file that is being read already: nginx goes on until it runs out of descriptors, or of stack.
pub fn cycle(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let cycles = facts.view.config.unresolved.iter().filter(|it| it.problem == IncludeProblem::Cycle);
    cycles.map(|unresolved| hit(rule, unresolved, "cycle")).collect()
}

fn named(unresolved: &Unresolved) -> &'static str {
    match &unresolved.problem {
        IncludeProblem::NotFound if !unresolved.certain => "out-of-sight",
        IncludeProblem::NotFound | IncludeProblem::Cycle => "missing",
        IncludeProblem::Directory => "directory",
        IncludeProblem::Unreadable(_) => "unreadable",
        IncludeProblem::TooMany => "too-many",
    }
}

fn hit(rule: &'static Rule, unresolved: &Unresolved, named: &str) -> Hit {
    let problem = match &unresolved.problem {
        IncludeProblem::Unreadable(problem) => problem.as_str(),
        _ => "",
    };
    Hit {
        rule,
        case: rule.cases.iter().position(|case| case.case.as_deref() == Some(named)),
        at: unresolved.span,
        include: unresolved.include,
        scope: None,
        words: Words::default().with("path", unresolved.path.as_str()).with("problem", problem),
        related: Vec::new(),
        repair: Repair::None,
    }
}
