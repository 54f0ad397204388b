//! What nginx says of includes that it cannot follow.

use crate::config::LoadError;
use crate::syntax::{Statement, StatementKind};

/// What a C function prints of `bytes`.
pub(super) fn until_nul(bytes: &[u8]) -> &[u8] {
    bytes.split(|&byte| byte == 0).next().unwrap_or_default()
}

/// What nginx says of an include that it cannot follow for its form.
pub(super) fn misuse(statement: Statement) -> Option<&'static [u8]> {
    match (statement.kind, statement.word_count) {
        (StatementKind::Simple, 2) => None,
        (StatementKind::Simple, _) => Some(br#"invalid number of arguments in "include" directive"#),
        _ => Some(br#"directive "include" is not terminated by ";""#),
    }
}

pub(super) const NOT_FOUND: &str = "2: No such file or directory";
pub(super) const TOO_MANY: &str = "24: Too many open files";

/// What nginx says of a file that it cannot open.
pub(super) fn open_failed(path: &[u8], reason: &str) -> Vec<u8> {
    [b"open() \"", path, b"\" failed (", reason.as_bytes(), b")"].concat()
}

/// What nginx says of a file that it cannot read.
pub(super) fn load_failed(path: &[u8], error: &LoadError) -> Vec<u8> {
    match error {
        LoadError::NotFound => open_failed(path, NOT_FOUND),
        LoadError::Directory => [b"pread() \"", path, b"\" failed (21: Is a directory)"].concat(),
        LoadError::Unreadable(reason) if reason == "permission denied" => {
            open_failed(path, "13: Permission denied")
        }
        LoadError::Unreadable(reason) => open_failed(path, reason),
        LoadError::TooLarge => open_failed(path, "27: File too large"),
    }
}

pub(super) fn is_unread(error: &LoadError) -> bool {
    matches!(error, LoadError::Unreadable(_) | LoadError::TooLarge)
}
