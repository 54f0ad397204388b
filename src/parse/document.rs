//! The document: status and errors first, then one entry for each file or, combined, for each configuration.

use std::collections::HashMap;
use std::io::{self, Write};

use super::json::Json;
use super::reading::{Problem, Reading};
use super::statements::{self, Place};
use super::{Error, Options, Status};

/// A combined tree may hold this many statements beyond what its files hold.
const MOST_REPEATED: u64 = 10_000_000;

/// Writes the document of all configurations.
pub(super) fn write(
    readings: &[Reading<'_>],
    options: &Options,
    out: &mut dyn Write,
) -> Result<Status, Error> {
    if readings.is_empty() {
        return Ok(Status::Ok);
    }
    if options.combine {
        readings.iter().try_for_each(check_size)?;
    }
    let failed = readings.iter().any(|reading| !reading.problems.is_empty());
    body(&mut Json::new(out, options.indent, options.encoding), readings, failed, options)?;
    Ok(match readings.iter().any(|reading| reading.unread) {
        true => Status::Unread,
        false if failed => Status::Failed,
        false => Status::Ok,
    })
}

fn body(json: &mut Json<'_>, readings: &[Reading<'_>], failed: bool, options: &Options) -> io::Result<()> {
    json.object()?;
    status(json, failed)?;
    json.key("errors")?;
    json.array()?;
    for reading in readings {
        reading.problems.iter().try_for_each(|it| problem(json, reading, it, true))?;
    }
    json.close()?;
    json.key("config")?;
    json.array()?;
    let mut first = 0;
    for reading in readings {
        entries(json, reading, first, options)?;
        first += reading.entries.len();
    }
    json.finish()
}

fn status(json: &mut Json<'_>, failed: bool) -> io::Result<()> {
    json.key("status")?;
    json.text(if failed { "failed" } else { "ok" })
}

fn problem(json: &mut Json<'_>, reading: &Reading<'_>, problem: &Problem, with_file: bool) -> io::Result<()> {
    json.object()?;
    if with_file {
        json.key("file")?;
        match problem.entry {
            Some(entry) => json.text(&reading.document(entry).name)?,
            None => json.null()?,
        }
    }
    json.key("line")?;
    json.number_or_null(problem.line)?;
    json.key("error")?;
    json.bytes(&problem.message)?;
    json.close()
}

fn entries(json: &mut Json<'_>, reading: &Reading<'_>, first: usize, options: &Options) -> io::Result<()> {
    if options.combine {
        return entry(json, reading, 0, None, first, options);
    }
    (0..reading.entries.len()).try_for_each(|index| entry(json, reading, index, Some(index), first, options))
}

/// One entry; `only` is the file whose errors belong to it, if not all do.
fn entry(
    json: &mut Json<'_>,
    reading: &Reading<'_>,
    index: usize,
    only: Option<usize>,
    first: usize,
    options: &Options,
) -> io::Result<()> {
    let of_entry = |problem: &&Problem| only.is_none_or(|index| problem.entry.unwrap_or(0) == index);
    json.object()?;
    json.key("file")?;
    json.text(&reading.document(index).name)?;
    status(json, reading.problems.iter().any(|it| of_entry(&it)))?;
    json.key("errors")?;
    json.array()?;
    reading.problems.iter().filter(of_entry).try_for_each(|it| problem(json, reading, it, false))?;
    json.close()?;
    json.key("parsed")?;
    statements::write(json, Place { reading, entry: index, first }, options)?;
    json.close()
}

/// Refuses a combined tree that would have no end in sight: a file that includes two others, each of which includes two
/// others, and so on.
fn check_size(reading: &Reading<'_>) -> Result<(), Error> {
    let distinct: u64 = (0..reading.entries.len()).map(|entry| own_size(reading, entry)).sum();
    match size(reading) {
        size if size > distinct.saturating_add(MOST_REPEATED) => {
            Err(Error::TooLarge(reading.document(0).name.clone()))
        }
        _ => Ok(()),
    }
}

fn own_size(reading: &Reading<'_>, entry: usize) -> u64 {
    reading.tree(entry).statements.len() as u64 + 1
}

/// How many statements the combined tree holds, includes that lead back to an open file left out.
fn size(reading: &Reading<'_>) -> u64 {
    let mut sizes: HashMap<usize, u64> = HashMap::new();
    let mut open = vec![(0, false)];
    while let Some((entry, counted)) = open.pop() {
        let targets =
            || reading.entries.get(entry).into_iter().flat_map(|it| it.includes.values().flatten().copied());
        if counted {
            let inner = targets().map(|target| sizes.get(&target).copied().unwrap_or(0));
            let total = inner.fold(own_size(reading, entry), u64::saturating_add);
            sizes.insert(entry, total);
        } else if let std::collections::hash_map::Entry::Vacant(vacant) = sizes.entry(entry) {
            vacant.insert(0);
            open.push((entry, true));
            open.extend(targets().map(|target| (target, false)));
        }
    }
    sizes.get(&0).copied().unwrap_or(0)
}
