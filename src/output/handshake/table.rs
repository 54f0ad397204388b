//! One row for each proxied block.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::{Blocks, words};
use crate::config::View;
use crate::handshake::{BlockReport, Reason, Verdict};
use crate::output::Style;
use crate::output::escape::Line;
use crate::output::paint::{Paint, Role};
use crate::value::shown;

const HEAD: [&str; 8] =
    ["FILE:LINE", "BLOCK", "HANDSHAKE", "HTTP", "UPGRADE", "CONNECTION", "HOST", "PASSED TO"];

const LEGEND: &str = "what the backend receives: `-` is not sent, `$name` is known only per request";

/// One block.
struct Row {
    cells: [String; 8],
    verdict: Verdict,
    why: String,
}

/// Writes the table, sorted by file and line, and what it leaves out: blocks that pass requests to nobody.
///
/// # Errors
/// Where the writer fails.
pub fn table(blocks: &Blocks<'_>, out: &mut dyn Write, style: Style) -> io::Result<()> {
    let paint = Paint::new(style.colour);
    let mut reports: Vec<&BlockReport> = blocks.reports.iter().filter(|it| it.handler.is_some()).collect();
    reports.sort_by_cached_key(|report| place(blocks, report));
    let rows: Vec<Row> = reports.iter().map(|report| row(blocks, report)).collect();
    if !rows.is_empty() {
        write_rows(&rows, out, paint)?;
        writeln!(out, "\n{}", paint.role(Role::Dim, LEGEND))?;
    }
    writeln!(out, "{}", paint.role(Role::Strong, totals(blocks, &rows)))?;
    writeln!(out, "ngxlint handshake CONF wss://HOST/PATH follows one URL")
}

fn write_rows(rows: &[Row], out: &mut dyn Write, paint: Paint) -> io::Result<()> {
    let widths = widths(rows);
    let head: Vec<String> = HEAD.iter().zip(widths).map(|(head, width)| format!("{head:width$}")).collect();
    writeln!(out, "{}", paint.role(Role::Dim, head.join("  ").trim_end()))?;
    for row in rows {
        for (column, (cell, width)) in row.cells.iter().zip(widths).enumerate() {
            match column {
                2 => write!(out, "{}  ", words::verdict(paint, row.verdict, width))?,
                7 => writeln!(out, "{cell}")?,
                _ => write!(out, "{cell:width$}  ")?,
            }
        }
        if !row.why.is_empty() {
            writeln!(out, "{:indent$}{}", "", paint.role(Role::Dim, &row.why), indent = 4)?;
        }
    }
    Ok(())
}

fn widths(rows: &[Row]) -> [usize; 8] {
    std::array::from_fn(|column| {
        let cells = rows.iter().filter_map(|row| row.cells.get(column)).map(|cell| cell.chars().count());
        let head = HEAD.get(column).map_or(0, |head| head.len());
        cells.chain([head]).max().unwrap_or(0)
    })
}

/// File and line, by which rows are sorted.
fn place(blocks: &Blocks<'_>, report: &BlockReport) -> (String, u32) {
    let view = blocks.view;
    let node = view.config.scope(report.scope).node.unwrap_or_default();
    (view.texts.sources.get(view.config.node(node).doc).name.clone(), view.line(node))
}

fn row(blocks: &Blocks<'_>, report: &BlockReport) -> Row {
    let view = blocks.view;
    let (file, line) = place(blocks, report);
    let handler = report.handler.map_or_else(String::new, |node| {
        let directive = String::from_utf8_lossy(&view.name(node)).into_owned();
        let value = String::from_utf8_lossy(&view.arg(node, 0).unwrap_or_default()).into_owned();
        if directive == "proxy_pass" { value } else { format!("{directive} {value}") }
    });
    let request = report.request.as_ref();
    let header = |name: &str| sent(request.and_then(|request| request.value(name)).as_ref());
    let version = sent(request.map(|request| &request.version.value));
    let cells = [
        format!("{file}:{line}"),
        view.label(report.scope),
        report.answer.verdict.word().to_owned(),
        if request.is_some() { version } else { String::new() },
        header("Upgrade"),
        header("Connection"),
        header("Host"),
        handler,
    ];
    Row {
        cells: cells.map(|cell| Line(&cell).to_string()),
        verdict: report.answer.verdict,
        why: Line(&reason(blocks.view, report)).to_string(),
    }
}

fn sent(value: Option<&crate::value::Value>) -> String {
    value.map(words::text).filter(|value| !value.is_empty()).unwrap_or_else(|| "-".into())
}

/// What is wrong in a block, with what it hangs on.
fn reason(view: View<'_>, report: &BlockReport) -> String {
    let request = report.request.as_ref();
    let why = words::why(&report.answer, request);
    let on = match report.answer.reason {
        Reason::UnknownValue => hangs_on(view, report),
        Reason::Auth => {
            words::guard(view, report.scope).map(|node| format!("`{}`", words::written(view, node)))
        }
        _ => None,
    };
    on.map_or_else(|| why.clone(), |on| format!("{why}: {on}"))
}

/// The variable or the include that decides.
fn hangs_on(view: View<'_>, report: &BlockReport) -> Option<String> {
    let variable = report.request.as_ref().and_then(words::unknown).map(|name| shown(&name));
    let include = || words::unread(view, report.scope);
    variable.or_else(|| include().map(|path| format!("what {path} holds, which was not read")))
}

fn totals(blocks: &Blocks<'_>, rows: &[Row]) -> String {
    let count = |verdict: Verdict| rows.iter().filter(|row| row.verdict == verdict).count();
    let mut text = format!(
        "nginx {}: {} blocks pass requests on; a handshake works in {}, fails in {}, depends in {}",
        blocks.version,
        rows.len(),
        count(Verdict::Works),
        count(Verdict::Fails),
        count(Verdict::Depends)
    );
    let others = blocks.reports.len() - rows.len();
    if others > 0 {
        // Writing to a string does not fail.
        let _ = write!(text, " ({others} others pass nothing on)");
    }
    text
}
