//! Many cases on one release, and the disagreements made small.

use super::compare::Judgement;
use super::generate::{Case, generate};
use super::rng::Rng;
use super::shrink::shrink;
use super::site::Failure;
use super::tally::Tally;
use super::trial::{Lab, Subject, Trial};
use crate::support::nginx::Nginx;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Instant;

/// What to run.
#[derive(Clone, Debug)]
pub(crate) struct Campaign<'a> {
    /// The release.
    pub(crate) nginx: &'a Nginx,
    /// The version that ngxlint is told; the release's own where there is none.
    pub(crate) version: Option<&'a str>,
    /// What is compared.
    pub(crate) subject: Subject,
    /// The seed of the first case.
    pub(crate) seed: u64,
    /// The least number of requests.
    pub(crate) requests: usize,
    /// How many cases may be tried to make a disagreement small; 0 prints none.
    pub(crate) shrinking: usize,
    /// How many disagreements about the same aspect each of the two threads prints.
    pub(crate) printed: usize,
}

/// A number from the environment.
pub(crate) fn number<T: std::str::FromStr>(name: &str) -> Option<T> {
    let parse = |text: String| text.parse().unwrap_or_else(|_| panic!("{name}={text} is no number"));
    std::env::var(name).ok().map(parse)
}

/// The seed of a run: from the environment, else always the same, so that a commit passes or fails for itself.
pub(crate) fn seed() -> u64 {
    let seed = number("NGXLINT_SEED").unwrap_or(777);
    println!("NGXLINT_SEED={seed}");
    seed
}

impl Campaign<'_> {
    /// Runs cases on two threads until there were requests enough, and prints what came of them.
    pub(crate) fn run(&self) -> Tally {
        let (next, done) = (AtomicU64::new(0), AtomicUsize::new(0));
        let start = Instant::now();
        let tallies = std::thread::scope(|scope| {
            let workers = [(); 2].map(|()| scope.spawn(|| self.work(&next, &done)));
            workers.map(|worker| worker.join().expect("a worker"))
        });
        let mut total = Tally::default();
        for tally in tallies {
            total.add(tally);
        }
        println!("{} in {:.1} s: {total}", self.nginx.name, start.elapsed().as_secs_f64());
        for (_, report) in &total.reports {
            println!("{report}");
        }
        total
    }

    fn work(&self, next: &AtomicU64, done: &AtomicUsize) -> Tally {
        let mut lab = Lab::new(self.nginx, self.subject);
        lab.version = self.version.map_or(lab.version, str::to_owned);
        let mut tally = Tally::default();
        while done.load(Ordering::Relaxed) < self.requests {
            let seed = self.case_seed(next.fetch_add(1, Ordering::Relaxed));
            let case = generate(seed);
            match lab.run(&case) {
                Ok(trial) => {
                    done.fetch_add(trial.outcomes.len(), Ordering::Relaxed);
                    tally.count(&trial);
                    self.explain(&lab, &case, &trial, seed, &mut tally);
                }
                Err(Failure::Refused(log)) => *tally.refused.entry(kind_of(&log)).or_default() += 1,
                Err(Failure::Lost(error)) => panic!("NGXLINT_SEED={seed}: {error}"),
            }
        }
        tally
    }

    /// The first case is that of the seed itself, so that a printed case seed repeats the case.
    fn case_seed(&self, number: u64) -> u64 {
        if number == 0 { self.seed } else { Rng::new(self.seed.wrapping_add(number)).next() }
    }

    /// Makes the first disagreements of each kind small.
    fn explain(&self, lab: &Lab<'_>, case: &Case, trial: &Trial, seed: u64, tally: &mut Tally) {
        for (request, outcome) in case.requests.iter().zip(&trial.outcomes) {
            let Judgement::Differs(differences) = &outcome.judgement else { continue };
            let aspect = differences[0].0;
            let before = tally.reports.iter().filter(|(reported, _)| *reported == aspect).count();
            if self.shrinking == 0 || before >= self.printed {
                continue;
            }
            let single = Case { conf: case.conf.clone(), requests: vec![request.clone()] };
            let wanted = outcome.signature();
            let fails =
                &mut |case: &Case| lab.run(case).is_ok_and(|trial| trial.outcomes[0].signature() == wanted);
            let small = shrink(&single, self.shrinking, fails);
            let title = format!("# {aspect:?} on {} {}, NGXLINT_SEED={seed}", lab.nginx.name, lab.version);
            tally.reports.push((aspect, format!("{title}\n{}", report(lab, &small))));
        }
    }
}

fn report(lab: &Lab<'_>, case: &Case) -> String {
    match lab.run(case) {
        Ok(trial) => trial.report(&case.conf, &case.requests[0], &trial.outcomes[0]),
        Err(failure) => format!("{failure:?}"),
    }
}

/// What nginx says, without what differs from case to case.
fn kind_of(log: &str) -> String {
    let line = log.lines().find(|line| line.contains("[emerg]")).unwrap_or(log);
    let text = line.split("[emerg]").last().unwrap_or_default();
    let text = text.trim_start_matches(|c: char| " 0123456789#:".contains(c));
    text.split(" in /").next().unwrap_or_default().to_owned()
}
