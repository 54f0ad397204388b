//! `include` (`ngx_conf_include`) when it is reached.

use std::path::Path;

use super::super::messages::{NOT_FOUND, TOO_MANY, is_unread, load_failed, open_failed};
use super::{Machine, Stop};
use crate::config::{LoadError, resolve};
use crate::syntax::{Statement, StatementId};

/// nginx opens a file that includes itself until the system has no more descriptors. What a second round does that the
/// first did not (a directive is duplicate), it does in all others, too.
const ROUNDS: usize = 2;

impl Machine<'_, '_> {
    pub(super) fn include(
        &mut self,
        entry: usize,
        id: StatementId,
        statement: Statement,
    ) -> Result<(), Stop> {
        if let Some(entry) = self.reading.entries.get_mut(entry) {
            entry.includes.entry(id).or_default();
        }
        let argument = self.reading.words(entry, statement).nth(1).unwrap_or_default().into_owned();
        let mut found = resolve(self.reading.library.files, &argument, &self.main.base, &self.main.paths);
        if found.files.is_empty() && !found.pattern {
            let message = open_failed(self.main.shown(&found.shown), NOT_FOUND);
            return Err(self.stop_at(entry, statement.terminator, message));
        }
        found.files.reverse();
        if let Some(cursor) = self.cursors.last_mut() {
            (cursor.include, cursor.waiting) = (id, found.files);
        }
        Ok(())
    }

    pub(super) fn open(&mut self, path: &Path) -> Result<(), Stop> {
        let Some((from, include)) = self.cursors.last().map(|cursor| (cursor.entry, cursor.include)) else {
            return Ok(());
        };
        let doc = self.reading.library.open(path).map_err(|error| self.unreadable(path, &error))?;
        let (entry, _) = self.reading.entry_of(doc, self.in_data());
        if !self.reading.leads_to(from, include, entry) {
            self.reading.lead_to(from, include, entry);
        }
        let rounds =
            self.cursors.iter().filter(|cursor| cursor.entry == entry && cursor.close.is_none()).count();
        if rounds >= ROUNDS {
            return Err(self.stop_at_include(open_failed(self.main.shown(path), TOO_MANY)));
        }
        self.enter_file(entry);
        Ok(())
    }

    fn in_data(&self) -> bool {
        self.state.is_in_data()
    }

    /// nginx opens a directory as it does a file and fails when it reads: that message has no place.
    fn unreadable(&mut self, path: &Path, error: &LoadError) -> Stop {
        self.reading.unread |= is_unread(error);
        let message = load_failed(self.main.shown(path), error);
        if *error == LoadError::Directory {
            Stop { place: None, message }
        } else {
            self.stop_at_include(message)
        }
    }

    fn stop_at_include(&self, message: Vec<u8>) -> Stop {
        let Some(cursor) = self.cursors.last() else { return Stop { place: None, message } };
        let statement = self.reading.tree(cursor.entry).statement(cursor.include);
        self.stop_at(cursor.entry, statement.terminator, message)
    }
}
