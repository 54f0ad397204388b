//! What costs time or connections: nothing is broken, so these run where they are asked for.

mod keepalive;
mod servers;
mod workers;

use super::Check;

/// The checks by name.
pub(super) const CHECKS: &[(&str, Check)] = &[
    ("body-size-not-set", servers::body_size),
    ("gzip-not-enabled", servers::compression),
    ("low-keepalive-requests", keepalive::low),
    ("worker-limits", workers::limits),
    ("worker-processes", workers::processes),
];
