//! What the catalogue knows of a statement's name.

use crate::catalogue::DirectiveId;

/// The directive that the decoded `name` is, and whether its braces hold another language.
pub(super) fn named(name: &[u8]) -> (DirectiveId, bool) {
    (DirectiveId::UNKNOWN, name.ends_with(b"_by_lua_block"))
}

/// Whether `name` is a directive that nginx or one of the modules in the catalogue has.
pub(super) fn is_known(name: &[u8]) -> bool {
    let (id, raw) = named(name);
    raw || id != DirectiveId::UNKNOWN
}
