//! Rules: one YAML file each, compiled in at build time.
//!
//! The engine asks the rules' conditions of what [`facts`] knows of a tree, or runs the check that a rule names, and
//! composes findings from the rules' own words.

mod agreed;
mod checks;
mod compose;
mod effective;
mod engine;
mod evaluate;
mod facts;
mod found;
mod hit;
mod model;
mod registry;
mod time;

pub use compose::findings;
pub use engine::run;
pub use facts::{Facts, Proxied};
pub use hit::{Hit, PLACEHOLDERS};
pub use model::*;
pub use registry::{RULES, find};
