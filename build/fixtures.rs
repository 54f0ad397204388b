//! Takes the first bad and the first good fixture of each rule, as the examples of `explain`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// Writes `$OUT_DIR/examples.rs`: name, bad, repaired and good one of every folder `fixtures/<family>/<name>`, by name.
pub fn generate() {
    let root = Path::new("fixtures");
    if root.is_dir() {
        println!("cargo::rerun-if-changed=fixtures");
    }
    let mut rules: Vec<PathBuf> = folders(root).iter().flat_map(|family| folders(family)).collect();
    rules.sort_by(|a, b| a.file_name().cmp(&b.file_name()));
    let mut out = String::from("static EXAMPLES: &[(&str, [Option<&str>; 3])] = &[\n");
    for rule in &rules {
        let name = rule.file_name().expect("a folder has a name").to_string_lossy();
        let (bad, good) = (first(rule, "bad"), first(rule, "good"));
        let fixed = bad.as_ref().map(|bad| bad.with_extension("fixed"));
        let [bad, fixed, good] = [bad, fixed, good].map(|folder| folder.and_then(|folder| text(&folder)));
        writeln!(out, "({name:?}, [{bad:?}, {fixed:?}, {good:?}]),").expect("writing to a string");
    }
    out.push_str("];\n");
    let target = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR")).join("examples.rs");
    fs::write(target, out).expect("OUT_DIR is writable");
}

fn folders(of: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(of).into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

/// The first folder whose name begins with `kind`.
fn first(rule: &Path, kind: &str) -> Option<PathBuf> {
    let named = |path: &&PathBuf| {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        name.starts_with(kind) && path.extension().is_none_or(|ending| ending != "fixed")
    };
    folders(rule).into_iter().find(|path| named(&path))
}

/// The `nginx.conf` of a folder, without the lines that tell the fixture runner what to expect.
fn text(folder: &Path) -> Option<String> {
    let bytes = fs::read(folder.join("nginx.conf")).ok()?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("# expect:"));
    Some(lines.collect::<Vec<_>>().join("\n"))
}
