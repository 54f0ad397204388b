//! Directives that other versions of nginx take than those in question, or only some of these.

use std::borrow::Cow;

use super::super::super::judgement::{Found, Taken};
use super::{case, plain};
use crate::catalogue::{Contexts, DirectiveId, Version, VersionRange};
use crate::config::NodeId;
use crate::directive::{Fault, State, Stated};
use crate::rules::facts::Facts;
use crate::rules::hit::{Hit, Words};
use crate::rules::model::Rule;

/// Directives that no version of the target range takes though another one does; where the user has named the range,
/// also those that some of it do not take.
pub fn check(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let found = facts.judgement().found.iter();
    let refused =
        found.filter_map(|found| Some(hit(facts, rule, found.node, elsewhere(facts, found)?, Some(found))));
    let mut hits: Vec<Hit> = refused.collect();
    if facts.preferences.has_target && facts.target.exact().is_none() {
        let taken = facts.judgement().taken.iter();
        hits.extend(
            taken.filter_map(|taken| Some(hit(facts, rule, taken.node, partly(facts, *taken)?, None))),
        );
    }
    hits
}

/// Between which versions nginx takes a directive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Known {
    /// From this one on.
    Since(Version),
    /// Up to this one, which no longer has it.
    Until(Version),
}

/// Whether another version takes what none of the target range takes.
pub fn is_elsewhere(facts: &Facts<'_>, found: &Found) -> bool {
    elsewhere(facts, found).is_some()
}

fn elsewhere(facts: &Facts<'_>, found: &Found) -> Option<Known> {
    if matches!(found.fault, Fault::Duplicate | Fault::Missing | Fault::Variable | Fault::Ignored) {
        return None;
    }
    let judged = judged(facts, found.node, found.contexts, VersionRange::ALL, true);
    let (lowest, at) = (facts.target.lowest(), |refused| judged.iter().rposition(|&(_, it)| it == refused));
    let last = at(false)?;
    let later = judged
        .iter()
        .find(|&&(version, refused)| !refused && !facts.target.contains(version) && version > lowest);
    match later {
        Some(&(version, _)) => Some(Known::Since(version)),
        None => judged.get(last + 1).map(|&(version, _)| Known::Until(version)),
    }
}

fn partly(facts: &Facts<'_>, taken: Taken) -> Option<Known> {
    let judged = judged(facts, taken.node, taken.contexts, facts.target, false);
    judged.iter().find(|(_, refused)| *refused)?;
    let (_, oldest_refuses) = judged.first()?;
    let change = judged.iter().find(|(_, refused)| refused != oldest_refuses)?.0;
    Some(if *oldest_refuses { Known::Since(change) } else { Known::Until(change) })
}

/// Which versions refuse the directive.
fn judged(
    facts: &Facts<'_>,
    node: NodeId,
    contexts: Contexts,
    range: VersionRange,
    of_nginx: bool,
) -> Vec<(Version, bool)> {
    let view = facts.view;
    let place = view.config.node(node);
    let statement = view.texts.statement(place.doc, place.statement);
    if statement.name == DirectiveId::UNKNOWN || contexts.is_empty() {
        return Vec::new();
    }
    let words: Vec<Cow<'_, [u8]>> = std::iter::once(view.name(node)).chain(view.args(node)).collect();
    let stated = Stated { id: statement.name, kind: statement.kind, words: &words, place: node };
    State::new([contexts], range).or_plus().refused_by(&stated, contexts, of_nginx)
}

fn hit(facts: &Facts<'_>, rule: &'static Rule, node: NodeId, known: Known, found: Option<&Found>) -> Hit {
    let (named, version) = match (known, found) {
        (Known::Since(version), Some(_)) => ("later", version),
        (Known::Until(version), Some(_)) => ("removed", version),
        (Known::Since(version), None) => ("later-partly", version),
        (Known::Until(version), None) => ("removed-partly", version),
    };
    let at = found.map_or_else(|| facts.view.head(node), |found| super::place(facts, found));
    let written = String::from_utf8_lossy(facts.view.texts.sources.text(facts.view.head(node))).into_owned();
    let nginx = found.map(|found| found.message.clone()).unwrap_or_default();
    let words = Words::default()
        .with("nginx", nginx)
        .with("written", written)
        .with("versions", version.to_string())
        .with("level", facts.target.to_string());
    Hit { case: case(rule, named), words, ..plain(facts, rule, node, at) }
}
