//! Rules: one YAML file each, compiled in at build time.

mod model;

pub use model::*;
