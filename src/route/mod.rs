//! Which block serves a request: the socket it arrives at, its Host and path, the server, the location. What needs no
//! state of a request stands here; the phases of a whole request build on it.

mod example;
mod expression;
mod host;
mod location;
mod names;
mod socket;
mod steering;
mod uri;

pub use example::example;
pub use host::{Host, host};
pub use location::{Choice, Found, Locations, Pattern, is_internal, pattern};
pub use names::{Chosen, How, Names, Unjudged, first_name};
pub use socket::{Address, Connection, SocketId, Sockets, listens_on};
pub use steering::{
    ErrorPage, MOST_URI_CHANGES, Returned, error_page, is_redirect, limit_except, redirects_with, returned,
};
pub use uri::{Target, escape_args, escape_uri, target};

/// Why nginx answers 400 before it looks for a location.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadRequest {
    /// The target cannot be read; `$uri` stays empty.
    #[error("client sent invalid request")]
    RequestLine,
    /// The Host line cannot be a host.
    #[error("client sent invalid host header")]
    Host,
}
