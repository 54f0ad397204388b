//! The hash behind the directive table. The build script searches the seed and the displacements with these very
//! functions, so that a lookup at run time is one hash, two loads and one comparison.

/// Number of displacements; a power of two.
pub(super) const BUCKETS: usize = 512;
/// Number of slots; a power of two above the number of directive names.
pub(super) const SLOTS: usize = 2048;

/// Hashes length, first, last and middle eight bytes of `name`. No two directive names agree in all of them.
#[inline]
pub(super) fn hash(name: &[u8], seed: u64) -> u64 {
    let (head, tail) = ends(name);
    let mixed = (head ^ name.len() as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15)
        ^ tail.wrapping_mul(0xC2B2_AE3D_27D4_EB4F).rotate_left(29)
        ^ middle(name).wrapping_mul(0x1656_67B1_9E37_79F9).rotate_left(13);
    (mixed ^ (mixed >> 32)).wrapping_mul(seed)
}

/// The displacement that belongs to `hash`.
#[inline]
pub(super) fn bucket(hash: u64) -> usize {
    (hash >> 55) as usize & (BUCKETS - 1)
}

/// The slot of `hash` under the displacement of its bucket.
#[inline]
pub(super) fn slot(hash: u64, displacement: u16) -> usize {
    ((hash >> 32) as usize ^ usize::from(displacement)) & (SLOTS - 1)
}

/// First and last eight bytes; of a shorter name all bytes are in the two words.
#[inline]
fn ends(name: &[u8]) -> (u64, u64) {
    match (name.first_chunk::<8>(), name.last_chunk::<8>()) {
        (Some(first), Some(last)) => (u64::from_le_bytes(*first), u64::from_le_bytes(*last)),
        _ => short_ends(name),
    }
}

#[inline]
fn short_ends(name: &[u8]) -> (u64, u64) {
    match (name.first_chunk::<4>(), name.last_chunk::<4>()) {
        (Some(first), Some(last)) => (u32::from_le_bytes(*first).into(), u32::from_le_bytes(*last).into()),
        _ => (name.iter().fold(0, |word, &byte| (word << 8) | u64::from(byte)), 0),
    }
}

/// The eight bytes around the middle; 0 for a name shorter than that.
#[inline]
fn middle(name: &[u8]) -> u64 {
    let from = (name.len() / 2).wrapping_sub(4);
    name.get(from..).and_then(<[u8]>::first_chunk::<8>).map_or(0, |bytes| u64::from_le_bytes(*bytes))
}
