//! The files of one configuration, with what crosses them: listening ports, upstream names, includes.

use super::conf::{Scan, Statement, scan};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// One file of a configuration.
#[derive(Debug)]
pub(crate) struct File {
    /// Its bytes.
    pub(crate) text: Vec<u8>,
    /// Its statements, empty for what is no configuration.
    pub(crate) scan: Scan,
}

impl File {
    fn new(path: &Path, text: Vec<u8>) -> Self {
        let scan = if is_configuration(path) { scan(&text) } else { Scan::default() };
        Self { text, scan }
    }

    /// A word without its quotes.
    pub(crate) fn word(&self, statement: &Statement, index: usize) -> String {
        let Some(range) = statement.words.get(index) else { return String::new() };
        let raw = String::from_utf8_lossy(&self.text[range.clone()]).into_owned();
        unquoted(&raw).to_owned()
    }

    /// The directive's name.
    pub(crate) fn name(&self, statement: &Statement) -> String {
        self.word(statement, 0)
    }

    /// The arguments without their quotes.
    pub(crate) fn arguments(&self, statement: &Statement) -> Vec<String> {
        (1..statement.words.len()).map(|index| self.word(statement, index)).collect()
    }

    /// The statements directly in a block (`None`: at the top of the file).
    pub(crate) fn children(&self, parent: Option<usize>) -> impl Iterator<Item = (usize, &Statement)> {
        self.scan.statements.iter().enumerate().filter(move |(_, s)| s.parent == parent)
    }

    /// The name of the block that a statement stands in, empty at the top.
    pub(crate) fn parent_name(&self, statement: &Statement) -> String {
        statement.parent.map(|p| self.name(&self.scan.statements[p])).unwrap_or_default()
    }
}

/// Pages and password files beside a configuration are left alone.
fn is_configuration(path: &Path) -> bool {
    let page = path
        .extension()
        .is_some_and(|e| ["html", "txt", "pem", "key", "crt", "json"].iter().any(|x| e == *x));
    !page
        && !["htpasswd", "users", "probe", "expect"].iter().any(|n| path.file_name().is_some_and(|f| f == *n))
}

fn unquoted(raw: &str) -> &str {
    let inner = |quote| raw.strip_prefix(quote).and_then(|r| r.strip_suffix(quote));
    inner('"').or_else(|| inner('\'')).unwrap_or(raw)
}

/// A configuration: `nginx.conf` and everything beside and below it.
#[derive(Debug)]
pub(crate) struct Tree {
    /// By path relative to the folder.
    pub(crate) files: BTreeMap<PathBuf, File>,
}

/// The main file's name in every fixture.
pub(crate) const MAIN: &str = "nginx.conf";

impl Tree {
    /// Reads a folder.
    ///
    /// # Panics
    /// When it cannot be read or has no `nginx.conf`.
    pub(crate) fn read(folder: &Path) -> Self {
        let entries = walkdir::WalkDir::new(folder).into_iter().map(|e| e.expect("a readable fixture"));
        let files = entries.filter(|e| e.file_type().is_file()).map(|entry| {
            let path = entry.path().strip_prefix(folder).expect("below the folder").to_owned();
            let text = std::fs::read(entry.path()).expect("a readable file");
            (path.clone(), File::new(&path, text))
        });
        let tree = Self { files: files.collect() };
        assert!(tree.files.contains_key(Path::new(MAIN)), "{}: no {MAIN}", folder.display());
        tree
    }

    /// The main file.
    pub(crate) fn main(&self) -> &File {
        &self.files[Path::new(MAIN)]
    }

    /// All statements with their files.
    pub(crate) fn statements(&self) -> impl Iterator<Item = (&File, &Statement)> {
        self.files.values().flat_map(|f| f.scan.statements.iter().map(move |s| (f, s)))
    }

    /// The names of the `upstream` blocks.
    pub(crate) fn upstream_names(&self) -> Vec<String> {
        let named = self.statements().filter(|(f, s)| s.body.is_some() && f.name(s) == "upstream");
        named.map(|(f, s)| f.word(s, 1)).collect()
    }

    /// The files that an `include` argument names; `*` is the only wildcard.
    pub(crate) fn included(&self, pattern: &str) -> impl Iterator<Item = &File> {
        let pattern = pattern.trim_start_matches("/etc/nginx/").trim_start_matches("./").to_owned();
        self.files.iter().filter(move |(p, _)| matches(&pattern, &p.to_string_lossy())).map(|(_, f)| f)
    }

    /// Whether a block has a directive of this name, itself or through its includes.
    pub(crate) fn has(&self, file: &File, block: Option<usize>, name: &str) -> bool {
        file.children(block).any(|(_, s)| {
            let included =
                || self.included(&file.word(s, 1)).any(|f| f.children(None).any(|(_, s)| f.name(s) == name));
            file.name(s) == name || (file.name(s) == "include" && included())
        })
    }
}

fn matches(pattern: &str, path: &str) -> bool {
    let Some((before, after)) = pattern.split_once('*') else { return pattern == path };
    path.len() >= before.len() + after.len()
        && path.starts_with(before)
        && path.ends_with(after)
        && !path[before.len()..path.len() - after.len()].contains('/')
}
