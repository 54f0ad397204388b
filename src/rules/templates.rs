//! Which texts of a tree something else fills in before nginx reads them.

use std::cell::RefCell;
use std::collections::HashMap;

use crate::config::Texts;
use crate::source::{DocId, Document};
use crate::template::has_tags;

/// Which documents of a tree are templates: each is looked through once.
pub struct Templates<'a> {
    texts: &'a Texts,
    known: RefCell<HashMap<DocId, bool>>,
}

impl<'a> Templates<'a> {
    /// Nothing has been looked at yet.
    pub fn of(texts: &'a Texts) -> Self {
        Self { texts, known: RefCell::default() }
    }

    /// Whether a document has gaps that change its statements.
    pub fn holds(&self, doc: DocId) -> bool {
        *self.known.borrow_mut().entry(doc).or_insert_with(|| is_template(self.texts.sources.get(doc)))
    }
}

fn is_template(document: &Document) -> bool {
    document.reading().is_some() || has_tags(document.bytes())
}
