//! Many findings cost what they print, whatever the shape of the file.

use std::fmt::Write as _;
use std::io::{self, Write};

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike as _;

use ngxlint::finding::{Block, Finding};
use ngxlint::output::{Format, Report, Style, write};
use ngxlint::source::{DocId, Document, Origin, Sources, Span};

use super::sample::{DROPPED, bare, report_of};

const MANY: u32 = 10_000;

/// So many findings in one report, over as many reports with fewer each.
const PARTS: u32 = 4;

/// `count` locations, each on a line of its own or all on one, with a finding each; all of one block, or each of its own.
fn many(count: u32, newline: &str, one_block: bool) -> (Sources, Vec<Finding>) {
    let mut text = String::new();
    let mut findings = Vec::new();
    for number in 0..count {
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

/// What this thread has computed so far, in microseconds: other programs on the machine do not count.
fn cpu() -> i64 {
    let usage = getrusage(UsageWho::RUSAGE_THREAD).unwrap();
    usage.user_time().num_microseconds() + usage.system_time().num_microseconds()
}

/// The least cost of three tries of writing a report `times` times.
fn cost(format: Format, report: &Report<'_>, times: u32) -> i64 {
    let once = || {
        let begin = cpu();
        for _ in 0..times {
            let mut out = Count::default();
            write(format, report, &mut out, Style { colour: true, ..Style::default() }).unwrap();
            assert!(out.largest < 100_000, "{format:?} kept {} bytes", out.largest);
        }
        cpu() - begin
    };
    (0..3).map(|_| once()).min().unwrap()
}

/// Ten thousand findings cost what four times 2,500 cost, and are written piece by piece. A quadratic format would cost
/// four times as much.
#[test]
fn ten_thousand_findings_cost_as_much_as_their_parts() {
    // The system counts in steps of some milliseconds.
    for (newline, one_block) in [("\n", false), ("\n", true), (" ", false), (" ", true)] {
        let ((few, less), (all, more)) =
            (many(MANY / PARTS, newline, one_block), many(MANY, newline, one_block));
        let (few, all) = (report_of(&few, less), report_of(&all, more));
        for &format in Format::all() {
            let (parts, whole) = (cost(format, &few, PARTS), cost(format, &all, 1));
            println!("{format:?} newline {newline:?} one block {one_block}: {whole} us, in parts {parts} us");
            assert!(whole < 2 * parts + 10_000, "{format:?}: {whole} us for all, {parts} us for the parts");
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
    let (sources, findings) = many(MANY, "\n", false);
    let report = report_of(&sources, findings);
    for &format in Format::all() {
        let error = write(format, &report, &mut Closed, Style::default()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::BrokenPipe, "{format:?}");
    }
}
