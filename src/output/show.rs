//! The effective configuration of blocks, as aligned text and as JSON.

use std::io::{self, Write};

use serde::Serialize;

use super::escape::{Line, code};
use super::paint::{Paint, Role};
use super::{Style, json_text};
use crate::catalogue::Version;
use crate::config::{NodeId, ScopeId, View};
use crate::show::{Assumed, Block, Written};
use crate::syntax::StatementKind;

/// The widest that a column of text is made for the sake of one row.
const MOST_PADDING: usize = 48;

/// What is in force at some blocks of a tree.
pub struct Shown<'a> {
    /// The tree.
    pub view: View<'a>,
    /// The version whose defaults are given.
    pub version: Version,
    /// The blocks.
    pub blocks: &'a [Block],
}

/// Writes the document that `show --format json` prints.
///
/// # Errors
/// Where the writer fails.
pub fn json(shown: &Shown<'_>, out: &mut dyn Write) -> io::Result<()> {
    let blocks = shown.blocks.iter().map(|block| of_block(shown.view, block)).collect();
    let document = Document { version: 1, nginx_version: shown.version.to_string(), blocks };
    let mut out = io::BufWriter::new(out);
    json_text::document(&document, &mut out)?;
    out.flush()
}

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    nginx_version: String,
    blocks: Vec<BlockEntry<'a>>,
}

#[derive(Serialize)]
struct BlockEntry<'a> {
    #[serde(flatten)]
    place: Place<'a>,
    kind: String,
    label: String,
    directives: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    name: String,
    args: Vec<String>,
    /// What stands between the braces of a block that is a value itself (`types`, `content_by_lua_block`).
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<String>,
    #[serde(flatten)]
    place: Place<'a>,
    level: Option<Level<'a>>,
    default: bool,
}

#[derive(Serialize)]
struct Level<'a> {
    label: String,
    #[serde(flatten)]
    place: Place<'a>,
}

/// A file and a line; nothing where nobody has written it.
#[derive(Clone, Copy, Serialize)]
struct Place<'a> {
    file: Option<&'a str>,
    line: Option<u32>,
}

fn place(view: View<'_>, node: Option<NodeId>) -> Place<'_> {
    let file = |node| view.texts.sources.get(view.config.node(node).doc).name.as_str();
    Place { file: node.map(file), line: node.map(|node| view.line(node)) }
}

fn of_block<'a>(view: View<'a>, block: &Block) -> BlockEntry<'a> {
    let node = view.config.scope(block.scope).node;
    let written = block.written.iter().map(|written| of_written(view, *written));
    BlockEntry {
        place: place(view, node),
        kind: node.map(|node| lossy(&view.name(node))).unwrap_or_default(),
        label: view.label(block.scope),
        directives: written.chain(block.assumed.iter().map(of_assumed)).collect(),
    }
}

fn of_written(view: View<'_>, Written { node, level }: Written) -> Entry<'_> {
    Entry {
        name: lossy(&view.name(node)),
        args: view.args(node).map(|arg| lossy(&arg)).collect(),
        body: body(view, node).map(lossy),
        place: place(view, Some(node)),
        level: Some(Level { label: view.label(level), place: place(view, view.config.scope(level).node) }),
        default: false,
    }
}

fn of_assumed<'a>(assumed: &Assumed) -> Entry<'a> {
    Entry {
        name: assumed.name.to_owned(),
        args: assumed.args.iter().map(ToString::to_string).collect(),
        body: None,
        place: Place { file: None, line: None },
        level: None,
        default: true,
    }
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn body(view: View<'_>, node: NodeId) -> Option<&[u8]> {
    let node = view.config.node(node);
    let statement = view.texts.statement(node.doc, node.statement);
    let inside =
        view.texts.sources.get(node.doc).slice(statement.terminator.saturating_add(1), statement.close);
    (statement.kind != StatementKind::Simple).then(|| inside.trim_ascii())
}

/// Writes each block with one aligned row for each directive: name, arguments, place, level.
///
/// # Errors
/// Where the writer fails.
pub fn text(shown: &Shown<'_>, out: &mut dyn Write, style: Style) -> io::Result<()> {
    let paint = Paint::new(style.colour);
    let mut out = io::BufWriter::new(out);
    for (index, block) in shown.blocks.iter().enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        write_block(shown.view, block, paint, &mut out)?;
    }
    out.flush()
}

fn write_block(view: View<'_>, block: &Block, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    let head = Line(&view.label(block.scope)).to_string();
    let place = at(place(view, view.config.scope(block.scope).node));
    writeln!(out, "{}  ({place})", paint.role(Role::Strong, head))?;
    let rows: Vec<[String; 4]> = (block.written.iter().map(|written| row(view, *written)))
        .chain(block.assumed.iter().map(assumed_row))
        .collect();
    let widths: [usize; 3] = std::array::from_fn(|column| width(&rows, column));
    let padding = |cell: &str, width: usize| " ".repeat(width.saturating_sub(cell.chars().count()));
    for [name, args, place, level] in &rows {
        let [a, b, c] = widths;
        let left = format!("{name}{}  {args}{}", padding(name, a), padding(args, b));
        writeln!(out, "  {left}  {place}{}  {level}", padding(place, c))?;
    }
    Ok(())
}

fn width(rows: &[[String; 4]], column: usize) -> usize {
    let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
    cells.filter(|&width| width <= MOST_PADDING).max().unwrap_or(0)
}

fn row(view: View<'_>, Written { node, level }: Written) -> [String; 4] {
    let words = (0..view.arg_count(node)).map(|index| one_line(view.arg_source(node, index)));
    let body = body(view, node).map(|_| "{ ... }".to_owned());
    let args: Vec<String> = words.chain(body).collect();
    let name = one_line(&view.name(node));
    [name, args.join(" "), at(place(view, Some(node))), level_name(view, level)]
}

fn assumed_row(assumed: &Assumed) -> [String; 4] {
    let args: Vec<&str> = assumed.args.iter().map(|arg| if arg.is_empty() { "\"\"" } else { arg }).collect();
    [assumed.name.to_owned(), args.join(" "), "-".to_owned(), "default".to_owned()]
}

fn level_name(view: View<'_>, level: ScopeId) -> String {
    Line(&view.label(level)).to_string()
}

fn one_line(bytes: &[u8]) -> String {
    Line(&code(bytes)).to_string()
}

fn at(place: Place<'_>) -> String {
    match (place.file, place.line) {
        (Some(file), Some(line)) => format!("{}:{line}", Line(file)),
        _ => "-".to_owned(),
    }
}
