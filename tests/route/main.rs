//! Which block serves a request, as far as no state of the request is needed: sockets, server names, Host, path,
//! location. What the tables expect was seen on nginx 1.22.1 and 1.30.6 unless a line says otherwise.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test may stop, and reads the published cases by itself"
)]

mod conformance;
mod hosts;
mod locations;
mod naive;
mod servers;
mod site;
mod sockets;
mod uris;
