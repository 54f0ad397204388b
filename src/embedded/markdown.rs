//! Fenced code blocks whose info string begins with `nginx` (`CommonMark` section 4.5), indented or not; none in block quotes,
//! whose lines have marks of their own.

use super::{Part, Sure, lines, range};

/// An open fence.
struct Fence {
    mark: u8,
    length: usize,
    /// Where its content starts, if that is nginx's.
    content: Option<usize>,
}

pub(super) fn parts(text: &[u8]) -> Vec<Part> {
    let (mut parts, mut open): (Vec<Part>, Option<Fence>) = (Vec::new(), None);
    let mut add = |fence: Fence, end: usize| {
        let part = |start| Part { range: range(start, end), context: None, sure: Sure::Said };
        parts.extend(fence.content.map(part));
    };
    for (start, line) in lines(text) {
        match open.take() {
            Some(fence) if closes(&fence, line) => add(fence, start),
            Some(fence) => open = Some(fence),
            None => open = opens(line, start + line.len()),
        }
    }
    if let Some(fence) = open {
        add(fence, text.len());
    }
    parts
}

/// The mark of a fence, how often it stands there, and what follows.
fn fence(line: &[u8]) -> Option<(u8, usize, &[u8])> {
    let line = line.trim_ascii();
    let mark = *line.first().filter(|mark| matches!(mark, b'`' | b'~'))?;
    let length = line.iter().take_while(|&&byte| byte == mark).count();
    (length >= 3).then_some((mark, length, line.get(length..).unwrap_or_default()))
}

fn opens(line: &[u8], content: usize) -> Option<Fence> {
    let (mark, length, info) = fence(line)?;
    // `code` between backticks in one line is no fence.
    if mark == b'`' && info.contains(&b'`') {
        return None;
    }
    Some(Fence { mark, length, content: is_nginx(info).then_some(content) })
}

/// ```` ```nginx ````, ```` ```nginx title="x" ````, ```` ```{.nginx} ````.
fn is_nginx(info: &[u8]) -> bool {
    let info = info.trim_ascii();
    let word = info.strip_prefix(b"{").map_or(info, |inside| inside.trim_ascii_start());
    let word = word.strip_prefix(b".").unwrap_or(word);
    let end = word.iter().position(|&byte| !byte.is_ascii_alphanumeric() && byte != b'-' && byte != b'_');
    word.get(..end.unwrap_or(word.len())).is_some_and(|word| word.eq_ignore_ascii_case(b"nginx"))
}

fn closes(open: &Fence, line: &[u8]) -> bool {
    fence(line)
        .is_some_and(|(mark, length, rest)| mark == open.mark && length >= open.length && rest.is_empty())
}
