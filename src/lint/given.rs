//! What a fix may write: the given files, what they include from beside or below them, and what is below the given folders.

use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};

use super::Input;
use crate::files::{FileKind, Files};
use crate::finding::Finding;
use crate::source::{DocId, Sources};

/// The places that were given.
#[derive(Debug, Default)]
pub(super) struct Given {
    paths: Vec<PathBuf>,
    /// Folders of texts that are no files.
    folders: BTreeSet<PathBuf>,
}

impl Given {
    pub(super) fn of(inputs: &[Input]) -> Self {
        let mut given = Self::default();
        for input in inputs {
            match input {
                Input::Path(path) => given.paths.push(path.clone()),
                Input::Text(name, _) => drop(given.folders.insert(beside(Path::new(name)).to_path_buf())),
            }
        }
        given
    }

    /// The files and folders under which everything is given, canonically.
    fn places(&self, files: &dyn Files) -> HashSet<PathBuf> {
        let mut folders = self.folders.clone();
        for path in &self.paths {
            if files.kind(path).is_ok_and(|kind| kind != FileKind::Directory) {
                folders.insert(beside(path).to_path_buf());
            }
        }
        self.paths.iter().chain(&folders).filter_map(|place| files.canonical(place).ok()).collect()
    }

    /// The documents elsewhere that fixes would change.
    pub(super) fn elsewhere(
        &self,
        files: &dyn Files,
        sources: &Sources,
        findings: &[Finding],
    ) -> HashSet<DocId> {
        let edits = findings.iter().filter_map(|finding| finding.fix.as_ref()).flat_map(|fix| &fix.edits);
        let mut documents: HashSet<DocId> = edits.map(|edit| edit.span.doc).collect();
        if documents.is_empty() {
            return documents;
        }
        let places = self.places(files);
        let is_given = |path: &Path| {
            files.canonical(path).is_ok_and(|at| at.ancestors().any(|above| places.contains(above)))
        };
        documents.retain(|&doc| sources.get(doc).path().is_some_and(|path| !is_given(path)));
        documents
    }
}
fn beside(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
