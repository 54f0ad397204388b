//! The file that counts for a path: in its folder or the nearest one above, up to the root of the repository.

use std::path::{Path, PathBuf};

use crate::files::{FileKind, Files, normal};

/// The name of the file.
pub const FILE_NAME: &str = ".ngxlint.yaml";

/// The nearest file for `path`, which is absolute. The folder that holds `.git` is the last that is looked at.
pub(super) fn nearest(files: &dyn Files, path: &Path) -> Option<PathBuf> {
    let path = normal(path);
    let is_folder = files.kind(&path).is_ok_and(|kind| kind == FileKind::Directory);
    let first = if is_folder { path.as_path() } else { path.parent()? };
    for folder in first.ancestors() {
        let file = folder.join(FILE_NAME);
        // What cannot be asked about is tried, so that the user is told.
        match files.kind(&file) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotADirectory => {}
            _ => return Some(file),
        }
        if files.kind(&folder.join(".git")).is_ok() {
            return None;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::Memory;

    fn found(path: &str) -> Option<PathBuf> {
        let mut files = Memory::default();
        for name in [
            "/.ngxlint.yaml",
            "/a/.ngxlint.yaml",
            "/a/repo/.git/HEAD",
            "/a/repo/nginx/x.conf",
            "/a/own/.git",
            "/a/own/.ngxlint.yaml",
            "/a/own/deep/er/x.conf",
            "/b/x.conf",
        ] {
            files.add(name, "");
        }
        nearest(&files, Path::new(path))
    }

    #[test]
    fn the_nearest_one_counts() {
        assert_eq!(found("/a/x.conf"), Some("/a/.ngxlint.yaml".into()));
        assert_eq!(found("/a"), Some("/a/.ngxlint.yaml".into()));
        assert_eq!(found("/b/x.conf"), Some("/.ngxlint.yaml".into()));
        assert_eq!(found("/b/../a/none/x.conf"), Some("/a/.ngxlint.yaml".into()));
    }

    #[test]
    fn the_root_of_a_repository_is_the_last_folder() {
        assert_eq!(found("/a/repo/nginx/x.conf"), None);
        assert_eq!(found("/a/own/deep/er/x.conf"), Some("/a/own/.ngxlint.yaml".into()));
    }
}
