//! What a run costs, in instructions: no clock is asked, and the same run always costs the same.

use std::process::Command;

use crate::harness::{self, Folder};

/// The instructions of a run in `folder`; of a run on one thread they are always the same.
pub(crate) fn instructions(folder: &Folder, arguments: &[&str]) -> f64 {
    let mut command = Command::new("valgrind");
    command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null", env!("CARGO_BIN_EXE_ngxlint")]);
    command.args(arguments).current_dir(folder.root());
    let said = harness::finish(command, b"");
    let count = said.err.lines().find_map(|line| line.split_once("Collected : "));
    let (_, count) = count.unwrap_or_else(|| panic!("valgrind counted nothing: {}", said.err));
    assert!(said.code() < 2, "{}", said.err);
    count.trim().parse().unwrap()
}
