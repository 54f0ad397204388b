//! The `parsed` array: statements, comments and, combined, what includes bring, written without recursion.

use std::borrow::Cow;
use std::io;
use std::ops::Range;

use super::Options;
use super::json::Json;
use super::reading::Reading;
use crate::catalogue::directive;
use crate::syntax::{Comment, Statement, StatementId, StatementKind, Tree};

/// A file to write.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) reading: &'a Reading<'a>,
    pub(super) entry: usize,
    /// The number of the configuration's first entry in the document.
    pub(super) first: usize,
}

/// Writes the statements of a file.
pub(super) fn write(json: &mut Json<'_>, place: Place<'_>, options: &Options) -> io::Result<()> {
    json.array()?;
    let mut writer = Writer { json, options, cursors: vec![Cursor::new(place, false)] };
    while writer.step()? {}
    writer.json.close()
}

/// How far a file has been written.
struct Cursor<'a> {
    place: Place<'a>,
    tree: &'a Tree,
    next: u32,
    end: u32,
    /// The next comment.
    comment: usize,
    in_data: bool,
    blocks: Vec<Block>,
    /// The entries that the last include still brings, the next one last.
    waiting: Vec<usize>,
}

/// An open block.
struct Block {
    end: u32,
    close: u32,
    is_data: bool,
    /// The comments among its words.
    among_words: Range<usize>,
}

impl<'a> Cursor<'a> {
    fn new(place: Place<'a>, in_data: bool) -> Self {
        let tree = place.reading.tree(place.entry);
        let entry = place.reading.entries.get(place.entry);
        let cut = entry.map_or(u32::MAX, |entry| entry.end);
        let end = tree.statements.partition_point(|statement| statement.terminator < cut);
        Self {
            place,
            tree,
            next: 0,
            end: u32::try_from(end).unwrap_or(u32::MAX),
            comment: 0,
            in_data: in_data || entry.is_some_and(|entry| entry.in_data),
            blocks: Vec::new(),
            waiting: Vec::new(),
        }
    }

    fn cut(&self) -> u32 {
        self.place.reading.entries.get(self.place.entry).map_or(u32::MAX, |entry| entry.end)
    }

    /// The comments that start before `offset` and were not taken yet.
    fn comments_before(&mut self, offset: u32) -> Range<usize> {
        let rest = self.tree.comments.get(self.comment..).unwrap_or_default();
        let count = rest.iter().take_while(|comment| comment.start < offset).count();
        let taken = self.comment..self.comment + count;
        self.comment = taken.end;
        taken
    }

    fn in_data(&self) -> bool {
        self.blocks.last().map_or(self.in_data, |block| block.is_data)
    }

    /// The entries that an include leads to.
    fn includes(&self, id: StatementId) -> Option<&'a Vec<usize>> {
        self.place.reading.entries.get(self.place.entry)?.includes.get(&id)
    }

    /// The decoded arguments; those of `if` without the outer parentheses.
    fn arguments(&self, statement: Statement) -> Vec<Cow<'a, [u8]>> {
        let text = self.place.reading.document(self.place.entry).bytes();
        let words = self.tree.words(statement).iter().skip(1);
        let mut arguments: Vec<Cow<'a, [u8]>> = words.map(|word| word.decoded(text)).collect();
        if statement.name == directive::IF && !self.in_data() {
            without_parentheses(&mut arguments);
        }
        if statement.kind == StatementKind::Raw {
            let body = text.get(statement.terminator as usize + 1..statement.close as usize);
            arguments.push(Cow::Borrowed(body.unwrap_or_default()));
        }
        arguments
    }
}

/// Takes the `(` off the first word and the `)` off the last one, and what is empty then away.
fn without_parentheses(arguments: &mut Vec<Cow<'_, [u8]>>) {
    let opens = arguments.first().is_some_and(|first| first.starts_with(b"("));
    if !opens || !arguments.last().is_some_and(|last| last.ends_with(b")")) {
        return;
    }
    if let Some(first) = arguments.first_mut() {
        *first = first.get(1..).unwrap_or_default().trim_ascii_start().to_vec().into();
    }
    if let Some(last) = arguments.last_mut() {
        let inner = last.strip_suffix(b")").unwrap_or(last);
        *last = inner.trim_ascii_end().to_vec().into();
    }
    if arguments.first().is_some_and(|first| first.is_empty()) {
        arguments.remove(0);
    }
    if arguments.last().is_some_and(|last| last.is_empty()) {
        arguments.pop();
    }
}

struct Writer<'a, 'j, 'w> {
    json: &'j mut Json<'w>,
    options: &'a Options,
    cursors: Vec<Cursor<'a>>,
}

