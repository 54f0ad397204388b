//! Which control tags belong together.

use super::tags::{Does, Tag};

/// The partners of each tag, by number.
#[derive(Debug, Default)]
pub(super) struct Pairs {
    partners: Vec<Partners>,
    /// Whether every tag that needs a partner has one.
    pub(super) balanced: bool,
}

#[derive(Debug, Clone, Copy, Default)]
struct Partners {
    /// For what opens: the tag that begins its second branch.
    other: Option<usize>,
    /// For what opens: the tag that ends it.
    end: Option<usize>,
    /// For another branch: the tag that opened.
    opener: Option<usize>,
}

impl Pairs {
    pub(super) fn of(tags: &[Tag]) -> Self {
        let mut pairs = Self { partners: vec![Partners::default(); tags.len()], balanced: true };
        let mut open: Vec<usize> = Vec::new();
        for (index, tag) in tags.iter().enumerate() {
            if matches!(tag.does, Does::End | Does::EndOpen) {
                pairs.end(open.pop(), index);
            }
            match tag.does {
                Does::Open | Does::Define | Does::EndOpen => open.push(index),
                Does::Else => pairs.other(open.last().copied(), index),
                Does::End | Does::Output | Does::Silent => {}
            }
        }
        pairs.balanced &= open.is_empty();
        pairs
    }

    fn end(&mut self, opener: Option<usize>, index: usize) {
        match opener.and_then(|opener| self.partners.get_mut(opener)) {
            Some(partners) => partners.end = Some(index),
            None => self.balanced = false,
        }
    }

    fn other(&mut self, opener: Option<usize>, index: usize) {
        match opener.and_then(|opener| self.partners.get_mut(opener)) {
            Some(partners) => partners.other = partners.other.or(Some(index)),
            None => self.balanced = false,
        }
        if let Some(partners) = self.partners.get_mut(index) {
            partners.opener = opener;
        }
    }

    fn get(&self, tag: usize) -> Partners {
        self.partners.get(tag).copied().unwrap_or_default()
    }

    /// The tag that ends what `tag` opens, or another branch of it.
    pub(super) fn end_of(&self, tag: usize) -> Option<usize> {
        let partners = self.get(tag);
        partners.opener.map_or(partners.end, |opener| self.get(opener).end)
    }

    /// The tag with which the first branch of what `tag` opens ends.
    pub(super) fn first_branch_end(&self, tag: usize) -> Option<usize> {
        let partners = self.get(tag);
        partners.other.or(partners.end)
    }
}
