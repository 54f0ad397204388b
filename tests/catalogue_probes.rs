//! The catalogue against real nginx: what `nginx -t` accepts and refuses, and what inner blocks inherit.
//!
//! Every definition of nginx's own modules in either release of the laboratory is tried: in each context together, in
//! every other context of its family, written twice, with too few and too many words, with and without a block, with
//! good and bad values and with its default. Words that a directive takes stand in `samples.yaml`; a directive for which
//! none are known fails the test. What an inner block has of an outer one is seen in what a running nginx answers and
//! passes on: `effects.yaml`.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a probe writes configurations by itself and fails by panicking"
)]

#[path = "catalogue_probes/accepted.rs"]
mod accepted;
#[path = "catalogue_probes/bench.rs"]
mod bench;
#[path = "catalogue_probes/configuration.rs"]
mod configuration;
#[path = "catalogue_probes/samples.rs"]
mod samples;
#[path = "catalogue_probes/subject.rs"]
mod subject;
#[path = "catalogue_probes/values.rs"]
mod values;

use bench::{Case, Release, run};
use samples::Samples;
use subject::subjects;

/// All cases about what a release accepts.
fn cases(release: &Release, samples: &Samples, newest: &Release) -> Vec<Case> {
    let mut cases = accepted::absent(release, samples);
    for subject in subjects(release, samples) {
        cases.extend(accepted::once(&subject));
        cases.extend(accepted::twice(&subject));
        cases.extend(values::of(&subject));
        if subject.differs_from(newest) {
            cases.extend(accepted::elsewhere(&subject));
            cases.extend(accepted::other_counts(&subject));
            cases.extend(accepted::other_end(&subject));
        }
    }
    cases
}

#[test]
#[ignore = "needs the servers that tests/run installs"]
fn nginx_accepts_what_the_catalogue_says_and_nothing_else() {
    let samples = Samples::read();
    let releases = Release::both();
    let newest = releases.last().expect("a release");
    let mut unknown = samples.without_words(&releases);
    unknown.extend(releases.iter().flat_map(|release| run(release, &cases(release, &samples, newest))));
    assert!(unknown.is_empty(), "{} disagree:\n{}", unknown.len(), unknown.join("\n"));
}