impl Writer<'_, '_, '_> {
    /// Writes the next thing; false at the end.
    fn step(&mut self) -> io::Result<bool> {
        let Some(cursor) = self.cursors.last_mut() else { return Ok(false) };
        if let Some(entry) = cursor.waiting.pop() {
            let (place, in_data) = (Place { entry, ..cursor.place }, cursor.in_data());
            if !self.cursors.iter().any(|open| open.place.entry == entry) {
                self.cursors.push(Cursor::new(place, in_data));
            }
            return Ok(true);
        }
        match cursor.blocks.last() {
            Some(block) if cursor.next >= block.end.min(cursor.end) => self.end_block()?,
            None if cursor.next >= cursor.end => self.end_file()?,
            _ => self.statement()?,
        }
        Ok(true)
    }

    fn end_file(&mut self) -> io::Result<()> {
        let Some(cursor) = self.cursors.last_mut() else { return Ok(()) };
        let left = cursor.comments_before(cursor.cut());
        self.comments(left)?;
        self.cursors.pop();
        Ok(())
    }

    fn end_block(&mut self) -> io::Result<()> {
        let Some(cursor) = self.cursors.last_mut() else { return Ok(()) };
        let Some(block) = cursor.blocks.pop() else { return Ok(()) };
        let left = cursor.comments_before(block.close.min(cursor.cut()));
        self.comments(left)?;
        self.json.close()?;
        self.json.close()?;
        self.comments(block.among_words)
    }

    fn statement(&mut self) -> io::Result<()> {
        let Some(cursor) = self.cursors.last_mut() else { return Ok(()) };
        let id = StatementId(cursor.next);
        cursor.next += 1;
        let statement = cursor.tree.statement(id);
        let (start, _) = cursor.tree.range(statement);
        let before = cursor.comments_before(start);
        let among_words = cursor.comments_before(statement.terminator);
        if statement.kind == StatementKind::Raw {
            cursor.comments_before(statement.close);
        }
        self.comments(before)?;
        if self.brings(id) {
            return self.comments(among_words);
        }
        self.head(statement, start)?;
        self.includes(id)?;
        if statement.kind == StatementKind::Block {
            return self.begin_block(statement, among_words);
        }
        self.json.close()?;
        self.comments(among_words)
    }

    /// Whether the statement is an include whose place is taken by what it brings.
    fn brings(&mut self, id: StatementId) -> bool {
        let Some(cursor) = self.cursors.last_mut().filter(|_| self.options.combine) else { return false };
        let Some(entries) = cursor.includes(id) else { return false };
        cursor.waiting = entries.iter().rev().copied().collect();
        true
    }

    /// Begins the object of a statement.
    fn head(&mut self, statement: Statement, start: u32) -> io::Result<()> {
        let Some(cursor) = self.cursors.last() else { return Ok(()) };
        let document = cursor.place.reading.document(cursor.place.entry);
        let name = cursor.tree.words(statement).first().map(|word| word.decoded(document.bytes()));
        let (arguments, range) = (cursor.arguments(statement), cursor.tree.range(statement));
        self.begin(&name.unwrap_or_default(), document.line(start), range)?;
        self.json.key("args")?;
        self.json.strings(arguments.iter().map(Cow::as_ref))
    }

    fn begin(&mut self, name: &[u8], line: u32, (start, end): (u32, u32)) -> io::Result<()> {
        let Some(cursor) = self.cursors.last() else { return Ok(()) };
        self.json.object()?;
        if self.options.combine {
            self.json.key("file")?;
            self.json.text(&cursor.place.reading.document(cursor.place.entry).name)?;
        }
        self.json.key("directive")?;
        self.json.bytes(name)?;
        self.json.key("line")?;
        self.json.number(line)?;
        if self.options.spans {
            self.json.key("offset")?;
            self.json.number(start)?;
            self.json.key("end_offset")?;
            self.json.number(end)?;
        }
        Ok(())
    }

    /// The numbers of the entries that an include leads to.
    fn includes(&mut self, id: StatementId) -> io::Result<()> {
        let Some((cursor, entries)) =
            self.cursors.last().and_then(|cursor| Some((cursor, cursor.includes(id)?)))
        else {
            return Ok(());
        };
        self.json.key("includes")?;
        self.json.array()?;
        for entry in entries {
            self.json.number(u32::try_from(cursor.place.first + entry).unwrap_or(u32::MAX))?;
        }
        self.json.close()
    }

    fn begin_block(&mut self, statement: Statement, among_words: Range<usize>) -> io::Result<()> {
        if let Some(cursor) = self.cursors.last_mut() {
            let is_data = statement.name.is_data_block() && !cursor.in_data();
            cursor.blocks.push(Block { end: statement.next, close: statement.close, is_data, among_words });
        }
        self.json.key("block")?;
        self.json.array()
    }

    fn comments(&mut self, comments: Range<usize>) -> io::Result<()> {
        let Some(tree) = self.cursors.last().map(|cursor| cursor.tree).filter(|_| self.options.comments)
        else {
            return Ok(());
        };
        tree.comments.get(comments).unwrap_or_default().iter().try_for_each(|comment| self.comment(*comment))
    }

    fn comment(&mut self, comment: Comment) -> io::Result<()> {
        let Some(cursor) = self.cursors.last() else { return Ok(()) };
        let document = cursor.place.reading.document(cursor.place.entry);
        let text = document.slice(comment.start + 1, comment.end);
        let line = document.line(comment.start);
        self.begin(b"#", line, (comment.start, comment.end))?;
        self.json.key("args")?;
        self.json.array()?;
        self.json.close()?;
        self.json.key("comment")?;
        self.json.bytes(text.strip_suffix(b"\r").unwrap_or(text))?;
        self.json.close()
    }
}
