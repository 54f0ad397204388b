//! nginx versions.

/// An nginx version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    /// The 1 of 1.24.0.
    pub major: u16,
    /// The 24 of 1.24.0; even ones are stable branches.
    pub minor: u16,
    /// The 0 of 1.24.0.
    pub patch: u16,
}

impl Version {
    /// The version `major.minor.patch`.
    pub const fn new(major: u16, minor: u16, patch: u16) -> Self {
        Self { major, minor, patch }
    }

    /// Whether both belong to one branch, as 1.24.0 and 1.24.1 do.
    pub fn same_branch(self, other: Self) -> bool {
        (self.major, self.minor) == (other.major, other.minor)
    }
}
