//! What is reported, and what is read on, behind every kind of error. A file in `fixtures/syntax/valid` must parse
//! without errors; one in `invalid` must have exactly the errors listed beside it, one `LINE:COLUMN KIND` a line.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test reads its data by itself and fails by panicking"
)]

use std::fs;
use std::path::{Path, PathBuf};

use ngxlint::source::LineIndex;
use ngxlint::syntax::{RawBodies, StatementId, SyntaxError, SyntaxErrorKind, Tree, parse, tokens, verdict};

fn fixtures(kind: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/syntax").join(kind);
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut found: Vec<PathBuf> =
        paths.filter(|path| path.extension().is_some_and(|it| it == "conf")).collect();
    found.sort();
    assert!(!found.is_empty());
    found
}

fn describe(text: &[u8], error: &SyntaxError) -> String {
    let position = LineIndex::new(text).position(text, error.start);
    let kind = format!("{:?}", error.kind);
    let kind = kind.split('(').next().unwrap();
    format!("{}:{} {kind}", position.line, position.column)
}

fn errors(text: &[u8]) -> Vec<String> {
    parse(text, RawBodies::Known).errors.iter().map(|error| describe(text, error)).collect()
}

#[test]
fn valid_fixtures_have_no_errors() {
    for path in fixtures("valid") {
        let text = fs::read(&path).unwrap();
        assert_eq!(errors(&text), Vec::<String>::new(), "{}", path.display());
        assert_eq!(verdict(&text, &parse(&text, RawBodies::Known)), None, "{}", path.display());
    }
}

