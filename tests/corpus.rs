//! The open corpus beside the repository, where it is present: every file is read without a crash, and no location that is
//! known to be fine is reported as broken. That every file is printed back byte for byte stands in `syntax_lossless.rs`.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "tests prepare their files themselves and fail by panicking, and so do their helpers"
)]

#[path = "cli/harness.rs"]
mod harness;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use harness::{Said, finish, program};
use ngxlint::syntax::{self, RawBodies, SyntaxErrorKind};
use serde_json::Value;

/// The rules that must be silent on what works.
const HANDSHAKE: [&str; 19] = [
    "WS101", "WS102", "WS103", "WS104", "WS105", "WS106", "WS107", "WS108", "WS109", "WS110", "WS111",
    "WS112", "WS113", "WS117", "WS118", "WS125", "WS126", "WS127", "WS129",
];

/// Labels of locations that are not broken.
const FINE: [&str; 5] = ["ok", "ok-note", "mixed-risk", "not-ws", "unknown-include"];

/// The corpus (`NGXLINT_CORPUS`, else `../shared/corpus`), or `None` with a word about it.
fn corpus() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    let folder = std::env::var_os("NGXLINT_CORPUS").map_or_else(beside, PathBuf::from);
    let found = folder.canonicalize().ok();
    if found.is_none() {
        println!("SKIPPED: {} is not there", folder.display());
    }
    found
}

/// A labelled location.
struct Label {
    file: String,
    line: u64,
    pass: u64,
    kind: String,
}

fn labels(corpus: &Path) -> Vec<Label> {
    let text = std::fs::read(corpus.join("labels.json")).expect("labels.json");
    let document: Value = serde_json::from_slice(&text).expect("JSON");
    let labels: Vec<Label> =
        document["labels"].as_array().expect("a list").iter().filter_map(label).collect();
    assert!(labels.len() > 100, "{} labels", labels.len());
    labels
}

fn label(entry: &Value) -> Option<Label> {
    let word = |key: &str| entry[key].as_str().map(str::to_owned);
    let line = entry["loc_line"].as_u64().or(entry["line"].as_u64())?;
    Some(Label {
        file: word("file")?,
        line,
        pass: entry["line"].as_u64().unwrap_or(line),
        kind: word("label")?,
    })
}

fn check(corpus: &Path, path: &str) -> Said {
    finish(program(corpus, &["check", "--no-config", "--no-progress", "--format", "json", path]), b"")
}

/// A finding of a handshake rule at warning or above: where its block stands, where it points, and its code.
#[derive(Debug)]
struct Reported {
    block: (String, u64),
    place: (String, u64),
    code: String,
}

fn reported(said: &Said) -> Vec<Reported> {
    let is_reported =
        |it: &Value| it["severity"] != "note" && HANDSHAKE.contains(&it["code"].as_str().unwrap_or_default());
    let place =
        |of: &Value| (of["file"].as_str().unwrap_or_default().to_owned(), of["line"].as_u64().unwrap_or(0));
    (said.diagnostics().iter().filter(|it| is_reported(it)))
        .map(|it| Reported {
            block: place(&it["block"]),
            place: place(it),
            code: it["code"].as_str().unwrap_or_default().into(),
        })
        .collect()
}

/// Whether a finding is about the labelled location.
fn concerns(found: &Reported, label: &Label) -> bool {
    found.block == (label.file.clone(), label.line)
        || found.place.0 == label.file && (label.line.min(label.pass)..=label.pass).contains(&found.place.1)
}

/// What contradicts the labels in the output for `path`, which held the labelled files `of`.
fn contradictions(said: &Said, path: &str, of: &[&Label]) -> Vec<String> {
    let found = reported(said);
    let about = |label: &Label| {
        found.iter().filter(|it| concerns(it, label)).map(|it| it.code.clone()).collect::<BTreeSet<_>>()
    };
    let wrong = of.iter().filter_map(|label| {
        let codes = about(label);
        let wrong = (FINE.contains(&label.kind.as_str()) && !codes.is_empty())
            || (label.kind == "broken" && codes.is_empty());
        wrong.then(|| format!("{path}: {}:{} is {}, reported: {codes:?}", label.file, label.line, label.kind))
    });
    wrong.collect()
}

