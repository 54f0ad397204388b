//! Compiles the rules into tables, so that nothing is parsed or built at start.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    unreachable_pub,
    reason = "a build script reads files, talks to cargo by printing and stops by a panic; the model is the program's"
)]

#[path = "build/fixtures.rs"]
mod fixtures;
#[path = "build/rules.rs"]
mod rules;

fn main() {
    rules::generate();
    fixtures::generate();
}
