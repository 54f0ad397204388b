//! Text that is not nginx's yet: dots where lines are left out.

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
    fn dots_stand_for_what_is_left_out() {
        let ends = |text: &str| is_elision(text.as_bytes(), super::super::offset32(text.len()));
        assert!(ends("server {\n    ...") && ends("  . . .") && ends("a;\n…") && ends("location / { ..."));
        assert!(!ends("include ..") && !ends("server_name .example.com") && !ends("root /a...") && !ends(""));
    }
}
