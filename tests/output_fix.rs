//! Edits: which of them fit together, the text they give, its diff, its writing.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test fails by a panic, and its helpers may, too; it looks at real files"
)]

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use ngxlint::files::{Disk, Files as _};
use ngxlint::finding::{Edit, Finding, Fix, Safety};
use ngxlint::fix::{WriteError, apply, collect, diff, write};
use ngxlint::rules::Rule;
use ngxlint::source::{DocId, Document, Origin, Sources, Span};
use proptest::prelude::*;

fn edit(doc: u32, start: u32, end: u32, text: &str) -> Edit {
    Edit { span: Span::new(DocId(doc), start, end), text: text.to_owned() }
}

fn fix(safety: Safety, edits: &[Edit]) -> Arc<Fix> {
    Arc::new(Fix { title: "t".to_owned(), safety, group: None, edits: edits.to_vec(), places: Vec::new() })
}

fn safe(edits: &[Edit]) -> Arc<Fix> {
    fix(Safety::Safe, edits)
}

fn finding(fix: Arc<Fix>) -> Finding {
    let yaml = "{code: ST999, name: x, severity: note, default: on, summary: s, why: w, help: h, references: [], \
                visit: text, report: {message: m}}";
    let rule: &'static Rule = Box::leak(Box::new(serde_yaml::from_str(yaml).unwrap()));
    Finding {
        rule,
        severity: rule.severity,
        message: String::new(),
        help: String::new(),
        span: fix.edits.first().map_or_else(Span::default, |edit| edit.span),
        block: None,
        scopes: Vec::new(),
        related: Vec::new(),
        includes: Vec::new(),
        fix: Some(fix),
        twin: 0,
    }
}

/// An edit as document, start, end, text.
type Plain = (u32, u32, u32, String);

/// The accepted edits, with the counts of repaired and postponed findings.
fn plan(fixes: &[Arc<Fix>], allow: Safety) -> (Vec<Plain>, usize, usize) {
    let findings: Vec<Finding> = fixes.iter().cloned().map(finding).collect();
    let plan = collect(&findings, allow);
    let edits = plan.edits().flat_map(|(_, edits)| edits);
    let edits = edits.map(|edit| (edit.span.doc.0, edit.span.start, edit.span.end, edit.text));
    (edits.collect(), plan.repaired, plan.postponed)
}

fn owned(edits: &[(u32, u32, u32, &str)]) -> Vec<Plain> {
    edits.iter().map(|&(doc, start, end, text)| (doc, start, end, text.to_owned())).collect()
}

#[test]
fn a_group_is_applied_once() {
    let group = safe(&[edit(0, 5, 5, "a"), edit(1, 2, 4, "b")]);
    let expected = owned(&[(0, 5, 5, "a"), (1, 2, 4, "b")]);
    assert_eq!(plan(&[Arc::clone(&group), group], Safety::Safe), (expected, 2, 0));
}

#[test]
fn what_two_fixes_share_is_done_once() {
    let (one, other) = (
        safe(&[edit(0, 0, 0, "map"), edit(0, 9, 9, "x")]),
        safe(&[edit(0, 0, 0, "map"), edit(0, 20, 20, "y")]),
    );
    let expected = owned(&[(0, 0, 0, "map"), (0, 9, 9, "x"), (0, 20, 20, "y")]);
    assert_eq!(plan(&[one, other], Safety::Safe), (expected, 2, 0));
}

#[test]
fn a_fix_that_collides_anywhere_waits_as_a_whole() {
    let first = safe(&[edit(0, 5, 10, "a")]);
    for colliding in
        [(5, 10, "b"), (9, 12, "b"), (0, 6, "b"), (7, 7, "b"), (5, 5, "b"), (0, 99, "b"), (6, 8, "b")]
    {
        let (start, end, text) = colliding;
        let other = safe(&[edit(1, 0, 0, "first part"), edit(0, start, end, text)]);
        let expected = owned(&[(0, 5, 10, "a")]);
        assert_eq!(plan(&[first.clone(), other], Safety::Safe), (expected, 1, 1), "{colliding:?}");
    }
}

#[test]
fn neighbours_do_not_collide() {
    let fixes = [safe(&[edit(0, 5, 10, "a")]), safe(&[edit(0, 0, 5, "b")]), safe(&[edit(0, 10, 10, "c")])];
    assert_eq!(
        plan(&fixes, Safety::Safe),
        (owned(&[(0, 0, 5, "b"), (0, 5, 10, "a"), (0, 10, 10, "c")]), 3, 0)
    );
}

