//! Comments that speak to this program: `# ngxlint: WORD REST`. They come from the syntax tree, so that a `#` inside a
//! quoted word or a Lua body is none.

use crate::source::Document;
use crate::syntax::{Comment, Tree};

/// Every first word that means something.
pub const WORDS: [&str; 7] =
    ["ignore", "ignore-file", "disable", "enable", "context", "websocket", "not-websocket"];

/// The linters whose comments can be understood.
const FOREIGN: [&str; 4] = ["nginx-lint", "gixy", "gixy-ng", "gixy-next"];

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

/// A comment that speaks to another linter and asks it to be silent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Foreign<'t> {
    /// The whole comment.
    pub comment: Comment,
    /// The linter, as it stands before the `/` of `nginx-lint/indent`.
    pub peer: &'static str,
    /// The names of its rules, with commas between them.
    pub names: &'t str,
    /// Where they begin in the document.
    pub names_start: u32,
}

/// The comments of a text that silence other linters: `nginx-lint:ignore NAME[,NAME] reason` and, in the same way or with
/// a `=` before the names, `gixy:ignore` (also for gixy-ng and Gixy-Next, which read no comments themselves).
pub fn foreign<'t>(document: &'t Document, tree: &'t Tree) -> impl Iterator<Item = Foreign<'t>> {
    tree.comments
        .iter()
        .filter_map(|&comment| read_foreign(document.slice(comment.start, comment.end), comment))
}

fn read_foreign(bytes: &[u8], comment: Comment) -> Option<Foreign<'_>> {
    let behind_marks = bytes.trim_ascii_start().iter().position(|&byte| byte != b'#')?;
    let said = bytes.get(behind_marks..)?.utf8_chunks().next()?.valid().trim();
    let (peer, said) = said.split_once(':')?;
    let peer = FOREIGN.into_iter().find(|known| known.eq_ignore_ascii_case(peer))?;
    let rest = said.trim_start().strip_prefix("ignore")?;
    let names = rest.strip_prefix('=').or_else(|| rest.strip_prefix(char::is_whitespace))?.trim_start();
    let names = names.split(char::is_whitespace).next()?;
    Some(Foreign { comment, peer, names, names_start: comment.start + offset(bytes, names) })
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
    fn comments_for_other_linters() {
        let read = |text: &str| {
            let document = Document::new("a", Origin::Buffer, text.as_bytes());
            let tree = parse(text.as_bytes(), RawBodies::Known);
            let found = foreign(&document, &tree);
            let found = found.map(|it| {
                (
                    it.peer,
                    it.names.to_owned(),
                    text.get(it.names_start as usize..).is_some_and(|rest| rest.starts_with(it.names)),
                )
            });
            found.collect::<Vec<_>>()
        };
        let is = |peer, names: &str| vec![(peer, names.to_owned(), true)];
        assert_eq!(read("a; # nginx-lint:ignore b-c,d why not\n"), is("nginx-lint", "b-c,d"));
        assert_eq!(read("##  gixy: ignore a_b\r\n"), is("gixy", "a_b"));
        assert_eq!(read("# gixy:ignore=a_b,c_d"), is("gixy", "a_b,c_d"));
        for other in [
            "# nginx-lint:context http\n",
            "# nginx-lint:ignored a\n",
            "# nginx-lint: b\n",
            "# a:ignore b\n",
            "a '# gixy:ignore b';",
        ] {
            assert_eq!(read(other), [], "{other}");
        }
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
