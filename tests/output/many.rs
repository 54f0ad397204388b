//! Many findings cost what they print, whatever the shape of the file.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::time::{Duration, Instant};

use ngxlint::finding::{Block, Finding};
use ngxlint::output::{Format, Style, write};
use ngxlint::source::{DocId, Document, Origin, Sources, Span};

use super::sample::{DROPPED, bare, report_of};

const MANY: u32 = 10_000;

/// `MANY` locations, each on a line of its own or all on one, with a finding each; all of one block, or each of its own.
fn many(newline: &str, one_block: bool) -> (Sources, Vec<Finding>) {
    let mut text = String::new();
    let mut findings = Vec::new();
    for number in 0..MANY {
        let start = u32::try_from(text.len()).unwrap();
        write!(text, "location /é{number}/ {{ proxy_pass http://a; }}{newline}").unwrap();
        let span = Span::new(DocId(0), start, start + 8);
        let block = Block { span: if one_block { Span::default() } else { span }, label: "b".to_owned() };
        findings.push(Finding { block: Some(block), ..bare(&DROPPED, span, "m") });
    }
    let mut sources = Sources::default();
    sources.add(Document::new("a.conf", Origin::Buffer, text.as_bytes()));
    (sources, findings)
}

/// Counts what it is given and keeps nothing.
#[derive(Default)]
struct Count {
    bytes: usize,
    largest: usize,
}

impl Write for Count {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes += bytes.len();
        self.largest = self.largest.max(bytes.len());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn ten_thousand_findings_are_printed_at_once_and_piece_by_piece() {
    for (newline, one_block) in [("\n", false), ("\n", true), (" ", false), (" ", true)] {
        let (sources, findings) = many(newline, one_block);
        let report = report_of(&sources, findings);
        for format in Format::ALL {
            let begin = Instant::now();
            let mut out = Count::default();
            write(format, &report, &mut out, Style { colour: true, ..Style::default() }).unwrap();
            let took = begin.elapsed();
            println!("{format:?} newline {newline:?} one block {one_block}: {took:?}, {} bytes", out.bytes);
            assert!(took < Duration::from_secs(5), "{format:?} took {took:?}");
            assert!(out.largest < 100_000, "{format:?} kept {} bytes", out.largest);
        }
    }
}

/// A pipe whose reader has gone away.
struct Closed;

impl Write for Closed {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_closed_pipe_is_handed_up() {
    let (sources, findings) = many("\n", false);
    let report = report_of(&sources, findings);
    for format in Format::ALL {
        let error = write(format, &report, &mut Closed, Style::default()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::BrokenPipe, "{format:?}");
    }
}
