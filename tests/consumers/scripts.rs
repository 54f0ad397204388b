//! The examples for GitLab, Jenkins and a plain shell, and the image.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::Value;

use super::{Folder, command, file, harness, run, sample};

#[test]
fn jenkins_tells_findings_from_a_job_that_cannot_be_done() {
    let pipeline = file("integrations/jenkins/Jenkinsfile");
    let script = pipeline.split("'''").nth(1).unwrap();
    let step = |folder: &Folder, script: &str| {
        let mut shell = command(folder, "sh");
        shell.args(["-xe", "-c", script]);
        run(shell, b"")
    };
    let folder = sample();
    let said = step(&folder, script);
    assert_eq!(said.ends(0).out, folder.run(&["--format", "concise"]).out);
    assert_eq!(folder.text("ngxlint.txt"), said.out);
    assert_ne!(step(&Folder::new(), script).code(), 0, "nothing to lint");
}

/// The options of a command line, and those that `check` has.
#[test]
fn gitlabs_job_uses_options_that_there_are() {
    let job: Value = serde_yaml::from_str(&file("integrations/gitlab/ngxlint.gitlab-ci.yml")).unwrap();
    let lines = |key: &str| -> Vec<String> {
        job["ngxlint"][key].as_array().unwrap().iter().map(|it| it.as_str().unwrap().to_owned()).collect()
    };
    let help = Folder::new().run(&["check", "--help"]).out;
    let known: BTreeSet<&str> = help
        .split(|char: char| char.is_whitespace() || char == ',')
        .filter(|it| it.starts_with("--"))
        .collect();
    let script = lines("script");
    let uses: Vec<&String> = script.iter().filter(|line| line.starts_with("ngxlint check ")).collect();
    assert_eq!(uses.len(), 2);
    for option in uses.iter().flat_map(|line| line.split(' ')).filter(|word| word.starts_with("--")) {
        assert!(known.contains(option), "{option}");
    }
    let report = job["ngxlint"]["artifacts"]["reports"]["codequality"].as_str().unwrap();
    assert!(script.iter().any(|line| line.contains(report)));
    for line in [lines("before_script"), script.clone()].concat() {
        let mut shell = Command::new("bash");
        shell.args(["-n", "-c", &line]);
        harness::finish(shell, b"").ends(0);
    }
}

fn git(folder: &Folder, words: &[&str]) {
    let mut git = command(folder, "git");
    git.args(["-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "init.defaultBranch=main"])
        .args(words);
    run(git, b"").ends(0);
}

#[test]
fn the_shell_script_lints_what_has_changed() {
    let folder = sample();
    folder.write("nginx/broken.conf", "server {");
    git(&folder, &["init", "-q"]);
    git(&folder, &["add", "."]);
    git(&folder, &["commit", "-qm", "one"]);
    git(&folder, &["branch", "base"]);
    let lint = || {
        let mut script = command(&folder, harness::repository().join("integrations/shell/lint-changed"));
        script.arg("base");
        run(script, b"")
    };
    assert_eq!(lint().ends(0).out, "");
    folder.write("README", "server { }\n");
    folder.write("conf.d/with space.conf", "server {\n    listen 83;\n}\n");
    git(&folder, &["add", "."]);
    git(&folder, &["commit", "-qm", "two"]);
    assert_eq!(lint().ends(0).out, "");
    folder.write("conf.d/with space.conf", "server {\n    listen 83\n}\n");
    git(&folder, &["commit", "-qam", "three"]);
    let said = lint();
    assert!(said.ends(1).out.starts_with("conf.d/with space.conf:2:"), "{}", said.out);
    assert_eq!(said.out.lines().count(), 1, "{}", said.out);
}

#[test]
fn the_image_is_built_from_what_there_is() {
    let dockerfile = file("Dockerfile");
    let manifest = file("Cargo.toml");
    let least =
        manifest.lines().find_map(|line| line.strip_prefix("rust-version = ")).unwrap().trim_matches('"');
    assert!(dockerfile.contains(&format!("FROM rust:{least}")), "the compiler is {least}");
    for line in dockerfile.lines().filter(|line| line.starts_with("COPY ") && !line.contains("--from")) {
        let words: Vec<&str> = line.split(' ').skip(1).collect();
        for source in &words[..words.len() - 1] {
            assert!(harness::repository().join(source).exists(), "{line}");
        }
    }
    let copied = |path: &str| dockerfile.contains(&format!("COPY {path} "));
    for input in ["rules", "fixtures", "src", "build", "benches"] {
        assert!(copied(input), "{input}");
    }
}
