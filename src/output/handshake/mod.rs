//! Verdicts on blocks and the ways of URLs: as JSON, as a table, as numbered steps.

mod help;
mod json;
mod route;
mod table;
mod words;

use crate::catalogue::Version;
use crate::config::View;
use crate::handshake::BlockReport;
use crate::trace::Trace;

pub use help::{advice, is_cause};
pub use json::json;
pub use route::route;
pub use table::table;

/// The verdicts of one tree.
pub struct Blocks<'a> {
    /// The tree.
    pub view: View<'a>,
    /// The version they are for.
    pub version: Version,
    /// One for each location, `if` in location and `limit_except`.
    pub reports: &'a [BlockReport],
    /// The URLs that were followed, each with its way.
    pub traces: &'a [(String, Trace)],
}
