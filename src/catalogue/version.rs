//! nginx versions, and the ranges of them that a configuration may be for.
//!
//! Distributions, `OpenResty` and NGINX Plus write versions their own way; all of them become the version of nginx whose
//! sources they contain.

use std::fmt;
use std::str::FromStr;

mod parse;

pub use parse::VersionError;

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
    /// The newest version the catalogue knows.
    pub const NEWEST: Self = Self::new(1, 31, 5);

    /// The version `major.minor.patch`.
    pub const fn new(major: u16, minor: u16, patch: u16) -> Self {
        Self { major, minor, patch }
    }

    /// Whether both belong to one branch, as 1.24.0 and 1.24.1 do.
    pub fn same_branch(self, other: Self) -> bool {
        (self.major, self.minor) == (other.major, other.minor)
    }
}

impl FromStr for Version {
    type Err = VersionError;

    /// Reads `1.24`, `1.24.0`, `nginx/1.24.0`, `1.22.1-9+deb12u1`, `1.27.1.2` (`OpenResty`) or `R33` (NGINX Plus).
    fn from_str(text: &str) -> Result<Self, VersionError> {
        parse::version(text)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

/// The versions a configuration is for: all from a lowest one on, up to but not including another.
///
/// ```
/// use ngxlint::catalogue::{Version, VersionRange};
///
/// let range: VersionRange = ">=1.18".parse().unwrap();
/// assert!(range.contains(Version::new(1, 29, 7)));
/// assert_eq!("nginx/1.24.0".parse::<VersionRange>().unwrap().exact(), Some(Version::new(1, 24, 0)));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct VersionRange {
    lowest: Version,
    /// The first version that is no longer in the range.
    below: Option<Version>,
    /// Whether the range was given as one version.
    exact: bool,
}

impl VersionRange {
    /// All versions.
    pub const ALL: Self = Self::starting_at(Version::new(0, 0, 0));

    /// Exactly `version`.
    pub const fn exactly(version: Version) -> Self {
        Self { lowest: version, below: Some(after(version)), exact: true }
    }

    /// `version` and everything newer.
    pub const fn starting_at(version: Version) -> Self {
        Self { lowest: version, below: None, exact: false }
    }

    /// From `lowest` up to but not including `below`; `None` where that holds no version.
    pub fn between(lowest: Version, below: Version) -> Option<Self> {
        (lowest < below).then_some(Self { lowest, below: Some(below), exact: false })
    }

    /// The lowest version in the range: the one that a range is judged at where one must be chosen.
    pub const fn lowest(self) -> Version {
        self.lowest
    }

    /// The one version the range consists of, if it was given as one.
    pub fn exact(self) -> Option<Version> {
        self.exact.then_some(self.lowest)
    }

    /// Whether `version` is in the range.
    pub fn contains(self, version: Version) -> bool {
        self.lowest <= version && self.below.is_none_or(|below| version < below)
    }

    /// Whether some version of the range is below `version`.
    pub fn contains_below(self, version: Version) -> bool {
        self.lowest < version
    }

    /// Whether some version of the range is `version` or newer.
    pub fn contains_from(self, version: Version) -> bool {
        self.below.is_none_or(|below| version < below)
    }

    /// Whether the two ranges have a version in common.
    pub fn overlaps(self, other: Self) -> bool {
        self.contains_from(other.lowest) && other.contains_from(self.lowest)
    }
}

/// The version right after `version`: no branch is longer than a `u16`.
const fn after(version: Version) -> Version {
    Version { patch: version.patch.saturating_add(1), ..version }
}

impl Default for VersionRange {
    /// `>=1.18`: what distributions still ship.
    fn default() -> Self {
        Self::starting_at(Version::new(1, 18, 0))
    }
}

impl From<Version> for VersionRange {
    fn from(version: Version) -> Self {
        Self::exactly(version)
    }
}

impl FromStr for VersionRange {
    type Err = VersionError;

    /// Reads one version (see [`Version`]), bounds (`>=1.18,<1.29.7`; also `>`, `<=`, `=`) or `1.24 - 1.28`, both ends
    /// included: an end without a patch number stands for its whole branch.
    fn from_str(text: &str) -> Result<Self, VersionError> {
        parse::range(text)
    }
}

impl fmt::Display for VersionRange {
    /// `1.24.0` for one version, else bounds without needless zeros: `>=1.18`, `>=1.18,<1.29.7`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.exact, self.below) {
            (true, _) => write!(f, "{}", self.lowest),
            (_, None) => write!(f, ">={}", Short(self.lowest)),
            (_, Some(below)) if self.lowest == Version::new(0, 0, 0) => write!(f, "<{}", Short(below)),
            (_, Some(below)) => write!(f, ">={},<{}", Short(self.lowest), Short(below)),
        }
    }
}

/// A version without its patch number where that is 0.
struct Short(Version);

impl fmt::Display for Short {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Version { major, minor, patch: 0 } => write!(f, "{major}.{minor}"),
            version => write!(f, "{version}"),
        }
    }
}
