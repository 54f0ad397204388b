//! What nginx's tokenizer refuses.

use crate::config::IncludeId;
use crate::finding::{Edit, Label};
use crate::rules::facts::Facts;
use crate::rules::hit::{Hit, Repair, Words};
use crate::rules::model::Rule;
use crate::source::{DocId, Document, Span};
use crate::syntax::{self, SyntaxError, SyntaxErrorKind};
use crate::template::{Reading, ends_with_placeholder};

/// Errors of the kinds that the rule's parameters name.
pub fn check(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let sources = &facts.view.texts.sources;
    let documents = facts.view.config.documents.iter();
    documents
        .flat_map(|&doc| {
            let errors = &facts.view.texts.tree(doc).errors;
            let document = sources.get(doc);
            match document.reading().filter(|_| !errors.is_empty()) {
                Some(reading) => in_template(rule, document, doc, reading, errors),
                None => hits(rule, document, doc, errors),
            }
        })
        .collect()
}

/// What a template fills in may bring a `;` along, and another template the other half of a block. Where not even its tags
/// have partners nothing is known of its braces.
fn in_template(
    rule: &'static Rule,
    document: &Document,
    doc: DocId,
    reading: &Reading,
    errors: &[SyntaxError],
) -> Vec<Hit> {
    let text = document.read_text();
    let is_brace = |error: &&SyntaxError| {
        matches!(error.kind, SyntaxErrorKind::EndInBlock | SyntaxErrorKind::UnmatchedClose)
    };
    let is_filled_in = |error: &SyntaxError| {
        let unended = [SyntaxErrorKind::MissingSemicolon, SyntaxErrorKind::EndInStatement];
        unended.contains(&error.kind) && ends_with_placeholder(text, error.end)
    };
    let brace = errors.iter().find(is_brace).map(|error| (error.start, error.end));
    let unknown = brace.or_else(|| reading.tags.first().copied().filter(|_| !reading.balanced));
    let certain = errors.iter().filter(|error| reading.balanced && !is_brace(error) && !is_filled_in(error));
    let certain: Vec<SyntaxError> = certain.cloned().collect();
    let note = unknown.and_then(|at| template(rule, doc, at));
    hits(rule, document, doc, &certain).into_iter().chain(note).collect()
}

fn template(rule: &'static Rule, doc: DocId, (start, end): (u32, u32)) -> Option<Hit> {
    let is_meant = rule.params.iter().any(|it| **it == *"Template");
    is_meant.then(|| Hit {
        rule,
        case: case(rule, "Template"),
        at: Span::new(doc, start, end),
        include: IncludeId(0),
        scope: None,
        words: Words::default(),
        related: Vec::new(),
        repair: Repair::None,
    })
}

fn hits(rule: &'static Rule, document: &Document, doc: DocId, errors: &[SyntaxError]) -> Vec<Hit> {
    let meant = errors.iter().filter(|error| rule.params.iter().any(|it| **it == *kind(error)));
    meant.map(|error| hit(rule, document, doc, error)).collect()
}

fn case(rule: &Rule, name: &str) -> Option<usize> {
    rule.cases.iter().position(|case| case.case.as_deref() == Some(name))
}

fn kind(error: &SyntaxError) -> &'static str {
    match error.kind {
        SyntaxErrorKind::EndInStatement => "EndInStatement",
        SyntaxErrorKind::EndInBlock => "EndInBlock",
        SyntaxErrorKind::MissingSemicolon => "MissingSemicolon",
        SyntaxErrorKind::UnmatchedClose => "UnmatchedClose",
        SyntaxErrorKind::UnmatchedOpen => "UnmatchedOpen",
        SyntaxErrorKind::LoneSemicolon => "LoneSemicolon",
        SyntaxErrorKind::UnclosedQuote(_) => "UnclosedQuote",
        SyntaxErrorKind::TextAfterQuote(_) => "TextAfterQuote",
        SyntaxErrorKind::UnclosedRaw => "UnclosedRaw",
    }
}

