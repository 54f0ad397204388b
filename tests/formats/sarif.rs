//! SARIF for code scanning.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::harness::{BAD, Folder, GOOD, HALF, repository};
use crate::odd_folder;

fn log(folder: &Folder, arguments: &[&str]) -> Value {
    let said = folder.run(&[&["--format", "sarif"], arguments].concat());
    serde_json::from_str(&said.out).unwrap()
}

fn fingerprints(text: &str) -> Vec<Value> {
    let log = log(&Folder::with_main(text), &["nginx.conf"]);
    let results = log["runs"][0]["results"].as_array().unwrap().clone();
    results.iter().map(|result| result["partialFingerprints"].clone()).collect()
}

#[test]
fn fingerprints_survive_line_moves() {
    let before = fingerprints(BAD);
    assert_eq!((before.len(), before[0].as_object().unwrap().len()), (3, 1));
    assert_eq!(fingerprints(&format!("# one\n\n# two\n{}", BAD.replace("        ", "\t"))), before);
    assert_ne!(fingerprints(&BAD.replace("/ws", "/other")), before);
}

#[test]
fn every_rule_that_ran_is_described_in_full() {
    let log = log(&Folder::with_main(GOOD), &["--select", "all", "nginx.conf"]);
    let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    let all: Value = serde_json::from_str(&Folder::new().run(&["rules", "--format", "json"]).out).unwrap();
    assert_eq!(rules.len(), all.as_array().unwrap().len());
    for rule in rules {
        let text = |path: &str| rule.pointer(path).and_then(Value::as_str).unwrap_or_default().to_owned();
        for path in
            ["/id", "/name", "/shortDescription/text", "/fullDescription/text", "/help/text", "/helpUri"]
        {
            assert!(!text(path).is_empty(), "{path}: {rule}");
        }
        let markdown = text("/help/markdown");
        assert!(markdown.contains("## Why") && markdown.contains("## What to do"), "{markdown}");
        assert!(["error", "warning", "note"].contains(&&*text("/defaultConfiguration/level")));
    }
}

#[test]
fn results_point_at_their_rules_and_have_ends() {
    let log = log(&odd_folder(), &["."]);
    let run = &log["runs"][0];
    assert_eq!(
        (&run["columnKind"], &run["automationDetails"]["id"]),
        (&"unicodeCodePoints".into(), &"ngxlint/".into())
    );
    let results = run["results"].as_array().unwrap();
    assert!(results.len() > 4);
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(run["tool"]["driver"]["rules"][index]["id"], result["ruleId"]);
        let place = &result["locations"][0]["physicalLocation"];
        let uri = place["artifactLocation"]["uri"].as_str().unwrap();
        assert!(uri.bytes().all(|byte| byte.is_ascii_graphic()) && !uri.starts_with(['/', '.']), "{uri}");
        assert_eq!(place["artifactLocation"]["uriBaseId"], "%SRCROOT%");
        let keys: Vec<&String> = place["region"].as_object().unwrap().keys().collect();
        assert_eq!(keys, ["startLine", "startColumn", "endLine", "endColumn"]);
    }
}

#[test]
fn what_could_not_be_read_is_a_notification() {
    let log = log(&Folder::with_main(GOOD), &["nginx.conf", "nowhere.conf"]);
    let invocation = &log["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    assert_eq!(invocation["toolExecutionNotifications"].as_array().unwrap().len(), 1);
}

fn multitool() -> PathBuf {
    let cache = std::env::var_os("NGXLINT_TEST_CACHE");
    let cache = cache.map_or_else(|| repository().join("tests/.cache"), PathBuf::from);
    let program = cache.join("bin/sarif-multitool");
    assert!(program.is_file(), "{} is missing: run tests/run or tests/lab/install", program.display());
    program
}

/// What Microsoft's validator says of each log, with the rules of SARIF and of GitHub's code scanning. Of several logs
/// at once it prints the mistakes of the first only.
fn complaints(folder: &Folder, names: &[String]) -> Vec<Vec<String>> {
    std::thread::scope(|scope| {
        let one = |name| scope.spawn(move || complaints_about(folder, name));
        let all: Vec<_> = names.iter().map(String::as_str).map(one).collect();
        all.into_iter().map(|one| one.join().unwrap()).collect()
    })
}

fn complaints_about(folder: &Folder, name: &str) -> Vec<String> {
    let done = Command::new(multitool())
        .args(["validate", "--rule-kind", "Sarif;Ghas", "--level", "Error;Warning", name])
        .current_dir(folder.root())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&done.stdout).into_owned() + &String::from_utf8_lossy(&done.stderr);
    assert!(said.contains("1 files scanned") && done.status.success(), "{said}");
    let is_complaint = |line: &&str| line.contains(": error ") || line.contains(": warning ");
    said.lines().filter(is_complaint).map(str::to_owned).collect()
}

#[test]
#[ignore = "needs Microsoft's sarif-multitool, which tests/lab/install puts into the cache"]
#[cfg(target_arch = "x86_64")]
fn microsofts_validator_is_content() {
    let folder = odd_folder();
    folder.write("clean/nginx.conf", GOOD);
    folder.write("broken/nginx.conf", format!("{HALF}http {{\n    include missing.conf;\n"));
    let outside = Folder::with_main(BAD);
    let outside = outside.root().join("nginx.conf").display().to_string();
    let runs: [&[&str]; 6] = [
        &["."],
        &["clean", "--select", "all"],
        &["broken"],
        &["nginx.conf", "nowhere.conf"],
        &[&outside],
        &["--stdin-filename", "a b.conf", "-"],
    ];
    let names: Vec<String> = (0..runs.len()).map(|number| format!("{number}.sarif")).collect();
    for (name, arguments) in names.iter().zip(runs) {
        let said =
            folder.run_with_input(&[&["--format", &format!("sarif={name}")], arguments].concat(), HALF);
        assert!(said.code() < 3 && folder.path(name).is_file(), "{}", said.err);
    }
    assert_eq!(complaints(&folder, &names), vec![Vec::<String>::new(); names.len()]);
}

/// The validator does find mistakes: a region whose end lies before its start, and a rule that is not there.
#[test]
#[ignore = "needs Microsoft's sarif-multitool, which tests/lab/install puts into the cache"]
#[cfg(target_arch = "x86_64")]
fn microsofts_validator_finds_mistakes() {
    let folder = Folder::with_main(BAD);
    let log = folder.run(&["--format", "sarif", "nginx.conf"]).out.clone();
    let mistakes = [("\"endLine\": 6", "\"endLine\": 5"), ("\"ruleIndex\": 1", "\"ruleIndex\": 999")];
    let names = ["0.sarif", "1.sarif"].map(str::to_owned);
    for (name, (right, wrong)) in names.iter().zip(mistakes) {
        assert!(log.contains(right), "{log}");
        folder.write(name, log.replace(right, wrong));
    }
    let [end, index] = &complaints(&folder, &names)[..] else { panic!("there are two") };
    assert!(end.iter().all(|line| line.contains("SARIF1007")) && !end.is_empty(), "{end:?}");
    assert!(index.iter().all(|line| line.contains("SARIF1009")) && !index.is_empty(), "{index:?}");
}
