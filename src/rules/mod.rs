//! Rules: one YAML file each, compiled in at build time.

mod model;
mod registry;

pub use model::*;
pub use registry::{RULES, find};
