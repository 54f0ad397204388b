//! What every rule is made of: a file that can be read at one go, checks that can, and fixtures enough.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test reads its data by itself and fails by panicking"
)]

use std::fs;
use std::path::{Path, PathBuf};

/// The longest a rule file may be, and a file of checks.
const MOST_LINES: [(&str, &str, usize); 2] = [("rules", "yaml", 80), ("src/rules/checks", "rs", 300)];

/// So many of each kind has every rule.
const LEAST_FIXTURES: usize = 2;

fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let all = walkdir::WalkDir::new(folder).into_iter().map(|entry| entry.unwrap().into_path());
    let files: Vec<PathBuf> = all.filter(|path| path.extension().is_some_and(|it| it == ending)).collect();
    assert!(!files.is_empty(), "{}", folder.display());
    files
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn no_file_is_too_long() {
    for (folder, ending, most) in MOST_LINES {
        for file in files(&root().join(folder), ending) {
            let lines = fs::read_to_string(&file).unwrap().lines().count();
            assert!(lines <= most, "{}: {lines} lines, more than {most}", file.display());
        }
    }
}

#[test]
fn every_rule_has_fixtures_enough() {
    let rules = files(&root().join("rules"), "yaml").into_iter();
    let lacking: Vec<String> = rules
        .filter_map(|rule| {
            let family = rule.parent().unwrap().file_name().unwrap();
            let folder = root().join("fixtures").join(family).join(rule.file_stem().unwrap());
            let few: Vec<String> = ["bad", "good"]
                .into_iter()
                .map(|kind| (kind, variants(&folder, kind)))
                .filter(|(_, count)| *count < LEAST_FIXTURES)
                .map(|(kind, count)| format!("{count} {kind}"))
                .collect();
            (!few.is_empty()).then(|| format!("{}: {}", folder.display(), few.join(", ")))
        })
        .collect();
    assert!(lacking.is_empty(), "less than {LEAST_FIXTURES} fixtures:\n{}", lacking.join("\n"));
}

/// The folders whose names begin with `kind`, repaired ones left out.
fn variants(folder: &Path, kind: &str) -> usize {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let is_variant = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy();
        name.starts_with(kind) && !name.ends_with(".fixed") && path.join("nginx.conf").is_file()
    };
    entries.filter(is_variant).count()
}
