//! The hash tables that nginx builds of names (`ngx_hash_init`): a name that does not fit is refused; that a table is too
//! small for all of them nginx only says.

use super::super::levels::{Setting, View};
use super::super::{Refusal, says, scalar};

/// A line of the processor's cache, up to multiples of which sizes are rounded.
const LINE: u64 = 64;

/// A table and its sizes.
#[derive(Debug, Clone, Copy)]
pub(in crate::directive) struct Table {
    pub(in crate::directive) name: &'static str,
    pub(in crate::directive) most: u64,
    pub(in crate::directive) bucket: u64,
    /// Whether the size of its buckets is written down.
    pub(in crate::directive) written: bool,
}

impl Table {
    /// A table whose sizes no directive sets.
    pub(super) fn fixed(name: &'static str) -> Self {
        Self { name, most: 512, bucket: LINE, written: true }
    }

    /// A table with the sizes that are in force at `view`.
    pub(in crate::directive) fn sized<P: Copy>(
        name: &'static str,
        most: u64,
        view: Option<&View<'_, P>>,
    ) -> Self {
        let number = |ending: &str| {
            let setting = view.and_then(|view| view.named(&format!("{name}_{ending}")))?;
            u64::try_from(number(setting)?).ok()
        };
        let (bucket, most) = (number("bucket_size"), number("max_size").unwrap_or(most));
        let written = bucket.is_some();
        let bucket = bucket.unwrap_or(LINE);
        Self { name, most, bucket: bucket.div_ceil(LINE).saturating_mul(LINE), written }
    }

    /// What nginx says of a table with names of which the longest has this length.
    pub(in crate::directive) fn refuses(&self, longest: usize) -> Option<Refusal> {
        let Self { name, most, bucket, .. } = self;
        let problem = if *most == 0 {
            format!("you should increase {name}_max_size: {most}")
        } else if *bucket > 65536 - LINE {
            format!("too large {name}_bucket_size: {bucket}")
        } else if *bucket < element(longest) + 8 {
            format!("you should increase {name}_bucket_size: {bucket}")
        } else {
            return None;
        };
        Some(super::judged(says(format!("could not build {name}, {problem}")).at(0), self.written))
    }
}

/// `NGX_HASH_ELT_SIZE`
fn element(length: usize) -> u64 {
    let length = u64::try_from(length).unwrap_or(u64::from(u32::MAX));
    8 + (length + 2).div_ceil(8) * 8
}

fn number<P>(setting: &Setting<P>) -> Option<i64> {
    scalar::number(setting.word(1))
}

/// The length of the longest key of `names`, of which each that has a wildcard is kept by its labels.
pub(in crate::directive) fn longest<'n>(names: impl Iterator<Item = &'n [u8]>) -> Option<usize> {
    names.map(kept).max()
}

fn kept(name: &[u8]) -> usize {
    let is_wildcard = name.starts_with(b"*.") || name.ends_with(b".*") || name.starts_with(b".");
    if is_wildcard {
        return name.split(|&byte| byte == b'.').map(<[u8]>::len).max().unwrap_or(0);
    }
    name.len()
}
