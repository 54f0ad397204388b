//! How fast texts become trees, beside how fast memchr counts their lines: `cargo bench --bench parse`.

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

use std::fmt::Write;
use std::hint::black_box;
use std::time::{Duration, Instant};

use ngxlint::syntax::{Comment, RawBodies, Statement, Tree, Word, parse, tokens};

/// How often each measurement runs; the fastest counts.
const RUNS: usize = 15;

fn main() {
    let (small, large) = (generate::vhosts(1_000), generate::vhosts(11_300));
    report("1,000 vhosts", small.as_bytes());
    report("11,300 vhosts", large.as_bytes());
    report("quotes and escapes", quoted(60_000).as_bytes());
    report("Lua blocks", lua(40_000).as_bytes());
}

fn quoted(count: usize) -> String {
    (0..count).fold(String::new(), |mut text, number| {
        let _ = writeln!(
            text,
            r#"log_format f{number} '$remote_addr [$time_local] "$request" ' "it\"s $status" '${{x}}\\';"#
        );
        text
    })
}

fn lua(count: usize) -> String {
    (0..count).fold(String::new(), |mut text, number| {
        let _ = writeln!(
            text,
            "content_by_lua_block {{\n  -- don't\n  local t = {{a = \"}}\", b = [[ x ]]}}\n  ngx.say(t[{number}])\n}}"
        );
        text
    })
}

fn report(name: &str, text: &[u8]) {
    let lines = memchr::memchr_iter(b'\n', text).count();
    let count = fastest(|| memchr::memchr_iter(b'\n', black_box(text)).count());
    let tree = fastest(|| parse(black_box(text), RawBodies::Known));
    let read = parse(text, RawBodies::Known);
    let walk = fastest(|| tokens(black_box(text), &read).count());
    println!("{name}: {lines} lines, {:.1} MB", text.len() as f64 / 1e6);
    println!("  memchr newline count {:8.0} MB/s", speed(text, count));
    println!(
        "  tokens and tree      {:8.0} MB/s, 1/{:.1} of memchr",
        speed(text, tree),
        tree.as_secs_f64() / count.as_secs_f64()
    );
    println!("  walk over all tokens {:8.0} MB/s", speed(text, walk));
    println!("  tree                 {:8.2} bytes per input byte", bytes(&read) as f64 / text.len() as f64);
}

fn fastest<T>(mut run: impl FnMut() -> T) -> Duration {
    let once = || {
        let start = Instant::now();
        black_box(run());
        start.elapsed()
    };
    std::iter::repeat_with(once).take(RUNS).min().unwrap_or_default()
}

fn speed(text: &[u8], time: Duration) -> f64 {
    text.len() as f64 / 1e6 / time.as_secs_f64()
}

/// What the tree's arenas hold in memory, spare room included.
fn bytes(tree: &Tree) -> usize {
    tree.statements.capacity() * size_of::<Statement>()
        + tree.words.capacity() * size_of::<Word>()
        + tree.comments.capacity() * size_of::<Comment>()
}
