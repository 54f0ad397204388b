//! Rules: one YAML file each, compiled in at build time.
//!
//! The engine asks the rules' conditions of what [`facts`] knows of a tree, or runs the check that a rule names, and
//! composes findings from the rules' own words.

mod agreed;
mod checks;
mod compose;
mod connection;
mod effective;
mod engine;
mod evaluate;
mod facts;
mod found;
mod hit;
mod judgement;
mod model;
pub mod own;
mod placeholder;
mod preferences;
mod registry;
mod time;
mod words;

pub use compose::findings;
pub use engine::{concerns, run};
pub use facts::{Facts, Proxied};
pub use hit::{Hit, PLACEHOLDERS, Words};
pub use model::*;
pub use preferences::{Connection, Preferences};
pub use registry::{RULES, find};
pub use words::unknown_rule;
