//! Verdicts on blocks, beside their blocks: what real nginx (1.22.1 and 1.30) did where a path could be asked, else what
//! nginx's rules say.
//!
//! In `tests/handshake_blocks/*.conf` a line that opens blocks ends in `#: VERDICT REASONS; VERDICT REASONS | ...`: one
//! verdict for each block that opens on the line, in order; what stands after `|` is for nginx 1.31.5, the rest for
//! 1.22.1 (and for 1.31.5 where there is no `|`). `??` begins a path that was tried on real servers.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test reads its data by itself and fails by panicking"
)]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use ngxlint::catalogue::Version;
use ngxlint::config::{Base, Context, Library, Paths, View, assemble};
use ngxlint::files::Disk;
use ngxlint::handshake::{Answer, judge};
use ngxlint::value::{Client, Definitions};

/// Each block's line, label and answer.
fn answers(conf: &Path, version: Version) -> Vec<(usize, String, Answer)> {
    let folder = conf.parent().unwrap().to_path_buf();
    let mut library = Library::new(&Disk, folder.clone());
    let root = library.open(conf).unwrap();
    let config = assemble(&mut library, root, &Context::main(), &Base::Known(folder), &Paths::default());
    let view = View { texts: &library.texts, config: &config };
    assert!(view.texts.tree(root).errors.is_empty(), "{} does not parse", conf.display());
    let definitions = Definitions::of(view);
    let blocks = judge(view, &definitions, &Client::handshake(), version);
    let line = |scope| view.line(view.config.scope(scope).node.unwrap()) as usize;
    blocks.into_iter().map(|it| (line(it.scope), view.label(it.scope), it.answer)).collect()
}

/// What a line says of its blocks: `fails http10` and so on.
fn expected(line: &str, newest: bool) -> Vec<String> {
    let Some((_, said)) = line.split_once("#:") else { return Vec::new() };
    let said = said.split("??").next().unwrap();
    let mut versions = said.split('|');
    let old = versions.next().unwrap();
    let said = versions.next().filter(|_| newest).unwrap_or(old);
    said.split(';').map(|it| it.trim().to_owned()).collect()
}

fn shown(answer: &Answer) -> String {
    let defects: Vec<&str> = answer.defects.iter().map(|defect| defect.word()).collect();
    format!("{} {}", answer.verdict.word(), defects.join(",")).trim().to_owned()
}

fn differences(conf: &Path, version: Version, checked: &mut usize) -> String {
    let text = std::fs::read_to_string(conf).unwrap();
    let answers = answers(conf, version);
    let mut out = String::new();
    for (number, line) in (1..).zip(text.lines()) {
        let here: Vec<_> = answers.iter().filter(|(at, ..)| *at == number).collect();
        let wanted = expected(line, version > Version::new(1, 29, 7));
        let got: Vec<String> = here.iter().map(|(_, _, answer)| shown(answer)).collect();
        *checked += wanted.len();
        if got != wanted {
            writeln!(out, "{}:{number} {version}: {got:?}, expected {wanted:?}", conf.display()).unwrap();
        }
    }
    out
}

fn configurations() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/handshake_blocks");
    let mut all: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    all.sort();
    all
}

#[test]
fn every_block_gets_the_verdict_that_stands_beside_it() {
    let mut checked = 0;
    let mut wrong = String::new();
    for conf in configurations() {
        for version in [Version::new(1, 22, 1), Version::new(1, 31, 5)] {
            wrong += &differences(&conf, version, &mut checked);
        }
    }
    assert!(checked > 300, "only {checked} verdicts were found");
    assert!(wrong.is_empty(), "{wrong}");
}
