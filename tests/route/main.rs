//! Which block serves a request, as far as no state of the request is needed: sockets, server names, Host, path,
//! location. What the tables expect was seen on nginx 1.22.1 and 1.30.6 unless a line says otherwise.

mod conformance;
mod hosts;
mod locations;
mod naive;
mod servers;
mod site;
mod sockets;
mod uris;
