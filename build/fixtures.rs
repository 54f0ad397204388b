//! Takes the first bad and the first good fixture of each rule, as the examples of `explain`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// Writes `$OUT_DIR/examples.rs`: name, bad, good of every folder `fixtures/<family>/<name>`, by name.
pub fn generate() {
    let root = Path::new("fixtures");
    if root.is_dir() {
        println!("cargo::rerun-if-changed=fixtures");
    }
    let mut rules: Vec<PathBuf> = folders(root).iter().flat_map(|family| folders(family)).collect();
    rules.sort_by(|a, b| a.file_name().cmp(&b.file_name()));
    let mut out = String::from("static EXAMPLES: &[(&str, Option<&str>, Option<&str>)] = &[\n");
    for rule in &rules {
        let name = rule.file_name().expect("a folder has a name").to_string_lossy();
        writeln!(out, "({name:?}, {:?}, {:?}),", text(rule, "bad"), text(rule, "good"))
            .expect("writing to a string");
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

/// The `nginx.conf` of the first folder whose name begins with `kind`, without the lines that tell the fixture runner
/// what to expect.
fn text(rule: &Path, kind: &str) -> Option<String> {
    let named = |path: &&PathBuf| {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        name.starts_with(kind) && path.extension().is_none_or(|ending| ending != "fixed")
    };
    let folder = folders(rule).iter().find(named)?.join("nginx.conf");
    let bytes = fs::read(folder).ok()?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("# expect:"));
    Some(lines.collect::<Vec<_>>().join("\n"))
}
