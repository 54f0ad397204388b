//! How the cost of a run grows: see `tests/linear.rs`.
#![allow(dead_code, reason = "every test file that includes this uses a part of it")]

use crate::harness::Folder;
use crate::valgrind::instructions;

/// A doubling of what is sorted adds a little more than twice as much; what grows with the square adds four times as much.
const MOST: f64 = 2.3;

/// Doubles `count` twice. `prepare` writes the files for a count.
#[track_caller]
pub(crate) fn linear(what: &str, count: usize, arguments: &[&str], prepare: impl Fn(&Folder, usize)) {
    let [one, two, four] = [1, 2, 4].map(|times| {
        let folder = Folder::new();
        prepare(&folder, count * times);
        instructions(&folder, arguments)
    });
    let growth = (four - two) / (two - one);
    println!("{what}: {one:.3e} {two:.3e} {four:.3e}, the second doubling adds {growth:.2} times as much");
    assert!(growth <= MOST, "{what}: {growth:.2}");
}

pub(crate) const CHECK: &[&str] = &["check", "--no-config", "--jobs", "1", "nginx.conf"];

#[track_caller]
pub(crate) fn one_file(what: &str, count: usize, text: impl Fn(usize) -> String) {
    linear(what, count, CHECK, |folder, count| {
        folder.write("mime.types", "types { text/html html; }\n");
        folder.write("fastcgi_params", "fastcgi_param QUERY_STRING $query_string;\n");
        folder.write("nginx.conf", text(count));
    });
}

pub(crate) fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).map(line).collect()
}

pub(crate) fn in_http(inner: &str) -> String {
    format!("events {{}}\nhttp {{\n{inner}}}\n")
}
