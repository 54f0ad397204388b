//! Files with changes that are not written yet.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use super::{FileKind, Files, Fill};

/// The files of `base`, some of them with other content: what a fix would make of them.
pub struct Overlay<'f> {
    base: &'f dyn Files,
    changed: BTreeMap<PathBuf, Vec<u8>>,
}

impl<'f> Overlay<'f> {
    /// `base` without changes.
    pub fn new(base: &'f dyn Files) -> Self {
        Self { base, changed: BTreeMap::new() }
    }

    /// Gives a file, which must exist, other content.
    ///
    /// # Errors
    /// Where the file cannot be found.
    pub fn change(&mut self, path: &Path, bytes: Vec<u8>) -> io::Result<()> {
        self.changed.insert(self.base.canonical(path)?, bytes);
        Ok(())
    }

    /// Takes a change back.
    pub fn revert(&mut self, path: &Path) {
        if let Ok(path) = self.base.canonical(path) {
            self.changed.remove(&path);
        }
    }

    /// The content of a file that was changed.
    pub fn changed(&self, path: &Path) -> Option<&[u8]> {
        self.changed.get(&self.base.canonical(path).ok()?).map(Vec::as_slice)
    }
}

impl Files for Overlay<'_> {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        match self.changed(path) {
            Some(bytes) => Ok(bytes.to_vec()),
            None => self.base.read(path),
        }
    }

    fn kind(&self, path: &Path) -> io::Result<FileKind> {
        self.base.kind(path)
    }

    fn list(&self, directory: &Path) -> io::Result<Vec<OsString>> {
        self.base.list(directory)
    }

    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        self.base.canonical(path)
    }

    fn canonical_in(&self, folder: &Path, path: &Path) -> io::Result<PathBuf> {
        self.base.canonical_in(folder, path)
    }

    fn walk(&self, folder: &Path) -> Vec<Result<PathBuf, (PathBuf, io::Error)>> {
        self.base.walk(folder)
    }

    fn create_with(&self, path: &Path, fill: &mut Fill<'_>) -> io::Result<()> {
        self.base.create_with(path, fill)
    }

    fn replace(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.base.replace(path, bytes)
    }
}
