//! The words of a directive, each by the grammar of its setter.

use super::call::Call;
use super::{Checked, scalar};
use crate::catalogue::{DirectiveId, Version};

/// Whether the directive's setter takes its words, variables aside.
pub(super) fn check(call: &Call<'_>) -> Checked {
    scalar::check(call)
}

/// The versions in which the grammar of a setter changes.
pub(super) fn changes(_id: DirectiveId) -> &'static [Version] {
    &[]
}
