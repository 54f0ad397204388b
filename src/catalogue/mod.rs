//! What nginx knows: directives and where they may stand.

/// A directive's number in the catalogue; [`DirectiveId::UNKNOWN`] for a name that is not in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DirectiveId(pub u16);

impl DirectiveId {
    /// A name that the catalogue does not hold.
    pub const UNKNOWN: Self = Self(u16::MAX);
}

impl Default for DirectiveId {
    fn default() -> Self {
        Self::UNKNOWN
    }
}
