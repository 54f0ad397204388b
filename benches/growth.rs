//! Whether the cost of a run grows in step with what it reads: every shape at four sizes, each twice the one before, and
//! by how much the time grows with each doubling: `cargo bench --bench growth`.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::type_complexity,
    clippy::format_collect,
    reason = "a benchmark prints its figures, makes its own inputs and stops where that fails"
)]

mod generate;
mod measure;

use std::ffi::OsStr;
use std::path::Path;

use measure::cost;

/// The smallest size.
const FIRST: usize = 2_000;
const RUNS: usize = 3;

fn main() {
    if measure::is_copy() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    println!("CPU ms at {FIRST}, twice, four and eight times as many, and the growth of the last doubling");
    for (name, text) in generate::SHAPES {
        grow(name, |count| {
            let path = folder.path().join("nginx.conf");
            generate::write(&path, &text(count));
            lint(&path)
        });
    }
    grow("includes", |count| {
        let input = generate::included(folder.path(), "", &count.to_string(), count);
        lint(&input.path)
    });
}

fn grow(name: &str, cost: impl Fn(usize) -> f64) {
    let [a, b, c, d] = [1, 2, 4, 8].map(|times| cost(FIRST * times));
    println!("{name:<28} {a:>9.1} {b:>9.1} {c:>9.1} {d:>9.1}   x {:.2}", d / c);
}

fn lint(path: &Path) -> f64 {
    let arguments = [OsStr::new("check"), OsStr::new("--no-config"), path.as_os_str()];
    cost(Path::new(env!("CARGO_BIN_EXE_ngxlint")), &arguments, RUNS).cpu.as_secs_f64() * 1e3
}
