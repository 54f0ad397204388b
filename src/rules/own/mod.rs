//! A user's own rules: the same files as the built-in ones, read when the program runs.

mod validate;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

pub use validate::{Fault, faults};

use super::model::Rule;
use super::registry::RULES;
use crate::files::{FileKind, Files};
use crate::yaml::{Document, Problem, Step};

/// A rule of the user's.
#[derive(Debug, Clone)]
pub struct OwnRule {
    /// The file that it comes from.
    pub path: PathBuf,
    /// The rule.
    pub rule: &'static Rule,
}

/// The rules of some folders (or files), by code.
///
/// # Errors
/// The first file that cannot be read or is no rule, and folders without any.
pub fn load(files: &dyn Files, folders: &[PathBuf]) -> Result<Vec<OwnRule>, Problem> {
    let mut documents = Vec::new();
    for path in paths(files, folders)? {
        documents.push(Document::open(files, &path)?);
    }
    let rules: Vec<Rule> = documents.iter().map(rule).collect::<Result<_, _>>()?;
    check_together(&documents, &rules)?;
    let mut own: Vec<OwnRule> = documents.into_iter().zip(rules).map(keep).collect();
    own.sort_by(|a, b| a.rule.code.cmp(&b.rule.code));
    Ok(own)
}

/// Findings refer to their rules as long as the program runs, built-in or not; the rules of a run are read once.
fn keep((document, rule): (Document, Rule)) -> OwnRule {
    OwnRule { path: document.path, rule: Box::leak(Box::new(rule)) }
}

fn paths(files: &dyn Files, folders: &[PathBuf]) -> Result<Vec<PathBuf>, Problem> {
    let mut paths = Vec::new();
    for folder in folders {
        match files.kind(folder) {
            Ok(FileKind::Directory) => paths.extend(rule_files(files, folder)?),
            Ok(_) => paths.push(folder.clone()),
            Err(error) => return Err(Problem::whole(folder, format!("cannot be read: {error}"))),
        }
    }
    paths.sort();
    paths.dedup();
    Ok(paths)
}

fn rule_files(files: &dyn Files, folder: &Path) -> Result<Vec<PathBuf>, Problem> {
    let mut found = Vec::new();
    for entry in files.walk(folder) {
        let path =
            entry.map_err(|(path, error)| Problem::whole(&path, format!("cannot be read: {error}")))?;
        if path.extension().is_some_and(|ending| ending == "yaml" || ending == "yml") {
            found.push(path);
        }
    }
    if found.is_empty() {
        return Err(Problem::whole(folder, "holds no rule: there is no *.yaml in it"));
    }
    Ok(found)
}

fn rule(document: &Document) -> Result<Rule, Problem> {
    let rule: Rule = document.parse()?.ok_or_else(|| Problem::whole(&document.path, "is empty"))?;
    match faults(&rule).into_iter().next() {
        Some(fault) => Err(document.problem(&fault.path, fault.message)),
        None => {
            own_code(&rule).map_err(|message| document.problem(&[Step::key("code")], message)).map(|()| rule)
        }
    }
}

/// Codes that begin as the built-in ones may be taken by a later release.
fn own_code(rule: &Rule) -> Result<(), String> {
    match rule.family() {
        "custom" => Ok(()),
        family => {
            let letters: String = rule.code.chars().take_while(char::is_ascii_alphabetic).collect();
            Err(format!(
                "codes that begin with {letters} are ngxlint's own (family {family}): choose other letters"
            ))
        }
    }
}

/// Codes and names are unique, and what a rule supersedes exists.
fn check_together(documents: &[Document], rules: &[Rule]) -> Result<(), Problem> {
    let built_in =
        RULES.iter().flat_map(|rule| [&*rule.code, &*rule.name]).map(|word| (word, "ngxlint itself".into()));
    let mut taken: HashMap<&str, String> = built_in.collect();
    for (document, rule) in documents.iter().zip(rules) {
        for (key, word) in [("code", &*rule.code), ("name", &*rule.name)] {
            if let Some(by) = taken.insert(word, document.path.display().to_string()) {
                return Err(document.problem(&[Step::key(key)], format!("`{word}` is taken by {by}")));
            }
        }
    }
    for (document, rule) in documents.iter().zip(rules) {
        let unknown = rule.supersedes.iter().position(|code| !taken.contains_key(&**code));
        if let Some((index, code)) = unknown.and_then(|index| Some((index, rule.supersedes.get(index)?))) {
            let hint = crate::guess::hint(code, taken.keys().copied());
            let message = format!("no rule has the code `{code}`{hint}");
            return Err(document.problem(&[Step::key("supersedes"), Step::Item(index)], message));
        }
    }
    Ok(())
}
