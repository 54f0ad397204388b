//! `--baseline` and `--write-baseline`.
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

use harness::{BAD, Folder, HALF, Said};

const WRITE: [&str; 3] = ["--baseline", "known.json", "--write-baseline"];

fn write(folder: &Folder, paths: &[&str]) -> Said {
    folder.run(&[&WRITE, paths].concat())
}

fn check(folder: &Folder, paths: &[&str]) -> Said {
    folder.json(&[&["--baseline", "known.json"], paths].concat())
}

/// A folder whose findings are all accepted.
fn accepted() -> Folder {
    let folder = Folder::with_main(BAD);
    write(&folder, &["nginx.conf"]).ends(0);
    folder
}

#[test]
fn what_is_accepted_is_neither_printed_nor_counted() {
    let folder = Folder::with_main(BAD);
    folder.run(&["nginx.conf"]).ends(1);
    let written = write(&folder, &["nginx.conf"]);
    assert_eq!(written.ends(0).out, "No problems found in 1 file (3 in the baseline).\n");
    let said = check(&folder, &["nginx.conf"]);
    assert_eq!((said.ends(0).codes(), said.err.as_str()), (Vec::new(), ""));
    assert_eq!(said.document()["summary"]["suppressed"], 3);
    folder.run(&["nginx.conf"]).ends(1);
}

#[test]
fn a_fingerprint_does_not_depend_on_the_baseline() {
    let twins = format!("{HALF}{HALF}").replacen("}\n}\nevents {}\nhttp {\n", "}\n", 1);
    let folder = Folder::with_main(&twins);
    let prints = |said: &Said| {
        let found = said.diagnostics().into_iter().map(|it| it["fingerprint"].as_str().unwrap().to_owned());
        found.collect::<Vec<_>>()
    };
    let all = prints(&folder.json(&["nginx.conf"]));
    write(&folder, &["nginx.conf"]).ends(0);
    let lines = folder.text("known.json");
    for print in &all {
        let known: Vec<&str> = lines.lines().filter(|line| line.contains(print.as_str())).collect();
        let known = known.join("\n").trim_end_matches(',').to_owned();
        folder.write("known.json", format!("{{\"version\": 1, \"findings\": [\n{known}\n]}}\n"));
        let left = prints(&check(&folder, &["nginx.conf"]));
        let expected: Vec<String> = all.iter().filter(|it| *it != print).cloned().collect();
        assert_eq!(left, expected, "{print} is accepted");
    }
    assert_eq!(all.len(), 4);
}

