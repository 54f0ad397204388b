//! Every fix changes only what its finding is about: the effective values of all blocks, before and after `--fix`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test reads its data by itself and fails by panicking"
)]

#[path = "cli/harness.rs"]
mod harness;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use harness::{Folder, fixtures, repository};
use serde_json::Value;

/// Where a block opens: file and line.
type Place = (String, u64);

/// What is in force at a block, by directive; headers by their names, too.
type Values = BTreeMap<String, Vec<String>>;

#[derive(Debug, Clone, PartialEq, Eq)]
struct Block {
    place: Place,
    label: String,
    values: Values,
    /// Where the values stand.
    written: Values,
}

/// What the rules about the request are about: everything else must stay as it was.
const HANDSHAKE: [&str; 7] = [
    "proxy_http_version",
    "proxy_set_header connection",
    "proxy_set_header host",
    "proxy_set_header sec-websocket-key",
    "proxy_set_header sec-websocket-protocol",
    "proxy_set_header sec-websocket-version",
    "proxy_set_header upgrade",
];

/// What other rules are about besides.
const OTHERS: [(&str, &[&str]); 9] = [
    ("WS107", &["proxy_hide_header", "proxy_pass_header"]),
    ("WS111", &["proxy_set_header"]),
    ("WS113", &["add_header", "proxy_pass_header"]),
    ("WS114", &["proxy_read_timeout", "proxy_send_timeout"]),
    ("WS116", &["proxy_cache_bypass", "proxy_no_cache"]),
    ("WS117", &["proxy_set_header content-length"]),
    ("WS118", &["proxy_hide_header"]),
    ("WS125", &["proxy_pass"]),
    ("WS127", &["error_page"]),
];

/// The findings with a fix: their blocks and codes.
type Flagged = BTreeSet<(Place, String)>;

fn may_change(flagged: &Flagged, place: &Place, key: &str) -> bool {
    let mut codes = flagged.iter().filter(|(at, _)| at == place).map(|(_, code)| code).peekable();
    let is_about = |code: &String| {
        OTHERS.iter().any(|(other, keys)| other == code && keys.iter().any(|it| key.starts_with(it)))
    };
    (codes.peek().is_some() && HANDSHAKE.contains(&key)) || codes.any(is_about)
}

fn blocks(folder: &Folder) -> Option<Vec<Block>> {
    let said = folder.json(&["show", "nginx.conf"]);
    if said.code() == 2 {
        return None;
    }
    Some(said.document()["blocks"].as_array().unwrap().iter().map(block).collect())
}

fn place(of: &Value) -> Place {
    (of["file"].as_str().unwrap().to_owned(), of["line"].as_u64().unwrap())
}

fn block(of: &Value) -> Block {
    let (mut values, mut written) = (Values::new(), Values::new());
    for directive in of["directives"].as_array().unwrap() {
        let name = directive["name"].as_str().unwrap();
        let header = directive["args"][0].as_str().unwrap_or_default().to_ascii_lowercase();
        let key = if name == "proxy_set_header" { format!("{name} {header}") } else { name.to_owned() };
        let at = format!("{}:{}", directive["file"], directive["line"]);
        written.entry(key.clone()).or_default().push(at);
        values.entry(key).or_default().push(format!("{} {}", directive["args"], directive["body"]));
    }
    Block { place: place(of), label: of["label"].as_str().unwrap().to_owned(), values, written }
}

/// The keys whose values differ.
fn changed(before: &Values, after: &Values) -> BTreeSet<String> {
    let keys: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    keys.into_iter().filter(|key| before.get(*key) != after.get(*key)).cloned().collect()
}

/// The blocks that a finding with a fix is about. Nothing where one is about the text itself: until it is mended nginx
/// reads something else, or nothing.
fn flagged(folder: &Folder) -> Option<Flagged> {
    let findings = folder.json(&["check", "nginx.conf"]).diagnostics();
    let fixed = findings.iter().filter(|it| !it["fix"].is_null());
    let code = |it: &Value| it["code"].as_str().unwrap().to_owned();
    fixed.map(|it| it["block"].as_object().map(|_| (place(&it["block"]), code(it)))).collect()
}

fn copy(from: &Path) -> Folder {
    let folder = Folder::new();
    for entry in walkdir::WalkDir::new(from) {
        let entry = entry.unwrap();
        if entry.file_type().is_file() {
            let path = entry.path().strip_prefix(from).unwrap().to_string_lossy().into_owned();
            folder.write(&path, std::fs::read(entry.path()).unwrap());
        }
    }
    folder
}

/// What went wrong in a fixture, and how many of its blocks have changed.
fn judge(from: &Path) -> (Vec<String>, usize) {
    let folder = copy(from);
    let (Some(before), Some(flagged)) = (blocks(&folder), flagged(&folder)) else {
        return (Vec::new(), 0);
    };
    folder.run(&["check", "nginx.conf", "--fix", "--unsafe-fixes"]);
    let after = blocks(&folder).expect("it parses still");
    let labels = |blocks: &[Block]| blocks.iter().map(|block| block.label.clone()).collect::<Vec<_>>();
    assert_eq!(labels(&before), labels(&after), "{}", from.display());
    let mut problems = Vec::new();
    let mut count = 0;
    // What stands once for several blocks is mended once for all of them.
    let shared = |block: &Block, key: &str| {
        before.iter().any(|other| {
            may_change(&flagged, &other.place, key) && other.written.get(key) == block.written.get(key)
        })
    };
    // An `if` or limit_except has its location's values.
    let mut location: Option<Place> = None;
    for (before, after) in before.iter().zip(&after) {
        let is_branch = before.label.starts_with("if ") || before.label.starts_with("limit_except ");
        if !is_branch {
            location = Some(before.place.clone());
        }
        let places = [Some(&before.place), location.as_ref()];
        let may = |key: &str| places.iter().flatten().any(|place| may_change(&flagged, place, key));
        let changed = changed(&before.values, &after.values);
        count += usize::from(!changed.is_empty());
        let stray = changed.iter().filter(|key| !may(key) && !shared(before, key));
        problems.extend(stray.map(|key| {
            let of = |block: &Block| block.values.get(key).cloned();
            format!("{}: {}: {key}: {:?} -> {:?}", from.display(), before.label, of(before), of(after))
        }));
    }
    (problems, count)
}

#[test]
fn every_fix_changes_only_what_its_finding_is_about() {
    let mut problems = Vec::new();
    let mut count = 0;
    for main in fixtures() {
        let (found, changed) = judge(repository().join(main).parent().unwrap());
        problems.extend(found);
        count += changed;
    }
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
    assert!(count > 25, "only {count} blocks were changed: nothing was tested");
}

#[test]
fn a_change_is_seen() {
    let folder = |text: &str| Folder::with_main(text);
    let text = "events {}\nhttp { add_header A b; server { location / { proxy_pass http://a; } } }\n";
    let all = |text: &str| blocks(&folder(text)).unwrap();
    let (before, after) = (all(text), all(&text.replace("/ { ", "/ { add_header C d; ")));
    assert_eq!(changed(&before[0].values, &after[0].values), BTreeSet::new());
    assert_eq!(changed(&before[1].values, &after[1].values), BTreeSet::from(["add_header".to_owned()]));
    let moved = all(&text.replace("location", "\n\n location"));
    assert_eq!(changed(&before[1].values, &moved[1].values), BTreeSet::new(), "lines do not matter");
}
