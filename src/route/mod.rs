//! Which block serves a request: so far the location search; the phases of a whole request build on it.

mod location;

pub use location::{Found, Pattern, find, is_internal, named, pattern};
