//! Fixes to a fixpoint, in memory; nothing is written before it is reached.

use std::collections::BTreeMap;

use crate::files::{Files, Overlay};
use crate::finding::{Finding, Safety};
use crate::fix::{self, WriteError};
use crate::lint::{Input, Outcome};
use crate::source::{DocId, Document, Origin};
use crate::syntax::{self, RawBodies};
use crate::template;

/// Rounds after which fixes that call for one another are given up.
const MOST_ROUNDS: usize = 20;

/// A text that fixes change.
#[derive(Debug, Clone)]
pub(super) struct Change {
    /// Its name.
    pub(super) name: String,
    /// The text as it was read.
    pub(super) before: Vec<u8>,
    /// The text as it is to be.
    pub(super) after: Vec<u8>,
    doc: DocId,
}

/// Repaired findings by the name of the text and the code of the rule.
pub(super) type Counts = BTreeMap<String, BTreeMap<&'static str, usize>>;

/// What fixes come to.
pub(super) struct Fixed {
    /// The findings before.
    pub(super) before: Vec<Finding>,
    /// Everything found afterwards.
    pub(super) after: Outcome,
    /// The texts that change, by name.
    pub(super) changes: Vec<Change>,
    /// How many findings of each rule were repaired in each text, by its name.
    pub(super) counts: Counts,
    /// What could not be fixed, and why.
    pub(super) problems: Vec<String>,
    sources: crate::source::Sources,
}

impl Fixed {
    /// Writes the changed files; each is replaced at once, and none where one of them has changed meanwhile. Returns what
    /// could not be written.
    pub(super) fn write(&self, files: &dyn Files) -> Result<Vec<WriteError>, WriteError> {
        let texts: Vec<(DocId, Vec<u8>)> = self.changes.iter().map(|it| (it.doc, it.after.clone())).collect();
        fix::write(files, &self.sources, &texts)
    }
}

/// Applies the fixes of `found` that `allow` covers, lints again, and so on until nothing changes.
pub(super) fn fix(
    files: &dyn Files,
    found: Outcome,
    inputs: &[Input],
    allow: Safety,
    lint: impl Fn(&dyn Files, Vec<Input>) -> Outcome,
) -> Fixed {
    let mut overlay = Overlay::new(files);
    let (mut inputs, mut problems, mut counts) = (inputs.to_vec(), Vec::new(), Counts::new());
    let mut rounds = vec![found];
    while let Some(round) = rounds.last().filter(|_| rounds.len() <= MOST_ROUNDS) {
        let sources = &round.texts.sources;
        let plan = fix::collect(&round.findings, allow);
        let texts = plan.texts(sources).into_iter();
        let changed: Vec<_> = texts.filter(|(doc, text)| is_better(sources.get(*doc), text)).collect();
        if changed.is_empty() {
            break;
        }
        for (doc, text) in changed {
            count(&plan, doc, &sources.get(doc).name, &mut counts);
            apply(&mut overlay, &mut inputs, sources.get(doc), text, &mut problems);
        }
        let next = lint(&overlay, inputs.clone());
        rounds.truncate(1);
        rounds.push(next);
    }
    let first = rounds.drain(..).next().unwrap_or_default();
    keep_sound(&first, &mut overlay, &mut inputs, &mut problems);
    let after = lint(&overlay, inputs.clone());
    let changes = changes(&first.texts.sources, &overlay, &inputs);
    Fixed { before: first.findings, after, changes, counts, problems, sources: first.texts.sources }
}

fn count(plan: &fix::Plan, doc: DocId, name: &str, counts: &mut Counts) {
    let of_document = counts.entry(name.to_owned()).or_default();
    for (&(_, code), repaired) in plan.by_rule.iter().filter(|((of, _), _)| *of == doc) {
        *of_document.entry(code).or_default() += repaired;
    }
}

/// How many errors nginx's tokenizer, or a statement that has swallowed the next line, makes.
fn syntax_errors(name: &str, text: &[u8]) -> usize {
    let reading = template::read(name, text);
    let text = reading.as_ref().map_or(text, |reading| &*reading.text);
    syntax::parse(text, RawBodies::Known).errors.len()
}

/// Whether a fixed text differs, and parses no worse than before.
fn is_better(document: &Document, text: &[u8]) -> bool {
    let errors = |text: &[u8]| syntax_errors(&document.name, text);
    text != document.bytes() && errors(text) <= errors(document.bytes())
}

/// Takes back what does not parse in the end: a text with an error that no fix repairs is left as it was.
fn keep_sound(first: &Outcome, overlay: &mut Overlay<'_>, inputs: &mut [Input], problems: &mut Vec<String>) {
    for change in changes(&first.texts.sources, overlay, inputs) {
        if syntax_errors(&change.name, &change.after) == 0 {
            continue;
        }
        let document = first.texts.sources.get(change.doc);
        problems.push(format!(
            "{}: not fixed, since a syntax error remains that only you can mend",
            document.name
        ));
        match &document.origin {
            Origin::File(path) => overlay.revert(path),
            _ => apply(overlay, inputs, document, change.before, problems),
        }
    }
}

fn apply(
    overlay: &mut Overlay<'_>,
    inputs: &mut [Input],
    document: &Document,
    text: Vec<u8>,
    problems: &mut Vec<String>,
) {
    match &document.origin {
        Origin::File(path) => {
            if let Err(error) = overlay.change(path, text) {
                problems.push(format!("{}: not fixed: {error}", document.name));
            }
        }
        Origin::Buffer => {
            for input in inputs {
                if let Input::Text(name, bytes) = input
                    && *name == document.name
                {
                    bytes.clone_from(&text);
                }
            }
        }
        Origin::Dump => {}
    }
}

fn changes(sources: &crate::source::Sources, overlay: &Overlay<'_>, inputs: &[Input]) -> Vec<Change> {
    let now = |document: &Document| match &document.origin {
        Origin::File(path) => overlay.changed(path).map(<[u8]>::to_vec),
        Origin::Buffer => inputs.iter().find_map(|input| match input {
            Input::Text(name, bytes) if *name == document.name => Some(bytes.clone()),
            _ => None,
        }),
        Origin::Dump => None,
    };
    let mut changes: Vec<Change> = (sources.iter())
        .filter_map(|(doc, document)| {
            let after = now(document).filter(|after| after != document.bytes())?;
            Some(Change { name: document.name.clone(), before: document.bytes().to_vec(), after, doc })
        })
        .collect();
    changes.sort_by(|a, b| a.name.cmp(&b.name));
    changes
}
