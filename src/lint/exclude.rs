//! What is left out of folders. A file that is named, or that an include brings, is read all the same.

use std::path::{Path, PathBuf};

use globset::{Candidate, Glob, GlobBuilder, GlobMatcher};

/// Patterns with the folder that they count from.
#[derive(Debug, Clone, Default)]
pub struct Exclude {
    folder: PathBuf,
    patterns: Vec<GlobMatcher>,
}

impl Exclude {
    /// Leaves out what `patterns` match below `folder`.
    pub fn new<'g>(folder: &Path, patterns: impl IntoIterator<Item = &'g Glob>) -> Self {
        let patterns = patterns.into_iter().filter_map(anywhere).map(|it| it.compile_matcher());
        Self { folder: folder.to_path_buf(), patterns: patterns.collect() }
    }

    /// Whether `path`, which is absolute, or a folder above it is left out.
    pub fn holds(&self, path: &Path) -> bool {
        let below = path.strip_prefix(&self.folder).ok().filter(|_| !self.patterns.is_empty());
        let mut parts = below.into_iter().flat_map(Path::ancestors).filter(|it| !it.as_os_str().is_empty());
        parts.any(|part| {
            let candidate = Candidate::new(part);
            self.patterns.iter().any(|pattern| pattern.is_match_candidate(&candidate))
        })
    }
}

/// A pattern without `/` is about names, in whatever folder; a final `/` only says that a folder is meant.
fn anywhere(glob: &Glob) -> Option<Glob> {
    let text = glob.glob().trim_end_matches('/').trim_start_matches("./");
    let text =
        if text.contains('/') { text.trim_start_matches('/').to_owned() } else { format!("**/{text}") };
    GlobBuilder::new(&text).literal_separator(true).build().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_count_from_the_folder() {
        let patterns = ["vendor/**", "*.bak.conf", "/top", "./a/b/", "old"].map(|it| Glob::new(it).unwrap());
        let exclude = Exclude::new(Path::new("/repo"), &patterns);
        let holds = |path: &str| exclude.holds(Path::new(path));
        for path in
            ["vendor/x.conf", "vendor/a/x.conf", "a/x.bak.conf", "top/x.conf", "a/b/x.conf", "y/old/x.conf"]
        {
            assert!(holds(&format!("/repo/{path}")), "{path}");
        }
        for path in [
            "/repo/a/vendor/x.conf",
            "/repo/x.conf",
            "/repo/y/top/x.conf",
            "/other/vendor/x.conf",
            "/repo/older/x",
        ] {
            assert!(!holds(path), "{path}");
        }
    }
}
