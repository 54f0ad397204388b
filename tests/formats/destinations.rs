//! Where the formats go.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use crate::harness::{BAD, Folder, GOOD, HALF};

#[test]
fn several_formats_at_once() {
    let folder = Folder::with_main(BAD);
    let alone = |format: &str| folder.run(&["--format", format, "nginx.conf"]).ends(1).out.clone();
    let said = folder.run(&[
        "--format=concise",
        "--format=sarif=out/../a=b.sarif",
        "--format",
        "junit=junit.xml",
        "--format=json=report.json",
        "nginx.conf",
    ]);
    assert!(said.code() == 2, "`out` is no folder");
    let said = folder.run(&[
        "--format=concise",
        "--format=sarif=a=b.sarif",
        "--format",
        "junit=junit.xml",
        "nginx.conf",
    ]);
    assert_eq!((said.ends(1).out.as_str(), said.err.as_str()), (alone("concise").as_str(), ""));
    assert_eq!((folder.text("a=b.sarif"), folder.text("junit.xml")), (alone("sarif"), alone("junit")));
}

#[test]
fn a_format_with_a_file_leaves_standard_output_empty() {
    let folder = Folder::with_main(BAD);
    let said = folder.run(&["--format", "markdown=report.md", "nginx.conf"]);
    assert_eq!((said.ends(1).out.as_str(), said.err.as_str()), ("", ""));
    assert!(folder.text("report.md").contains("WS101"));
}

#[test]
fn output_is_for_the_format_without_a_file() {
    let folder = Folder::with_main(BAD);
    let said =
        folder.run(&["--format", "json=a.json", "--format", "concise", "--output", "b.txt", "nginx.conf"]);
    assert_eq!(said.ends(1).out, "");
    assert!(folder.text("a.json").starts_with('{') && folder.text("b.txt").starts_with("nginx.conf:"));
    let said = folder.run(&["--format", "concise=-", "--output", "-", "nginx.conf"]);
    assert_eq!(said.ends(1).out, folder.text("b.txt"));
}

#[test]
fn what_cannot_be_meant_is_refused_before_any_work() {
    let folder = Folder::new();
    let cases: [(&[&str], &str); 9] = [
        (&["--format", "xml"], "[possible values: pretty, concise, json, jsonl, sarif"),
        (&["--format", "xml=a.xml"], "[possible values: pretty, concise"),
        (&["--format", "sarif="], "--format sarif= names no file"),
        (&["--format", ""], "possible values"),
        (&["--format", "json", "--format", "concise"], "only one format can go to standard output"),
        (&["--format", "json=a", "--format", "sarif=a"], "a would be written twice"),
        (&["--format", "json=a", "--format", "sarif", "--output", "a"], "a would be written twice"),
        (&["--format", "json=a", "--output", "b"], "--output takes a format that has no file of its own"),
        (&["--format", "json=a", "--diff"], "--diff prints a diff"),
    ];
    for (options, words) in cases {
        let said = folder.run(&[options, &["nowhere.conf"]].concat());
        assert!(!said.ends(2).complains(words).err.contains("nowhere.conf"), "{}", said.err);
    }
    for (arguments, words) in [
        (&["rules", "--format", "xml"][..], "[possible values: text, json, markdown]"),
        (&["show", "nowhere.conf", "--format", "xml"], "[possible values: text, json]"),
        (&["handshake", "nowhere.conf", "--format", "xml"], "[possible values: text, json]"),
        (&["handshake", "nowhere.conf", "--http", "3"], "[possible values: 1.0, 1.1, 2]"),
    ] {
        folder.run(arguments).ends(2).complains(words);
    }
    assert_eq!(fs::read_dir(folder.root()).unwrap().count(), 0);
}

#[test]
fn a_file_that_cannot_be_written_keeps_no_other_from_it() {
    let folder = Folder::with_main(BAD);
    let said = folder.run(&[
        "--format",
        "json=no/a.json",
        "--format",
        "sarif=b.sarif",
        "--format",
        "concise",
        "nginx.conf",
    ]);
    said.ends(2).complains("no/a.json cannot be written: No such file or directory");
    assert!(said.out.contains("[WS101]") && folder.text("b.sarif").contains("WS101"));
}

/// A reader sees the old report or the new one, and nothing is left beside it.
#[test]
fn files_are_replaced_at_once_and_keep_mode_and_link() {
    let folder = Folder::with_main(GOOD);
    let target = folder.write("kept/report.json", "old and longer than nothing\n".repeat(1000));
    fs::set_permissions(&target, fs::Permissions::from_mode(0o640)).unwrap();
    std::os::unix::fs::symlink("kept/report.json", folder.path("link.json")).unwrap();
    let open = fs::File::open(&target).unwrap();
    folder.run(&["--format", "json", "--output", "link.json", "nginx.conf"]).ends(0);
    let old = std::io::read_to_string(open).unwrap();
    assert!(old.starts_with("old") && old.ends_with("nothing\n"), "the old file was changed in place");
    assert!(folder.text("kept/report.json").starts_with('{'));
    assert!(folder.path("link.json").is_symlink());
    assert_eq!(fs::metadata(&target).unwrap().permissions().mode() & 0o777, 0o640);
    assert_eq!(fs::read_dir(folder.path("kept")).unwrap().count(), 1);
}

#[test]
fn a_new_file_can_be_read_by_whom_the_mask_lets() {
    let folder = Folder::with_main(GOOD);
    folder.run(&["--output", "report", "nginx.conf"]).ends(0);
    fs::write(folder.path("other"), "").unwrap();
    let mode = |name: &str| fs::metadata(folder.path(name)).unwrap().permissions().mode();
    assert_eq!(mode("report"), mode("other"));
}

#[test]
fn devices_and_pipes_are_written_to() {
    let folder = Folder::with_main(HALF);
    let printed = folder.run(&["--format", "concise", "nginx.conf"]);
    let said = folder.run(&["--format", "concise=/dev/stdout", "--format", "json=/dev/null", "nginx.conf"]);
    assert_eq!(said.ends(1).out, printed.out);
    assert!(!fs::metadata("/dev/null").unwrap().is_file());
}

#[test]
fn verbose_says_where_the_time_goes() {
    let folder = Folder::with_main(BAD);
    let said = folder.run(&["--verbose", "--format", "concise", "nginx.conf"]);
    assert_eq!(said.ends(1).out, folder.run(&["--format", "concise", "nginx.conf"]).out);
    let names: Vec<&str> = said.err.lines().filter_map(|line| Some(line.split_once(" ms  ")?.1)).collect();
    assert_eq!(names[..5], ["finding and reading", "following includes", "judging", "merging", "printing"]);
    assert!(names.contains(&"WS101") && !names.contains(&"WS120"), "{names:?}");
}
