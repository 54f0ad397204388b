//! Helpers of the build script: reading sources, writing Rust expressions.

use std::error::Error;
use std::path::Path;

/// What a part of the build script gives.
pub(crate) type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Reads a source file, and has Cargo run the build script again when it changes.
#[expect(
    clippy::disallowed_methods,
    reason = "the rule is about the program; its build script has no `files`"
)]
pub(crate) fn read(path: &Path) -> Result<String> {
    println!("cargo:rerun-if-changed={}", path.display());
    std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()).into())
}

/// Writes `text` as `name` into the folder that the crate's sources include from.
#[expect(
    clippy::disallowed_methods,
    reason = "the rule is about the program; its build script has no `files`"
)]
pub(crate) fn write(name: &str, text: &str) -> Result<()> {
    let folder = std::env::var("OUT_DIR")?;
    Ok(std::fs::write(Path::new(&folder).join(name), text)?)
}

/// `if in location` and `time-ms` as Rust calls them: `IfInLocation`, `TimeMs`.
pub(crate) fn pascal(text: &str) -> String {
    text.split([' ', '-', '_']).map(capitalised).collect()
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// `Some(...)` or `None`.
pub(crate) fn option<T>(value: Option<T>, write: impl Fn(T) -> String) -> String {
    value.map_or_else(|| "None".into(), |value| format!("Some({})", write(value)))
}

/// `&[...]`.
pub(crate) fn slice<T>(values: impl IntoIterator<Item = T>, write: impl Fn(T) -> String) -> String {
    let written: Vec<String> = values.into_iter().map(write).collect();
    format!("&[{}]", written.join(", "))
}

/// A string literal.
pub(crate) fn quoted(text: impl AsRef<str>) -> String {
    format!("{:?}", text.as_ref())
}
