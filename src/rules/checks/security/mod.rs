//! Security: what lets clients read, or reach, more than was meant.

mod content_type;
mod disclosure;
mod error_log;
mod filesystem_root;
mod multiline;
mod no_deny;
mod origin;
mod reach;
mod returned;
mod status;
mod trust;
mod words;

use super::Check;

/// The checks by name.
pub(super) const CHECKS: &[(&str, Check)] = &[
    ("allow-without-deny", no_deny::check),
    ("autoindex", disclosure::listing),
    ("content-type-twice", content_type::check),
    ("error-log-off", error_log::check),
    ("filesystem-root", filesystem_root::check),
    ("multiline-header", multiline::check),
    ("resolver-external", words::resolvers),
    ("return-before-access", returned::check),
    ("status-page", status::check),
    ("valid-referers", words::referers),
    ("version-disclosure", disclosure::version),
    ("weak-origin", origin::check),
];
