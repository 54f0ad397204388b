//! A directive at the moment its setter is called.

use std::borrow::Cow;

use super::Refusal;
use super::refusal::says;
use crate::catalogue::{Context, DirectiveId, Variant, Version};

/// A directive whose name, place and form nginx has accepted.
pub(super) struct Call<'a> {
    pub(super) id: DirectiveId,
    pub(super) variant: &'static Variant,
    pub(super) context: Context,
    /// The version that reads it.
    pub(super) version: Version,
    /// The decoded words, the name first.
    pub(super) words: &'a [Cow<'a, [u8]>],
}

impl<'a> Call<'a> {
    /// The decoded word `index`, the name being 0; empty if there is none.
    pub(super) fn word(&self, index: usize) -> &'a [u8] {
        self.words.get(index).map_or(&[], |word| word)
    }

    pub(super) fn arguments(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        self.words.iter().skip(1).map(|word| &**word)
    }

    /// How many words follow the name.
    pub(super) fn count(&self) -> usize {
        self.words.len().saturating_sub(1)
    }

    /// What nginx says where a setter returns `reason`.
    pub(super) fn directive_says(&self, reason: &str) -> Refusal {
        says([b"\"", self.word(0), b"\" directive ", reason.as_bytes()].concat())
    }

    /// `invalid parameter "WORD"` about the word `index`.
    pub(super) fn invalid_parameter(&self, index: usize) -> Refusal {
        says([b"invalid parameter \"", self.word(index), b"\""].concat()).at(index)
    }

    /// `invalid value "WORD"` about the word `index`.
    pub(super) fn invalid_value(&self, index: usize) -> Refusal {
        says([b"invalid value \"", self.word(index), b"\""].concat()).at(index)
    }
}
