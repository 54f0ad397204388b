//! The examples for GitLab, Jenkins and a plain shell, and the image.

use std::process::Command;

use serde_json::Value;

use super::{Folder, command, expected, file, harness, run, sample, value};

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

fn gitlabs_job() -> Value {
    let jobs: Value = serde_yaml::from_str(&file("integrations/gitlab/ngxlint.gitlab-ci.yml")).unwrap();
    jobs["ngxlint"].clone()
}

/// GitLab's runner joins the lines of a section to one script, which ends at the first line that fails.
fn section(job: &Value, name: &str) -> String {
    let lines = job[name].as_array().unwrap().iter().map(|it| it.as_str().unwrap());
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn gitlabs_job_leaves_a_report_and_fails_for_findings() {
    let (job, folder) = (gitlabs_job(), sample());
    let mut shell = command(&folder, "bash");
    shell.args(["-eo", "pipefail", "-c", &section(&job, "script")]).env("CARGO_HOME", folder.path(".cargo"));
    let said = run(shell, b"");
    assert_eq!(said.ends(1).out, folder.run(&["--format", "concise"]).out, "what the job's log shows");
    let report = job["artifacts"]["reports"]["codequality"].as_str().unwrap();
    let issues = value(&folder.text(report));
    let shown = |issue: &Value| {
        let place = &issue["location"];
        (place["path"].as_str().unwrap().to_owned(), place["lines"]["begin"].as_u64().unwrap())
    };
    let found = expected(&folder, &[]).into_iter().map(|it| (it.0, it.1)).collect::<Vec<_>>();
    assert_eq!(issues.as_array().unwrap().iter().map(shown).collect::<Vec<_>>(), found);

    let clean = Folder::with(&[("nginx.conf", "events {}\n")]);
    let mut shell = command(&clean, "bash");
    shell.args(["-eo", "pipefail", "-c", &section(&job, "script")]).env("CARGO_HOME", clean.path(".cargo"));
    run(shell, b"").ends(0);
    assert_eq!(
        value(&clean.text(report)),
        Value::Array(Vec::new()),
        "GitLab wants a report without issues, too"
    );
}

#[test]
fn gitlabs_job_installs_the_tag_it_names() {
    let job = gitlabs_job();
    let mut shell = Command::new("bash");
    let print = "cargo() { printf '%s\\n' \"$@\"; }\n".to_owned() + &section(&job, "before_script");
    shell.args(["-euc", &print]);
    for (name, value) in job["variables"].as_object().unwrap() {
        shell.env(name, value.as_str().unwrap());
    }
    let said = harness::finish(shell, b"");
    let words: Vec<&str> = said.ends(0).out.lines().collect();
    assert!(words.starts_with(&["install", "--locked"]) && words.ends_with(&["ngxlint"]), "{words:?}");
    let revision = words.iter().position(|word| *word == "--rev").map(|at| words[at + 1]);
    assert_eq!(revision, Some(concat!("v", env!("CARGO_PKG_VERSION"))));
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
