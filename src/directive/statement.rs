//! What goes into nginx's judgement and what comes out of it.

use std::borrow::Cow;

use super::Refusal;
use super::data::Data;
use crate::catalogue::{Contexts, DirectiveId};
use crate::syntax::StatementKind;

/// What a block holds.
#[derive(Debug)]
pub enum Inside {
    /// Directives, in one of these contexts: it is not always known in which.
    Directives(Contexts),
    /// Words that the block reads itself.
    Data(Data),
    /// Directives of a module about whose blocks nothing is known.
    Anything,
}

/// A directive at its place.
#[derive(Debug)]
pub struct Stated<'a, P> {
    /// What it is called.
    pub id: DirectiveId,
    /// What ends it.
    pub kind: StatementKind,
    /// The decoded words, the name first.
    pub words: &'a [Cow<'a, [u8]>],
    /// Where it stands.
    pub place: P,
}

/// What a directive leads to.
#[derive(Debug)]
pub enum Next {
    /// The next one.
    Statement,
    /// The files that the include names.
    Include,
    /// Its block.
    Block(Inside),
}

/// A refusal at its place.
#[derive(Debug)]
pub struct Problem<P> {
    /// What nginx says.
    pub refusal: Refusal,
    /// The place that nginx names, if it names one.
    pub at: Option<P>,
    /// The directive that is to blame.
    pub cause: Option<P>,
    /// Of a duplicate the first.
    pub first: Option<P>,
}

impl<P: Copy> Problem<P> {
    /// A refusal of the directive at `place`.
    pub(super) fn here(refusal: Refusal, place: P, first: Option<P>) -> Self {
        Self { refusal, at: Some(place), cause: Some(place), first }
    }
}
