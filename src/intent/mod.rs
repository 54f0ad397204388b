//! Whether a block is meant for WebSockets, and by what evidence.

pub mod endpoints;
