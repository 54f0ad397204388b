//! Whole runs of `ngxlint check` with all default rules, beside how fast memchr counts the lines of the same bytes:
//! `cargo bench --bench run`. With `--keep FOLDER` the inputs are written there and stay.

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
#![allow(clippy::cast_precision_loss, reason = "figures of a few digits")]

mod generate;
mod measure;

use std::ffi::OsStr;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use generate::Input;
use measure::{Cost, cost};

/// The program that is measured.
const PROGRAM: &str = env!("CARGO_BIN_EXE_ngxlint");

/// How often each input is linted; the medians count.
const RUNS: usize = 7;

/// How often programs are started to see what starting costs.
const STARTS: usize = 300;

const MEBIBYTE: f64 = 1024.0 * 1024.0;

fn main() {
    if measure::is_copy() {
        return;
    }
    let temporary = tempfile::tempdir().unwrap();
    let folder = kept().unwrap_or_else(|| temporary.path().to_path_buf());
    let inputs = generate::inputs(&folder);
    println!("whole runs: `ngxlint check --no-config`, all default rules, medians of {RUNS}");
    println!(
        "{:<15} {:>6} {:>9} {:>9} {:>7} {:>9} {:>9} {:>7} {:>9} {:>7}",
        "input", "MB", "wall ms", "cpu ms", "MB/s", "memchr", "peak MiB", "B/byte", "1 thread", "2 are"
    );
    for input in &inputs {
        row(input);
    }
    starts(&folder, &inputs[0]);
}

/// The folder behind `--keep`.
fn kept() -> Option<PathBuf> {
    let mut arguments = std::env::args_os().skip_while(|argument| argument != "--keep");
    arguments.nth(1).map(PathBuf::from)
}

fn row(input: &Input) {
    let count = newline_count(&input.text);
    let run = lint(input, &[]);
    let (one, two) = (lint(input, &["--jobs", "1"]), lint(input, &["--jobs", "2"]));
    let bytes = input.text.len() as f64;
    println!(
        "{:<15} {:>6.2} {:>9.2} {:>9.2} {:>7.0} {:>9} {:>9.1} {:>7.2} {:>9.2} {:>7}",
        input.name,
        bytes / 1e6,
        milliseconds(run.wall),
        milliseconds(run.cpu),
        bytes / 1e6 / run.cpu.as_secs_f64(),
        format!("1/{:.0}", run.cpu.as_secs_f64() / count.as_secs_f64()),
        run.peak as f64 / MEBIBYTE,
        // What is allowed to every run, large or small, is taken off.
        (run.peak as f64 - 8.0 * MEBIBYTE).max(0.0) / bytes,
        milliseconds(one.wall),
        format!("{:.2} x", one.wall.as_secs_f64() / two.wall.as_secs_f64()),
    );
}

fn lint(input: &Input, options: &[&str]) -> Cost {
    let fixed = ["check", "--no-config"].iter().chain(options).map(OsStr::new);
    let arguments: Vec<&OsStr> = fixed.chain([input.path.as_os_str()]).collect();
    cost(Path::new(PROGRAM), &arguments, RUNS)
}

fn newline_count(text: &[u8]) -> Duration {
    measure::median((0..25).map(|_| {
        let start = Instant::now();
        black_box(memchr::memchr_iter(b'\n', black_box(text)).count());
        start.elapsed()
    }))
}

fn starts(folder: &Path, small: &Input) {
    let program = Path::new(PROGRAM);
    let Some(empty) = measure::empty_program(folder) else {
        return println!("start: no rustc, so there is no empty program to compare with");
    };
    let check = [OsStr::new("check"), OsStr::new("--no-config"), small.path.as_os_str()];
    let version = [OsStr::new("--version")];
    let times = measure::in_turns([(&*empty, &[]), (program, &version), (program, &check)], STARTS);
    let [empty, version, check] = times.map(milliseconds);
    println!(
        "start, median of {STARTS}: an empty program {empty:.2} ms, --version +{:.2} ms, check of 39 lines +{:.2} ms",
        version - empty,
        check - empty
    );
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
