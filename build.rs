//! Compiles what nginx knows and what the rules say into tables, so that the program reads no YAML when it starts.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a build script reads files, talks to cargo by printing and stops by a panic"
)]

use std::error::Error;

#[path = "build/catalogue.rs"]
mod catalogue;
#[path = "build/emit.rs"]
mod emit;
#[path = "build/endpoints.rs"]
mod endpoints;
#[path = "build/fixtures.rs"]
mod fixtures;
#[path = "build/rules.rs"]
mod rules;

fn main() -> Result<(), Box<dyn Error>> {
    rules::generate();
    fixtures::generate();
    catalogue::compile()?;
    endpoints::compile()
}
