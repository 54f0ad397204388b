//! Which block serves a request: so far the location search; the phases of a whole request build on it.

mod example;
mod level;
mod location;
mod search;

pub use example::example;
pub use location::{Found, Pattern, find, is_internal, named, pattern};
pub use search::Routes;
