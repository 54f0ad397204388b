//! A perfect hash over the directive names: hash, displace, compare.

use super::hash::{BUCKETS, SLOTS, bucket, hash, slot};
use crate::emit::{Result, slice};

/// Displacements and slots in which every name has a slot of its own.
pub(crate) struct Table {
    seed: u64,
    displacements: Vec<u16>,
    slots: Vec<u16>,
}

impl Table {
    /// Tries seeds until every bucket has a displacement; fails only if two names hash alike.
    pub(crate) fn search(names: &[&str]) -> Result<Self> {
        let seeds = (1u64..1000).map(|round| round.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        seeds.into_iter().find_map(|seed| Self::with_seed(names, seed)).ok_or_else(|| {
            "two directive names share length, first, middle and last eight bytes: see src/catalogue/hash.rs".into()
        })
    }

    fn with_seed(names: &[&str], seed: u64) -> Option<Self> {
        let mut table = Self { seed, displacements: vec![0; BUCKETS], slots: vec![u16::MAX; SLOTS] };
        let mut buckets = vec![Vec::new(); BUCKETS];
        for (id, name) in (0u16..).zip(names) {
            let hash = hash(name.as_bytes(), seed);
            buckets.get_mut(bucket(hash))?.push((hash, id));
        }
        let mut order: Vec<usize> = (0..BUCKETS).collect();
        order.sort_by_key(|&at| std::cmp::Reverse(buckets.get(at).map_or(0, Vec::len)));
        order.into_iter().try_for_each(|at| table.place(at, buckets.get(at)?))?;
        Some(table)
    }

    /// Finds the displacement under which all keys of a bucket fall on free slots.
    fn place(&mut self, at: usize, keys: &[(u64, u16)]) -> Option<()> {
        let fits = u16::try_from(SLOTS).ok()?;
        let displacement = (0..fits).find(|&displacement| self.is_free(keys, displacement))?;
        *self.displacements.get_mut(at)? = displacement;
        for &(hash, id) in keys {
            *self.slots.get_mut(slot(hash, displacement))? = id;
        }
        Some(())
    }

    fn is_free(&self, keys: &[(u64, u16)], displacement: u16) -> bool {
        let mut taken: Vec<usize> = keys.iter().map(|&(hash, _)| slot(hash, displacement)).collect();
        taken.sort_unstable();
        taken.windows(2).all(|pair| pair.first() != pair.last())
            && taken.iter().all(|&at| self.slots.get(at) == Some(&u16::MAX))
    }

    /// The three statics of the hash.
    pub(crate) fn write(&self) -> String {
        format!(
            "pub(super) const SEED: u64 = {};\n\
             pub(super) static DISPLACEMENTS: &[u16; hash::BUCKETS] = {};\n\
             pub(super) static SLOTS: &[u16; hash::SLOTS] = {};\n",
            grouped(self.seed),
            slice(&self.displacements, u16::to_string),
            slice(&self.slots, u16::to_string),
        )
    }
}

/// A hexadecimal literal with a separator after every four digits.
fn grouped(number: u64) -> String {
    let parts = [48, 32, 16, 0].map(|shift| format!("{:04x}", (number >> shift) & 0xffff));
    format!("0x{}", parts.join("_"))
}
