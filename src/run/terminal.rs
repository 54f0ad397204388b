//! Whether to colour, and how wide the terminal is.

use std::io::{self, IsTerminal as _};

use crate::cli::Color;
use crate::output::Style;

/// The style for standard output: `--color` first, then `NO_COLOR`, `FORCE_COLOR`, `CLICOLOR_FORCE`, then whether it is
/// a terminal.
pub(super) fn style(color: Color) -> Style {
    let terminal = io::stdout().is_terminal();
    Style {
        colour: colour(color, terminal),
        width: width(terminal),
        unicode: terminal || is_utf8(),
        summary: true,
        statistics: false,
    }
}

fn colour(color: Color, terminal: bool) -> bool {
    match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto if is_set("NO_COLOR") => false,
        Color::Auto if is_on("FORCE_COLOR") || is_on("CLICOLOR_FORCE") => true,
        Color::Auto => terminal && std::env::var_os("TERM").is_none_or(|term| term != "dumb"),
    }
}

fn is_set(name: &str) -> bool {
    std::env::var_os(name).is_some_and(|value| !value.is_empty())
}

fn is_on(name: &str) -> bool {
    std::env::var_os(name).is_some_and(|value| !value.is_empty() && value != "0")
}

fn is_utf8() -> bool {
    ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(std::env::var_os).is_none_or(|locale| {
        let locale = locale.to_string_lossy().to_ascii_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    })
}

fn width(terminal: bool) -> usize {
    let default = Style::default().width;
    if !terminal {
        return default;
    }
    std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok()).unwrap_or(default)
}
