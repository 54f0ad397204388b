//! What several trees say together: one finding per cause and place, in one order.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use super::partly::Holding;
use crate::config::{Config, IncludeId, Texts};
use crate::finding::{Edit, Finding, Fix, Label, Safety};
use crate::source::DocId;

/// How often each document stands in the trees.
type Instances = HashMap<DocId, usize>;

/// The places of its text, by tree and include, that want each edit.
type Votes = HashMap<Edit, HashSet<(usize, IncludeId)>>;

/// Joins the findings of all trees.
pub(super) fn merge(texts: &Texts, configs: &[Config], findings: Vec<Vec<Finding>>) -> Vec<Finding> {
    let (instances, votes, holding) = (instances(configs), votes(configs, &findings), Holding::of(&findings));
    let mut places: BTreeMap<(&str, u32, u32, &str), Vec<Finding>> = BTreeMap::new();
    for mut finding in findings.into_iter().flatten() {
        finding.fix = finding.fix.map(|fix| agreed(fix, &instances, &votes));
        let name = texts.sources.get(finding.span.doc).name.as_str();
        let key = (name, finding.span.start, finding.span.end, &*finding.rule.code);
        places.entry(key).or_default().push(finding);
    }
    let mut merged: Vec<Finding> = places.into_values().filter_map(join).collect();
    number_groups(&mut merged);
    holding.tell(configs, &mut merged);
    merged
}

fn instances(configs: &[Config]) -> Instances {
    let mut instances = Instances::new();
    for config in configs {
        *instances.entry(config.root).or_default() += 1;
        for included in &config.included {
            *instances.entry(*included).or_default() += 1;
        }
    }
    instances
}

/// The documents that stand in several places.
pub(super) fn shared(configs: &[Config]) -> HashSet<DocId> {
    instances(configs).into_iter().filter(|&(_, count)| count > 1).map(|(doc, _)| doc).collect()
}

fn votes(configs: &[Config], findings: &[Vec<Finding>]) -> Votes {
    let mut votes = Votes::new();
    // The findings of a group share one fix.
    let mut seen = HashSet::new();
    for (tree, (config, findings)) in configs.iter().zip(findings).enumerate() {
        let fixes = findings.iter().filter_map(|finding| finding.fix.as_ref());
        for fix in fixes.filter(|&fix| seen.insert(Arc::as_ptr(fix))) {
            for edit in &fix.edits {
                let here = fix.places.iter().filter(|&&id| config.included_document(id) == edit.span.doc);
                votes.entry(edit.clone()).or_default().extend(here.map(|&id| (tree, id)));
            }
        }
    }
    votes
}

/// An edit of a snippet that stands in several places is written only where every place wants it, if it follows from
/// the place.
fn agreed(fix: Arc<Fix>, instances: &Instances, votes: &Votes) -> Arc<Fix> {
    let unanimous = |edit: &Edit| {
        let places = instances.get(&edit.span.doc).copied().unwrap_or(1);
        places < 2 || votes.get(edit).is_some_and(|votes| votes.len() >= places)
    };
    if fix.places.is_empty() || fix.edits.iter().all(unanimous) {
        return fix;
    }
    Arc::new(Fix { safety: Safety::Shown, ..Fix::clone(&fix) })
}

/// Joins what several trees, or several places of one tree, say of the same bytes.
fn join(findings: Vec<Finding>) -> Option<Finding> {
    let mut findings = findings.into_iter();
    let mut known = findings.next()?;
    let mut seen: HashSet<Label> = known.related.iter().cloned().collect();
    let mut fixes: Vec<Arc<Fix>> = known.fix.take().into_iter().collect();
    for other in findings {
        known.severity = known.severity.max(other.severity);
        let include = other.includes.last().filter(|_| other.includes != known.includes);
        let also = include.map(|&span| Label { span, message: "also included here".into() });
        for label in other.related.into_iter().chain(also) {
            if seen.insert(label.clone()) {
                known.related.push(label);
            }
        }
        fixes.extend(other.fix);
    }
    known.fix = one(&fixes);
    Some(known)
}

/// The fix that does what several do.
fn one(fixes: &[Arc<Fix>]) -> Option<Arc<Fix>> {
    let first = fixes.first()?;
    if fixes.iter().all(|fix| fix.edits == first.edits) {
        return Some(Arc::clone(first));
    }
    let edits: BTreeSet<&Edit> = fixes.iter().flat_map(|fix| &fix.edits).collect();
    Some(Arc::new(Fix {
        title: first.title.clone(),
        safety: fixes.iter().map(|fix| fix.safety).max().unwrap_or(first.safety),
        group: fixes.iter().find_map(|fix| fix.group),
        edits: edits.into_iter().cloned().collect(),
        places: first.places.clone(),
    }))
}

/// Gives each group that is left its number, in the order of the findings.
fn number_groups(findings: &mut [Finding]) {
    let mut numbers: HashMap<Vec<Edit>, u32> = HashMap::new();
    for finding in findings {
        let Some(fix) = finding.fix.as_ref().filter(|fix| fix.group.is_some()) else { continue };
        let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX).saturating_add(1);
        let number = *numbers.entry(fix.edits.clone()).or_insert(next);
        finding.fix = Some(Arc::new(Fix { group: Some(number), ..Fix::clone(fix) }));
    }
}
