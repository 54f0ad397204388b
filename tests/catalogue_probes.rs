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
#[path = "catalogue_probes/backend.rs"]
mod backend;
#[path = "catalogue_probes/bench.rs"]
mod bench;
#[path = "catalogue_probes/configuration.rs"]
mod configuration;
#[path = "catalogue_probes/effects.rs"]
mod effects;
#[path = "catalogue_probes/samples.rs"]
mod samples;
#[path = "catalogue_probes/subject.rs"]
mod subject;
#[path = "catalogue_probes/values.rs"]
mod values;

use bench::{Case, Release, run};
use effects::Effects;
use samples::Samples;
use subject::{own_variants, subjects};

/// All cases about what a release accepts.
fn cases(release: &Release, samples: &Samples, newest: &Release) -> Vec<Case> {
    let mut cases = accepted::absent(release, samples);
    for subject in subjects(release, samples) {
        cases.push(accepted::once(&subject));
        cases.extend(accepted::twice(&subject));
        cases.extend(values::of(&subject));
        if subject.differs_from(newest) {
            cases.extend(accepted::elsewhere(&subject));
            cases.extend(accepted::other_counts(&subject));
            cases.push(accepted::other_end(&subject));
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

#[test]
#[ignore = "needs the servers that tests/run installs"]
fn inner_blocks_have_of_outer_ones_what_the_catalogue_says() {
    let effects = Effects::read();
    let mut wrong = effects.of_nothing();
    wrong.extend(Release::both().iter().flat_map(|release| effects.disagreements(release)));
    assert!(wrong.is_empty(), "{} disagree:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
#[ignore = "needs the servers that tests/run installs"]
fn the_documentation_says_how_much_is_tried() {
    let (samples, releases) = (Samples::read(), Release::both());
    let is_tried = |variant: &ngxlint::catalogue::Variant| {
        let exists = releases.iter().any(|release| variant.exists_in(release.version));
        exists && !samples.absent.contains(variant.module)
    };
    let sentence = format!(
        "Of the {} definitions of nginx's own modules {} are tried with `nginx -t`, and what inner blocks inherit of {} \
         directives is seen in answers of a running nginx; the rest stands on nginx's sources and documentation.",
        own_variants().count(),
        own_variants().filter(|(_, variant)| is_tried(variant)).count(),
        Effects::read().count(),
    );
    let text = include_str!("../src/catalogue/directives.md");
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains(&sentence), "src/catalogue/directives.md should say: {sentence}");
}