#[test]
fn invalid_fixtures_have_the_errors_beside_them() {
    let mut wrong = Vec::new();
    for path in fixtures("invalid") {
        let text = fs::read(&path).unwrap();
        let expected = fs::read_to_string(path.with_extension("expect")).unwrap();
        let (given, expected) = (errors(&text), expected.lines().collect::<Vec<_>>());
        if given != expected {
            wrong.push(format!("{}: is {given:?}, expected {expected:?}", path.display()));
        }
        assert!(verdict(&text, &parse(&text, RawBodies::Known)).is_some(), "{}", path.display());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The tree as text: `name(word, ...)`, a block with its statements in braces, `!` where something is missing.
fn shape(text: &str) -> String {
    let tree = parse(text.as_bytes(), RawBodies::Known);
    shape_of(text.as_bytes(), &tree, None)
}

fn shape_of(text: &[u8], tree: &Tree, parent: Option<StatementId>) -> String {
    let shown: Vec<String> = tree.children(parent).map(|id| shape_of_one(text, tree, id)).collect();
    shown.join(" ")
}

fn shape_of_one(text: &[u8], tree: &Tree, id: StatementId) -> String {
    let statement = tree.statement(id);
    let words =
        tree.words(statement).iter().map(|word| String::from_utf8_lossy(&word.decoded(text)).into_owned());
    let words = words.collect::<Vec<_>>().join(",");
    let missing = if statement.complete { "" } else { "!" };
    let inside = shape_of(text, tree, Some(id));
    if inside.is_empty() { format!("{words}{missing}") } else { format!("{words}{missing}{{{inside}}}") }
}

#[test]
fn the_rest_is_read_as_it_was_meant() {
    let cases = [
        ("a { b c }\nd;", "a{b,c!} d"),
        ("a;}\nb;", "a b"),
        ("a { ; b; } c;", "a{b} c"),
        ("{ a; } b;", "a b"),
        ("a \"b\"c d;", "a,b\"c,d"),
        ("user \"b\nuser c;", "user,b! user,c"),
        ("a { return 200 \"x; }\nb;", "a{return,200,x} b"),
        ("location \"~ a {\n b;\n}", "location,~ a{b}"),
        ("a b", "a,b!"),
        ("a { b", "a!{b!}"),
        ("a \"b;\nc 'd e';", "a,b c,d e"),
        ("a 'b;\nc \"d e\";", "a,b c,d e"),
        ("a {\nb;\nc;\n", "a!{b c}"),
        ("http {\n  server {\n    a;\n  server {\n    b;\n  }\n}\n", "http{server!{a} server{b}}"),
        ("http {\n  server {\n    a;\n}\nuser b;\n", "http{server!{a}} user,b"),
    ];
    for (text, wanted) in cases {
        assert_eq!(shape(text), wanted, "{text:?}");
    }
}

#[test]
fn places_are_related() {
    let related = |text: &[u8]| parse(text, RawBodies::Known).errors[0].related;
    let early = b"http {\n  server {\n    a;\n    }\n    b;\n  }\n}\n";
    assert_eq!(related(early), Some((29, 30)));
    assert_eq!(related(b"}"), None);
    assert_eq!(related(b"a \"b\"c;"), Some((2, 5)));
    assert_eq!(related(b"content_by_lua_block { [[ }"), Some((21, 22)));
}

#[test]
fn an_error_says_where_nginx_noticed() {
    let noticed = |text: &[u8]| parse(text, RawBodies::Known).errors[0].noticed;
    assert_eq!(noticed(b"a { b\n\n}"), 7);
    assert_eq!(noticed(b"a \"b;\nc;\n"), 9);
    assert_eq!(noticed(b"a {\n b;\n"), 8);
}

#[test]
fn a_misleading_indentation_never_adds_an_error() {
    for text in [
        "a {\n      b {\n  c;\n   }\n d {\n",
        "a {\nb {\nc;\n}\n",
        "x {\n  y {\n    z;\n}\n  }\nw {\n",
        "a {\n\tb {\n        c;\n}\n\tb {\n\t}\n",
    ] {
        let kinds: Vec<_> = parse(text.as_bytes(), RawBodies::Known).errors.iter().map(|e| e.kind).collect();
        assert!(kinds.iter().all(|&kind| kind == SyntaxErrorKind::EndInBlock), "{text:?}: {kinds:?}");
        let open = text.matches('{').count() - text.matches('}').count();
        assert_eq!(kinds.len(), open, "{text:?}");
    }
}

#[test]
fn a_refusal_lies_between_the_statements_around_it() {
    let text = b"a; b \"c\"d; e;";
    let tree = parse(text, RawBodies::Known);
    let refusal = verdict(text, &tree).unwrap();
    let before = tree.statements.iter().filter(|statement| statement.terminator < refusal.offset).count();
    assert_eq!((before, refusal.message.as_slice()), (1, &b"unexpected \"d\""[..]));
}

/// Inputs on which a reading that looks twice at the same bytes would not end.
#[test]
fn hostile_texts_are_read_to_their_end() {
    let times = |piece: &str, count: usize| piece.repeat(count).into_bytes();
    let texts = [
        times("{", 1_000_000),
        times("}", 1_000_000),
        times(";", 1_000_000),
        times("\"", 1_000_001),
        times("'\"", 500_000),
        times("\"a\n", 300_000),
        times("x 'a\ny \"b\n", 100_000),
        times("x \"a;\nserver \"b\" 'c;\n", 100_000),
        times("a \"b\"c;", 100_000),
        times("a \"\n\"c;", 100_000),
        times("content_by_lua_block { {\n}\n", 40_000),
        times("content_by_lua_block { [[\n}\n", 40_000),
        times("content_by_lua_block { {} ", 40_000),
        times("content_by_lua_block {}{", 40_000),
        [b"content_by_lua_block {".to_vec(), times("\\\"", 500_000)].concat(),
        [b"content_by_lua_block {".to_vec(), times("--[=", 300_000)].concat(),
        [b"content_by_lua_block {[=[".to_vec(), times("]=", 500_000)].concat(),
        [b"a ".to_vec(), times("\\", 1_000_001)].concat(),
        [b"a ".to_vec(), times("${", 500_000)].concat(),
        times("a { b\n", 200_000),
        [times("a {\n    b {\n", 50_000), times("  }\n", 100)].concat(),
        [times("a { ", 100_000), times("\n b; ", 100_000), times("} ", 90_000)].concat(),
        times(" ", 1_000_000),
        times("# x\n", 250_000),
    ];
    for text in texts {
        let tree = parse(&text, RawBodies::Known);
        let total: usize = tokens(&text, &tree).map(|token| (token.end - token.start) as usize).sum();
        assert_eq!(total, text.len(), "{}", text[..20].escape_ascii());
        verdict(&text, &tree);
    }
}

#[test]
fn blocks_nest_without_a_limit() {
    let text = ["location a {\n".repeat(100_000), "}\n".repeat(100_000)].concat().into_bytes();
    let tree = parse(&text, RawBodies::Known);
    assert_eq!((tree.statements.len(), tree.errors.len()), (100_000, 0));
    assert!(tree.statements.iter().all(|block| block.complete && block.next == 100_000));
    let open = parse(&text[..1_300_000], RawBodies::Known);
    assert_eq!((open.statements.len(), open.errors.len()), (100_000, 65_536));
}

#[test]
fn errors_without_end_are_cut_off() {
    assert_eq!(parse(&vec![b';'; 100_000], RawBodies::Known).errors.len(), 65_536);
}
