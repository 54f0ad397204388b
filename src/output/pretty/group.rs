//! Which findings stand in one report.

use std::collections::HashMap;

use crate::finding::Finding;
use crate::source::Span;

/// More findings of one block make further reports: nobody reads more labels at once.
const MOST: usize = 12;

/// The findings of each block, in the order of each block's first finding; a finding without a block stands alone.
pub(super) fn by_block(findings: &[Finding]) -> Vec<Vec<&Finding>> {
    let mut groups: Vec<Vec<&Finding>> = Vec::new();
    let mut open: HashMap<Span, usize> = HashMap::new();
    for finding in findings {
        let block = finding.block.as_ref().map(|block| block.span);
        let known = block.and_then(|block| open.get(&block)).and_then(|&index| groups.get_mut(index));
        match known {
            Some(group) if group.len() < MOST => group.push(finding),
            _ => {
                block.map(|block| open.insert(block, groups.len()));
                groups.push(vec![finding]);
            }
        }
    }
    groups
}
