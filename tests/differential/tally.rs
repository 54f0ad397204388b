//! What came of many requests, counted.

use super::compare::{Aspect, Judgement};
use super::trial::Trial;
use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};

/// Counts, and the disagreements as text.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// Configurations that ran.
    pub(crate) configurations: usize,
    /// Configurations that nginx refused, by what it said.
    pub(crate) refused: BTreeMap<String, usize>,
    /// Requests.
    pub(crate) requests: usize,
    /// Requests that reached a backend or another server of the configuration.
    pub(crate) proxied: usize,
    /// Requests that led to a tunnel.
    pub(crate) works: usize,
    /// Requests by the kind of block that served them.
    pub(crate) served: BTreeMap<&'static str, usize>,
    /// Requests by the status that the client got; 0 for none.
    pub(crate) statuses: BTreeMap<u16, usize>,
    /// Answers that leave the matter open, by reason.
    pub(crate) depends: BTreeMap<String, usize>,
    /// Disagreements by what they are about first.
    pub(crate) differs: BTreeMap<Aspect, usize>,
    /// Small cases of disagreement, with what they are about.
    pub(crate) reports: Vec<(Aspect, String)>,
}

impl Tally {
    /// Answers that leave the matter open though nothing outside the configuration decides it: `auth` is what a
    /// backend answers to `auth_request`.
    pub(crate) fn open(&self) -> usize {
        self.depends.iter().filter(|(reason, _)| *reason != "auth").map(|(_, count)| count).sum()
    }

    /// All disagreements.
    pub(crate) fn disagreements(&self) -> usize {
        self.differs.values().sum()
    }

    /// Adds what another worker counted.
    pub(crate) fn add(&mut self, other: Self) {
        self.configurations += other.configurations;
        self.requests += other.requests;
        self.proxied += other.proxied;
        self.works += other.works;
        merge(&mut self.refused, other.refused);
        merge(&mut self.served, other.served);
        merge(&mut self.statuses, other.statuses);
        merge(&mut self.depends, other.depends);
        merge(&mut self.differs, other.differs);
        self.reports.extend(other.reports);
    }

    /// Counts a case.
    pub(crate) fn count(&mut self, trial: &Trial) {
        self.configurations += 1;
        for outcome in &trial.outcomes {
            self.requests += 1;
            self.proxied += usize::from(outcome.seen.sent.is_some());
            self.works += usize::from(outcome.seen.works);
            *self.served.entry(trial.served(outcome).label).or_default() += 1;
            *self.statuses.entry(outcome.seen.status).or_default() += 1;
            match &outcome.judgement {
                Judgement::Agrees => {}
                Judgement::Depends(reason) => *self.depends.entry(reason.clone()).or_default() += 1,
                Judgement::Differs(differences) => {
                    *self.differs.entry(differences[0].0).or_default() += 1;
                }
            }
        }
    }
}

fn merge<K: Ord>(counts: &mut BTreeMap<K, usize>, more: BTreeMap<K, usize>) {
    for (key, count) in more {
        *counts.entry(key).or_default() += count;
    }
}

impl Display for Tally {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let refused: usize = self.refused.values().sum();
        write!(f, "{} requests, {} configurations", self.requests, self.configurations)?;
        writeln!(f, " ({refused} more refused {:?})", self.refused)?;
        writeln!(f, "  {} proxied, {} tunnels, statuses {:?}", self.proxied, self.works, self.statuses)?;
        writeln!(f, "  served by {:?}", self.served)?;
        write!(f, "  left open {:?}, differing {:?}", self.depends, self.differs)
    }
}
