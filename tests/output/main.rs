//! What the formats print for hand-made findings over a small configuration.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test fails by a panic, and its helpers may, too; it looks at real files"
)]

mod explained;
mod harmless;
mod hostile;
mod json;
mod many;
mod sample;
mod snapshots;
