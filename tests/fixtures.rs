//! The fixtures of every rule: `fixtures/<family>/<name>/{bad*,good*}/nginx.conf` and what it includes.
//!
//! A line that a rule must flag stands below `# expect: CODE[, CODE]`, or `# expect: CODE SEVERITY` where that counts; where a comment would change the case, a file
//! `expect` beside `nginx.conf` holds lines `FILE:LINE CODE[, CODE]` instead. A finding counts for the line it starts on.
//! Nothing else may be found, by any rule that is on by default or by the fixture's own. `bad*.fixed/` is the whole tree
//! after `--fix --unsafe-fixes`; where there is none, these must change nothing. A new folder is a new case.
//!
//! `fixtures/real/<name>/nginx.conf` are whole trees as servers have them, with the same comments.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test reads its data by itself and fails by panicking"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

/// `conf.d/chat.conf:4 WS101`; in what is found the severity stands behind the code, in what is expected it may.
type Place = (String, u64, String);

/// The files of a folder by their relative paths.
type Files = BTreeMap<String, Vec<u8>>;

/// Folders beside those of the syntax rules that hold the parser's own cases.
const NOT_RULES: [&str; 2] = ["valid", "invalid"];

#[test]
fn every_rule_has_a_bad_and_a_good_fixture() {
    let missing: Vec<String> = rules()
        .iter()
        .flat_map(|rule| ["bad", "good"].map(|kind| (rule, kind)))
        .filter(|(rule, kind)| rule.variants(kind).is_empty())
        .map(|(rule, kind)| format!("{}: no {kind}*/nginx.conf", rule.folder.display()))
        .collect();
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn every_fixture_folder_belongs_to_a_rule() {
    let known: BTreeSet<PathBuf> = rules().into_iter().map(|rule| rule.folder).collect();
    let families: BTreeSet<&Path> = known.iter().filter_map(|folder| folder.parent()).collect();
    let strays: Vec<PathBuf> = families
        .iter()
        .flat_map(|family| folders(family))
        .filter(|folder| !known.contains(folder) && !NOT_RULES.contains(&name(folder).as_str()))
        .collect();
    assert!(strays.is_empty(), "no rule is called like {strays:?}");
}

#[test]
fn bad_fixtures_are_flagged_where_they_say_and_nowhere_else() {
    judge("bad", |rule, folder| flagged(rule, folder, &expected(folder)));
}

#[test]
fn good_fixtures_have_no_finding() {
    judge("good", |rule, folder| {
        let comments = expected(folder);
        assert!(comments.is_empty(), "{}: a good fixture expects {comments:?}", folder.display());
        flagged(rule, folder, &comments)
    });
}

#[test]
fn fixes_give_exactly_the_fixed_tree() {
    judge("bad", |rule, folder| {
        let copy = Copy::of(folder);
        let output = rule.check(copy.path(), &["--fix", "--unsafe-fixes"]);
        let fixed = folder.with_file_name(format!("{}.fixed", name(folder)));
        let wanted = files(if fixed.is_dir() { &fixed } else { folder });
        let after = files(copy.path());
        if wanted == after { String::new() } else { difference(&wanted, &after) + &errors(&output) }
    });
}

#[test]
fn fixed_trees_have_no_finding_and_stay_as_they_are() {
    judge("bad", |rule, folder| {
        let fixed = folder.with_file_name(format!("{}.fixed", name(folder)));
        if !fixed.is_dir() {
            return String::new();
        }
        let copy = Copy::of(&fixed);
        rule.check(copy.path(), &["--fix", "--unsafe-fixes"]);
        flagged(rule, &fixed, &BTreeSet::new()) + &difference(&files(&fixed), &files(copy.path()))
    });
}

#[test]
fn real_trees_are_flagged_where_they_say_and_nowhere_else() {
    let trees = folders(&root().join("fixtures/real"));
    assert!(!trees.is_empty());
    let rule = Rule { code: "default".into(), folder: PathBuf::new() };
    let problems: String = trees.iter().map(|tree| flagged(&rule, tree, &expected(tree))).collect();
    assert!(problems.is_empty(), "\n{problems}");
}

#[test]
fn the_demonstration_shows_several_problems() {
    let output = run(&root(), &["check", "--no-config", "--format", "json", "fixtures/demo"]);
    assert_eq!(output.status.code(), Some(1), "{}", errors(&output));
    let codes: BTreeSet<String> = findings(&output).into_iter().map(|(_, _, code)| code).collect();
    let shown = ["WS101", "WS102", "WS103", "WS104", "WS112"];
    assert!(shown.iter().all(|code| codes.iter().any(|it| it.starts_with(code))), "{codes:?}");
}

#[test]
fn the_runner_sees_what_differs() {
    let files = |text: &str| Files::from([("nginx.conf".to_owned(), text.as_bytes().to_vec())]);
    assert_eq!(difference(&files("a\n"), &files("a\n")), "");
    assert!(difference(&files("a\nb\n"), &files("a\nc\n")).contains("-b\n+c"));
    assert!(difference(&files("a\n"), &Files::new()).contains("nginx.conf is missing"));
    let comment = "x;\n    # expect: WS101, WS102\n    y;\n";
    let places =
        [("nginx.conf".to_owned(), 3, "WS101".to_owned()), ("nginx.conf".to_owned(), 3, "WS102".to_owned())];
    assert_eq!(commented("nginx.conf", comment).collect::<Vec<_>>(), places);
    let found = |code: &str| ("a".to_owned(), 3, code.to_owned());
    assert!(meets(&found("WS101 note"), &found("WS101")));
    assert!(meets(&found("WS101 note"), &found("WS101 note")));
    assert!(!meets(&found("WS101 note"), &found("WS101 error")));
    assert!(!meets(&found("WS101 note"), &found("WS10")));
    assert_eq!(
        listed("conf.d/a.conf:7 SY001\n").collect::<Vec<_>>(),
        [("conf.d/a.conf".into(), 7, "SY001".into())]
    );
}

/// A rule and its fixtures.
struct Rule {
    code: String,
    folder: PathBuf,
}

impl Rule {
    /// The folders whose names begin with `kind`, repaired ones left out.
    fn variants(&self, kind: &str) -> Vec<PathBuf> {
        let of_kind = |folder: &PathBuf| {
            name(folder).starts_with(kind) && folder.extension().is_none_or(|it| it != "fixed")
        };
        folders(&self.folder)
            .into_iter()
            .filter(of_kind)
            .filter(|it| it.join("nginx.conf").is_file())
            .collect()
    }

    fn check(&self, folder: &Path, options: &[&str]) -> Output {
        let select = format!("default,{}", self.code);
        let fixed = ["check", "--no-config", "--format", "json", "--select", &select, "nginx.conf"];
        run(folder, &[&fixed, options].concat())
    }
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_ngxlint"))
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("ngxlint runs")
}

fn rules() -> Vec<Rule> {
    let output = run(&root(), &["rules", "--format", "json"]);
    let list: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("rules: {error}"));
    let rules: Vec<Rule> = list.as_array().expect("an array of rules").iter().map(rule).collect();
    assert!(!rules.is_empty(), "there are no rules");
    rules
}

