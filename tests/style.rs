//! Fixes of layout: only white space between words changes, and a second fix changes nothing.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test reads its data by itself and fails by panicking"
)]

#[path = "cli/harness.rs"]
mod harness;

use harness::Folder;
use ngxlint::syntax::{RawBodies, TokenKind, parse, tokens};
use proptest::prelude::*;

/// What texts are put together from: words, quotes and raw bodies with every kind of blank in and around them.
const PIECES: [&str; 26] = [
    "a",
    "listen 80",
    "location / {",
    "http {",
    "\"x  \n y \r\n\"",
    "'q ; \t\n'",
    "# c \t\n",
    "#\r\n",
    "# d",
    "content_by_lua_block {\n  local a = \"}  \"  \r\n\t}",
    "\\ ",
    "$a{",
    "${b}",
    "é",
    " ",
    "  ",
    "    ",
    "\t",
    "\n",
    "\n",
    "\r\n",
    "\r",
    ";",
    ";\n",
    "{",
    "}\n",
];

/// The tokens that mean something: white space is none, and a comment ends with its last visible byte.
fn meant(text: &[u8]) -> Vec<(TokenKind, Vec<u8>)> {
    let tree = parse(text, RawBodies::Known);
    let visible = tokens(text, &tree).filter(|token| token.kind != TokenKind::Whitespace);
    let of = |kind, bytes: &[u8]| match kind {
        TokenKind::Comment => (kind, bytes.trim_ascii_end().to_vec()),
        _ => (kind, bytes.to_vec()),
    };
    visible.map(|token| of(token.kind, &text[token.start as usize..token.end as usize])).collect()
}

fn fixed(text: &[u8]) -> Vec<u8> {
    let folder = Folder::with_main(text);
    let said = folder.run(&["--no-config", "--select", "style", "--fix", "--exit-zero", "nginx.conf"]);
    said.ends(0);
    folder.read("nginx.conf")
}

fn is_only_laid_out_anew(text: &[u8]) -> Result<(), TestCaseError> {
    let once = fixed(text);
    prop_assert_eq!(meant(&once), meant(text), "{:?}", String::from_utf8_lossy(&once));
    let twice = fixed(&once);
    prop_assert_eq!(String::from_utf8_lossy(&twice), String::from_utf8_lossy(&once));
    Ok(())
}

/// Pieces as they come, with every block closed and every statement ended, so that most texts can be read.
fn closed(pieces: &[&str]) -> String {
    let mut text: String = pieces.concat();
    let tree = parse(text.as_bytes(), RawBodies::Known);
    if tree
        .statements
        .last()
        .is_some_and(|last| !last.complete && last.terminator as usize == text.trim_end().len())
    {
        text.push(';');
    }
    let open = tree.statements.iter().filter(|it| !it.complete && it.close != it.terminator).count();
    text.extend(std::iter::repeat_n("\n }", open));
    text
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn layout_is_all_that_changes(pieces in prop::collection::vec(prop::sample::select(&PIECES[..]), 0..40)) {
        is_only_laid_out_anew(closed(&pieces).as_bytes())?;
    }

    #[test]
    fn what_cannot_be_read_is_left_alone(pieces in prop::collection::vec(prop::sample::select(&PIECES[..]), 0..12)) {
        let text = pieces.concat();
        is_only_laid_out_anew(text.as_bytes())?;
        if !parse(text.as_bytes(), RawBodies::Known).errors.is_empty() {
            prop_assert_eq!(fixed(text.as_bytes()), text.into_bytes());
        }
    }
}

#[test]
fn the_comparison_sees_what_differs() {
    assert_eq!(meant(b"a  b ;# c \n"), meant(b"a\n\tb;# c\r\n"));
    for (before, after) in
        [("a 'b ';", "a 'b';"), ("# c d\n", "# c  d\n"), ("a b;", "ab;"), ("a;#b\n", "a;\n#b;\n")]
    {
        assert_ne!(meant(before.as_bytes()), meant(after.as_bytes()), "{before}");
    }
}

#[test]
fn all_style_fixes_fit_together() {
    let text =
        "events { }\r\nhttp {\n  server {  \n      listen 80 ;\n  \t# here  \n  return 200 'a  \n';\n }\n}";
    let fixed = String::from_utf8(fixed(text.as_bytes())).unwrap();
    assert_eq!(
        fixed,
        "events { }\nhttp {\n  server {\n    listen 80;\n  \t# here\n    return 200 'a  \n';\n  }\n}\n"
    );
}

#[test]
fn templates_and_parts_of_files_keep_their_lines() {
    let template = "events {}\nhttp {\n{% if tls %}\n  server {\n    listen 80;{# why  \n  #}\n      root /srv;  \n  }\n{% endif %}\n}\n";
    let folder = Folder::with(&[("nginx.conf.j2", template)]);
    let style = ["--no-config", "--select", "style", "--fix", "--exit-zero"];
    folder.run(&[&style[..], &["nginx.conf.j2"]].concat()).ends(0);
    assert_eq!(folder.text("nginx.conf.j2"), template.replace("/srv;  ", "/srv;"));
    let page = "- a list  \n\n  ```nginx\n  server {\n  listen 80 ;\n      }\n  ```\n";
    folder.write("page.md", page);
    let found =
        folder.run(&["--no-config", "--select", "style", "--format", "concise", "--exit-zero", "page.md"]);
    assert_eq!(found.ends(0).out.lines().count(), 1, "{}", found.out);
    assert!(found.out.starts_with("page.md:5:12: note: ") && found.out.contains("[ST103]"), "{}", found.out);
}
