//! Fixes to a fixpoint, in memory; nothing is written before it is reached.

use crate::files::{Files, Overlay};
use crate::finding::{Finding, Safety};
use crate::fix::{self, WriteError};
use crate::lint::{Input, Outcome};
use crate::source::{DocId, Document, Origin};
use crate::syntax::{self, RawBodies};

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

/// What fixes come to.
pub(super) struct Fixed {
    /// The findings before.
    pub(super) before: Vec<Finding>,
    /// Everything found afterwards.
    pub(super) after: Outcome,
    /// The texts that change, by name.
    pub(super) changes: Vec<Change>,
    /// What could not be fixed, and why.
    pub(super) problems: Vec<String>,
    sources: crate::source::Sources,
}

impl Fixed {
    /// Writes the changed files; each is replaced at once, and none where one of them has changed meanwhile.
    pub(super) fn write(&self, files: &dyn Files) -> Result<(), WriteError> {
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
    let (mut inputs, mut problems) = (inputs.to_vec(), Vec::new());
    let mut rounds = vec![found];
    while let Some(round) = rounds.last().filter(|_| rounds.len() <= MOST_ROUNDS) {
        let sources = &round.texts.sources;
        let plan = fix::collect(&round.findings, allow);
        let texts = plan.texts(sources).into_iter();
        let changed: Vec<_> = texts.filter(|(doc, text)| is_sound(sources.get(*doc), text, &mut problems)).collect();
        if changed.is_empty() {
            break;
        }
        for (doc, text) in changed {
            apply(&mut overlay, &mut inputs, sources.get(doc), text, &mut problems);
        }
        let next = lint(&overlay, inputs.clone());
        rounds.truncate(1);
        rounds.push(next);
    }
    let after = if rounds.len() > 1 { rounds.pop() } else { None };
    let first = rounds.pop().unwrap_or_default();
    let changes = changes(&first.texts.sources, &overlay, &inputs);
    let after = after.unwrap_or_else(|| Outcome { findings: first.findings.clone(), ..lint(files, inputs.clone()) });
    Fixed { before: first.findings, after, changes, problems, sources: first.texts.sources }
}

/// Whether a fixed text still parses as well as before. One that would not is left alone, and said so.
fn is_sound(document: &Document, text: &[u8], problems: &mut Vec<String>) -> bool {
    let errors = |text: &[u8]| syntax::parse(text, RawBodies::Known).errors.len();
    let sound = errors(text) <= errors(document.bytes());
    if !sound {
        problems.push(format!("{}: not fixed, since the result would not parse", document.name));
    }
    sound && text != document.bytes()
}

fn apply(overlay: &mut Overlay<'_>, inputs: &mut [Input], document: &Document, text: Vec<u8>, problems: &mut Vec<String>) {
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
