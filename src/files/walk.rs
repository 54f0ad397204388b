//! Walking a folder: what version control ignores, and what is never configuration, is left out.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use ignore::Match;
use ignore::gitignore::Gitignore;
use walkdir::{DirEntry, WalkDir};

/// Folders that hold other people's files.
const SKIPPED: [&str; 3] = [".git", "node_modules", "target"];

/// Every file below `folder` that `.gitignore` files do not leave out, by name. Symbolic links to files are listed,
/// links to folders are not followed. What cannot be read is listed with the error.
pub(super) fn walk(folder: &Path) -> Vec<Result<PathBuf, (PathBuf, std::io::Error)>> {
    let mut ignores = Ignores::above(folder);
    let mut found = Vec::new();
    let mut entries = WalkDir::new(folder).sort_by_file_name().into_iter();
    while let Some(entry) = entries.next() {
        match entry {
            Ok(entry) if is_left_out(&entry, &ignores) => {
                if entry.file_type().is_dir() {
                    entries.skip_current_dir();
                }
            }
            Ok(entry) if entry.file_type().is_dir() => ignores.enter(entry.path()),
            Ok(entry) => found.push(Ok(entry.into_path())),
            Err(error) => {
                let path = error.path().unwrap_or(folder).to_path_buf();
                found.push(Err((path, error.into())));
            }
        }
    }
    found
}

fn is_left_out(entry: &DirEntry, ignores: &Ignores) -> bool {
    let is_folder = entry.file_type().is_dir();
    let skipped = is_folder && SKIPPED.iter().any(|name| entry.file_name() == OsStr::new(name));
    entry.depth() > 0 && (skipped || ignores.hold(entry.path(), is_folder))
}

/// The `.gitignore` files in force.
struct Ignores {
    /// Outermost first.
    files: Vec<(PathBuf, Gitignore)>,
    /// The folder that is walked, as it was given and canonically.
    top: (PathBuf, PathBuf),
}

impl Ignores {
    /// Those of the folders above, up to the one that holds `.git`.
    fn above(folder: &Path) -> Self {
        let full = std::fs::canonicalize(folder).unwrap_or_else(|_| folder.to_path_buf());
        let repository = full.ancestors().find(|above| above.join(".git").exists());
        let mut ignores = Self { files: Vec::new(), top: (folder.to_path_buf(), full.clone()) };
        let Some(repository) = repository else { return ignores };
        let mut above: Vec<&Path> =
            full.ancestors().skip(1).take_while(|it| it.starts_with(repository)).collect();
        above.reverse();
        for folder in above {
            ignores.enter(folder);
        }
        ignores
    }

    fn enter(&mut self, folder: &Path) {
        self.files
            .retain(|(base, _)| folder.starts_with(base) || !folder.is_absolute() && base.is_absolute());
        let file = folder.join(".gitignore");
        if file.is_file() {
            // A line that is no pattern is passed over, as git does.
            self.files.push((folder.to_path_buf(), Gitignore::new(file).0));
        }
    }

    fn hold(&self, path: &Path, is_folder: bool) -> bool {
        // Links to folders are not followed, and a link to a file is ignored by its own name: no need to ask the system.
        let full =
            path.strip_prefix(&self.top.0).map_or_else(|_| path.to_path_buf(), |it| self.top.1.join(it));
        for (base, patterns) in self.files.iter().rev() {
            let path = if base.is_absolute() { full.as_path() } else { path };
            if !path.starts_with(base) {
                continue;
            }
            match patterns.matched(path, is_folder) {
                Match::Ignore(_) => return true,
                Match::Whitelist(_) => return false,
                Match::None => {}
            }
        }
        false
    }
}