#[test]
fn labelled_locations_are_judged_as_labelled() {
    let Some(corpus) = corpus() else { return };
    let labels = labels(&corpus);
    let mut by_file: BTreeMap<&str, Vec<&Label>> = BTreeMap::new();
    let mut by_repository: BTreeMap<&str, Vec<&Label>> = BTreeMap::new();
    for label in &labels {
        by_file.entry(&label.file).or_default().push(label);
        by_repository.entry(label.file.split('/').next().unwrap_or_default()).or_default().push(label);
    }
    let mut problems = Vec::new();
    let mut silent = 0;
    for (path, of) in by_file.iter().chain(&by_repository) {
        let said = check(&corpus, path);
        assert!(
            said.code() < 2 || !said.document()["errors"].as_array().is_none_or(Vec::is_empty),
            "{path}: {}",
            said.err
        );
        problems.extend(contradictions(&said, path, of));
        silent += of.iter().filter(|label| FINE.contains(&label.kind.as_str())).count();
    }
    let kinds = labels.iter().fold(BTreeMap::<&str, usize>::new(), |mut counts, it| {
        *counts.entry(&it.kind).or_default() += 1;
        counts
    });
    println!(
        "{} labels {kinds:?}; {} files alone, {} repositories; {silent} times silent",
        labels.len(),
        by_file.len(),
        by_repository.len()
    );
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

#[test]
fn labels_can_be_contradicted() {
    let label = |line, label: &str| Label { file: "a".into(), line, pass: line + 2, kind: label.into() };
    let json = r#"{"diagnostics":[{"code":"WS101","severity":"error","file":"a","line":5,"block":{"file":"a","line":4}}]}"#;
    let said = Said {
        status: std::process::ExitStatus::default(),
        bytes: json.into(),
        out: String::new(),
        err: String::new(),
    };
    assert_eq!(contradictions(&said, "a", &[&label(4, "ok")]).len(), 1);
    assert_eq!(contradictions(&said, "a", &[&label(4, "broken")]).len(), 0);
    assert_eq!(contradictions(&said, "a", &[&label(9, "broken")]).len(), 1);
    assert_eq!(contradictions(&said, "a", &[&label(9, "ok")]).len(), 0);
}

/// The cells of the README's table with this head, one row each.
fn table(head: &str) -> Vec<Vec<String>> {
    let readme = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let (_, behind) = readme.split_once(head).unwrap_or_else(|| panic!("the README lacks {head}"));
    let rows = behind.trim_start().lines().skip(1).take_while(|line| line.starts_with('|'));
    rows.map(|row| row.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect()).collect()
}

/// `121 (11 errors, 110 notes)`
fn counted(of: &Value) -> String {
    let some = ["error", "warning", "note"].map(|word| (word, of[format!("{word}s")].as_u64().unwrap()));
    let some = some.into_iter().filter(|(_, count)| *count > 0);
    let words: Vec<String> =
        some.map(|(word, n)| format!("{n} {word}{}", if n == 1 { "" } else { "s" })).collect();
    format!("{} ({})", of["count"], words.join(", "))
}

/// The findings of the default rules in the whole corpus, counted.
fn statistics(corpus: &Path) -> Value {
    let options = ["check", "--no-config", "--no-progress", "--statistics", "--format", "json", "."];
    finish(program(corpus, &options), b"").document()
}

#[test]
fn the_readme_counts_the_findings_and_few_are_turned_down() {
    let rows = table("| rule | findings | turned down | why |\n");
    let number = |cell: &str| cell.split(' ').next().unwrap().parse::<usize>().unwrap();
    let totals = rows.iter().map(|row| (number(&row[1]), number(&row[2])));
    let (all, rejected) = totals.clone().fold((0, 0), |(a, r), (all, rejected)| (a + all, r + rejected));
    assert!({ totals }.all(|(all, rejected)| rejected * 20 <= all) && rejected * 20 <= all);
    let Some(corpus) = corpus() else { return };
    let document = statistics(&corpus);
    let found: Vec<[String; 2]> = (document["statistics"].as_array().expect("statistics").iter())
        .map(|it| [it["code"].as_str().unwrap().to_owned(), counted(it)])
        .collect();
    let shown: Vec<[String; 2]> = rows.iter().map(|row| [row[0].clone(), row[1].clone()]).collect();
    assert_eq!(shown, found);
}

#[test]
fn the_readme_names_each_warning_about_a_location_that_works() {
    let rows = table("| where | rule | why it is right |\n");
    let Some(corpus) = corpus() else { return };
    let document = statistics(&corpus);
    let labels = labels(&corpus);
    let works = |it: &Value| {
        let place = (it["block"]["file"].as_str(), it["block"]["line"].as_u64());
        let label = labels.iter().find(|label| place == (Some(label.file.as_str()), Some(label.line)));
        label.is_some_and(|label| ["ok", "ok-note", "mixed-risk"].contains(&label.kind.as_str()))
    };
    let diagnostics = document["diagnostics"].as_array().expect("findings").iter();
    let found: Vec<[String; 2]> = diagnostics
        .filter(|it| it["severity"] != "note" && it["family"] == "websocket" && works(it))
        .map(|it| {
            let file = it["block"]["file"].as_str().unwrap().rsplit('/').next().unwrap();
            [format!("`{file}:{}`", it["block"]["line"]), it["code"].as_str().unwrap().to_owned()]
        })
        .collect();
    let shown = rows.iter().map(|row| [row[0].split(", ").nth(1).unwrap().to_owned(), row[1].clone()]);
    assert_eq!(shown.collect::<Vec<_>>(), found);
}

#[test]
fn the_whole_corpus_is_linted() {
    let Some(corpus) = corpus() else { return };
    let mut folders: Vec<PathBuf> =
        std::fs::read_dir(&corpus).expect("the corpus").map(|it| it.expect("an entry").path()).collect();
    folders.retain(|path| path.is_dir());
    folders.sort();
    let (mut files, mut bytes, mut counts) = (0, 0, BTreeMap::<String, usize>::new());
    for folder in folders {
        let name = folder.file_name().expect("a name").to_string_lossy().into_owned();
        let said = check(&corpus, &name);
        assert!(said.code() <= 2 && !said.err.contains("panicked"), "{name}: {}", said.err);
        for it in said.diagnostics() {
            let key = format!(
                "{} {}",
                it["code"].as_str().unwrap_or_default(),
                it["severity"].as_str().unwrap_or_default()
            );
            *counts.entry(key).or_default() += 1;
        }
        let (read, size) = every_file(&corpus, &folder);
        files += read;
        bytes += size;
    }
    println!("{files} files, {bytes} bytes; findings in whole repositories: {counts:#?}");
    assert!(files > 2_000, "{files} files");
}

/// Names each file of a folder on the command line, so that none is left out, in one run.
fn every_file(corpus: &Path, folder: &Path) -> (usize, u64) {
    let mut paths = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() { folders.push(path) } else { paths.push(path) }
        }
    }
    let bytes = paths.iter().map(|path| std::fs::metadata(path).expect("a file").len()).sum();
    let options = ["check", "--no-progress", "--format", "concise"].map(PathBuf::from);
    let said = finish(program(corpus, &[&options[..], &paths].concat()), b"");
    assert!(said.code() <= 1, "{}: {}", folder.display(), said.err);
    (paths.len(), bytes)
}

