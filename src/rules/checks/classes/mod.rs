//! What clients can put into a value and where that does harm, what expressions capture, and what a value can be at all.

mod alias;
mod captures;
mod changed;
mod decoded;
mod expression;
mod host_header;
mod map_default;
mod resolver;
mod splitting;
mod ssrf;
mod target;
mod try_files;
mod words;

use super::Check;
pub use changed::{VALUES, changes, is_capturing};

/// The checks by name.
pub(super) const CHECKS: &[(&str, Check)] = &[
    ("alias-join", alias::join),
    ("alias-traversal", alias::traversal),
    ("capture-changed", changed::check),
    ("capture-missing", captures::check),
    ("expression-explodes", expression::explodes),
    ("expression-open", expression::open),
    ("host-from-client", host_header::check),
    ("line-breaks", splitting::check),
    ("map-default", map_default::check),
    ("pass-chosen-by-client", ssrf::check),
    ("resolver-missing", resolver::check),
    ("try-files-loop", try_files::check),
    ("uri-decoded", decoded::check),
];