fn rule(entry: &Value) -> Rule {
    let word = |key: &str| entry[key].as_str().expect("a word").to_owned();
    Rule { code: word("code"), folder: root().join("fixtures").join(word("family")).join(word("name")) }
}

/// Runs `problem` on every variant and fails with all that it says.
fn judge(kind: &str, problem: impl Fn(&Rule, &Path) -> String) {
    let mut problems = String::new();
    for rule in rules() {
        for folder in rule.variants(kind) {
            let said = problem(&rule, &folder);
            if !said.is_empty() {
                let shown = folder.strip_prefix(root()).unwrap_or(&folder);
                writeln!(problems, "{}\n{}\n", shown.display(), said.trim_end())
                    .expect("writing to a string");
            }
        }
    }
    assert!(problems.is_empty(), "\n{problems}");
}

/// What the findings of a tree lack and have too much.
fn flagged(rule: &Rule, folder: &Path, expected: &BTreeSet<Place>) -> String {
    let output = rule.check(folder, &[]);
    let found = findings(&output);
    let line = |sign: &str, (file, line, code): &Place| format!("{sign} {file}:{line} {code}\n");
    let is_missing = |it: &&Place| !found.iter().any(|found| meets(found, it));
    let missing = expected.iter().filter(is_missing).map(|place| line("missing:", place));
    let is_unexpected = |it: &&Place| !expected.iter().any(|place| meets(it, place));
    let unexpected = found.iter().filter(is_unexpected).map(|place| line("unexpected:", place));
    let said: String = missing.chain(unexpected).collect();
    if said.is_empty() { said } else { said + &errors(&output) }
}

