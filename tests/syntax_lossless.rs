//! No byte is lost, and texts without errors are read as nginx reads them, on any input.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test reads its data by itself and fails by panicking"
)]
#![allow(
    clippy::struct_excessive_bools,
    clippy::match_same_arms,
    clippy::unnecessary_wraps,
    reason = "the machine stays as close to nginx's own as it can"
)]
#![allow(clippy::print_stdout, reason = "what is not there to be tested is said aloud")]

use std::fs;
use std::path::{Path, PathBuf};

use ngxlint::syntax::{
    Ended, RawBodies, StatementKind, SyntaxError, SyntaxErrorKind, TokenKind, Tree, parse, parse_as_nginx,
    read_as_nginx, tokens, verdict,
};
use proptest::prelude::*;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Reads `text` both ways and checks what must hold for every tree.
fn check(text: &[u8]) {
    for bodies in [RawBodies::Known, RawBodies::None] {
        let tree = parse(text, bodies);
        check_tokens(text, &tree);
        check_statements(text, &tree);
        let read = parse_as_nginx(text, bodies);
        assert_eq!(verdict_without_window(text, &tree), !read.errors.is_empty(), "{}", text.escape_ascii());
        if read.errors.is_empty() {
            // A swallowed line is all that is found beyond what nginx's tokenizer refuses.
            let swallowed = |error: &SyntaxError| error.kind == SyntaxErrorKind::MissingSemicolon;
            assert!(tree.errors.iter().all(swallowed), "{}", text.escape_ascii());
        }
    }
}

/// Whether nginx refuses `text` for another reason than a token that does not fit into its buffer.
fn verdict_without_window(text: &[u8], tree: &Tree) -> bool {
    match verdict(text, tree) {
        Some(refusal) => {
            !is_about_window(&refusal.message) || !parse_as_nginx(text, tree.bodies).errors.is_empty()
        }
        None => false,
    }
}

fn is_about_window(message: &[u8]) -> bool {
    message.starts_with(b"too long") || message.ends_with(b"may be too long")
}

fn check_tokens(text: &[u8], tree: &Tree) {
    let mut printed = Vec::new();
    let mut words = 0;
    for token in tokens(text, tree) {
        assert_eq!(token.start as usize, printed.len(), "{}", text.escape_ascii());
        assert!(token.end > token.start, "an empty token in {}", text.escape_ascii());
        assert_ne!(token.kind, TokenKind::Stray, "{token:?} in {}", text.escape_ascii());
        words += usize::from(token.kind == TokenKind::Word);
        printed.extend_from_slice(&text[token.start as usize..token.end as usize]);
    }
    assert!(printed == text, "{} is not {}", printed.escape_ascii(), text.escape_ascii());
    assert_eq!(words, tree.words.len(), "{}", text.escape_ascii());
}

fn check_statements(text: &[u8], tree: &Tree) {
    let mut first_word = 0;
    for (index, statement) in tree.statements.iter().enumerate() {
        assert!(statement.word_count > 0 && statement.first_word == first_word, "{}", text.escape_ascii());
        first_word += statement.word_count;
        assert!(statement.next as usize > index && statement.next as usize <= tree.statements.len());
        assert!(statement.terminator <= statement.close && statement.close as usize <= text.len());
        if statement.complete && statement.kind == StatementKind::Simple {
            assert_eq!(text[statement.terminator as usize], b';', "{}", text.escape_ascii());
        } else if statement.complete {
            let braces = (text[statement.terminator as usize], text[statement.close as usize]);
            assert_eq!(braces, (b'{', b'}'), "{}", text.escape_ascii());
        }
    }
    assert_eq!(first_word as usize, tree.words.len(), "{}", text.escape_ascii());
}

/// One result of [`nginx`]: how the statement ended, the line, the decoded words.
type Read = (Ended, u32, Vec<Vec<u8>>);

/// nginx's tokenizer byte by byte, as the specification describes it: no code in common with the parser.
#[derive(Default)]
struct Machine {
    statements: Vec<Read>,
    words: Vec<Vec<u8>>,
    depth: usize,
    start: usize,
    start_line: u32,
    line: u32,
    quote: Option<u8>,
    in_word: bool,
    after_quote: bool,
    in_comment: bool,
    protected: bool,
    variable: bool,
}

