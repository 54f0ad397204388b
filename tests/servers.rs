//! Real nginx in front of real WebSocket backends.
//!
//! Every fixture under `fixtures/websocket` is started on nginx below and from 1.29.7, in front of Python `websockets`,
//! Node's `ws` and a strict backend that records what arrives: what is bad fails, what is good gets a 101 and an echo,
//! and a repair brings the same without changing any other header that is sent upstream.
//!
//! # Which handshakes are tried
//!
//! A bad variant and its repair: the path of each location in or above which an `# expect: CODE` comment (or a line of
//! the `expect` file) stands. Otherwise the path of the first location with a `proxy_pass`. Host is the first plain
//! name of that server's `server_name`. Where that is not the right request, `fixtures/<family>/<name>/probe` says it:
//!
//! ```text
//! # a line without a variant is for all of them; the lines of `bad` are also those of `bad.fixed`
//! GET /chat/ host=chat.example.com port=8080
//! bad-2: GET /ws protocol=chat outcome=fails-on-old changes=Host,X-Real-IP header=Cookie: a=b
//! plain 9100 9101
//! ```
//!
//! `port` is one of the configuration's own `listen` ports, `outcome` what a bad variant comes to (`fails`, which is the
//! default; `fails-on-old`: only below 1.29.7; `works`: the rule is about something else), `changes` the headers that
//! the repair is about beside Upgrade, Connection, Sec-WebSocket-Key and -Version, `header` one more request header (it
//! takes the rest of the line). `plain` names upstream ports that lead to a backend which answers 200 to everything;
//! all other upstream addresses lead to the WebSocket backend, whatever they are.
//!
//! Of the rule's YAML two keys count: `nginx` (its bad fixtures are tried on releases in this range) and `nginx-t`
//! (`refuses`: `nginx -t` must refuse them; `needs-module`, `not-checked`: they are not tried).
#![allow(clippy::disallowed_methods, reason = "the laboratory writes configurations and reads logs by itself")]

#[cfg(test)]
mod support;

use support::conformance::{Bench, Tally, cases};
use support::fixture::{Fixture, Lab};
use support::repository;

#[test]
#[ignore = "needs the servers that tests/run installs"]
fn the_laboratory_agrees_with_the_published_cases() {
    let bench = Bench::start();
    let mut tally = Tally::default();
    let folders = cases(&repository().join("tests/conformance/websocket/cases"), "abciu");
    folders.iter().for_each(|folder| bench.run(folder, &mut tally));
    println!("{} cases, {} probes, {} not given for a release", folders.len(), tally.tried, tally.not_given);
    assert!(tally.tried > 50, "only {} probes were tried", tally.tried);
    assert!(tally.disagreements.is_empty(), "{}", tally.disagreements.join("\n"));
}