/// Whether a finding is one that is expected: at the place, by the rule, and of the severity where one is named.
fn meets(found: &Place, expected: &Place) -> bool {
    let (code, _) = found.2.split_once(' ').expect("CODE SEVERITY");
    (&found.0, found.1) == (&expected.0, expected.1) && (expected.2 == found.2 || expected.2 == code)
}

/// The places in a `check` document.
fn findings(output: &Output) -> BTreeSet<Place> {
    let document: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("no JSON ({error}): {}", errors(output)));
    let diagnostics = document["diagnostics"].as_array().expect("diagnostics");
    diagnostics.iter().map(place).collect()
}

fn place(diagnostic: &Value) -> Place {
    let word = |key: &str| diagnostic[key].as_str().expect("a word").to_owned();
    let found = format!("{} {}", word("code"), word("severity"));
    (word("file"), diagnostic["line"].as_u64().expect("a line"), found)
}

fn errors(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// What the comments and the `expect` file of a tree say.
fn expected(folder: &Path) -> BTreeSet<Place> {
    let list = fs::read_to_string(folder.join("expect")).unwrap_or_default();
    let texts =
        files(folder).into_iter().map(|(path, bytes)| (path, String::from_utf8_lossy(&bytes).into_owned()));
    let comments = texts.flat_map(|(path, text)| commented(&path, &text).collect::<Vec<_>>());
    comments.chain(listed(&list)).collect()
}

fn commented(path: &str, text: &str) -> impl Iterator<Item = Place> {
    let lines = (2..).zip(text.lines());
    let expects = lines.filter_map(|(line, text)| Some((line, text.trim().strip_prefix("# expect: ")?)));
    expects.flat_map(move |(line, codes)| {
        codes.split(", ").map(move |code| (path.to_owned(), line, code.to_owned()))
    })
}

fn listed(text: &str) -> impl Iterator<Item = Place> {
    text.lines().flat_map(|line| {
        let (place, codes) = line.split_once(' ').expect("FILE:LINE CODE");
        let (file, line) = place.rsplit_once(':').expect("FILE:LINE");
        let line: u64 = line.parse().expect("a line number");
        codes.split(", ").map(move |code| (file.to_owned(), line, code.to_owned()))
    })
}

/// The folders in a folder, in order; none where it does not exist.
fn folders(of: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(of).into_iter().flatten().map(|entry| entry.expect("an entry").path());
    let mut folders: Vec<PathBuf> = entries.filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

fn name(folder: &Path) -> String {
    folder.file_name().expect("a name").to_string_lossy().into_owned()
}

/// A tree without its `expect` file.
fn files(folder: &Path) -> Files {
    let entries = walkdir::WalkDir::new(folder).into_iter().map(|entry| entry.expect("a readable tree"));
    let files = entries.filter(|entry| entry.file_type().is_file()).map(|entry| {
        let path =
            entry.path().strip_prefix(folder).expect("below the folder").to_string_lossy().replace('\\', "/");
        (path, fs::read(entry.path()).expect("a readable file"))
    });
    files.filter(|(path, _)| path != "expect").collect()
}

/// Two trees as a unified diff, empty where they are the same.
fn difference(wanted: &Files, found: &Files) -> String {
    let paths: BTreeSet<&String> = wanted.keys().chain(found.keys()).collect();
    paths.into_iter().map(|path| file_difference(path, wanted.get(path), found.get(path))).collect()
}

fn file_difference(path: &str, wanted: Option<&Vec<u8>>, found: Option<&Vec<u8>>) -> String {
    match (wanted, found) {
        (Some(wanted), Some(found)) if wanted == found => String::new(),
        (Some(wanted), Some(found)) => {
            let (wanted, found) = (String::from_utf8_lossy(wanted), String::from_utf8_lossy(found));
            let diff = similar::TextDiff::from_lines(&*wanted, &*found);
            diff.unified_diff().header(&format!("{path} (wanted)"), &format!("{path} (found)")).to_string()
        }
        (Some(_), None) => format!("{path} is missing\n"),
        (None, _) => format!("{path} is too much\n"),
    }
}

/// A copy of a tree that goes away with this.
struct Copy(tempfile::TempDir);

impl Copy {
    fn of(folder: &Path) -> Self {
        let copy = tempfile::tempdir().expect("a temporary folder");
        for (path, bytes) in files(folder) {
            let target = copy.path().join(path);
            fs::create_dir_all(target.parent().expect("a parent")).expect("a folder");
            fs::write(target, bytes).expect("a written file");
        }
        Self(copy)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}
