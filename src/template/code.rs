//! What the code in a tag does, as far as its first and last words tell.

use super::tags::Does;

/// Without whitespace and the signs by which engines trim it.
pub(super) fn trimmed(inside: &[u8]) -> &[u8] {
    let start = inside.trim_ascii_start();
    let start = start.strip_prefix(b"-").or_else(|| start.strip_prefix(b"~")).unwrap_or(start);
    let end = start.trim_ascii();
    end.strip_suffix(b"-").or_else(|| end.strip_suffix(b"~")).unwrap_or(end).trim_ascii_end()
}

fn word(code: &[u8]) -> &[u8] {
    let end =
        code.iter().position(|&byte| !byte.is_ascii_alphanumeric() && byte != b'_').unwrap_or(code.len());
    code.get(..end).unwrap_or(code)
}

/// Whether a `;` stands in `said` outside of quotes.
pub(super) fn has_semicolon(said: &[u8]) -> bool {
    let mut quote = None;
    said.iter().any(|&byte| {
        match (quote, byte) {
            (None, b'"' | b'\'' | b'`') => quote = Some(byte),
            (Some(open), _) if open == byte => quote = None,
            _ => {}
        }
        quote.is_none() && byte == b';'
    })
}

/// `{% %}`: Jinja, Liquid, Twig. A tag that is not known may print anything.
pub(super) fn control(inside: &[u8]) -> Does {
    let code = trimmed(inside.strip_prefix(b"+").unwrap_or(inside));
    match word(code) {
        b"if" | b"unless" | b"for" | b"case" | b"block" | b"with" | b"call" | b"filter" | b"raw"
        | b"verbatim" | b"autoescape" | b"tablerow" | b"trans" | b"switch" | b"while" => Does::Open,
        b"macro" | b"comment" | b"capture" => Does::Define,
        b"set" if !code.contains(&b'=') => Does::Define,
        b"" | b"set" | b"assign" | b"do" | b"import" | b"from" | b"break" | b"continue" => Does::Silent,
        b"else" | b"elif" | b"elsif" | b"elseif" | b"when" => Does::Else,
        word if word.starts_with(b"end") => Does::End,
        _ => Does::Output,
    }
}

/// `{{ }}`: Go, Handlebars, Mustache, and whatever else prints an expression so.
pub(super) fn action(code: &[u8]) -> Does {
    match code.first() {
        None | Some(b'!') => return Does::Silent,
        Some(b'#' | b'^') => return Does::Open,
        Some(b'/') => return Does::End,
        Some(b'$') if assigns(code) => return Does::Silent,
        Some(_) => {}
    }
    let word = word(code);
    let has_more = code.get(word.len()).is_some_and(u8::is_ascii_whitespace);
    match word {
        b"if" | b"range" | b"with" | b"block" | b"unless" if has_more => Does::Open,
        b"define" if has_more => Does::Define,
        b"else" if has_more || code == word => Does::Else,
        b"end" if code == word => Does::End,
        b"break" | b"continue" if code == word => Does::Silent,
        _ => Does::Output,
    }
}

/// `$x := 1`, `$x = 1`, `$_ := set ...`.
fn assigns(code: &[u8]) -> bool {
    let name = code.get(1..).map_or(0, |rest| word(rest).len());
    let rest = code.get(1 + name..).unwrap_or_default().trim_ascii_start();
    rest.starts_with(b":=") || rest.starts_with(b"=") && !rest.starts_with(b"==")
}

/// `<% %>`: ERB, EPP, EJS. `<%-` prints in EJS alone, whose closing `-%>` means something else; nothing is known of the
/// engine but by the name of the file.
pub(super) fn embedded(inside: &[u8], prints_dash: bool) -> Does {
    match inside.first() {
        Some(b'=') => Does::Output,
        Some(b'#') => Does::Silent,
        Some(b'-') if prints_dash => Does::Output,
        _ => statement(trimmed(inside)),
    }
}

fn statement(code: &[u8]) -> Does {
    if let Some(rest) = code.strip_prefix(b"}") {
        let rest = rest.trim_ascii_start();
        return match word(rest) {
            b"else" | b"elsif" => Does::Else,
            _ if begins_block(rest) => Does::EndOpen,
            _ => Does::End,
        };
    }
    match word(code) {
        b"else" | b"elsif" | b"when" | b"rescue" | b"ensure" => Does::Else,
        b"end" => Does::End,
        b"if" | b"unless" | b"case" | b"while" | b"until" | b"for" | b"begin" if !is_closed(code) => {
            Does::Open
        }
        _ if begins_block(code) => Does::Open,
        _ => Does::Silent,
    }
}

/// A condition with all it holds in one tag.
fn is_closed(code: &[u8]) -> bool {
    code.ends_with(b"}") || code.ends_with(b" end") || code.ends_with(b"\nend")
}

/// `{`, `do`, and both with parameters: `do |x|`.
fn begins_block(code: &[u8]) -> bool {
    let code = code.trim_ascii_end();
    let code = match code.strip_suffix(b"|") {
        Some(parameters) => {
            let start = memchr::memrchr(b'|', parameters);
            start.and_then(|at| code.get(..at)).unwrap_or(code).trim_ascii_end()
        }
        None => code,
    };
    code.ends_with(b"{") || code == b"do" || code.ends_with(b" do")
}
