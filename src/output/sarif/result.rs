//! One finding as a SARIF result.

use serde::Serialize;

use super::rules::{Rules, level};
use super::uri::uri;
use super::{BASE, Message};
use crate::finding::{Fix, ReadError, Safety};
use crate::output::entry::{Change, Entry};
use crate::output::place::{Place, Point};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Result<'a> {
    rule_id: &'a str,
    rule_index: usize,
    level: &'static str,
    message: Message<'a>,
    locations: [Location<'a>; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location<'a>>,
    partial_fingerprints: Fingerprints<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fixes: Option<[SarifFix<'a>; 1]>,
}

#[derive(Serialize)]
struct Fingerprints<'a> {
    #[serde(rename = "ngxlint/v1")]
    own: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Location<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    #[serde(rename = "physicalLocation")]
    physical: PhysicalLocation,
    #[serde(rename = "logicalLocations", skip_serializing_if = "Vec::is_empty")]
    logical: Vec<LogicalLocation>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Message<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    region: Region,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactLocation {
    uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri_base_id: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    start_column: u32,
    end_line: u32,
    end_column: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LogicalLocation {
    fully_qualified_name: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifFix<'a> {
    description: Message<'a>,
    artifact_changes: Vec<ArtifactChange<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactChange<'a> {
    artifact_location: ArtifactLocation,
    replacements: Vec<Replacement<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Replacement<'a> {
    deleted_region: Region,
    inserted_content: Content<'a>,
}

#[derive(Serialize)]
struct Content<'a> {
    text: &'a str,
}

impl<'a> Result<'a> {
    pub(super) fn new(entry: &'a Entry<'a>, rules: &Rules) -> Self {
        let finding = entry.finding;
        let mut location = Location::at(entry.place());
        if !finding.scopes.is_empty() {
            location.logical = vec![LogicalLocation { fully_qualified_name: finding.scopes.join(" > ") }];
        }
        Self {
            rule_id: &finding.rule.code,
            rule_index: rules.index(finding.rule),
            level: level(finding.severity),
            message: Message::of(&finding.message),
            locations: [location],
            related_locations: related(entry),
            partial_fingerprints: Fingerprints { own: &entry.fingerprint },
            fixes: entry.offered_fix().map(|fix| [self::fix(fix, entry)]),
        }
    }
}

/// The block, the other places and the includes that lead there, numbered.
fn related<'a>(entry: &Entry<'a>) -> Vec<Location<'a>> {
    let block = entry.block().map(|block| (block.place, "The block that this is about."));
    let others = entry.related().map(|related| (related.place, related.message));
    let includes = entry.includes().map(|place| (place, "Included from here."));
    let all = block.into_iter().chain(others).chain(includes).enumerate();
    all.map(|(index, (place, message))| Location {
        id: Some(index + 1),
        message: Some(Message::of(message)),
        ..Location::at(place)
    })
    .collect()
}

fn fix<'a>(fix: &'a Fix, entry: &Entry<'a>) -> SarifFix<'a> {
    let edits: Vec<Change<'a>> = entry.changes(fix).collect();
    let changes = edits.chunk_by(|one, next| one.place.span.doc == next.place.span.doc).map(|changes| {
        let file = changes.first().map(|change| change.place.file).unwrap_or_default();
        let replacements = changes.iter().map(Replacement::of).collect();
        ArtifactChange { artifact_location: ArtifactLocation::of(file), replacements }
    });
    let artifact_changes = changes.collect();
    let mut description = Message::of(&fix.title);
    if fix.safety == Safety::Unsafe {
        let text = description.text.trim_end_matches('.');
        description.text = format!("{text} (unsafe).").into();
    }
    SarifFix { description, artifact_changes }
}

pub(super) fn location_of_error(error: &ReadError) -> Location<'_> {
    let at = Point { line: error.line, column: error.column, byte: error.column };
    Location {
        id: None,
        physical: PhysicalLocation {
            artifact_location: ArtifactLocation::of(&error.file),
            region: Region::new(at, at),
        },
        logical: Vec::new(),
        message: None,
    }
}

impl Location<'_> {
    fn at(place: Place<'_>) -> Self {
        let physical = PhysicalLocation {
            artifact_location: ArtifactLocation::of(place.file),
            region: Region::new(place.start, place.end),
        };
        Self { id: None, physical, logical: Vec::new(), message: None }
    }
}

impl ArtifactLocation {
    fn of(file: &str) -> Self {
        Self { uri: uri(file), uri_base_id: (!file.starts_with('/')).then_some(BASE) }
    }
}

impl<'a> Replacement<'a> {
    fn of(change: &Change<'a>) -> Self {
        let deleted_region = Region::new(change.place.start, change.place.end);
        Self { deleted_region, inserted_content: Content { text: change.text } }
    }
}

impl Region {
    fn new(start: Point, end: Point) -> Self {
        Self {
            start_line: start.line,
            start_column: start.column,
            end_line: end.line,
            end_column: end.column,
        }
    }
}
