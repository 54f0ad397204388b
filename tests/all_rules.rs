//! What it costs to run every rule and not only the default ones, on the inputs of the benchmark.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::format_collect,
    clippy::print_stdout,
    clippy::type_complexity,
    reason = "tests prepare their files themselves and fail by panicking, and so do their helpers"
)]

#[path = "../benches/generate/mod.rs"]
mod generate;
#[path = "cli/harness.rs"]
mod harness;
#[path = "cli/valgrind.rs"]
mod valgrind;

use harness::Folder;
use valgrind::instructions;

/// So many times the instructions of the default rules may all of them cost.
const MOST: f64 = 1.5;

#[test]
#[ignore = "needs valgrind; tests/run runs it"]
fn all_rules_cost_at_most_half_as_much_again() {
    let folder = Folder::new();
    let mut over = Vec::new();
    for input in generate::inputs(&folder.root()) {
        let path = input.path.to_str().unwrap();
        let [default, all] = ["default", "all"].map(|select| {
            let options = [
                "check",
                "--no-config",
                "--jobs",
                "1",
                "--format",
                "concise",
                "--output",
                "found",
                "--select",
                select,
            ];
            instructions(&folder, &[&options[..], &[path]].concat())
        });
        let times = all / default;
        println!("{}: {default:.4e} by default, {all:.4e} with all rules: {times:.2} times", input.name);
        over.extend((times > MOST).then(|| format!("{}: {times:.2}", input.name)));
    }
    assert!(over.is_empty(), "more than {MOST} times: {over:?}");
}
