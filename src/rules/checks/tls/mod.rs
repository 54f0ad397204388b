//! TLS with clients: protocols, ciphers, certificates, and what browsers are told about it.

mod certificates;
mod cipher_list;
mod ciphers;
mod hsts;
mod protocols;
mod quic;
mod rejected;
mod servers;
mod stapling;

use super::Check;

/// The checks by name.
pub(super) const CHECKS: &[(&str, Check)] = &[
    ("certificate-pair", certificates::check),
    ("ciphers-weak", ciphers::check),
    ("group-required", ciphers::groups),
    ("hsts", hsts::check),
    ("hsts-missing", hsts::missing),
    ("protocol-old", protocols::check),
    ("quic-bpf", quic::check),
    ("rejected-handshake", rejected::check),
    ("stapling-resolver", stapling::without_resolver),
    ("stapling-unsupported", stapling::unsupported),
];
