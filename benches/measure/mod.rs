//! What other programs cost. A program is started by a fresh copy of the benchmark itself, which has no other children:
//! the system adds up the time of a process's children and keeps the largest peak of their memory, no more.

#![allow(dead_code, reason = "each benchmark takes its own part")]
#![allow(clippy::print_stdout, reason = "the copy hands its figures over on standard output")]

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeVal;

/// The first argument of a copy.
const COPY: &str = "--measure-one";

/// What one run of a program costs.
#[derive(Debug, Clone, Copy, Default)]
pub struct Cost {
    /// From its start to its end.
    pub wall: Duration,
    /// User and system time of all its threads.
    pub cpu: Duration,
    /// The most memory it held, in bytes (`ru_maxrss`).
    pub peak: u64,
}

/// Where this process is a copy: runs what it is told, and true.
pub fn is_copy() -> bool {
    let mut arguments = std::env::args_os().skip(1);
    if arguments.next().is_none_or(|first| first != COPY) {
        return false;
    }
    let program = arguments.next().unwrap();
    let wall = once(&mut command(&program, arguments));
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).unwrap();
    let cpu = duration(usage.user_time()) + duration(usage.system_time());
    println!("{} {} {}", wall.as_nanos(), cpu.as_nanos(), usage.max_rss() * 1024);
    true
}

fn duration(time: TimeVal) -> Duration {
    Duration::from_micros(u64::try_from(time.tv_sec() * 1_000_000 + time.tv_usec()).unwrap())
}

fn command(program: impl AsRef<OsStr>, arguments: impl Iterator<Item = impl AsRef<OsStr>>) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

fn once(command: &mut Command) -> Duration {
    let start = Instant::now();
    command.status().unwrap();
    start.elapsed()
}

/// The medians of `runs` runs of a program.
pub fn cost(program: &Path, arguments: &[&OsStr], runs: usize) -> Cost {
    let costs: Vec<Cost> = (0..runs).map(|_| one(program, arguments)).collect();
    Cost {
        wall: median(costs.iter().map(|cost| cost.wall)),
        cpu: median(costs.iter().map(|cost| cost.cpu)),
        peak: median(costs.iter().map(|cost| cost.peak)),
    }
}

fn one(program: &Path, arguments: &[&OsStr]) -> Cost {
    let output = Command::new(std::env::current_exe().unwrap())
        .args([OsStr::new(COPY), program.as_os_str()])
        .args(arguments)
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let figures: Vec<u64> = text.split_whitespace().map(|figure| figure.parse().unwrap()).collect();
    Cost { wall: Duration::from_nanos(figures[0]), cpu: Duration::from_nanos(figures[1]), peak: figures[2] }
}

/// The median time from start to end of several programs, taken in turns so that each sees the same load.
pub fn in_turns<const N: usize>(programs: [(&Path, &[&OsStr]); N], runs: usize) -> [Duration; N] {
    let mut times = [const { Vec::new() }; N];
    for _ in 0..runs {
        for ((program, arguments), times) in programs.iter().zip(&mut times) {
            times.push(once(&mut command(program, arguments.iter())));
        }
    }
    times.map(|times| median(times.into_iter()))
}

/// The middle one.
pub fn median<T: Ord + Copy + Default>(values: impl Iterator<Item = T>) -> T {
    let mut values: Vec<T> = values.collect();
    values.sort_unstable();
    values.get(values.len() / 2).copied().unwrap_or_default()
}

/// A program that does nothing, built in `folder`; `None` where there is no compiler.
pub fn empty_program(folder: &Path) -> Option<PathBuf> {
    let (source, program) = (folder.join("empty.rs"), folder.join("empty"));
    std::fs::write(&source, "fn main() {}\n").unwrap();
    let compiler = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let built =
        Command::new(compiler).args(["-O", "--edition", "2024", "-o"]).arg(&program).arg(&source).status();
    built.is_ok_and(|status| status.success()).then_some(program)
}
