//! Block scalars (`key: |`) whose key says that they are nginx's, or that stand where a `ConfigMap` has its files.

use super::{Part, Sure, lines, range};

/// Ends of keys and annotations, and the context that what they hold is put into: ingress-nginx, F5's controller.
const SNIPPETS: [(&[u8], &str); 7] = [
    (b"configuration-snippet", "location"),
    (b"location-snippet", "location"),
    (b"auth-snippet", "location"),
    (b"server-snippet", "server"),
    (b"http-snippet", "http"),
    (b"main-snippet", "main"),
    (b"stream-snippet", "stream"),
];

/// Endings of files that are certainly not nginx's.
const OTHER: [&[u8]; 9] = [b".sh", b".py", b".lua", b".js", b".json", b".yaml", b".yml", b".html", b".sql"];

/// A block scalar that is being read.
struct Scalar {
    /// The indentation of its key.
    indentation: usize,
    start: usize,
    end: usize,
    context: Option<&'static str>,
    sure: Sure,
}

impl From<Scalar> for Part {
    fn from(of: Scalar) -> Self {
        Self { range: range(of.start, of.end), context: of.context, sure: of.sure }
    }
}

pub(super) fn parts(text: &[u8]) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut keys: Vec<(usize, &[u8])> = Vec::new();
    // The scalar that lines belong to, and whether it is wanted.
    let mut open: Option<(Scalar, bool)> = None;
    for (start, line) in lines(text) {
        let is_blank = line.trim_ascii().is_empty();
        if let Some((scalar, _)) = &mut open
            && (is_blank || indentation(line) > scalar.indentation)
        {
            scalar.end = start + line.len();
            continue;
        }
        parts.extend(open.take().filter(|(_, wanted)| *wanted).map(|(scalar, _)| Part::from(scalar)));
        let Some((column, key, value)) = entry(line).filter(|_| !is_blank) else { continue };
        while keys.pop_if(|(above, _)| *above >= column).is_some() {}
        if is_block_header(value) {
            let kind = kind(key, keys.last().map(|(_, key)| *key));
            let (context, sure) = kind.unwrap_or((None, Sure::IfItLooksLike));
            let (start, end) = (start + line.len(), start + line.len());
            open = Some((Scalar { indentation: column, start, end, context, sure }, kind.is_some()));
        } else {
            keys.push((column, key));
        }
    }
    parts.extend(open.filter(|(_, wanted)| *wanted).map(|(scalar, _)| Part::from(scalar)));
    parts
}

fn indentation(line: &[u8]) -> usize {
    line.iter().take_while(|&&byte| byte == b' ').count()
}

/// The column of a key, the key without quotes, and what follows its colon. A `- ` before it only moves it.
fn entry(line: &[u8]) -> Option<(usize, &[u8], &[u8])> {
    let mut column = indentation(line);
    let mut rest = line.get(column..)?;
    while let Some(item) = rest.strip_prefix(b"- ") {
        let blanks = indentation(item);
        column += 2 + blanks;
        rest = item.get(blanks..)?;
    }
    let quote = rest.first().copied().filter(|byte| matches!(byte, b'"' | b'\''));
    let (key, after) = if let Some(quote) = quote {
        let inside = rest.get(1..)?;
        let end = memchr::memchr(quote, inside)?;
        (inside.get(..end)?, inside.get(end + 1..)?.trim_ascii_start().strip_prefix(b":")?)
    } else {
        let last = || rest.trim_ascii_end().len().checked_sub(1);
        let colon = memchr::memmem::find(rest, b": ").or_else(last)?;
        (rest.get(..colon)?.trim_ascii_end(), rest.get(colon..)?.strip_prefix(b":")?)
    };
    let is_key = !key.is_empty() && key.first() != Some(&b'#');
    is_key.then_some((column, key, after))
}

/// `|`, `>`, with an indentation and a sign, and a comment.
fn is_block_header(value: &[u8]) -> bool {
    let value = value.trim_ascii();
    let value = memchr::memmem::find(value, b" #")
        .map_or(value, |at| value.get(..at).unwrap_or(value))
        .trim_ascii_end();
    let Some((b'|' | b'>', signs)) = value.split_first() else { return false };
    signs.len() <= 2 && signs.iter().all(|byte| matches!(byte, b'+' | b'-' | b'1'..=b'9'))
}

/// What a scalar of this key holds; nothing where it is not nginx's.
fn kind(key: &[u8], above: Option<&[u8]>) -> Option<(Option<&'static str>, Sure)> {
    let name = key.strip_suffix(b"s").unwrap_or(key);
    if let Some((_, context)) = SNIPPETS.iter().find(|(end, _)| name.ends_with(end)) {
        return Some((Some(context), Sure::Said));
    }
    let is_file = key.ends_with(b".conf") || matches!(above, Some(b"data" | b"stringData"));
    let is_other = OTHER.iter().any(|ending| key.ends_with(ending));
    (is_file && !is_other).then_some((None, Sure::IfItLooksLike))
}
