//! The properties of the fuzzing targets (`tests/fuzz`) over texts made of pieces of the fixtures, and everything that fuzzing
//! has ever found: one file in `tests/fuzz/regressions/TARGET` for each, named after what broke.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "tests prepare their files themselves and fail by panicking, and so do their helpers"
)]

#[path = "cli/harness.rs"]
mod harness;
#[path = "fuzz/properties.rs"]
mod properties;

use std::fs;
use std::sync::LazyLock;

use proptest::prelude::*;

type Property = fn(&[u8]);

const TARGETS: [(&str, Property); 5] = [
    ("parse", properties::parse),
    ("check", properties::check),
    ("fix", properties::fix),
    ("handshake", properties::handshake),
    ("formats", properties::formats),
];

/// The main files of the fixtures.
static FIXTURES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let read = |path: std::path::PathBuf| fs::read(harness::repository().join(path)).expect("a fixture");
    let texts = harness::fixtures().into_iter().map(read).filter(|text| text.len() < 4_000);
    texts.collect()
});

/// A fixture with lines of others in it, and bytes that mean something to nginx.
fn text() -> impl Strategy<Value = Vec<u8>> {
    let of_fixtures = || any::<prop::sample::Index>().prop_map(|index| index.get(&FIXTURES).clone());
    let byte = prop::sample::select(b"{};\"'\\$# \n\r~*=@/0az\0\x1b\x1e\xff\xe2".to_vec());
    let change = prop_oneof![
        (of_fixtures(), any::<prop::sample::Index>()).prop_map(|(other, line)| {
            let lines: Vec<&[u8]> = other.split_inclusive(|&byte| byte == b'\n').collect();
            lines.get(line.index(lines.len().max(1))).copied().unwrap_or_default().to_vec()
        }),
        prop::collection::vec(byte, 1..4),
    ];
    let changes = prop::collection::vec((any::<prop::sample::Index>(), change, 0_usize..30), 0..6);
    (of_fixtures(), changes).prop_map(|(mut text, changes)| {
        for (at, put, taken) in changes {
            let at = at.index(text.len() + 1);
            let end = (at + taken).min(text.len());
            text.splice(at..end, put);
        }
        text
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, max_shrink_iters: 300, ..ProptestConfig::default() })]

    #[test]
    fn everything_holds_for_texts_of_pieces(text in text()) {
        for (_, property) in TARGETS {
            property(&text);
        }
    }
}

#[test]
fn everything_holds_for_the_fixtures() {
    for text in FIXTURES.iter() {
        for (target, property) in TARGETS {
            let held = std::panic::catch_unwind(|| property(text));
            assert!(held.is_ok(), "{target} does not hold for:\n{}", String::from_utf8_lossy(text));
        }
    }
}

#[test]
fn what_fuzzing_has_found_stays_mended() {
    for (target, property) in TARGETS {
        let folder = harness::repository().join("tests/fuzz/regressions").join(target);
        for entry in fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            println!("{}", path.display());
            property(&fs::read(&path).unwrap());
        }
    }
}
