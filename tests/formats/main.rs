//! `--format` and `--output` on the command line, and what those who read the formats make of them.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "tests prepare their files themselves and fail by panicking, and so do their helpers"
)]

#[path = "../cli/harness.rs"]
mod harness;

mod consumers;
mod destinations;
mod fixes;
mod sarif;

/// Names and words that every format has to escape something of, as far as a file system takes them.
const ODD_NAME: &str = "sites/a%0A,b:c;\n::error::d\u{1b}[31m\u{202e}<&>\"'|`##[group].conf";

/// A configuration that says odd things, one of its bytes not UTF-8, with findings that repeat them.
fn odd() -> Vec<u8> {
    let mut text = b"events {}\nhttp { server {\n    # \xff ##vso[task.complete]\n".to_vec();
    text.extend(b"    location \"/ws%,:\x1b[31m<&>\n::add-mask::`|\xe9\" {\n        # ngxlint: websocket\n");
    text.extend(b"        proxy_pass http://app; # ::stop-commands::x\n    }\n} }\n");
    text
}

/// A folder with that file and one that includes it and what is not there.
fn odd_folder() -> harness::Folder {
    let folder = harness::Folder::with_main(harness::HALF);
    folder.write(ODD_NAME, odd());
    folder
}
