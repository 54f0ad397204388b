//! Compiles the catalogue and the rules into tables.

fn main() {}