fn nginx(text: &[u8]) -> (Vec<Read>, Option<(Vec<u8>, u32)>) {
    let mut machine = Machine { line: 1, ..Machine::default() };
    let error = (0..=text.len()).find_map(|at| machine.step(text, at).err());
    (machine.statements, error)
}

impl Machine {
    fn step(&mut self, text: &[u8], at: usize) -> Result<(), (Vec<u8>, u32)> {
        let Some(&byte) = text.get(at) else { return self.end() };
        if at - self.start == 4096 {
            return Err(self.too_long(text));
        }
        self.line += u32::from(byte == b'\n');
        if self.in_comment {
            self.in_comment = byte != b'\n';
            self.start = if self.in_comment { self.start } else { at };
            return Ok(());
        }
        if std::mem::take(&mut self.protected) {
            return Ok(());
        }
        let blank = matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
        if std::mem::take(&mut self.after_quote) {
            self.in_word = false;
            match byte {
                _ if blank => return Ok(()),
                b';' | b'{' => return self.finish(byte, at),
                b')' => {}
                _ => return Err((unexpected(byte), self.line)),
            }
        }
        if self.in_word { self.inside(text, byte, at, blank) } else { self.between(byte, at, blank) }
    }

    fn between(&mut self, byte: u8, at: usize, blank: bool) -> Result<(), (Vec<u8>, u32)> {
        (self.start, self.start_line) = (at, self.line);
        match byte {
            _ if blank => return Ok(()),
            b';' | b'{' if self.words.is_empty() => return Err((unexpected(byte), self.line)),
            b';' | b'{' => return self.finish(byte, at),
            b'}' if !self.words.is_empty() || self.depth == 0 => return Err((unexpected(byte), self.line)),
            b'}' => return self.finish(byte, at),
            b'#' => {
                self.in_comment = true;
                return Ok(());
            }
            b'"' | b'\'' => (self.quote, self.start) = (Some(byte), at + 1),
            b'\\' => self.protected = true,
            b'$' => self.variable = true,
            _ => {}
        }
        self.in_word = true;
        Ok(())
    }

    fn inside(&mut self, text: &[u8], byte: u8, at: usize, blank: bool) -> Result<(), (Vec<u8>, u32)> {
        if byte == b'{' && self.variable {
            return Ok(());
        }
        self.variable = byte == b'$';
        self.protected = byte == b'\\';
        if self.variable || self.protected {
            return Ok(());
        }
        if let Some(quote) = self.quote {
            if byte == quote {
                self.words.push(decoded(&text[self.start..at]));
                (self.quote, self.after_quote) = (None, true);
            }
        } else if blank || matches!(byte, b';' | b'{') {
            self.words.push(decoded(&text[self.start..at]));
            self.in_word = false;
            return if blank { Ok(()) } else { self.finish(byte, at) };
        }
        Ok(())
    }

    fn finish(&mut self, byte: u8, at: usize) -> Result<(), (Vec<u8>, u32)> {
        let (ended, depth) = match byte {
            b';' => (Ended::Simple, self.depth),
            b'{' => (Ended::Block, self.depth + 1),
            _ => (Ended::Close, self.depth - 1),
        };
        self.depth = depth;
        self.start = at + 1;
        self.statements.push((ended, self.line, std::mem::take(&mut self.words)));
        Ok(())
    }