#[test]
fn only_what_is_allowed_is_taken() {
    let fixes = [Safety::Safe, Safety::Unsafe, Safety::Shown].map(|level| {
        let at = level as u32;
        fix(level, &[edit(0, at, at, "x")])
    });
    assert_eq!(plan(&fixes, Safety::Safe).0, owned(&[(0, 0, 0, "x")]));
    assert_eq!(plan(&fixes, Safety::Unsafe).0, owned(&[(0, 0, 0, "x"), (0, 1, 1, "x")]));
    assert_eq!(plan(&fixes, Safety::Shown).0, owned(&[(0, 0, 0, "x"), (0, 1, 1, "x")]));
}

#[test]
fn two_insertions_of_one_fix_keep_their_order() {
    let (edits, ..) = plan(&[safe(&[edit(0, 3, 3, "z"), edit(0, 3, 3, "a")])], Safety::Safe);
    assert_eq!(edits, owned(&[(0, 3, 3, "z"), (0, 3, 3, "a")]));
}

proptest! {
    /// Text and edits are built from one list of parts: kept, or replaced by something else.
    #[test]
    fn applying_gives_the_kept_and_the_new_parts(
        parts in prop::collection::vec((prop::collection::vec(any::<u8>(), 0..9), prop::option::of("\\PC{0,5}")), 0..20),
    ) {
        let (mut old, mut new, mut edits) = (Vec::new(), Vec::new(), Vec::new());
        for (bytes, replacement) in &parts {
            let start = u32::try_from(old.len()).unwrap();
            old.extend_from_slice(bytes);
            if let Some(text) = replacement {
                edits.push(edit(0, start, u32::try_from(old.len()).unwrap(), text));
            }
            new.extend_from_slice(replacement.as_ref().map_or(bytes, |text| text.as_bytes()));
        }
        prop_assert_eq!(apply(&old, &edits), new);
    }

    /// Whatever the fixes, what is accepted does not overlap and is whole.
    #[test]
    fn accepted_edits_never_overlap(spans in prop::collection::vec(prop::collection::vec((0_u32..60, 0_u32..9), 1..4), 1..12)) {
        let fixes: Vec<_> = spans.iter().enumerate().filter_map(|(number, spans)| {
            let mut edits: Vec<Edit> =
                spans.iter().map(|&(start, length)| edit(0, start, start + length, &number.to_string())).collect();
            edits.sort();
            let apart = edits.windows(2).all(|pair| pair[0].span.end <= pair[1].span.start && pair[0].span.start < pair[1].span.start);
            apart.then(|| safe(&edits))
        }).collect();
        let (edits, repaired, postponed) = plan(&fixes, Safety::Safe);
        prop_assert_eq!(repaired + postponed, fixes.len());
        prop_assert!(edits.windows(2).all(|pair| pair[0].2 <= pair[1].1));
        for fix in &fixes {
            let there = fix.edits.iter().filter(|edit| edits.iter().any(|other| (other.1, other.2, &other.3) == (edit.span.start, edit.span.end, &edit.text)));
            let there = there.count();
            prop_assert!(there == 0 || there == fix.edits.len());
        }
    }
}

#[test]
fn a_diff_looks_like_one() {
    let text = diff("conf.d/a.conf", b"a\nb\nc\n", b"a\nb\nx\ny\nc\n");
    let expected = "--- a/conf.d/a.conf\n+++ b/conf.d/a.conf\n@@ -1,3 +1,5 @@\n a\n b\n+x\n+y\n c\n";
    assert_eq!(String::from_utf8(text).unwrap(), expected);
    assert_eq!(diff("a", b"same", b"same"), b"");
}

/// Applies the diff of each pair with git itself, which must give the new bytes.
#[test]
fn git_applies_the_diffs() {
    if Command::new("git").arg("--version").stdout(Stdio::null()).status().is_err() {
        eprintln!("skipped: git is not installed");
        return;
    }
    let long = (0..400).map(|n| format!("line {n}")).collect::<Vec<_>>().join("\n") + "\n";
    let pairs: &[(&str, &[u8], &[u8])] = &[
        ("a.conf", b"a\nb\n", b"a\nx\nb\n"),
        ("sub/dir/a.conf", b"a\r\nb\r\n", b"a\r\nx\r\nb\r\n"),
        ("no newline", b"a\nb", b"a\nb\nc"),
        ("newline-added", b"a\nb", b"a\nb\n"),
        ("newline-removed", b"a\nb\n", b"a\nb"),
        ("lone-cr", b"a\rb\rc\nd\n", b"a\rX\rc\nd\n"),
        ("latin1", b"# caf\xe9\nlisten 80;\n", b"# caf\xe9\nlisten 81; # \xff\n"),
        ("nul", b"a\0b\nc\n", b"a\0b\nd\n"),
        ("emptied", b"a\n", b""),
        ("filled", b"", b"a\n"),
        ("grü\"ß\\e\t.conf", b"a\n", b"b\n"),
        (
            "far apart",
            long.as_bytes(),
            &[b"first\n", long.replace("line 200\n", "").as_bytes(), b"last"].concat(),
        ),
    ];
    for (name, old, new) in pairs {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(applied(folder.path(), name, old, &diff(name, old, new)), *new, "{name}");
    }
}

