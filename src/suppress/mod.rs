//! Comments that suppress findings: `ignore`, `ignore-file`, `disable` and `enable`, and those among them that do not.
//!
//! A finding is suppressed at its main place, before repairs are put together: a suppressed finding takes no part in the
//! repair of its neighbours. What is suppressed is remembered, so that afterwards the comments that did nothing are known.

mod index;
mod read;
mod reason;
mod removal;
mod target;
mod unused;

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::config::Texts;
use crate::rules::Rule;
use crate::source::{DocId, Span};
use index::Index;
use read::Remark;

pub use unused::Ran;

/// Number of a comment among those of a run.
type RemarkId = usize;

/// A word of a comment: the comment's number and the word's place in it.
type WordId = (RemarkId, usize);

/// The suppressions of all texts of a run.
#[derive(Debug, Default)]
pub struct Suppressions {
    remarks: Vec<Remark>,
    by_document: HashMap<DocId, Index>,
    /// For each word of each comment, whether it has suppressed something.
    used: Vec<Vec<AtomicBool>>,
    silenced: Mutex<BTreeSet<(Span, &'static str)>>,
}

impl Suppressions {
    /// Reads the comments of the texts that are linted.
    pub fn of(texts: &Texts, linted: &[DocId]) -> Self {
        let mut all = Self::default();
        for &doc in linted {
            let document = texts.sources.get(doc);
            let first = all.remarks.len();
            all.remarks.extend(read::remarks(doc, document, texts.tree(doc)));
            let of_document = all.remarks.iter().enumerate().skip(first);
            let index = Index::of(of_document, document, texts.tree(doc));
            all.by_document.extend((all.remarks.len() > first).then_some((doc, index)));
        }
        let words = all.remarks.iter().map(|remark| remark.words.iter().map(|_| AtomicBool::new(false)));
        all.used = words.map(Iterator::collect).collect();
        all
    }

    /// Whether a comment suppresses what `rule` finds at `at`; the comments that do are used from then on.
    pub fn silence(&self, rule: &'static Rule, at: Span) -> bool {
        self.silence_unless_by(None, rule, at)
    }

    /// [`Suppressions::silence`] without the help of one comment, which is the finding's own subject.
    fn silence_unless_by(&self, subject: Option<RemarkId>, rule: &'static Rule, at: Span) -> bool {
        let Some(index) = self.by_document.get(&at.doc) else { return false };
        let mut is_silenced = false;
        for (remark, word) in index.at(rule, at.start).filter(|&(remark, _)| Some(remark) != subject) {
            is_silenced = true;
            if let Some(used) = self.used.get(remark).and_then(|words| words.get(word)) {
                used.store(true, Ordering::Relaxed);
            }
        }
        if is_silenced {
            let mut silenced = self.silenced.lock().unwrap_or_else(PoisonError::into_inner);
            silenced.insert((at, &rule.code));
        }
        is_silenced
    }

    /// How many findings were suppressed in `documents`, which are sorted.
    pub fn count_in(&self, documents: &[DocId]) -> usize {
        let silenced = self.silenced.lock().unwrap_or_else(PoisonError::into_inner);
        silenced.iter().filter(|(at, _)| documents.binary_search(&at.doc).is_ok()).count()
    }

    fn is_used(&self, (remark, word): WordId) -> bool {
        let used = self.used.get(remark).and_then(|words| words.get(word));
        used.is_some_and(|used| used.load(Ordering::Relaxed))
    }
}
