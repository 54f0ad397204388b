//! Random configurations and requests through real nginx of two releases and through `ngxlint handshake`: both must
//! tell the same story.
//!
//! The seed is printed; `NGXLINT_SEED` takes another one, and the seed printed with a disagreement starts with its case.
//! `NGXLINT_REQUESTS` overrides how many requests each release gets, `NGXLINT_SHRINK` how many cases are tried to make a
//! disagreement small (0: none is printed), `NGXLINT_PRINT` how many are printed of each kind.
#![allow(
    clippy::disallowed_methods,
    reason = "the laboratory writes configurations and reads logs by itself"
)]

#[cfg(test)]
#[path = "differential/mod.rs"]
mod differential;
#[cfg(test)]
#[allow(dead_code, reason = "each crate of tests uses its own part of the laboratory")]
mod support;

use differential::campaign::{Campaign, number, seed};
use differential::compare::Aspect;
use differential::tally::Tally;
use differential::trial::Subject;
use differential::{agreement, repair};
use support::nginx::Nginx;

/// Runs so many requests in all and insists that nothing differs and little is left open.
fn agree(subject: Subject, requests: usize) {
    let seed = seed();
    let each = number("NGXLINT_REQUESTS").unwrap_or(requests / 2);
    let shrinking = number("NGXLINT_SHRINK").unwrap_or(400);
    let printed = number("NGXLINT_PRINT").unwrap_or(1);
    let tallies = Nginx::both().map(|nginx| {
        Campaign { nginx: &nginx, version: None, subject, seed, requests: each, shrinking, printed }.run()
    });
    for tally in &tallies {
        assert!(tally.proxied * 3 > tally.requests, "too few requests reach a backend");
    }
    let total = |count: fn(&Tally) -> usize| tallies.iter().map(count).sum::<usize>();
    assert_eq!(total(Tally::disagreements), 0, "disagreements; see above");
    assert!(total(Tally::open) * 50 <= total(|tally| tally.requests), "more than 2 % are left open");
}

#[test]
#[ignore = "needs the servers that tests/run installs"]
fn nginx_and_the_trace_tell_the_same_story() {
    agree(Subject::Traces, 3_000);
}

#[test]
#[ignore = "needs the servers that tests/run installs"]
fn a_block_says_what_nginx_sends_from_it() {
    agree(Subject::Blocks, 1_500);
}

/// A finding is never about a block in which the handshake works, and a block in which it fails has its finding. No
/// server is needed.
#[test]
fn check_and_trace_never_disagree() {
    let seed = seed();
    let cases = number("NGXLINT_CASES").unwrap_or(40);
    let mut compared = (0, 0);
    for version in ["1.22.1", "1.29.7"] {
        let counts = agreement::compare(seed, cases, version);
        let first = counts.disagreements.first().map_or("", String::as_str);
        assert!(counts.disagreements.is_empty(), "{} disagreements, as {first}", counts.disagreements.len());
        compared = (compared.0 + counts.found, compared.1 + counts.works);
    }
    assert!(compared.0 > 20 && compared.1 > 1, "too little was compared: {compared:?}");
}

/// Whatever a fix repairs works in nginx afterwards, and nothing else is changed.
fn repairs_hold(cases: u64) {
    let seed = seed();
    let cases = number("NGXLINT_CASES").unwrap_or(cases);
    for nginx in Nginx::both() {
        let repairs = repair::repair(&nginx, seed, cases);
        let first = repairs.problems.first().map_or("", String::as_str);
        assert!(repairs.problems.is_empty(), "{} problems, as {first}", repairs.problems.len());
        assert!(repairs.changed * 2 > cases, "{repairs:?}");
        assert!(repairs.works * 3 > repairs.changed, "{repairs:?}");
    }
}

#[test]
#[ignore = "needs the servers that tests/run installs"]
fn what_is_fixed_works_and_the_rest_is_kept() {
    repairs_hold(60);
}

/// The comparison can fail: what is true of one release is not of the other.
#[test]
#[ignore = "needs the servers that tests/run installs"]
fn the_wrong_version_is_noticed() {
    let [old, new] = Nginx::both();
    for (nginx, version) in [(&old, "1.30.0"), (&new, "1.22.1")] {
        let campaign = Campaign {
            nginx,
            version: Some(version),
            subject: Subject::Blocks,
            seed: 1,
            requests: 150,
            shrinking: 0,
            printed: 0,
        };
        let differs = campaign.run().differs;
        assert!(differs[&Aspect::Version] + differs[&Aspect::Connection] > 10, "{differs:?}");
    }
}

#[test]
#[ignore = "slow; needs the servers that tests/run installs"]
fn slow_nginx_and_the_trace_tell_the_same_story() {
    agree(Subject::Traces, 20_000);
}

#[test]
#[ignore = "slow; needs the servers that tests/run installs"]
fn slow_what_is_fixed_works_and_the_rest_is_kept() {
    repairs_hold(300);
}
