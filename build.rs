//! Compiles the rules into tables, so that nothing is parsed or built at start.

#[path = "build/rules.rs"]
mod rules;

fn main() {
    rules::generate();
}
