//! Handshakes: what keeps a block that is meant for WebSockets from getting them through.

mod connection_map;
mod dispatch;
mod duplicated;
mod foreign_pass;
mod headers_dropped;
mod hidden;
mod misspelt;
mod no_handler;
mod origin;
mod redirected;
mod response_line;
mod shared;
mod slash;
mod subprotocol;
mod subrequest;
mod upgrade_map;

use super::Check;

/// The checks by name.
pub(super) const CHECKS: &[(&str, Check)] = &[
    ("any-protocol", upgrade_map::any_protocol),
    ("captures-emptied", dispatch::captures),
    ("connection-map", connection_map::check),
    ("duplicated", duplicated::check),
    ("endpoint-as-file", no_handler::endpoints),
    ("foreign-protocol", foreign_pass::protocol),
    ("foreign-scheme", foreign_pass::scheme),
    ("headers-dropped", headers_dropped::check),
    ("hidden", hidden::check),
    ("literal-connection", upgrade_map::literal),
    ("map-close", upgrade_map::close),
    ("misspelt", misspelt::check),
    ("no-handler", no_handler::headers),
    ("origin", origin::check),
    ("redirected", redirected::check),
    ("response-line", response_line::check),
    ("status-replaced", dispatch::status),
    ("subprotocol", subprotocol::check),
    ("subrequest-upgrades", subrequest::check),
];
