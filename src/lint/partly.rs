//! A finding in a file that several places include may hold through only some of these includes: then it says so.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::config::{Config, IncludeId};
use crate::finding::{Finding, Label};
use crate::source::{DocId, Span};

/// The include directives that lead to a text, outermost first.
type Chain = Vec<Span>;

/// Through which includes each finding holds.
pub(super) struct Holding(HashMap<(Span, String), HashSet<Chain>>);

impl Holding {
    /// What the trees found, before it is merged. What is not about a block (an error of syntax) holds wherever the file
    /// stands.
    pub(super) fn of(findings: &[Vec<Finding>]) -> Self {
        let mut chains: HashMap<_, HashSet<Chain>> = HashMap::new();
        let of_blocks = findings.iter().flatten().filter(|finding| finding.block.is_some());
        for finding in of_blocks.filter(|finding| !finding.includes.is_empty()) {
            let key = (finding.span, finding.rule.code.to_string());
            chains.entry(key).or_default().insert(finding.includes.clone());
        }
        Self(chains)
    }

    /// Adds to each finding of `merged` the includes through which it does not hold.
    pub(super) fn tell(&self, configs: &[Config], merged: &mut [Finding]) {
        let mut places = Places { configs, known: BTreeMap::new() };
        for finding in merged {
            let Some(holding) = self.0.get(&(finding.span, finding.rule.code.to_string())) else { continue };
            let elsewhere = places.of(finding.span.doc).iter().filter(|chain| !holding.contains(*chain));
            let message = "does not hold where the file is included here";
            let labels = elsewhere.filter_map(|chain| chain.last());
            finding.related.extend(labels.map(|&span| Label { span, message: message.into() }));
        }
    }
}

/// Where each document is included, worked out for those that are asked for.
struct Places<'a> {
    configs: &'a [Config],
    known: BTreeMap<DocId, Vec<Chain>>,
}

impl Places<'_> {
    fn of(&mut self, doc: DocId) -> &[Chain] {
        self.known.entry(doc).or_insert_with(|| self.configs.iter().flat_map(|it| chains(it, doc)).collect())
    }
}

/// The chains by which a tree includes `doc`. Include number 0 is the main file, which nothing included.
fn chains(config: &Config, doc: DocId) -> impl Iterator<Item = Chain> {
    let numbers = (1..).map(IncludeId).zip(&config.included).filter(move |&(_, &other)| other == doc);
    numbers.map(|(id, _)| config.include_chain(id))
}
