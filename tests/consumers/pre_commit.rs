//! pre-commit itself, as a user of the hooks meets it: `pre-commit try-repo`.

use std::path::PathBuf;

use serde_json::Value;

use super::{Folder, Said, cache, command, file, harness, run, sample};

const QUIET: &str = "conf.d/quiet.conf";
const CHAT: &str = "conf.d/chat.conf";

/// A repository with the sample, what is no nginx configuration beside it, and what the settings exclude.
fn repository() -> Folder {
    let folder = sample();
    folder.write("supervisord.conf", "[program:x]\ncommand=/bin/true\n");
    folder.write("vendor/conf.d/theirs.conf", "server {");
    folder.write("notes.txt", "server {");
    folder.write(".ngxlint.yaml", "exclude: [vendor/]\nroots: [nginx.conf]\n");
    for words in [&["init", "-q"][..], &["add", "."]] {
        let mut git = command(&folder, "git");
        git.args(words);
        run(git, b"").ends(0);
    }
    folder
}

/// `pre-commit try-repo` with hooks of this repository as it stands.
fn try_repo(folder: &Folder, home: &Folder, hook: &[&str], files: &[&str]) -> Said {
    let mut pre_commit = command(folder, cache().join("consumers/bin/pre-commit"));
    pre_commit.args(["try-repo", "--color", "never"]).arg(harness::repository()).args(hook);
    pre_commit.args(["--verbose", "--files"]).args(files);
    // The commit and its hooks are the tests' own, whoever runs them: nothing of a surrounding git counts.
    for name in ["GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE", "PYTHONPATH"] {
        pre_commit.env_remove(name);
    }
    pre_commit.env("PRE_COMMIT_HOME", home.root());
    // The hooks that build ngxlint need a program, not a fast one.
    pre_commit.env("CARGO_TARGET_DIR", target());
    pre_commit.env("CARGO_PROFILE_RELEASE_LTO", "off").env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0");
    pre_commit
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
        .env("CARGO_PROFILE_RELEASE_INCREMENTAL", "false");
    run(pre_commit, b"")
}

fn target() -> PathBuf {
    cache().join("consumers-target")
}

/// Fails unless each hook ended so.
#[track_caller]
fn ended(said: &Said, hooks: &[&str], how: &str) {
    for hook in hooks {
        let line = said.out.lines().find(|line| line.starts_with(&format!("{hook}..")));
        assert!(line.is_some_and(|line| line.ends_with(how)), "{hook}: {how}\n{}\n{}", said.out, said.err);
    }
}

#[test]
fn the_hooks_are_what_the_task_of_each_asks_for() {
    let hooks: Value = serde_yaml::from_str(&file(".pre-commit-hooks.yaml")).unwrap();
    let hooks = hooks.as_array().unwrap();
    let ids: Vec<&str> = hooks.iter().map(|hook| hook["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["ngxlint", "ngxlint-src", "ngxlint-system", "ngxlint-tree"]);
    for hook in hooks {
        assert_eq!(hook["require_serial"], true);
        assert_eq!(hook["types"], serde_json::json!(["text"]));
        let files = fancy_regex::Regex::new(hook["files"].as_str().unwrap()).unwrap();
        for yes in [
            "nginx.conf",
            "a/nginx.conf.j2",
            "conf.d/x",
            "a/sites-available/y",
            "snippets/ssl",
            "x.vhost",
            "a/b.nginx",
            "c.conf",
        ] {
            assert!(files.is_match(yes).unwrap(), "{yes}");
        }
        for no in ["README.md", "conf.d.txt", "xconf", "my-sites/x", "nginx.py"] {
            assert!(!files.is_match(no).unwrap(), "{no}");
        }
    }
}

#[test]
#[ignore = "needs pre-commit, which tests/run installs"]
fn the_installed_program_as_a_hook_passes_and_fails() {
    let (folder, home) = (repository(), Folder::new());
    let lint = |files: &[&str]| try_repo(&folder, &home, &["ngxlint-system"], files);
    ended(lint(&[QUIET]).ends(0), &["ngxlint (installed)"], "Passed");
    let said = lint(&[CHAT, QUIET]);
    ended(said.ends(1), &["ngxlint (installed)"], "Failed");
    assert!(said.out.contains("exit code: 1") && said.out.contains("conf.d/chat.conf:3"), "{}", said.out);
    assert_eq!(said.out.matches("error[WS101]").count(), 1, "{}", said.out);
    // The headers of http make the changed site fine.
    folder.write("nginx.conf", "events {}\nhttp {\n    proxy_http_version 1.1;\n    proxy_set_header Upgrade $http_upgrade;\n    proxy_set_header Connection upgrade;\n    proxy_set_header Host $http_host;\n    include conf.d/*.conf;\n}\n");
    ended(lint(&[CHAT]).ends(0), &["ngxlint (installed)"], "Passed");
    let others = ["supervisord.conf", "vendor/conf.d/theirs.conf"];
    ended(lint(&others).ends(0), &["ngxlint (installed)"], "Passed");
    ended(lint(&["notes.txt"]).ends(0), &["ngxlint (installed)"], "Skipped");
}

#[test]
#[ignore = "builds ngxlint as pre-commit does; needs pre-commit, which tests/run installs"]
fn slow_every_hook_is_installed_passes_and_fails() {
    let (folder, home) = (repository(), Folder::new());
    let all = ["ngxlint", "ngxlint (built by cargo)", "ngxlint (installed)", "ngxlint (whole trees)"];
    let said = try_repo(&folder, &home, &[], &[CHAT]);
    ended(said.ends(1), &all, "Failed");
    assert_eq!(said.out.matches("error[WS101]").count(), 4, "{}", said.out);
    // The whole tree fails through a file that has not changed.
    let said = try_repo(&folder, &home, &[], &[QUIET]);
    ended(said.ends(1), &all[..3], "Passed");
    ended(&said, &all[3..], "Failed");
    folder.write(CHAT, "server {\n    listen 80;\n}\n");
    ended(try_repo(&folder, &home, &[], &[CHAT]).ends(0), &all, "Passed");
}
