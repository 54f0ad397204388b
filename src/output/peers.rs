//! `rules --peers`: the rules of other linters and what answers to them, for those who come from one.

use std::fmt::Write as _;
use std::io::{self, BufWriter, Write};

use serde::Serialize;

use super::Style;
use super::json_text;
use super::page::cell;
use super::paint::{Paint, Role, wrap};
use crate::rules::{PEERS, Peer, PeerRule};

/// Writes a list for each peer: its rule, our codes, what differs.
///
/// # Errors
/// Whatever the writer says.
pub fn peers_table(out: &mut dyn Write, style: Style) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    let paint = Paint::new(style.colour);
    for (number, peer) in PEERS.iter().enumerate() {
        let gap = if number == 0 { "" } else { "\n" };
        writeln!(out, "{gap}{} {} ({})", paint.role(Role::Strong, peer.name), peer.version, peer.home)?;
        let widest =
            |cell: fn(&PeerRule) -> String| peer.rules.iter().map(|it| cell(it).len()).max().unwrap_or(0);
        let (name, codes) = (widest(|it| it.name.to_owned()), widest(codes));
        for rule in peer.rules {
            let start = format!("  {:name$}  {:codes$}  ", rule.name, self::codes(rule));
            write_row(&start, rule.because.unwrap_or(""), style.width, &mut out)?;
        }
    }
    out.flush()
}

/// A row whose last cell goes on below itself.
fn write_row(start: &str, text: &str, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let lines = wrap(text, width.saturating_sub(start.len()).max(30));
    let blank = " ".repeat(start.len());
    writeln!(out, "{}", format!("{start}{}", lines.first().map_or("", |line| line)).trim_end())?;
    lines.iter().skip(1).try_for_each(|line| writeln!(out, "{blank}{line}"))
}

fn codes(rule: &PeerRule) -> String {
    if rule.codes.is_empty() { "-".to_owned() } else { rule.codes.join(" ") }
}

/// Writes an array with one object per peer.
///
/// # Errors
/// Whatever the writer says.
pub fn peers_json(out: &mut dyn Write) -> io::Result<()> {
    let entries: Vec<Entry<'_>> = PEERS.iter().map(Entry::from).collect();
    let mut out = BufWriter::new(out);
    json_text::document(&entries, &mut out)?;
    out.flush()
}

/// The tables as a page of Markdown.
pub fn peers_page() -> String {
    let mut page = String::from(
        "# The rules of other linters\n\nWhat finds the same here, and why where nothing does. `ngxlint explain` takes \
         these names, too.\n",
    );
    for Peer { name, version, home, rules } in &PEERS {
        let _ = write!(page, "\n## {name} {version}\n\n<{home}>\n\n| rule | here | |\n|---|---|---|\n");
        for rule in *rules {
            let here: Vec<String> = rule.codes.iter().map(|code| format!("[{code}]({code}.md)")).collect();
            let here = if here.is_empty() { "none".to_owned() } else { here.join(", ") };
            let because = rule.because.map(|text| format!(" {}", cell(text))).unwrap_or_default();
            let _ = writeln!(page, "| `{}` | {here} |{because} |", rule.name);
        }
    }
    page
}

#[derive(Serialize)]
struct Entry<'a> {
    peer: &'a str,
    version: &'a str,
    home: &'a str,
    rules: Vec<Check<'a>>,
}

#[derive(Serialize)]
struct Check<'a> {
    name: &'a str,
    codes: &'a [&'a str],
    because: Option<&'a str>,
}

impl<'a> From<&'a Peer> for Entry<'a> {
    fn from(peer: &'a Peer) -> Self {
        let rules = peer.rules.iter();
        let rules = rules.map(|it| Check { name: it.name, codes: it.codes, because: it.because });
        Self { peer: peer.name, version: peer.version, home: peer.home, rules: rules.collect() }
    }
}
