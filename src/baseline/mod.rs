//! Findings that are known and accepted for now: a file that holds their fingerprints. Only what is new is reported.

mod file;

use std::collections::BTreeMap;

use crate::finding::Finding;
use crate::fingerprint::fingerprint;
use crate::source::Sources;

pub use file::BaselineError;

/// One accepted finding. The order is that of the file: nothing in it moves when lines do.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Known {
    /// The file's name, as the run prints it.
    pub file: String,
    /// The rule's code.
    pub code: String,
    /// The block that the finding is about, for whoever reads the baseline; empty where it is about none.
    pub block: String,
    /// What the finding is recognised by.
    pub fingerprint: String,
}

/// Accepted findings, each with how often it is accepted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Baseline {
    known: BTreeMap<Known, usize>,
}

impl Baseline {
    /// Accepts all of `findings`, which come in their order.
    pub fn of(findings: &[Finding], sources: &Sources) -> Self {
        known(findings, sources).collect()
    }

    /// How many findings it accepts.
    pub fn len(&self) -> usize {
        self.known.values().sum()
    }

    /// Whether it accepts nothing.
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// The accepted findings, each as often as it is accepted.
    pub fn iter(&self) -> impl Iterator<Item = &Known> {
        self.known.iter().flat_map(|(known, &count)| std::iter::repeat_n(known, count))
    }

    /// Takes the accepted ones out of `findings`, which come in their order, and returns what of the baseline they were.
    #[must_use]
    pub fn sift(&self, findings: &mut Vec<Finding>, sources: &Sources) -> Self {
        let mut left: BTreeMap<&str, usize> = BTreeMap::new();
        for known in self.iter() {
            *left.entry(&known.fingerprint).or_default() += 1;
        }
        let all: Vec<Known> = known(findings, sources).collect();
        let mut met = Self::default();
        let mut of_finding = all.into_iter();
        findings.retain(|_| {
            let Some(known) = of_finding.next() else { return true };
            let count = left.get_mut(known.fingerprint.as_str()).filter(|count| **count > 0);
            let Some(count) = count else { return true };
            *count -= 1;
            met.extend([known]);
            false
        });
        met
    }

    /// What is accepted here and was not met.
    #[must_use]
    pub fn without(&self, met: &Self) -> Self {
        let mut met_count: BTreeMap<&str, usize> = BTreeMap::new();
        for known in met.iter() {
            *met_count.entry(&known.fingerprint).or_default() += 1;
        }
        let unmet = self.iter().filter(|known| {
            let count = met_count.get_mut(known.fingerprint.as_str()).filter(|count| **count > 0);
            count.map(|count| *count -= 1).is_none()
        });
        unmet.cloned().collect()
    }
}

impl Extend<Known> for Baseline {
    fn extend<T: IntoIterator<Item = Known>>(&mut self, known: T) {
        for known in known {
            *self.known.entry(known).or_default() += 1;
        }
    }
}

impl FromIterator<Known> for Baseline {
    fn from_iter<T: IntoIterator<Item = Known>>(known: T) -> Self {
        let mut baseline = Self::default();
        baseline.extend(known);
        baseline
    }
}

fn known<'f>(findings: &'f [Finding], sources: &'f Sources) -> impl Iterator<Item = Known> {
    findings.iter().map(move |finding| Known {
        file: sources.get(finding.span.doc).name.clone(),
        code: finding.rule.code.to_string(),
        block: finding.block.as_ref().map(|block| block.label.clone()).unwrap_or_default(),
        fingerprint: fingerprint(finding, sources),
    })
}
