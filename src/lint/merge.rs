//! What several trees say together: one finding per cause and place, in one order.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::partly::Holding;
use crate::config::{Config, Texts};
use crate::finding::{Edit, Finding, Fix, Label, Safety};
use crate::source::{DocId, Span};

/// How often each document stands in the trees.
type Instances = HashMap<DocId, usize>;

/// How many blocks want each edit.
type Votes = HashMap<Edit, usize>;

/// Joins the findings of all trees.
pub(super) fn merge(texts: &Texts, configs: &[Config], findings: Vec<Vec<Finding>>) -> Vec<Finding> {
    let (instances, votes, holding) = (instances(configs), votes(&findings), Holding::of(&findings));
    let mut merged: BTreeMap<(&str, u32, u32, &str), Finding> = BTreeMap::new();
    for mut finding in findings.into_iter().flatten() {
        finding.fix = finding.fix.map(|fix| agreed(fix, &instances, &votes));
        let name = texts.sources.get(finding.span.doc).name.as_str();
        let key = (name, finding.span.start, finding.span.end, &*finding.rule.code);
        match merged.get_mut(&key) {
            Some(known) => join(known, finding),
            None => drop(merged.insert(key, finding)),
        }
    }
    let mut merged: Vec<Finding> = merged.into_values().collect();
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

fn votes(findings: &[Vec<Finding>]) -> Votes {
    let mut votes = Votes::new();
    let mut last: Option<Arc<Fix>> = None;
    for fix in findings.iter().flatten().filter_map(|finding| finding.fix.as_ref()) {
        // The findings of a group follow one another and share one fix.
        if last.as_ref().is_some_and(|last| Arc::ptr_eq(last, fix)) {
            continue;
        }
        last = Some(Arc::clone(fix));
        for edit in &fix.edits {
            *votes.entry(edit.clone()).or_default() += 1;
        }
    }
    votes
}

/// An edit of a snippet that stands in several places is written only where every place wants it.
fn agreed(fix: Arc<Fix>, instances: &Instances, votes: &Votes) -> Arc<Fix> {
    let unanimous = |edit: &Edit| {
        let places = instances.get(&edit.span.doc).copied().unwrap_or(1);
        places < 2 || votes.get(edit).copied().unwrap_or(0) >= places
    };
    if fix.edits.iter().all(unanimous) {
        return fix;
    }
    Arc::new(Fix { safety: Safety::Shown, ..Fix::clone(&fix) })
}

/// Joins what another tree, or another place of the same tree, says of the same bytes.
fn join(known: &mut Finding, other: Finding) {
    known.severity = known.severity.max(other.severity);
    for label in other.related {
        add(&mut known.related, label.span, label.message);
    }
    if let Some(&include) = other.includes.last().filter(|_| other.includes != known.includes) {
        add(&mut known.related, include, "also included here".into());
    }
    known.fix = match (known.fix.take(), other.fix) {
        (Some(a), Some(b)) if a.edits != b.edits => Some(Arc::new(both(&a, &b))),
        (a, b) => a.or(b),
    };
}

fn add(related: &mut Vec<Label>, span: Span, message: String) {
    let label = Label { span, message };
    if !related.contains(&label) {
        related.push(label);
    }
}

fn both(a: &Fix, b: &Fix) -> Fix {
    let mut edits = [a.edits.clone(), b.edits.clone()].concat();
    edits.sort();
    edits.dedup();
    Fix { title: a.title.clone(), safety: a.safety.max(b.safety), group: a.group.or(b.group), edits }
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
