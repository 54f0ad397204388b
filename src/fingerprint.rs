//! A name for a finding that outlives edits elsewhere in the file: for baselines and for services that follow a finding
//! from one commit to the next.

use std::collections::HashMap;

use crate::finding::Finding;
use crate::source::Sources;

/// So many bytes of the flagged text count, so that an unclosed quote does not make it the rest of the file.
const MOST_TEXT: u32 = 1024;

/// 16 hex digits from the code, the file, the enclosing blocks and the flagged text with its white space folded; findings
/// that agree in all of these are told apart by their order ([`number_twins`]). The line is no part of it.
pub fn fingerprint(finding: &Finding, sources: &Sources) -> String {
    format!("{:016x}", add(hash(finding, sources), &(finding.twin + 1).to_le_bytes()))
}

/// Numbers the findings of a run that agree in all that a fingerprint is made of. They must come in their order, and be
/// all there are: whatever is then left out, by a baseline or by its severity, the others keep their names.
pub fn number_twins(findings: &mut [Finding], sources: &Sources) {
    let mut seen: HashMap<u64, u32> = HashMap::new();
    for finding in findings {
        let count = seen.entry(hash(finding, sources)).or_default();
        finding.twin = *count;
        *count += 1;
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
pub(crate) fn of_words(words: &[&str]) -> String {
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
