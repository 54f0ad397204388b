//! Those who read what ngxlint prints, each for real: pre-commit, GitHub's runner as far as it can be had, Vim, Emacs,
//! and the shells. `tests/lab/install-consumers` installs them.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "tests prepare their files themselves and fail by panicking, and so do their helpers"
)]
#![cfg(unix)]

mod editors;
mod github;
#[path = "../cli/harness.rs"]
mod harness;
mod pre_commit;
mod scripts;
mod shells;

use std::path::{Path, PathBuf};
use std::process::Command;

use harness::{Folder, Said};
use serde_json::Value;

/// A tree with an error, a warning and a note, behind a tab and behind letters of two bytes.
fn sample() -> Folder {
    let site = "server {\n\t# ngxlint: websocket\n\tlocation /live { proxy_pass http://app; }\n\tlocation /x { proxy_pass http://websocket; }\n\tset $größe 1; location /y { set $ä ö; proxy_pass http://websocket; }\n}\n";
    Folder::with(&[
        ("nginx.conf", "events {}\nhttp {\n    include conf.d/*.conf;\n}\n"),
        ("conf.d/chat.conf", site),
        ("conf.d/quiet.conf", "server {\n    listen 81;\n    return 204;\n}\n"),
    ])
}

/// A finding as a consumer shows it: file, line, column, severity, message without the code.
type Shown = (String, u64, u64, String, String);

/// What a consumer must show of a folder's findings.
fn expected(folder: &Folder, arguments: &[&str]) -> Vec<Shown> {
    let found = folder.json(arguments).diagnostics();
    let found: Vec<Shown> = found
        .iter()
        .map(|it| {
            let text = |key: &str| it[key].as_str().unwrap().to_owned();
            let number = |key: &str| it[key].as_u64().unwrap();
            (text("file"), number("line"), number("column"), text("severity"), text("message"))
        })
        .collect();
    for severity in ["error", "warning", "note"] {
        assert!(found.iter().any(|it| it.3 == severity), "no {severity}: {found:?}");
    }
    found
}

/// Where the built program is.
fn programs() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_ngxlint")).parent().unwrap()
}

fn cache() -> PathBuf {
    let cache = std::env::var_os("NGXLINT_TEST_CACHE");
    cache.map_or_else(|| harness::repository().join("tests/.cache"), PathBuf::from)
}

/// A command in `folder` that finds ngxlint by its name.
fn command(folder: &Folder, program: impl AsRef<std::ffi::OsStr>) -> Command {
    let others = std::env::var_os("PATH").unwrap_or_default();
    let all = [programs().to_path_buf()].into_iter().chain(std::env::split_paths(&others));
    let mut command = Command::new(program);
    command.current_dir(folder.root()).env("PATH", std::env::join_paths(all).unwrap());
    command.env("LC_ALL", "C.UTF-8");
    command
}

/// Runs a command whose absence is said in words.
#[track_caller]
fn run(command: Command, input: &[u8]) -> Said {
    let program = command.get_program().to_owned();
    let found = Command::new("sh").args(["-c", "command -v \"$0\""]).arg(&program).output().unwrap();
    assert!(
        found.status.success(),
        "{} is missing: run tests/run or tests/lab/install-consumers",
        program.display()
    );
    harness::finish(command, input)
}

fn value(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn file(path: &str) -> String {
    std::fs::read_to_string(harness::repository().join(path))
        .unwrap_or_else(|error| panic!("{path}: {error}"))
}
