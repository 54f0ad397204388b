//! Reads `rules/<family>/<name>.yaml`, checks each file, and writes all of them as one static.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

#[path = "../src/rules/model/mod.rs"]
#[allow(dead_code, unused_imports, reason = "the program uses the rest")]
mod model;

use model::Rule;

/// The longest a rule file may be.
const MOST_LINES: usize = 80;

/// Writes `$OUT_DIR/rules.rs`.
pub fn generate() {
    println!("cargo::rerun-if-changed=rules");
    let mut files = rule_files(Path::new("rules"));
    files.sort();
    let mut rules: Vec<Rule> = files.iter().map(|file| read(file)).collect();
    rules.sort_by(|a, b| a.code.cmp(&b.code));
    check_unique(&rules);
    let mut out =
        format!("/// Every built-in rule, by code.\npub static RULES: [Rule; {}] = [\n", rules.len());
    for rule in &rules {
        writeln!(out, "{rule:?},").expect("writing to a string");
    }
    out.push_str("];\n");
    let target = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR")).join("rules.rs");
    fs::write(target, out).expect("OUT_DIR is writable");
}

fn rule_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
        let path = entry.expect("a readable folder").path();
        if path.is_dir() {
            files.extend(rule_files(&path));
        } else if path.extension().is_some_and(|ending| ending == "yaml") {
            files.push(path);
        }
    }
    files
}

fn read(file: &Path) -> Rule {
    let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    assert!(text.lines().count() <= MOST_LINES, "{}: more than {MOST_LINES} lines", file.display());
    let rule: Rule =
        serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let documented = !rule.why.is_empty() && !rule.help.is_empty() && !rule.references.is_empty();
    assert!(
        documented,
        "{}: a built-in rule says why, what helps and where it is documented",
        file.display()
    );
    let stem = file.file_stem().and_then(|stem| stem.to_str());
    assert_eq!(stem, Some(&*rule.name), "{}: the file is named after the rule", file.display());
    rule
}

fn check_unique(rules: &[Rule]) {
    let mut seen = HashSet::new();
    for rule in rules {
        assert!(seen.insert(&*rule.code), "{}: the code is taken", rule.code);
        assert!(seen.insert(&*rule.name), "{}: the name is taken", rule.name);
    }
}
