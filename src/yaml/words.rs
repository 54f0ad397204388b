//! serde's complaints in words for whoever wrote the file.

use crate::guess::hint;

/// What is wrong, without the place.
pub(super) fn of(error: &serde_yaml::Error) -> String {
    let said = error.to_string();
    let said = match error.location() {
        Some(place) => {
            let tail = format!(" at line {} column {}", place.line(), place.column());
            said.strip_suffix(&tail).unwrap_or(&said).to_owned()
        }
        None => said,
    };
    unknown(&said, "unknown field `", "key")
        .or_else(|| unknown(&said, "unknown variant `", "value"))
        .or_else(|| missing(&said))
        .or_else(|| of_another_kind(&said))
        .unwrap_or(said)
}

/// ``unknown field `slect`, expected one of `select`, `ignore` ``.
fn unknown(said: &str, mark: &str, what: &str) -> Option<String> {
    let (word, rest) = said.split_once(mark)?.1.split_once("`, ")?;
    let known: Vec<&str> = rest.split('`').skip(1).step_by(2).collect();
    let hint = hint(word, known.iter().copied());
    let list = if hint.is_empty() { format!(": one of {}", known.join(", ")) } else { hint };
    Some(format!("unknown {what} `{word}`{list}"))
}

fn missing(said: &str) -> Option<String> {
    let key = said.split_once("missing field `")?.1.strip_suffix('`')?;
    Some(format!("the key `{key}` is missing"))
}

/// `select: invalid type: string "WS101", expected a sequence`.
fn of_another_kind(said: &str) -> Option<String> {
    let (before, kinds) = said.split_once("invalid type: ")?;
    let (found, expected) = kinds.rsplit_once(", expected ")?;
    let found = match found {
        "unit value" => "nothing",
        "sequence" => "a list",
        found => found,
    };
    let expected = match expected {
        "a sequence" => "a list",
        a_struct if a_struct.starts_with("struct ") => "a map",
        expected => expected,
    };
    Some(format!("{before}{found}, expected {expected}"))
}
