//! TLS with clients: protocols, ciphers, certificates, and what browsers are told about it.

use super::Check;

/// The checks by name.
pub(super) const CHECKS: &[(&str, Check)] = &[];
