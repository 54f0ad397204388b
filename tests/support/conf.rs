//! A scanner for the statements of an nginx configuration: enough to find `listen`, `server` and the passes. Raw bodies
//! (`*_by_lua_block`) are not understood.

use std::ops::Range;

/// One directive, simple or with a block.
#[derive(Debug)]
pub(crate) struct Statement {
    /// The name and the arguments, as byte ranges with their quotes.
    pub(crate) words: Vec<Range<usize>>,
    /// The index of the block it stands in.
    pub(crate) parent: Option<usize>,
    /// Where its body starts: behind the `{`.
    pub(crate) body: Option<usize>,
    /// Behind its `;`, or behind the `}` of its block.
    pub(crate) end: usize,
}

/// A comment: its byte range from `#` to the end of the line.
pub(crate) type Comment = Range<usize>;

/// The statements and comments of one file, each in order.
#[derive(Debug, Default)]
pub(crate) struct Scan {
    /// All statements; a parent stands before its children.
    pub(crate) statements: Vec<Statement>,
    /// All comments.
    pub(crate) comments: Vec<Comment>,
}

/// Scans one file. What nginx would refuse is scanned somehow.
pub(crate) fn scan(text: &[u8]) -> Scan {
    let mut scanner = Scanner { text, at: 0, words: Vec::new(), open: Vec::new(), scan: Scan::default() };
    while scanner.step() {}
    scanner.scan
}

struct Scanner<'a> {
    text: &'a [u8],
    at: usize,
    words: Vec<Range<usize>>,
    open: Vec<usize>,
    scan: Scan,
}

impl Scanner<'_> {
    fn step(&mut self) -> bool {
        let Some(&byte) = self.text.get(self.at) else { return false };
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => self.at += 1,
            b'#' => self.comment(),
            b';' => self.finish(false),
            b'{' => self.finish(true),
            b'}' => self.close(),
            _ => self.word(byte),
        }
        true
    }

    fn comment(&mut self) {
        let start = self.at;
        self.at += self.text[start..].iter().position(|&b| b == b'\n').unwrap_or(self.text.len() - start);
        self.scan.comments.push(start..self.at);
    }

    fn finish(&mut self, opens: bool) {
        self.at += 1;
        let words = std::mem::take(&mut self.words);
        if words.is_empty() {
            return;
        }
        let parent = self.open.last().copied();
        let body = opens.then_some(self.at);
        self.scan.statements.push(Statement { words, parent, body, end: self.at });
        if opens {
            self.open.push(self.scan.statements.len() - 1);
        }
    }

    fn close(&mut self) {
        self.at += 1;
        if let Some(block) = self.open.pop() {
            self.scan.statements[block].end = self.at;
        }
    }

    fn word(&mut self, first: u8) {
        let start = self.at;
        if matches!(first, b'"' | b'\'') {
            self.quoted(first);
        } else {
            self.bare();
        }
        self.words.push(start..self.at);
    }

    fn quoted(&mut self, quote: u8) {
        self.at += 1;
        while let Some(&byte) = self.text.get(self.at) {
            self.at = self.text.len().min(self.at + if byte == b'\\' { 2 } else { 1 });
            if byte == quote {
                break;
            }
        }
    }

    fn bare(&mut self) {
        while let Some(&byte) = self.text.get(self.at) {
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' | b';' => break,
                b'{' if self.text[self.at - 1] != b'$' => break,
                b'\\' => self.at = self.text.len().min(self.at + 2),
                _ => self.at += 1,
            }
        }
    }
}

#[test]
fn finds_statements_blocks_and_comments() {
    let text = b"http { # c\n listen \"a;{\" ${x}y; if ($a ~ x) { b; } }\nuser z;";
    let scan = scan(text);
    let words = |s: &Statement| {
        s.words.iter().map(|w| String::from_utf8_lossy(&text[w.clone()]).into_owned()).collect::<Vec<_>>()
    };
    let found: Vec<_> =
        scan.statements.iter().map(|s| (words(s).join("|"), s.parent, s.body.is_some())).collect();
    assert_eq!(
        found,
        [
            ("http".into(), None, true),
            ("listen|\"a;{\"|${x}y".into(), Some(0), false),
            ("if|($a|~|x)".into(), Some(0), true),
            ("b".into(), Some(2), false),
            ("user|z".into(), None, false),
        ]
    );
    assert_eq!(&text[scan.comments[0].clone()], b"# c");
}
