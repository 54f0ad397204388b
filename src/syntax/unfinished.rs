//! Text that is not nginx's yet: the tags of a template engine, and dots where lines are left out.

use memchr::memmem;

/// How the tags of Jinja, Go, Mustache, Liquid and ERB begin and end.
const TAGS: [(&[u8], &[u8]); 3] = [(b"{{", b"}}"), (b"{%", b"%}"), (b"<%", b"%>")];

/// The first tag of a template engine. A tag ends on its line; one with a `;` in double braces is two blocks of nginx.
pub fn template_tag(text: &[u8]) -> Option<(u32, u32)> {
    let tags = TAGS.iter().filter_map(|(open, close)| first_tag(text, open, close));
    tags.min().map(|(start, end)| (super::offset32(start), super::offset32(end)))
}

fn first_tag(text: &[u8], open: &[u8], close: &[u8]) -> Option<(usize, usize)> {
    let mut start = 0;
    text.split_inclusive(|&byte| byte == b'\n').find_map(|line| {
        let tag = tag_in_line(line, open, close).map(|(from, to)| (start + from, start + to));
        start += line.len();
        tag
    })
}

fn tag_in_line(line: &[u8], open: &[u8], close: &[u8]) -> Option<(usize, usize)> {
    let mut at = 0;
    loop {
        let start = at + memmem::find(line.get(at..)?, open)?;
        let inside = start + open.len();
        let end = inside + memmem::find(line.get(inside..)?, close)?;
        at = end + close.len();
        let said = line.get(inside..end)?.trim_ascii();
        if !said.is_empty() && (open != b"{{" || !said.contains(&b';')) {
            return Some((start, at));
        }
    }
}

/// Of what stands before a missing `;` so many bytes are looked at.
const MOST_DOTS: usize = 16;

/// Whether what ends at `end` is no directive but dots that stand for what an example leaves out: `...`, `. . .`, `…`.
pub fn is_elision(text: &[u8], end: u32) -> bool {
    let before = text.get(..end as usize).unwrap_or_default();
    if before.ends_with("\u{2026}".as_bytes()) {
        return true;
    }
    let is_dot_or_blank = |byte: &u8| matches!(byte, b'.' | b' ' | b'\t');
    let run = before.iter().rev().take(MOST_DOTS).take_while(|byte| is_dot_or_blank(byte));
    let (length, dots) =
        run.fold((0, 0), |(length, dots), &byte| (length + 1, dots + usize::from(byte == b'.')));
    let first = before.len() - length;
    let stands_alone = match (first.checked_sub(1).and_then(|at| before.get(at)), before.get(first)) {
        (None | Some(b'\n' | b' ' | b'\t'), _) => true,
        (_, of_run) => of_run.is_some_and(|&byte| byte != b'.'),
    };
    dots > 2 && stands_alone
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_of_engines_are_told_from_braces() {
        assert_eq!(template_tag(b"a;\nlisten {{ port }};"), Some((10, 20)));
        assert_eq!(template_tag(b"<% if x %>\n{% y %}"), Some((0, 10)));
        for nginx in ["location / {{ return 204; }}", "a {\n{{\n}}\n}", "log_format x '{%'; b;", "a {{}}"] {
            assert_eq!(template_tag(nginx.as_bytes()), None, "{nginx}");
        }
    }

    #[test]
    fn dots_stand_for_what_is_left_out() {
        let ends = |text: &str| is_elision(text.as_bytes(), super::super::offset32(text.len()));
        assert!(ends("server {\n    ...") && ends("  . . .") && ends("a;\n…") && ends("location / { ..."));
        assert!(!ends("include ..") && !ends("server_name .example.com") && !ends("root /a...") && !ends(""));
    }
}