    fn end(&self) -> Result<(), (Vec<u8>, u32)> {
        if self.in_word || self.after_quote || !self.words.is_empty() {
            return Err((br#"unexpected end of file, expecting ";" or "}""#.to_vec(), self.line));
        }
        if self.depth > 0 {
            return Err((br#"unexpected end of file, expecting "}""#.to_vec(), self.line));
        }
        Ok(())
    }

    fn too_long(&self, text: &[u8]) -> (Vec<u8>, u32) {
        let message = if let Some(quote) = self.quote {
            let quote = char::from(quote);
            format!("too long parameter, probably missing terminating \"{quote}\" character").into_bytes()
        } else {
            [b"too long parameter \"", &text[self.start..self.start + 10], b"...\" started"].concat()
        };
        (message, self.start_line)
    }
}

fn unexpected(byte: u8) -> Vec<u8> {
    [b"unexpected \"", &[byte][..], b"\""].concat()
}

fn decoded(raw: &[u8]) -> Vec<u8> {
    let mut bytes = raw.iter().copied().peekable();
    let mut decoded = Vec::new();
    while let Some(byte) = bytes.next() {
        let escape = bytes.next_if(|next| byte == b'\\' && br#""'\trn"#.contains(next));
        decoded.push(match escape {
            None => byte,
            Some(b't') => b'\t',
            Some(b'r') => b'\r',
            Some(b'n') => b'\n',
            Some(other) => other,
        });
    }
    decoded
}

fn check_against_machine(text: &[u8]) {
    let (statements, refusal) = read_as_nginx(text);
    let statements: Vec<Read> =
        statements.into_iter().map(|read| (read.ended, read.line, read.words)).collect();
    let (wanted, error) = nginx(text);
    let given = refusal.map(|refusal| (refusal.message, refusal.line));
    assert_eq!(given, error, "{}", text.escape_ascii());
    assert_eq!(statements, wanted, "{}", text.escape_ascii());
}

/// Bytes that mean something to nginx, more often than chance would bring them.
fn byte() -> impl Strategy<Value = u8> {
    prop_oneof![8 => prop::sample::select(&b" \t\r\n;{}#\"'\\\\\\$)(abtrn\n;{}\"'"[..]), 1 => any::<u8>()]
}

fn piece() -> impl Strategy<Value = Vec<u8>> {
    let pieces: Vec<&'static [u8]> = vec![
        b"server {\n",
        b"    listen 80;\n",
        b"}\n",
        b"content_by_lua_block {",
        b"[[",
        b"]]",
        b"[==[",
        b"]==]",
        b"--",
        b"--[[",
        b"\\\"",
        b"${x}",
        b"# c\n",
        b"\"a b\"",
        b"'a\nb'",
        b" ",
        b"\n",
        b"if ($x = \"a\") {",
        b"return 204}",
        b"add_header X \"y;\n",
        b"\xef\xbb\xbf",
        b"\0",
    ];
    prop_oneof![4 => prop::sample::select(pieces).prop_map(<[u8]>::to_vec), 3 => byte().prop_map(|byte| vec![byte])]
}

fn text() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(piece(), 0..60).prop_map(|pieces| pieces.concat())
}

/// A text with one run of a single byte that comes close to nginx's buffer.
fn long_text() -> impl Strategy<Value = Vec<u8>> {
    let fill = prop::sample::select(&b"a#\" \\$\n"[..]);
    let short = || prop::collection::vec(byte(), 0..12);
    (short(), prop::collection::vec(byte(), 0..2), fill, 4085usize..4105, short()).prop_map(
        |(before, opening, fill, length, after)| [before, opening, vec![fill; length], after].concat(),
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_kept_and_read(text in text()) {
        check(&text);
        check_against_machine(&text);
    }

    #[test]
    fn tokens_near_the_window_are_judged_as_nginx_does(text in long_text()) {
        check(&text);
        check_against_machine(&text);
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

#[test]
fn conformance_inputs_are_kept() {
    let lines = fs::read_to_string(root().join("tests/conformance/parser/tokens.jsonl")).unwrap();
    for line in lines.lines() {
        let case: serde_json::Value = serde_json::from_str(line).unwrap();
        let input = case["input"].as_str().unwrap().chars().map(|c| u8::try_from(u32::from(c)).unwrap());
        check(&input.collect::<Vec<u8>>());
    }
    let files = files(&root().join("tests/conformance/parser"));
    assert!(files.len() > 200);
    for file in &files {
        check(&fs::read(file).unwrap());
    }
}

#[test]
fn the_specifications_machine_agrees_with_nginx() {
    let lines = fs::read_to_string(root().join("tests/conformance/parser/tokens.jsonl")).unwrap();
    for line in lines.lines() {
        let case: serde_json::Value = serde_json::from_str(line).unwrap();
        let input: Vec<u8> =
            case["input"].as_str().unwrap().chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
        assert_eq!(nginx(&input).1.is_none(), case["verdict"] == "ok", "{line}");
    }
}

#[test]
fn corpus_files_are_kept() {
    let corpus =
        std::env::var_os("NGXLINT_CORPUS").map_or_else(|| root().join("../shared/corpus"), PathBuf::from);
    let files = files(&corpus);
    println!("{} corpus files under {}", files.len(), corpus.display());
    for file in files {
        let text = fs::read(file).unwrap();
        check(&text);
        check_against_machine(&text);
    }
}
