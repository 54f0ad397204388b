//! Every location label of `tests/conformance/websocket`: what real nginx and real backends did.
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
use ngxlint::handshake::judge;
use ngxlint::value::{Client, Definitions};
use serde_json::Value;

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance/websocket/cases");
    let mut cases: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    assert!(cases.len() >= 87);
    cases
}

/// `FILE:LINE` of every block of a case with its verdict.
fn verdicts(case: &Path, version: Version) -> Vec<(String, &'static str)> {
    let mut library = Library::new(&Disk, case.to_path_buf());
    let root = library.open(&case.join("nginx.conf")).unwrap();
    let base = Base::Known(case.to_path_buf());
    let config = assemble(&mut library, root, &Context::main(), &base, &Paths::default());
    let view = View { texts: &library.texts, config: &config };
    let definitions = Definitions::of(view);
    let blocks = judge(view, &definitions, &Client::handshake(), version);
    let place = |node| {
        let file = &view.texts.sources.get(view.config.node(node).doc).name;
        format!("{file}:{}", view.line(node))
    };
    (blocks.iter())
        .filter_map(|block| Some((place(view.config.scope(block.scope).node?), block.answer.verdict.word())))
        .collect()
}

/// The verdict that a label gives for a version: `newest` counts from 1.31.4 on, `new` from 1.29.7 on.
fn expected(label: &Value, version: Version) -> &str {
    let newest = label.get("newest").filter(|_| version >= Version::new(1, 31, 4));
    let name = if version >= Version::new(1, 29, 7) { "new" } else { "old" };
    newest.or_else(|| label.get(name)).and_then(Value::as_str).unwrap()
}

#[test]
fn every_location_label_is_met() {
    let mut wrong = String::new();
    let mut checked = 0;
    for case in cases() {
        let expect: Value =
            serde_json::from_slice(&std::fs::read(case.join("expect.json")).unwrap()).unwrap();
        for version in [(1, 22, 1), (1, 28, 0), (1, 29, 6), (1, 29, 7), (1, 31, 5)] {
            let version = Version::new(version.0, version.1, version.2);
            let got = verdicts(&case, version);
            for label in expect["locations"].as_array().unwrap() {
                let place = format!("{}:{}", label["file"].as_str().unwrap(), label["line"]);
                let wanted = expected(label, version);
                let verdict =
                    got.iter().find(|(at, _)| *at == place).map_or("missing", |(_, verdict)| verdict);
                checked += 1;
                if wanted != "n/a" && verdict != wanted {
                    writeln!(wrong, "{} {place} {version:?}: {verdict}, expected {wanted}", case.display())
                        .unwrap();
                }
            }
        }
    }
    assert!(checked > 300, "only {checked} labels were found");
    assert!(wrong.is_empty(), "{wrong}");
}