/// What `git apply` makes of the file `name` with the bytes `old`.
fn applied(folder: &Path, name: &str, old: &[u8], patch: &[u8]) -> Vec<u8> {
    let file = folder.join(name);
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(&file, old).unwrap();
    std::fs::write(folder.join("the.patch"), patch).unwrap();
    let mut git = Command::new("git");
    git.args(["-c", "core.autocrlf=false", "apply", "the.patch"]).current_dir(folder);
    let output = git.env("GIT_CEILING_DIRECTORIES", folder.parent().unwrap()).output().unwrap();
    assert!(
        output.status.success(),
        "{}\n{}",
        String::from_utf8_lossy(&output.stderr),
        String::from_utf8_lossy(patch)
    );
    std::fs::read(file).unwrap()
}

/// A folder with `one.conf` and `two.conf`, read as documents.
fn two_files() -> (tempfile::TempDir, Sources) {
    let folder = tempfile::tempdir().unwrap();
    let mut sources = Sources::default();
    for name in ["one.conf", "two.conf"] {
        let path = folder.path().join(name);
        std::fs::write(&path, "old\n").unwrap();
        sources.add(Document::new(name, Origin::File(path), &b"old\n"[..]));
    }
    (folder, sources)
}

#[test]
fn files_are_replaced() {
    let (folder, sources) = two_files();
    write(&Disk, &sources, &[(DocId(0), b"new\n".to_vec()), (DocId(1), b"newer\n".to_vec())]).unwrap();
    assert_eq!(Disk.read(&folder.path().join("one.conf")).unwrap(), b"new\n");
    assert_eq!(Disk.read(&folder.path().join("two.conf")).unwrap(), b"newer\n");
}

#[test]
fn nothing_is_written_where_one_file_has_changed() {
    let (folder, sources) = two_files();
    std::fs::write(folder.path().join("two.conf"), "mine\n").unwrap();
    let texts = [(DocId(0), b"new\n".to_vec()), (DocId(1), b"new\n".to_vec())];
    let error = write(&Disk, &sources, &texts).unwrap_err();
    assert!(matches!(error, WriteError::Changed(_)));
    assert_eq!(error.to_string(), "two.conf has changed since it was read: nothing was written");
    assert_eq!(Disk.read(&folder.path().join("one.conf")).unwrap(), b"old\n");
    assert_eq!(Disk.read(&folder.path().join("two.conf")).unwrap(), b"mine\n");
}

#[test]
fn what_is_no_file_is_refused() {
    let mut sources = Sources::default();
    let doc = sources.add(Document::new("<stdin>", Origin::Buffer, &b"old\n"[..]));
    let error = write(&Disk, &sources, &[(doc, b"new\n".to_vec())]).unwrap_err();
    assert!(matches!(error, WriteError::NoFile(_)));
}

/// Many repairs of a large file cost what they change, not their product.
#[test]
fn ten_thousand_fixes_of_a_large_file_are_planned_and_compared_at_once() {
    let old = (0..300_000).map(|n| format!("    listen {};", n % 29)).collect::<Vec<_>>().join("\n") + "\n";
    let starts = old.match_indices("listen 7;").map(|(at, _)| u32::try_from(at).unwrap()).take(10_000);
    let findings: Vec<Finding> = starts.map(|at| finding(safe(&[edit(0, at, at + 6, "port")]))).collect();
    let begin = std::time::Instant::now();
    let plan = collect(&findings, Safety::Safe);
    let mut sources = Sources::default();
    sources.add(Document::new("a.conf", Origin::Buffer, old.as_bytes()));
    let texts = plan.texts(&sources);
    let patch = diff("a.conf", old.as_bytes(), &texts[0].1);
    println!("{} fixes: {:?}, {} bytes of diff", plan.repaired, begin.elapsed(), patch.len());
    assert_eq!(
        patch.split(|&byte| byte == b'\n').filter(|line| line.starts_with(b"+ ")).count(),
        plan.repaired
    );
    assert!(begin.elapsed() < std::time::Duration::from_secs(10));
}
