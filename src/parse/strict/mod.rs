//! nginx's own behaviour over a configuration (`ngx_conf_parse`, `ngx_conf_handler`): statements in its order, includes
//! opened when they are reached, and the end at the first error, with nginx's message, file and line.
//!
//! What nginx learns only from the machine it runs on is left out: certificates, host names, log files, ports.

mod cursor;
mod includes;

use std::borrow::Cow;

use super::reading::{Main, Problem, Reading};
use super::{Error, Options};
use crate::catalogue::{VersionRange, directive};
use crate::config::Library;
use crate::directive::{Fault, Inside, Next, Problem as Refused, State, Stated};
use crate::syntax::{self, RawBodies, Refusal, Statement, StatementId, StatementKind};

use cursor::{Cursor, assumed};

/// Includes may multiply: more statements than this are not carried out.
const MOST_STATEMENTS: u64 = 10_000_000;

/// The first error.
#[derive(Debug, PartialEq, Eq)]
struct Stop {
    /// The entry and the 1-based line, where nginx names them.
    place: Option<(usize, u32)>,
    message: Vec<u8>,
}

/// Reads a configuration as nginx does.
pub(super) fn read<'f>(library: Library<'f>, main: Main, options: &Options) -> Result<Reading<'f>, Error> {
    let range = options.nginx_version.map_or_else(VersionRange::default, VersionRange::exactly);
    let mut machine = Machine {
        reading: Reading::new(library),
        main,
        options,
        refusals: Vec::new(),
        cursors: Vec::new(),
        state: State::new(assumed(options), range),
        steps: 0,
    };
    let stopped = machine.run().err();
    if machine.steps > MOST_STATEMENTS {
        return Err(Error::TooLarge(machine.reading.document(0).name.clone()));
    }
    machine.reading.problems.extend(stopped.map(|stop| Problem {
        entry: stop.place.map(|(entry, _)| entry),
        line: stop.place.map(|(_, line)| line),
        message: stop.message,
    }));
    Ok(machine.reading)
}

struct Machine<'f, 'o> {
    reading: Reading<'f>,
    main: Main,
    options: &'o Options,
    /// What the tokenizer refuses in each entry.
    refusals: Vec<Option<Refusal>>,
    cursors: Vec<Cursor>,
    /// Where a directive stands: the entry, and the offset of what ends it.
    state: State<(usize, u32)>,
    steps: u64,
}

