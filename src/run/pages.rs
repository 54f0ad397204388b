//! `ngxlint rules --format markdown`: a page for each rule.

use std::io::Write;
use std::path::Path;

use super::{CLEAN, Error, complain};
use crate::files::Files;
use crate::output;
use crate::rules::Rule;

/// Prints all pages one after the other, or writes each into a file of `folder`, with an index.
pub(super) fn write(
    files: &dyn Files,
    rules: impl Iterator<Item = &'static Rule>,
    folder: Option<&Path>,
    out: &mut dyn Write,
) -> Result<u8, Error> {
    let rules: Vec<&'static Rule> = rules.collect();
    let page = |rule: &Rule| output::page(rule, output::example(rule));
    let Some(folder) = folder else {
        let pages: Vec<String> = rules.iter().map(|rule| page(rule)).collect();
        out.write_all(pages.join("\n").as_bytes())?;
        return Ok(CLEAN);
    };
    let create = |name: &str, text: &str| {
        let file = folder.join(name);
        let written = files.create(&file, text.as_bytes());
        written.map_err(|error| Error::usage(format!("{} cannot be written: {error}", file.display())))
    };
    for rule in &rules {
        create(&format!("{}.md", rule.code), &page(rule))?;
    }
    create("README.md", &output::page_index(&rules))?;
    complain(&format!("{} pages written to {}", rules.len(), folder.display()));
    Ok(CLEAN)
}
