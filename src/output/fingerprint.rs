//! A name for a finding that outlives edits elsewhere in the file: for baselines and for services that follow a finding
//! from one commit to the next.

use std::collections::HashMap;

use crate::finding::Finding;
use crate::source::Sources;

/// So many bytes of the flagged text count, so that an unclosed quote does not make it the rest of the file.
const MOST_TEXT: u32 = 1024;

/// Gives out the fingerprints of one run; findings must come in their order.
#[derive(Debug, Default)]
pub struct Fingerprints {
    seen: HashMap<u64, u32>,
}

impl Fingerprints {
    /// 16 hex digits from the code, the file, the enclosing blocks and the flagged text with its white space folded;
    /// findings that agree in all of these are told apart by their order. The line is no part of it.
    pub fn next(&mut self, finding: &Finding, sources: &Sources) -> String {
        let hash = hash(finding, sources);
        let ordinal = self.seen.entry(hash).or_default();
        *ordinal += 1;
        format!("{:016x}", add(hash, &ordinal.to_le_bytes()))
    }
}

fn hash(finding: &Finding, sources: &Sources) -> u64 {
    let document = sources.get(finding.span.doc);
    let end = finding.span.end.min(finding.span.start.saturating_add(MOST_TEXT));
    let mut hash = part(FNV_OFFSET, finding.rule.code.as_bytes());
    hash = part(hash, document.name.as_bytes());
    hash = finding.scopes.iter().fold(hash, |hash, scope| part(hash, scope.as_bytes()));
    let words = document.slice(finding.span.start, end).split(u8::is_ascii_whitespace);
    words.filter(|word| !word.is_empty()).fold(hash, part)
}

/// 16 hex digits from `words`.
pub(super) fn of_words(words: &[&str]) -> String {
    format!("{:016x}", words.iter().fold(FNV_OFFSET, |hash, word| part(hash, word.as_bytes())))
}

/// Adds `bytes` and an end mark, so that `ab c` and `a bc` differ.
fn part(hash: u64, bytes: &[u8]) -> u64 {
    add(add(hash, bytes), &[0xff])
}

/// FNV-1a with 64 bits: fixed for ever, unlike the standard library's hashes.
const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0100_0000_01b3;

fn add(hash: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(hash, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(FNV_PRIME))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The values of the FNV reference's test vectors.
    #[test]
    fn it_is_fnv_1a() {
        assert_eq!(add(FNV_OFFSET, b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(add(FNV_OFFSET, b"a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(add(FNV_OFFSET, b"foobar"), 0x8594_4171_f739_67e8);
    }
}