impl Machine<'_, '_> {
    fn run(&mut self) -> Result<(), Stop> {
        let (entry, _) = self.reading.entry_of(self.main.doc, false);
        self.enter_file(entry);
        while self.steps <= MOST_STATEMENTS && self.step()? {
            self.steps += 1;
        }
        if self.options.context.as_ref().is_some_and(|context| !context.is_main()) {
            return Ok(());
        }
        if self.state.has_seen(directive::EVENTS) {
            let missing = self.state.finish().into_iter().next();
            return missing.map_or(Ok(()), |problem| Err(self.stop(problem)));
        }
        Err(Stop { place: None, message: br#"no "events" section in configuration"#.to_vec() })
    }

    /// Begins a file: what nginx's tokenizer makes of it is worked out once.
    fn enter_file(&mut self, entry: usize) {
        if entry >= self.refusals.len() {
            let text = self.reading.document(entry).bytes();
            let tree = syntax::parse_as_nginx(text, RawBodies::Known);
            self.refusals.push(syntax::verdict(text, &tree));
            if let Some(entry) = self.reading.entries.get_mut(entry) {
                (entry.tree, entry.end) = (Some(tree), 0);
            }
        }
        let end = u32::try_from(self.reading.tree(entry).statements.len()).unwrap_or(u32::MAX);
        self.push(entry, 0, end, None);
    }

    fn push(&mut self, entry: usize, next: u32, end: u32, close: Option<u32>) {
        self.cursors.push(Cursor {
            entry,
            next,
            end,
            close,
            include: StatementId::default(),
            waiting: Vec::new(),
        });
    }

    /// Goes on by one file, statement or end; false at the end of everything.
    fn step(&mut self) -> Result<bool, Stop> {
        let Some(cursor) = self.cursors.last_mut() else { return Ok(false) };
        if let Some(path) = cursor.waiting.pop() {
            return self.open(&path).map(|()| true);
        }
        if cursor.next >= cursor.end {
            return self.end().map(|()| true);
        }
        let (entry, id) = (cursor.entry, StatementId(cursor.next));
        let statement = self.reading.tree(entry).statement(id);
        cursor.next = statement.next.max(cursor.next + 1);
        self.read_up_to(entry, self.terminator(entry, statement))?;
        self.carry_out(entry, id, statement)?;
        self.shown_up_to(entry, statement.terminator.saturating_add(1));
        Ok(true)
    }

    /// Where the statement is terminated: at no place in the text if the error that ends it comes first.
    fn terminator(&self, entry: usize, statement: Statement) -> u32 {
        let expected = if statement.kind == StatementKind::Simple { b';' } else { b'{' };
        let found = self.reading.document(entry).bytes().get(statement.terminator as usize);
        if found == Some(&expected) { statement.terminator } else { u32::MAX }
    }

    /// Fails if the tokenizer refuses something no later than `offset`.
    fn read_up_to(&self, entry: usize, offset: u32) -> Result<(), Stop> {
        match self.refusals.get(entry).and_then(Option::as_ref) {
            Some(refusal) if refusal.offset <= offset => {
                Err(Stop { place: Some((entry, refusal.line)), message: refusal.message.clone() })
            }
            _ => Ok(()),
        }
    }

    fn shown_up_to(&mut self, entry: usize, offset: u32) {
        if let Some(entry) = self.reading.entries.get_mut(entry) {
            entry.end = entry.end.max(offset);
        }
    }

    /// An error that nginx reports while it stands at byte `offset`.
    fn stop_at(&self, entry: usize, offset: u32, message: Vec<u8>) -> Stop {
        Stop { place: Some((entry, self.reading.document(entry).line(offset))), message }
    }

    fn end(&mut self) -> Result<(), Stop> {
        let Some(cursor) = self.cursors.pop() else { return Ok(()) };
        let Some(close) = cursor.close else {
            self.read_up_to(cursor.entry, u32::MAX)?;
            self.shown_up_to(cursor.entry, u32::MAX);
            return Ok(());
        };
        self.read_up_to(cursor.entry, close)?;
        let problems = self.state.close(Some((cursor.entry, close)));
        let first = problems.into_iter().find(|it| it.refusal.fault != Fault::Ignored);
        first.map_or(Ok(()), |problem| Err(self.stop(problem)))
    }

    fn stop(&self, problem: Refused<(usize, u32)>) -> Stop {
        let message = problem.refusal.message;
        match problem.at {
            Some((entry, offset)) => self.stop_at(entry, offset, message),
            None => Stop { place: None, message },
        }
    }

    fn carry_out(&mut self, entry: usize, id: StatementId, statement: Statement) -> Result<(), Stop> {
        let words: Vec<Cow<'_, [u8]>> = self.reading.words(entry, statement).collect();
        let stated = Stated {
            id: statement.name,
            kind: statement.kind,
            words: &words,
            place: (entry, statement.terminator),
        };
        let next = self.state.read(&stated).map_err(|problem| self.stop(problem))?;
        match next {
            Next::Include => self.include(entry, id, statement),
            Next::Statement if statement.kind == StatementKind::Raw => {
                self.read_up_to(entry, statement.close)
            }
            Next::Statement => Ok(()),
            Next::Block(inside) => {
                self.open_block(entry, id, statement, inside);
                Ok(())
            }
        }
    }

    fn open_block(&mut self, entry: usize, id: StatementId, statement: Statement, inside: Inside) {
        self.state.open(inside, (entry, statement.terminator));
        self.push(entry, id.0 + 1, statement.next, Some(statement.close));
    }
}
