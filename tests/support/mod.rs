//! The laboratory: real nginx between a raw client and real WebSocket backends.
//!
//! [`conf`] scans a configuration, [`tree`] holds the files of one, [`render`] rewrites it for loopback and free
//! ports, with [`upstream`] for the passes, [`nginx`] and [`backend`] are processes that end with their owner, [`client`] shakes hands, [`head`] reads
//! what arrived upstream. [`probe`], [`rule`] and [`fixture`] judge fixture
//! folders, [`made`] are some to judge by, [`conformance`] the published cases.

pub(crate) mod backend;
pub(crate) mod client;
pub(crate) mod conf;
pub(crate) mod conformance;
pub(crate) mod fixture;
pub(crate) mod head;
pub(crate) mod listen;
pub(crate) mod made;
pub(crate) mod nginx;
pub(crate) mod probe;
pub(crate) mod render;
pub(crate) mod rule;
pub(crate) mod tree;
pub(crate) mod upstream;

use std::path::PathBuf;

/// The folder that `tests/lab/install` fills.
pub(crate) fn cache() -> PathBuf {
    std::env::var_os("NGXLINT_TEST_CACHE").map_or_else(|| repository().join("tests/.cache"), PathBuf::from)
}

/// A program that `tests/lab/install` wrote.
///
/// # Panics
/// When it is not there.
pub(crate) fn installed(program: &str) -> PathBuf {
    let path = cache().join("bin").join(program);
    assert!(path.is_file(), "{} is missing: run tests/run or tests/lab/install", path.display());
    path
}

/// The repository's root.
pub(crate) fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}
