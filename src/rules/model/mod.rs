//! The shape of a rule file. The build script reads the built-in rules with these very types and writes them out as
//! statics; a user's own rules are read with them at run time.
//!
//! Everything borrows where it is compiled in, so that nothing is parsed or built at start. Unknown and duplicate keys
//! are errors with line and column (serde's derive reports both for structs, which is why conditions are structs of
//! optional fields and not maps).

#[macro_use]
mod closed_set;
mod condition;
mod rule;
mod text;

pub use condition::{Condition, Fact, RequestPart, Sender};
pub use rule::*;
pub use text::{List, Text, list, text};