#[test]
fn the_file_is_sorted_one_line_each() {
    let folder = Folder::with(&[("b.conf", BAD), ("a.conf", BAD)]);
    write(&folder, &["b.conf", "a.conf"]).ends(0);
    let text = folder.text("known.json");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[..3], ["{", "  \"version\": 1,", "  \"findings\": ["]);
    assert!(lines[3].starts_with(
        "    {\"file\":\"a.conf\",\"code\":\"WS101\",\"block\":\"location /ws\",\"fingerprint\":\""
    ));
    assert_eq!(lines.len(), 3 + 6 + 2, "{text}");
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    let codes: Vec<&str> =
        document["findings"].as_array().unwrap().iter().map(|it| it["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["WS101", "WS102", "WS103", "WS101", "WS102", "WS103"]);
    write(&folder, &["a.conf", "b.conf"]).ends(0);
    assert_eq!(folder.text("known.json"), text, "the order of the arguments does not matter");
}

#[test]
fn lines_may_move() {
    let folder = accepted();
    folder
        .write("nginx.conf", format!("# more\n\n{}", BAD.replace("        location", "\n        location")));
    assert_eq!(check(&folder, &["nginx.conf"]).ends(0).codes(), [""; 0]);
}

#[test]
fn what_is_new_is_reported() {
    let folder = accepted();
    let other = "        location /other/ws { proxy_pass http://app; }\n    }\n}\n";
    folder.write("nginx.conf", BAD.replace("    }\n}\n", other));
    let said = check(&folder, &["nginx.conf"]);
    assert_eq!(said.ends(1).places(), ["nginx.conf:8 WS101", "nginx.conf:8 WS102", "nginx.conf:8 WS103"]);
}

#[test]
fn the_same_finding_is_counted() {
    let block = "        location /ws { proxy_pass http://app; }\n";
    let site =
        |count: usize| format!("events {{}}\nhttp {{\n    server {{\n{}    }}\n}}\n", block.repeat(count));
    let folder = Folder::with_main(site(2));
    write(&folder, &["nginx.conf"]).ends(0);
    let found = |count: usize| {
        folder.write("nginx.conf", site(count));
        // nginx refuses the second of two such locations, which is a finding of its own.
        let said = check(&folder, &["nginx.conf"]);
        said.codes().iter().filter(|code| code.starts_with("WS")).count()
    };
    assert_eq!((found(1), found(2), found(3), found(4)), (0, 0, 3, 6));
}

#[test]
fn what_no_longer_occurs_is_mentioned_and_dropped() {
    let folder = accepted();
    let before = folder.text("known.json");
    folder.write("nginx.conf", HALF.replace("/chat", "/ws"));
    let said = check(&folder, &["nginx.conf"]);
    said.ends(0).complains("known.json: WS101 in nginx.conf (location /ws) no longer occurs");
    assert_eq!(said.err.lines().count(), 1, "{}", said.err);
    assert_eq!(folder.text("known.json"), before, "only --write-baseline writes");
    write(&folder, &["nginx.conf"])
        .ends(0)
        .complains("WS101 in nginx.conf (location /ws) no longer occurs and is dropped");
    assert!(!folder.text("known.json").contains("WS101"));
    assert_eq!(check(&folder, &["nginx.conf"]).ends(0).err, "");
}

#[test]
fn what_was_not_looked_for_stays() {
    let folder = Folder::with(&[("a.conf", BAD), ("b.conf", BAD), ("c.conf", BAD)]);
    write(&folder, &["a.conf", "b.conf", "c.conf"]).ends(0);
    let before = folder.text("known.json");
    assert_eq!(check(&folder, &["a.conf"]).ends(0).err, "");
    assert_eq!(check(&folder, &["a.conf", "--select", "WS102"]).ends(0).err, "");
    assert_eq!(write(&folder, &["a.conf", "--select", "WS102"]).ends(0).err, "");
    assert_eq!(folder.text("known.json"), before);
    std::fs::remove_file(folder.path("b.conf")).unwrap();
    write(&folder, &["a.conf"])
        .ends(0)
        .complains("WS103 in b.conf (location /ws) no longer occurs and is dropped");
    let after = folder.text("known.json");
    assert_eq!((after.matches("b.conf").count(), after.matches("c.conf").count()), (0, 3));
}

#[test]
fn what_is_no_baseline_is_refused() {
    let folder = Folder::with_main(BAD);
    check(&folder, &["nginx.conf"])
        .ends(2)
        .complains("known.json: there is no such baseline: write it with --write-baseline");
    let cases = [
        ("", "known.json: is no baseline: EOF"),
        (BAD, "known.json: is no baseline"),
        ("{}", "missing field `version`"),
        ("{\"version\": 1}", "is no baseline"),
        (
            "{\"version\": 2, \"findings\": {}}",
            "is a baseline of version 2, and this ngxlint reads version 1",
        ),
        ("{\"version\": 1, \"findings\": [{\"file\": \"a\"}]}", "missing field `code`"),
        (
            "{\"version\": 1, \"findings\": [{\"file\": \"a\", \"code\": \"b\", \"fingerprint\": \"c\", \"x\": 1}]}",
            "unknown field `x`",
        ),
    ];
    for (text, words) in cases {
        folder.write("known.json", text);
        assert_eq!(check(&folder, &["nginx.conf"]).ends(2).complains(words).out, "", "{text}");
        write(&folder, &["nginx.conf"]).ends(2).complains(words);
        assert_eq!(folder.text("known.json"), text, "what is no baseline is not overwritten");
    }
    folder.run(&["--baseline", ".", "nginx.conf"]).ends(2).complains(".: cannot be read");
    folder.run(&["--write-baseline", "nginx.conf"]).ends(2).complains("--baseline");
    folder
        .run(&["--baseline", "no/folder.json", "--write-baseline", "nginx.conf"])
        .ends(2)
        .complains("cannot be written");
}

#[test]
fn a_run_that_could_not_read_everything_writes_none() {
    let folder = accepted();
    let before = folder.text("known.json");
    write(&folder, &["nginx.conf", "missing.conf"]).ends(2).complains("known.json is not written");
    assert_eq!(folder.text("known.json"), before);
}

#[test]
fn what_is_accepted_is_left_alone_by_fix() {
    let folder = Folder::with_main(HALF);
    write(&folder, &["nginx.conf"]).ends(0);
    folder.run(&["--fix", "--baseline", "known.json", "nginx.conf"]).ends(0);
    assert_eq!(folder.text("nginx.conf"), HALF);
    folder.run(&["--fix", "nginx.conf"]).ends(0);
    assert_ne!(folder.text("nginx.conf"), HALF);
}

#[test]
fn an_empty_baseline_is_one() {
    let folder = Folder::with_main(harness::GOOD);
    write(&folder, &["nginx.conf"]).ends(0);
    assert_eq!(folder.text("known.json"), "{\n  \"version\": 1,\n  \"findings\": []\n}\n");
    check(&folder, &["nginx.conf"]).ends(0);
}