fn hit(rule: &'static Rule, document: &Document, doc: DocId, error: &SyntaxError) -> Hit {
    let at = Span::new(doc, error.start, error.end);
    let is_elision = is_elision(document, error);
    let related = error.related.into_iter().zip(rule.report.related.iter());
    Hit {
        rule,
        case: case(rule, if is_elision { "Elision" } else { kind(error) }),
        at,
        include: IncludeId(0),
        scope: None,
        words: Words::default().with("nginx", nginx_message(document, error)),
        related: related
            .map(|((start, end), text)| Label {
                span: Span::new(doc, start, end),
                message: text.message.to_string(),
            })
            .collect(),
        repair: if is_elision { Repair::None } else { repair(rule, document, at, error) },
    }
}

/// Whether the statement without an end is three dots in an example.
fn is_elision(document: &Document, error: &SyntaxError) -> bool {
    let unended = [SyntaxErrorKind::MissingSemicolon, SyntaxErrorKind::EndInStatement];
    unended.contains(&error.kind) && syntax::is_elision(document.read_text(), error.end)
}

fn nginx_message(document: &Document, error: &SyntaxError) -> String {
    let message = syntax::nginx_message(document.read_text(), error);
    format!("{} in line {}", String::from_utf8_lossy(&message), document.line(error.noticed))
}

fn repair(rule: &Rule, document: &Document, at: Span, error: &SyntaxError) -> Repair {
    if rule.fix.is_none() {
        return Repair::None;
    }
    match error.kind {
        SyntaxErrorKind::MissingSemicolon => {
            Repair::Edits(vec![Edit { span: Span { start: at.end, ..at }, text: ";".into() }])
        }
        SyntaxErrorKind::UnmatchedClose => {
            Repair::Edits(vec![Edit { span: whole_line(document, at), text: String::new() }])
        }
        SyntaxErrorKind::LoneSemicolon => Repair::Edits(vec![Edit { span: at, text: String::new() }]),
        _ => Repair::None,
    }
}

/// The line of `at` with its ending where nothing else stands on it, else just `at`.
fn whole_line(document: &Document, at: Span) -> Span {
    let start = document.lines().start(document.line(at.start));
    let length = u32::try_from(document.bytes().len()).unwrap_or(u32::MAX);
    let rest = document.slice(at.end, length);
    let end =
        memchr::memchr(b'\n', rest).map_or(length, |offset| at.end + u32::try_from(offset + 1).unwrap_or(0));
    let around = [document.slice(start, at.start), document.slice(at.end, end)].concat();
    if around.trim_ascii().is_empty() { Span { start, end, ..at } } else { at }
}

/// Words, quoted texts and comments that do not fit into nginx's 4096-byte window.
pub fn parameter_too_long(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let texts = facts.view.texts;
    let documents = facts.view.config.documents.iter();
    documents
        .flat_map(|&doc| {
            let document = texts.sources.get(doc);
            let is_filled_in = |it: &syntax::Oversize| {
                document.reading().is_some_and(|reading| reading.touches(it.start, it.end))
            };
            let mut long = syntax::oversize(document.read_text(), texts.tree(doc));
            long.retain(|it| !is_filled_in(it));
            long.into_iter().map(move |syntax::Oversize { start, end, refusal }| Hit {
                rule,
                case: None,
                at: Span::new(doc, start, end),
                include: IncludeId(0),
                scope: None,
                words: Words::default().with(
                    "nginx",
                    format!("{} in line {}", String::from_utf8_lossy(&refusal.message), refusal.line),
                ),
                related: Vec::new(),
                repair: Repair::None,
            })
        })
        .collect()
}

fn is_marked(document: &Document) -> bool {
    document.bytes().starts_with(b"\xef\xbb\xbf") && document.part_of_file().is_none()
}

/// A byte order mark, which nginx takes for part of the first word.
pub fn byte_order_mark(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let sources = &facts.view.texts.sources;
    let marked = facts.view.config.documents.iter().filter(|&&doc| is_marked(sources.get(doc)));
    marked
        .map(|&doc| {
            let at = Span::new(doc, 0, 3);
            Hit {
                rule,
                case: None,
                at,
                include: IncludeId(0),
                scope: None,
                words: Words::default(),
                related: Vec::new(),
                repair: Repair::Edits(vec![Edit { span: at, text: String::new() }]),
            }
        })
        .collect()
}