#[test]
fn what_the_tokenizer_accepts_has_no_syntax_finding() {
    let Some(corpus) = corpus() else { return };
    let (mut accepted, mut wrong) = (0, Vec::new());
    for entry in walkdir::WalkDir::new(&corpus).into_iter().map(|entry| entry.expect("an entry")) {
        if !entry.file_type().is_file() || entry.path().extension().is_some_and(|it| it == "json") {
            continue;
        }
        let text = std::fs::read(entry.path()).expect("a file");
        let strict = syntax::parse_as_nginx(&text, RawBodies::Known);
        if syntax::verdict(&text, &strict).is_some() {
            continue;
        }
        accepted += 1;
        let tree = syntax::parse(&text, RawBodies::Known);
        // A forgotten `;` makes words of the next line: only their directive refuses them.
        let refused = tree.errors.iter().any(|error| error.kind != SyntaxErrorKind::MissingSemicolon);
        if refused || !syntax::oversize(&text, &tree).is_empty() {
            wrong.push(entry.path().display().to_string());
        }
    }
    println!("{accepted} files that the tokenizer accepts");
    assert!(accepted > 1_000 && wrong.is_empty(), "{accepted}: {wrong:#?}");
}

/// Unknown names are nginx's to refuse: no gap of a template and no entry of a data block is among them.
#[test]
fn unknown_directives_look_like_directives() {
    let Some(corpus) = corpus() else { return };
    let arguments = ["check", "--no-config", "--no-progress", "--select", "DI001", "--format", "json", "."];
    let said = finish(program(&corpus, &arguments), b"");
    let mut names: BTreeMap<String, usize> = BTreeMap::new();
    for found in said.diagnostics() {
        let message = found["message"].as_str().unwrap_or_default();
        *names.entry(message.split('"').nth(1).unwrap_or_default().to_owned()).or_default() += 1;
    }
    println!("{names:#?}");
    let gap = |name: &&String| ["{", "}", "$", "<", ">", "...", "__"].iter().any(|it| name.contains(it));
    let gaps: Vec<&String> = names.keys().filter(gap).collect();
    assert!(!names.is_empty() && gaps.is_empty(), "{gaps:?}");
}
