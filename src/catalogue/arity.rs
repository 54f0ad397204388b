//! How many words a directive takes.

use std::fmt;

/// The numbers of words that may follow a directive's name (`NGX_CONF_TAKE1` and its like).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Arity(u32);

impl Arity {
    /// Bit 31 stands for 31 words and more.
    const MORE: usize = 31;

    /// Exactly one of `counts`, each below 31.
    pub const fn exactly(mut counts: &[u8]) -> Self {
        let mut bits = 0;
        while let Some((first, rest)) = counts.split_first() {
            bits |= 1 << *first;
            counts = rest;
        }
        Self(bits)
    }

    /// `least` words or more; `least` is at most 31.
    pub const fn at_least(least: u8) -> Self {
        Self(u32::MAX << least)
    }

    /// Whether `count` words may follow the name.
    pub const fn accepts(self, count: usize) -> bool {
        let bit = if count < Self::MORE { count } else { Self::MORE };
        self.0 & (1 << bit) != 0
    }

    /// The smallest number of words.
    pub const fn least(self) -> usize {
        self.0.trailing_zeros() as usize
    }

    /// The largest number of words, if there is one.
    pub const fn most(self) -> Option<usize> {
        if self.accepts(Self::MORE) { None } else { Some(self.0.ilog2() as usize) }
    }
}

impl fmt::Display for Arity {
    /// `1`, `1 or 2`, `1 to 3`, `at least 2`: what stands before "arguments" in a message.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let least = self.least();
        match self.most() {
            None => write!(f, "at least {least}"),
            Some(most) if most == least => write!(f, "{least}"),
            Some(most) if self.0.count_ones() == 2 => write!(f, "{least} or {most}"),
            Some(most) => write!(f, "{least} to {most}"),
        }
    }
}
