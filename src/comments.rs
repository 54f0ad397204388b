//! Comments that speak to this program: `# ngxlint: WORD REST`. They come from the syntax tree, so that a `#` inside a
//! quoted word or a Lua body is none.

use crate::source::Document;
use crate::syntax::{Comment, Tree};

/// Every first word that means something.
pub const WORDS: [&str; 7] =
    ["ignore", "ignore-file", "disable", "enable", "context", "websocket", "not-websocket"];

/// One such comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Command<'t> {
    /// The whole comment.
    pub comment: Comment,
    /// The word after `ngxlint:`, empty where none follows.
    pub word: &'t str,
    /// What stands behind it, up to the end of the line or to the first byte that is no UTF-8.
    pub rest: &'t str,
    /// Where that begins in the document.
    pub rest_start: u32,
}

/// The comments of a text that speak to this program, in order.
pub fn commands<'t>(document: &'t Document, tree: &'t Tree) -> impl Iterator<Item = Command<'t>> {
    tree.comments.iter().filter_map(|&comment| read(document.slice(comment.start, comment.end), comment))
}

fn read(bytes: &[u8], comment: Comment) -> Option<Command<'_>> {
    let behind_marks = bytes.trim_ascii_start().iter().position(|&byte| byte != b'#')?;
    let said = bytes.get(behind_marks..)?.trim_ascii().strip_prefix(b"ngxlint:")?;
    let said = said.utf8_chunks().next().map_or("", |chunk| chunk.valid()).trim();
    let word = said.split(char::is_whitespace).next().unwrap_or(said);
    let rest = said.strip_prefix(word).unwrap_or_default().trim_start();
    Some(Command { comment, word, rest, rest_start: comment.start + offset(bytes, rest) })
}

/// Where `part`, which is borrowed from `whole`, begins in it.
fn offset(whole: &[u8], part: &str) -> u32 {
    let distance = (part.as_ptr() as usize).checked_sub(whole.as_ptr() as usize);
    distance.filter(|&distance| distance <= whole.len()).and_then(|it| u32::try_from(it).ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Origin;
    use crate::syntax::{RawBodies, parse};

    fn read_all(text: &str) -> Vec<(String, String, u32)> {
        let document = Document::new("a", Origin::Buffer, text.as_bytes());
        let tree = parse(text.as_bytes(), RawBodies::Known);
        let found = commands(&document, &tree);
        found.map(|it| (it.word.to_owned(), it.rest.to_owned(), it.rest_start)).collect()
    }

    #[test]
    fn only_comments_speak() {
        let text =
            "a \"# ngxlint: ignore X\"; b x#ngxlint:y; # ngxlint: ignore  A, B -- c\r\n##ngxlint:websocket";
        let at = |part: &str| u32::try_from(text.find(part).unwrap_or(0)).unwrap_or(0);
        let expected = [("ignore", "A, B -- c", at("A,")), ("websocket", "", at("websocket") + 9)];
        let expected = expected.map(|(word, rest, at)| (word.to_owned(), rest.to_owned(), at));
        assert_eq!(read_all(text), expected);
        assert_eq!(read_all("# ngxlintignore A\n# ngxlint\n# mind ngxlint: ignore A\n"), []);
    }
}
